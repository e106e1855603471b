package fit

import (
	"github.com/amiclass/amiclass/backend"
)

// The boot modes. An image may also leave the choice to the type, or prefer UEFI where there is any.
const (
	uefi          = "uefi"
	legacyBIOS    = "legacy-bios"
	uefiPreferred = "uefi-preferred"
)

// BootMode gives the current boot mode of an instance of a type launched from an image, "uefi" or
// "legacy-bios", and "" where the image can't boot on the type. A type that tells no boot modes is
// taken to have both.
//
//	image           type: legacy-bios   both           uefi
//	uefi            refused             uefi           uefi
//	legacy-bios     legacy-bios         legacy-bios    refused
//	uefi-preferred  legacy-bios         uefi           uefi
//	not said        legacy-bios         legacy-bios    uefi
//
// The table is that of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-boot.html.
func BootMode(im *backend.Image, t *backend.InstanceType) string {
	switch im.BootMode {
	case uefiPreferred:
		return first(t, uefi, legacyBIOS)
	case "":
		return first(t, legacyBIOS, uefi)
	}
	return first(t, im.BootMode, im.BootMode)
}

// first gives the first of two modes that the type has.
func first(t *backend.InstanceType, wanted, otherwise string) string {
	for _, mode := range [...]string{wanted, otherwise} {
		if among(mode, t.BootModes) {
			return mode
		}
	}
	return ""
}
