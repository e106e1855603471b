package fit

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// Kind says what doesn't fit.
type Kind string

// What may not fit, in the order in which [Check] lists it.
const (
	KindArchitecture   Kind = "architecture"
	KindVirtualization Kind = "virtualization type"
	KindRootDevice     Kind = "root device type"
	KindBootMode       Kind = "boot mode"
	KindENA            Kind = "enhanced networking"
	KindTPM            Kind = "trusted platform module"
	KindSpecification  Kind = "instance type specification"
)

// Mismatch is one reason why an image and an instance type don't fit. It is an error, so that
// errors.Join takes several.
type Mismatch struct {
	Kind   Kind
	Image  string // the image's side, "arm64"
	Type   string // the type's side, "x86_64"; several with commas between
	Remedy string // what to do
}

// Error reads "architecture: image arm64, instance type x86_64; choose an instance type with arm64 or
// an image for x86_64".
func (m Mismatch) Error() string {
	return fmt.Sprintf("%s: image %s, instance type %s; %s", m.Kind, m.Image, m.Type, m.Remedy)
}

// Check gives the reasons why an image and an instance type don't fit, in the order of the kinds:
// none when they do.
func Check(im *backend.Image, t *backend.InstanceType) []Mismatch {
	var all []Mismatch
	if !among(im.Architecture, t.Architectures) {
		all = append(all, oneOf(KindArchitecture, im.Architecture, t.Architectures,
			"choose an instance type with %s or an image for %s"))
	}
	// Paravirtual images run on a few types of the first generations only
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ComponentsAMIs.html).
	if !among(im.Virtualization, t.Virtualizations) {
		all = append(all, oneOf(KindVirtualization, im.Virtualization, t.Virtualizations,
			"choose an instance type with %s virtualization or an image with %s"))
	}
	if !among(im.RootDeviceType, t.RootDeviceTypes) {
		all = append(all, oneOf(KindRootDevice, im.RootDeviceType, t.RootDeviceTypes,
			"choose an instance type that boots from %s or an image whose root volume is on %s"))
	}
	mode := BootMode(im, t)
	if mode == "" {
		all = append(all, oneOf(KindBootMode, im.BootMode, t.BootModes,
			"choose an instance type that boots %s or an image with %s"))
	}
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/enhanced-networking-ena.html
	if t.ENA == "required" && !im.ENA {
		all = append(all, Mismatch{
			Kind: KindENA, Image: "without ENA support", Type: "without any other network",
			Remedy: "choose an image with ENA support, or make one: install the driver, stop the instance, " +
				"set its attribute enaSupport, create an image of it",
		})
	}
	if im.TPM != "" {
		all = checkTPM(all, im, t, mode)
	}
	return checkSpecification(all, im, t.Name)
}

// The owner of an image may say on which types it may be launched
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageInstanceTypeSpecification.html).
func checkSpecification(all []Mismatch, im *backend.Image, name string) []Mismatch {
	isOne := func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return err == nil && ok
	}
	if len(im.SupportedTypes) > 0 && !slices.ContainsFunc(im.SupportedTypes, isOne) {
		all = append(all, Mismatch{
			Kind: KindSpecification, Image: "for " + strings.Join(im.SupportedTypes, ", ") + " only", Type: name,
			Remedy: "choose one of these, or another image",
		})
	}
	if i := slices.IndexFunc(im.UnsupportedTypes, isOne); i >= 0 {
		all = append(all, Mismatch{
			Kind: KindSpecification, Image: "not for " + im.UnsupportedTypes[i], Type: name, Remedy: "choose another instance type, or another image",
		})
	}
	return all
}

// NitroTPM needs a type that has it and UEFI
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/enable-nitrotpm-prerequisites.html).
func checkTPM(all []Mismatch, im *backend.Image, t *backend.InstanceType, mode string) []Mismatch {
	if !t.TPM {
		all = append(all, Mismatch{
			Kind: KindTPM, Image: "with TPM " + im.TPM, Type: "without NitroTPM",
			Remedy: "choose an instance type with NitroTPM, or register the image without TpmSupport",
		})
	}
	if mode == legacyBIOS {
		all = append(all, Mismatch{
			Kind: KindTPM, Image: "with TPM " + im.TPM + ", which needs UEFI", Type: "boots it in " + mode,
			Remedy: "register the image with boot mode uefi",
		})
	}
	return all
}

// among is true as well where one side doesn't tell.
func among(have string, allowed []string) bool {
	return have == "" || len(allowed) == 0 || slices.Contains(allowed, have)
}

// oneOf is the mismatch of a value that isn't among those of the type. The remedy has a place for
// each side.
func oneOf(kind Kind, have string, allowed []string, remedy string) Mismatch {
	return Mismatch{
		Kind: kind, Image: have, Type: strings.Join(allowed, ", "),
		Remedy: fmt.Sprintf(remedy, have, strings.Join(allowed, " or ")),
	}
}
