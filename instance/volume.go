package instance

import (
	"log/slog"
	"strings"
)

// Volume describes an EBS volume that a launch makes. It is an immutable value: each method returns a
// changed copy. What it doesn't say comes from the image where that brings a volume under the same
// device, else from EC2. The zero Volume says nothing, so Volume{}.WithSize(50 * GiB) makes an
// image's volume larger and leaves its type alone.
type Volume struct {
	kind       setting[string]
	size       setting[Size]
	iops       setting[int]
	throughput setting[int]
	snapshot   setting[snapshot]
	encryption setting[encryption]
	deleted    setting[bool] // on termination

	// anew notes that merging changed the type, so that what lies further below brings no performance
	// either: this keeps Merge associative.
	anew bool
}

type snapshot struct {
	id string
	// fallback is for a snapshot that was read back from an instance: an image that brings content for
	// the device knows better.
	fallback bool
}

type encryption struct {
	on    bool
	key   string
	keyed bool // an empty key that was asked for is a fault, not the default key
}

// The types of EBS volumes (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html).
const (
	gp2      = "gp2"
	gp3      = "gp3"
	io1      = "io1"
	io2      = "io2"
	st1      = "st1"
	sc1      = "sc1"
	standard = "standard"
)

func volume(kind string, size Size) Volume { return Volume{kind: some(kind), size: some(size)} }

// GP3 is a general purpose SSD volume, 1 GiB to 64 TiB. It has 3,000 IOPS and 125 MiB/s, unless
// [Volume.WithIOPS] and [Volume.WithThroughput] say more.
func GP3(size Size) Volume { return volume(gp3, size) }

// GP2 is a general purpose SSD volume of the generation before, 1 GiB to 16 TiB, whose performance
// follows from its size.
func GP2(size Size) Volume { return volume(gp2, size) }

// IO2 is a provisioned IOPS SSD volume, 4 GiB to 64 TiB, with 100 to 256,000 IOPS, at most 1,000 for
// each GiB.
func IO2(size Size, iops int) Volume { return volume(io2, size).WithIOPS(iops) }

// IO1 is a provisioned IOPS SSD volume of the generation before, 4 GiB to 16 TiB, with 100 to 64,000
// IOPS, at most 50 for each GiB.
func IO1(size Size, iops int) Volume { return volume(io1, size).WithIOPS(iops) }

// ST1 is a throughput optimized HDD volume, 125 GiB to 16 TiB. It can't be a root volume.
func ST1(size Size) Volume { return volume(st1, size) }

// SC1 is a cold HDD volume, 125 GiB to 16 TiB. It can't be a root volume.
func SC1(size Size) Volume { return volume(sc1, size) }

// Standard is a magnetic volume of the oldest generation, 1 GiB to 1 TiB.
func Standard(size Size) Volume { return volume(standard, size) }

// WithSize sets the size, in whole GiB.
func (v Volume) WithSize(size Size) Volume { v.size = some(size); return v }

// WithIOPS provisions I/O operations a second, for types gp3, io1 and io2.
func (v Volume) WithIOPS(n int) Volume { v.iops = some(n); return v }

// WithThroughput provisions throughput in MiB/s, for type gp3.
func (v Volume) WithThroughput(mibps int) Volume { v.throughput = some(mibps); return v }

// WithSnapshot makes the volume with the content of a snapshot. Without a size it gets the snapshot's.
func (v Volume) WithSnapshot(id string) Volume { v.snapshot = some(snapshot{id: id}); return v }

// Encrypted encrypts the volume with the key of the snapshot that it is made from, else with the
// account's default key for EBS. This is what a launch does unless a spec says otherwise.
func (v Volume) Encrypted() Volume { v.encryption = some(encryption{on: true}); return v }

// EncryptedWith encrypts the volume with a KMS key: its ID, "alias/…", or the ARN of either.
func (v Volume) EncryptedWith(key string) Volume {
	v.encryption = some(encryption{on: true, key: key, keyed: true})
	return v
}

