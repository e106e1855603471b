package instance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// Validate tells everything that is wrong with the spec by itself, whatever the image: the error joins
// a *[FieldError] for each fault and matches [backend.ErrInvalid]. That something is missing is no
// fault, since it may come from a spec below or from the image; [Spec.Preview] tells that.
func (s Spec) Validate() error {
	var f faults
	s.check(&f)
	s.root.check(&f, "spec."+rootPath, true)
	for _, d := range s.devices() {
		if e := s.volumes[d]; e.present && e.store == "" {
			e.volume.check(&f, "spec."+devicePath(d), false)
		}
	}
	return f.join()
}

// check finds the faults of all but the volumes' properties, which may depend on the image.
func (s Spec) check(f *faults) {
	if h, ok := s.hardware.get(); ok && h.typed && !typeShape.MatchString(h.exact) {
		f.add("spec.type", fmt.Sprintf("%q is no name of an instance type", h.exact), "expected a name such as m7g.large")
	} else if ok && !h.typed {
		h.needs.check(f)
	}
	s.cpu.value.check(f)
	checkSetting(f, "spec.credits", s.credits, CreditsStandard, CreditsUnlimited)
	if s.hibernation.value && s.enclave.value {
		f.add("spec.enclave", "can't be had together with hibernation", "leave one of them out")
	}
	s.checkSpot(f)
	s.checkPlan(f)
	for _, d := range s.devices() {
		if e := s.volumes[d]; e.store != "" && !storeShape.MatchString(e.store) {
			f.add("spec."+devicePath(d), fmt.Sprintf("%q is no instance store volume", e.store), "count from 0 to 23")
		}
		if !deviceShape.MatchString(d) {
			f.add("spec."+devicePath(d), "isn't a device name that EC2 accepts", "for data volumes use /dev/sdf to /dev/sdp")
		}
	}
	s.checkNetwork(f)
	s.checkLogin(f)
	if p, ok := s.profile.get(); ok && !profileShape.MatchString(p) {
		f.add("spec.instanceProfile", fmt.Sprintf("%q is neither a name nor an ARN of an instance profile", p),
			"expected a name such as web or arn:aws:iam::123456789012:instance-profile/web")
	}
	s.userData.value.check(f)
	s.metadata.check(f, "spec.metadata")
	checkSetting(f, "spec.shutdownBehavior", s.shutdownBehavior, ShutdownStops, ShutdownTerminates)
	s.checkPlacement(f)
	checkTags(f, "spec.tags", s.Tags())
	checkTags(f, "spec.volumeTags", s.VolumeTags())
	checkTags(f, "spec.interfaceTags", s.InterfaceTags())
	if s.metadata.Tags == Enabled {
		checkMetadataTags(f, s.Tags())
	}
}

// The most groups of a network interface, once the quota of five is raised
// (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
const maxGroups = 16

func (s Spec) checkNetwork(f *faults) {
	s.checkSubnets(f)
	if z, ok := s.zone.get(); ok {
		if _, err := region.ParseZone(string(z)); err != nil {
			f.add("spec.zone", fmt.Sprintf("%q is no zone", z), "expected a name such as us-east-1a")
		}
		if id := s.Subnet(); id != "" {
			f.add("spec.zone", fmt.Sprintf("is said besides subnet %s, which is in a zone by itself", id),
				"use WithoutZone or WithoutSubnet")
		}
	}
	s.checkAddresses(f)
	checkGroups(f, "spec.groups", s.groups.value)
	s.firewall.value.check(f)
	s.checkInterfaces(f)
}

func checkGroups(f *faults, path string, groups []string) {
	if len(groups) > maxGroups {
		f.add(path, fmt.Sprintf("are %d", len(groups)), fmt.Sprintf("use at most %d", maxGroups))
	}
	for i, g := range groups {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case strings.HasPrefix(g, "sg-") && !isID("sg", g):
			f.add(at, fmt.Sprintf("%q is no ID of a security group", g), "expected sg- and 17 hexadecimal digits")
		case !strings.HasPrefix(g, "sg-") && (g == "" || len(g) > 255):
			f.add(at, fmt.Sprintf("%q is no name of a security group", g), "use 1 to 255 characters, or an ID")
		}
		if slices.Contains(groups[:i], g) {
			f.add(at, fmt.Sprintf("repeats %q", g), "name each group once")
		}
	}
}

var (
	typeShape    = regexp.MustCompile(`^[a-z][a-z0-9-]*\.[a-z0-9-]+$`)
	storeShape   = regexp.MustCompile(`^ephemeral(1?[0-9]|2[0-3])$`)
	profileShape = regexp.MustCompile(`^(arn:[a-z-]+:iam::\d{12}:instance-profile/([\x21-\x7e]+/)?)?[\w+=,.@-]{1,128}$`)

	// All that EC2 accepts for some kind of image
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html).
	deviceShape = regexp.MustCompile(`^(/dev/)?([sh]d[a-z]([1-9]|1[0-5])?|xvd[a-z]|xvd[a-c][a-z]|xvdd[a-x])$`)
	// What it accepts for HVM images of Linux.
	hvmDeviceShape = regexp.MustCompile(`^(/dev/)?(sda[12]|sd[a-z]|xvd[a-z]|xvd[a-c][a-z]|xvdd[a-x])$`)
)

// isID tells whether an ID has the shape of its kind: 17 hexadecimal digits, or 8 for resources from
// before 2018 (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
func isID(prefix, id string) bool {
	digits, ok := strings.CutPrefix(id, prefix+"-")
	return ok && (len(digits) == 17 || len(digits) == 8) && !strings.ContainsFunc(digits, notHex)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}

// checkOneOf lets the zero value pass: it says nothing.
func checkOneOf[T ~string](f *faults, path string, v T, allowed ...T) {
	if v != "" && !slices.Contains(allowed, v) {
		f.add(path, fmt.Sprintf("is %q", v), "use "+alternatives(allowed))
	}
}

func checkSetting[T ~string](f *faults, path string, s setting[T], allowed ...T) {
	if v, ok := s.get(); ok && !slices.Contains(allowed, v) {
		f.add(path, fmt.Sprintf("is %q", v), "use "+alternatives(allowed))
	}
}

func notHex(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }
