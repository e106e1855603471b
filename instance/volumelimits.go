package instance

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// volumeLimits are what EBS allows for a type of volume. Numbers of I/O operations are per second.
type volumeLimits struct {
	minGiB, maxGiB   int
	minIOPS, maxIOPS int // 0 where IOPS can't be provisioned
	iopsPerGiB       int
	freeIOPS         int // what every size may have
	needsIOPS        bool
	minMiBps         int // 0 where throughput can't be provisioned
	maxMiBps         int
	iopsPerMiBps     int
	boots            bool
}

// The figures are those of the API reference of CreateVolume and of
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html. Since late 2025 gp3 goes up
// to 64 TiB, 80,000 IOPS and 2,000 MiB/s.
var limitsOfVolumes = map[string]volumeLimits{
	gp3: {minGiB: 1, maxGiB: 65536, minIOPS: 3000, maxIOPS: 80000, iopsPerGiB: 500, freeIOPS: 3000,
		minMiBps: 125, maxMiBps: 2000, iopsPerMiBps: 4, boots: true},
	gp2:      {minGiB: 1, maxGiB: 16384, boots: true},
	io2:      {minGiB: 4, maxGiB: 65536, minIOPS: 100, maxIOPS: 256000, iopsPerGiB: 1000, needsIOPS: true, boots: true},
	io1:      {minGiB: 4, maxGiB: 16384, minIOPS: 100, maxIOPS: 64000, iopsPerGiB: 50, needsIOPS: true, boots: true},
	st1:      {minGiB: 125, maxGiB: 16384},
	sc1:      {minGiB: 125, maxGiB: 16384},
	standard: {minGiB: 1, maxGiB: 1024, boots: true},
}

// keyShape is a KMS key by ID, alias or the ARN of either. EC2 finds out only after the launch that
// there is no such key, and then terminates the instance.
var keyShape = regexp.MustCompile(`^(arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(key/|alias/)[\w/-]{1,256}|alias/[\w/-]{1,250}|[0-9A-Za-z-]{36})$`)

// checkKeys finds keys of other regions, as a spec has them that was read back there.
func (s Spec) checkKeys(f *faults, r region.Region) {
	checkKeyRegion(f, "spec."+rootPath, s.root, r)
	for _, d := range s.devices() {
		checkKeyRegion(f, "spec."+devicePath(d), s.volumes[d].volume, r)
	}
}

func checkKeyRegion(f *faults, path string, v Volume, r region.Region) {
	_, key, _ := v.Encryption()
	if parts := strings.SplitN(key, ":", 5); len(parts) == 5 && r != "" && parts[3] != r.String() {
		f.add(path+".key", fmt.Sprintf("is a key of %s, but the launch is in %s", parts[3], r), "name a key of that region, or use Encrypted for its default key")
	}
}

// check finds what is wrong with the volume, as far as it says what.
func (v Volume) check(f *faults, path string, root bool) {
	size, sized := v.size.get()
	if sized && size%GiB != 0 {
		f.add(path+".size", fmt.Sprintf("is %s", size), "use whole GiB")
	}
	if s, ok := v.snapshot.get(); ok && !isID("snap", s.id) {
		f.add(path+".snapshot", fmt.Sprintf("%q is no snapshot ID", s.id), "expected snap- and 17 hexadecimal digits")
	}
	if e, ok := v.encryption.get(); ok && e.keyed && !keyShape.MatchString(e.key) {
		f.add(path+".key", fmt.Sprintf("%q is no KMS key", e.key), "expected a key ID, alias/…, or an ARN; Encrypted takes the default key")
	}
	kind, typed := v.kind.get()
	if !typed {
		v.checkUntyped(f, path)
		return
	}
	l, known := limitsOfVolumes[kind]
	if !known {
		f.add(path+".type", fmt.Sprintf("is %q", kind), "use gp3, gp2, io2, io1, st1, sc1 or standard")
		return
	}
	if root && !l.boots {
		f.add(path+".type", fmt.Sprintf("is %s, which can't be a root volume", kind), "use gp3")
	}
	if sized && (size < Size(l.minGiB)*GiB || size > Size(l.maxGiB)*GiB) {
		f.add(path+".size", fmt.Sprintf("%s is outside %s's %s to %s", size, kind, Size(l.minGiB)*GiB, Size(l.maxGiB)*GiB),
			"choose a size in that range, or another type")
	}
	v.checkIOPS(f, path+".iops", kind, l)
	v.checkThroughput(f, path+".throughput", kind, l)
}

// checkUntyped finds what is wrong whatever the type is.
func (v Volume) checkUntyped(f *faults, path string) {
	if size, ok := v.size.get(); ok && size < GiB {
		f.add(path+".size", fmt.Sprintf("is %s", size), "use 1 GiB or more")
	}
	if n, ok := v.iops.get(); ok && n < 1 {
		f.add(path+".iops", fmt.Sprintf("is %d", n), "use a positive number")
	}
	if n, ok := v.throughput.get(); ok && n < 1 {
		f.add(path+".throughput", fmt.Sprintf("is %d MiB/s", n), "use a positive number")
	}
}

func (v Volume) checkIOPS(f *faults, path, kind string, l volumeLimits) {
	iops, ok := v.iops.get()
	switch {
	case !ok && l.needsIOPS:
		f.add(path, fmt.Sprintf("isn't said, but %s needs it", kind), fmt.Sprintf("use WithIOPS with %s to %s", commas(l.minIOPS), commas(l.maxIOPS)))
		return
	case !ok:
		return
	case l.maxIOPS == 0:
		f.add(path, fmt.Sprintf("can't be said for %s", kind), "leave it out, or use gp3, io2 or io1")
		return
	case iops < l.minIOPS:
		f.add(path, fmt.Sprintf("%s is under %s's %s", commas(iops), kind, commas(l.minIOPS)), "provision that much or more")
		return
	case iops > l.maxIOPS:
		f.add(path, fmt.Sprintf("%s is over %s's %s", commas(iops), kind, commas(l.maxIOPS)), "provision that much or less")
		return
	}
	size, sized := v.size.get()
	if !sized || size <= 0 || size > Size(l.maxGiB)*GiB {
		return
	}
	if most := max(l.freeIOPS, int(size/GiB)*l.iopsPerGiB); iops > most {
		f.add(path, fmt.Sprintf("%s is over %s's %s for %s", commas(iops), kind, commas(most), size),
			fmt.Sprintf("provision less, or make the volume %d GiB", (iops+l.iopsPerGiB-1)/l.iopsPerGiB))
	}
}

func (v Volume) checkThroughput(f *faults, path, kind string, l volumeLimits) {
	mibps, ok := v.throughput.get()
	switch {
	case !ok:
		return
	case l.maxMiBps == 0:
		f.add(path, fmt.Sprintf("can't be said for %s", kind), "leave it out, or use gp3")
		return
	case mibps < l.minMiBps || mibps > l.maxMiBps:
		f.add(path, fmt.Sprintf("%s MiB/s is outside %s's %s to %s", commas(mibps), kind, commas(l.minMiBps), commas(l.maxMiBps)),
			"provision an amount in that range")
		return
	}
	if iops := v.iops.or(l.freeIOPS); iops >= l.minIOPS && mibps*l.iopsPerMiBps > iops {
		f.add(path, fmt.Sprintf("%s MiB/s is over the %s that %s IOPS allow", commas(mibps), commas(iops/l.iopsPerMiBps), commas(iops)),
			fmt.Sprintf("provision less, or %s IOPS", commas(mibps*l.iopsPerMiBps)))
	}
}