// Unencrypted leaves the volume plain, if the account doesn't encrypt everything anyway
// (https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html).
func (v Volume) Unencrypted() Volume { v.encryption = some(encryption{}); return v }

// DeleteOnTermination lets the volume go with its instance. Volumes that a spec adds do so anyway.
func (v Volume) DeleteOnTermination() Volume { v.deleted = some(true); return v }

// KeepOnTermination lets the volume outlive its instance.
func (v Volume) KeepOnTermination() Volume { v.deleted = some(false); return v }

// Type is the volume's type, such as "gp3"; empty if not said.
func (v Volume) Type() string { return v.kind.value }

// Size is the volume's size; 0 if not said.
func (v Volume) Size() Size { return v.size.value }

// IOPS are the provisioned I/O operations a second; 0 if not said.
func (v Volume) IOPS() int { return v.iops.value }

// Throughput is the provisioned throughput in MiB/s; 0 if not said.
func (v Volume) Throughput() int { return v.throughput.value }

// Snapshot is the ID of the snapshot that the volume is made from; empty if not said.
func (v Volume) Snapshot() string { return v.snapshot.value.id }

// Encryption tells whether the volume is to be encrypted and with which key, empty for the default
// one; said is false where the Volume leaves it open.
func (v Volume) Encryption() (on bool, key string, said bool) {
	e, said := v.encryption.get()
	return e.on, e.key, said
}

// OnTermination tells whether the volume is deleted with its instance; said is false where the
// Volume leaves it open.
func (v Volume) OnTermination() (deleted, said bool) { return v.deleted.get() }

// merge lets over win, field by field. IOPS and throughput belong to a type: another type doesn't
// inherit them.
func (v Volume) merge(over Volume) Volume {
	a, typed := v.kind.get()
	b, retyped := over.kind.get()
	if over.anew || typed && retyped && a != b {
		v.iops, v.throughput, v.anew = setting[int]{}, setting[int]{}, true
	}
	return Volume{
		kind:       v.kind.merge(over.kind),
		size:       v.size.merge(over.size),
		iops:       v.iops.merge(over.iops),
		throughput: v.throughput.merge(over.throughput),
		snapshot:   v.snapshot.merge(over.snapshot),
		encryption: v.encryption.merge(over.encryption),
		deleted:    v.deleted.merge(over.deleted),
		anew:       v.anew || over.anew,
	}
}

// String reads "gp3 100 GiB, 6,000 IOPS, encrypted"; what isn't said is left out.
func (v Volume) String() string {
	var parts []string
	if what := strings.TrimSpace(v.Type() + " " + sizeText(v.size)); what != "" {
		parts = append(parts, what)
	}
	if n, ok := v.iops.get(); ok {
		parts = append(parts, commas(n)+" IOPS")
	}
	if n, ok := v.throughput.get(); ok {
		parts = append(parts, commas(n)+" MiB/s")
	}
	if s, ok := v.snapshot.get(); ok {
		parts = append(parts, "from "+s.id)
	}
	if on, key, ok := v.Encryption(); ok {
		switch {
		case !on:
			parts = append(parts, "unencrypted")
		case key == "":
			parts = append(parts, "encrypted")
		default:
			parts = append(parts, "encrypted with "+key)
		}
	}
	if d, ok := v.deleted.get(); ok {
		parts = append(parts, map[bool]string{true: "deleted on termination", false: "kept on termination"}[d])
	}
	if len(parts) == 0 {
		return "as the image says"
	}
	return strings.Join(parts, ", ")
}

func sizeText(s setting[Size]) string {
	if v, ok := s.get(); ok {
		return v.String()
	}
	return ""
}

// LogValue is the volume as a line of text.
func (v Volume) LogValue() slog.Value { return slog.StringValue(v.String()) }
