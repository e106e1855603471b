package fit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/fit"
)

// linux is an image as Amazon Linux 2023 for x86_64 is.
func linux() backend.Image {
	return backend.Image{
		ID: "ami-1", Architecture: "x86_64", Virtualization: "hvm", RootDeviceType: "ebs",
		BootMode: "uefi-preferred", ENA: true,
	}
}

func typeNamed(t testing.TB, name string) backend.InstanceType {
	t.Helper()
	typ, ok := catalogue.InstanceType(name)
	require.True(t, ok, name)
	return typ
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		image func(*backend.Image)
		typ   string
		want  []fit.Mismatch
	}{
		"fits":             {func(*backend.Image) {}, "m5.large", nil},
		"is for this type": {func(im *backend.Image) { im.SupportedTypes = []string{"c5.*", "m5.*"} }, "m5.large", nil},
		"is for other types": {func(im *backend.Image) { im.SupportedTypes = []string{"c5.*", "m5.xlarge"} }, "m5.large", []fit.Mismatch{
			{Kind: fit.KindSpecification, Image: "for c5.*, m5.xlarge only", Type: "m5.large", Remedy: "choose one of these, or another image"},
		}},
		"is not for this type": {func(im *backend.Image) {
			im.SupportedTypes, im.UnsupportedTypes = []string{"m5.*"}, []string{"*.large"}
		}, "m5.large", []fit.Mismatch{
			{Kind: fit.KindSpecification, Image: "not for *.large", Type: "m5.large", Remedy: "choose another instance type, or another image"},
		}},
		"arm image on an arm type":         {func(im *backend.Image) { im.Architecture, im.BootMode = "arm64", "uefi" }, "m7g.large", nil},
		"32 bits on a type with both":      {func(im *backend.Image) { im.Architecture, im.BootMode = "i386", "" }, "t2.micro", nil},
		"paravirtual on an old type":       {func(im *backend.Image) { im.Virtualization, im.BootMode = "paravirtual", "" }, "m1.small", nil},
		"instance store on an old type":    {func(im *backend.Image) { im.RootDeviceType = "instance-store" }, "m3.medium", nil},
		"no ENA where it isn't required":   {func(im *backend.Image) { im.ENA = false }, "t2.micro", nil},
		"TPM on a type with it":            {func(im *backend.Image) { im.TPM, im.BootMode = "v2.0", "uefi" }, "m5.large", nil},
		"macOS on a Mac":                   {func(im *backend.Image) { im.Architecture, im.BootMode = "arm64_mac", "" }, "mac2.metal", nil},
		"an image that tells next to none": {func(im *backend.Image) { *im = backend.Image{ENA: true} }, "m5.large", nil},
		"preferring UEFI on an older type": {func(*backend.Image) {}, "m4.large", nil},
		"nothing said of the mode, arm":    {func(im *backend.Image) { im.Architecture, im.BootMode = "arm64", "" }, "m7g.large", nil},
		"Windows on an arm type": {
			func(im *backend.Image) { im.Platform, im.BootMode = "windows", "" }, "m7g.large",
			[]fit.Mismatch{{
				Kind: fit.KindArchitecture, Image: "x86_64", Type: "arm64",
				Remedy: "choose an instance type with x86_64 or an image for arm64",
			}},
		},
		"another architecture, the type has two": {
			func(im *backend.Image) { im.Architecture, im.BootMode = "arm64", "" }, "t2.micro",
			[]fit.Mismatch{{
				Kind: fit.KindArchitecture, Image: "arm64", Type: "i386, x86_64",
				Remedy: "choose an instance type with arm64 or an image for i386 or x86_64",
			}},
		},
		"paravirtual": {
			func(im *backend.Image) { im.Virtualization = "paravirtual" }, "m5.large",
			[]fit.Mismatch{{
				Kind: fit.KindVirtualization, Image: "paravirtual", Type: "hvm",
				Remedy: "choose an instance type with paravirtual virtualization or an image with hvm",
			}},
		},
		"instance store": {
			func(im *backend.Image) { im.RootDeviceType = "instance-store" }, "m5.large",
			[]fit.Mismatch{{
				Kind: fit.KindRootDevice, Image: "instance-store", Type: "ebs",
				Remedy: "choose an instance type that boots from instance-store or an image whose root volume is on ebs",
			}},
		},
		"UEFI on a type without it": {
			func(im *backend.Image) { im.BootMode = "uefi" }, "m4.large",
			[]fit.Mismatch{{
				Kind: fit.KindBootMode, Image: "uefi", Type: "legacy-bios",
				Remedy: "choose an instance type that boots uefi or an image with legacy-bios",
			}},
		},
		"no ENA where it is required": {
			func(im *backend.Image) { im.ENA = false }, "m5.large",
			[]fit.Mismatch{{
				Kind: fit.KindENA, Image: "without ENA support", Type: "without any other network",
				Remedy: "choose an image with ENA support, or make one: install the driver, stop the instance, " +
					"set its attribute enaSupport, create an image of it",
			}},
		},
		"TPM on a type that boots it in legacy mode": {
			func(im *backend.Image) { im.TPM, im.BootMode = "v2.0", "" }, "m5.large",
			[]fit.Mismatch{{
				Kind: fit.KindTPM, Image: "with TPM v2.0, which needs UEFI", Type: "boots it in legacy-bios",
				Remedy: "register the image with boot mode uefi",
			}},
		},
		"TPM and UEFI on a type with neither": {
			func(im *backend.Image) { im.TPM, im.BootMode = "v2.0", "uefi" }, "m4.large",
			[]fit.Mismatch{
				{
					Kind: fit.KindBootMode, Image: "uefi", Type: "legacy-bios",
					Remedy: "choose an instance type that boots uefi or an image with legacy-bios",
				},
				{
					Kind: fit.KindTPM, Image: "with TPM v2.0", Type: "without NitroTPM",
					Remedy: "choose an instance type with NitroTPM, or register the image without TpmSupport",
				},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			im, typ := linux(), typeNamed(t, tc.typ)
			tc.image(&im)
			require.Empty(t, cmp.Diff(tc.want, fit.Check(&im, &typ)))
		})
	}
}

func TestEverythingThatDoesNotFitIsSaidInOrder(t *testing.T) {
	t.Parallel()
	im := backend.Image{
		Architecture: "arm64", Virtualization: "paravirtual", RootDeviceType: "instance-store", BootMode: "uefi", TPM: "v2.0",
	}
	typ := backend.InstanceType{
		Architectures: []string{"x86_64"}, Virtualizations: []string{"hvm"}, RootDeviceTypes: []string{"ebs"},
		BootModes: []string{"legacy-bios"}, ENA: "required",
	}
	var kinds []fit.Kind
	for _, m := range fit.Check(&im, &typ) {
		kinds = append(kinds, m.Kind)
	}
	require.Equal(t, []fit.Kind{
		fit.KindArchitecture, fit.KindVirtualization, fit.KindRootDevice, fit.KindBootMode, fit.KindENA, fit.KindTPM,
	}, kinds)
}

func TestAMismatchIsAnErrorWithBothSidesAndTheRemedy(t *testing.T) {
	t.Parallel()
	im, typ := linux(), typeNamed(t, "m7g.large")
	mismatches := fit.Check(&im, &typ)
	require.Len(t, mismatches, 1)
	err := errors.Join(errors.New("other"), mismatches[0])
	var m fit.Mismatch
	require.ErrorAs(t, err, &m)
	require.EqualError(t, m,
		"architecture: image x86_64, instance type arm64; choose an instance type with x86_64 or an image for arm64")
}

func TestCheckAllocatesNothingWhenItFits(t *testing.T) {
	im, typ := linux(), typeNamed(t, "m5.large")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if fit.Check(&im, &typ) != nil {
			t.Error("the image doesn't fit")
		}
	}))
}

func images() *rapid.Generator[backend.Image] {
	return rapid.Custom(func(t *rapid.T) backend.Image {
		pick := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
		return backend.Image{
			Architecture:   pick("architecture", "i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"),
			Virtualization: pick("virtualization", "hvm", "paravirtual"),
			RootDeviceType: pick("root device", "ebs", "instance-store"),
			BootMode:       pick("boot mode", "", "uefi", "legacy-bios", "uefi-preferred"),
			TPM:            pick("tpm", "", "v2.0"),
			ENA:            rapid.Bool().Draw(t, "ena"),
		}
	})
}

func types() *rapid.Generator[backend.InstanceType] {
	return rapid.SampledFrom(catalogue.InstanceTypes())
}

func has(all []fit.Mismatch, kind fit.Kind) bool {
	return slices.ContainsFunc(all, func(m fit.Mismatch) bool { return m.Kind == kind })
}

func TestCheckRefusesABootModeExactlyWhereThereIsNone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		im, typ := images().Draw(t, "image"), types().Draw(t, "type")
		mode := fit.BootMode(&im, &typ)
		if got := has(fit.Check(&im, &typ), fit.KindBootMode); got != (mode == "") {
			t.Fatalf("boot mode %q, but refused is %t", mode, got)
		}
		if mode != "" && !slices.Contains(typ.BootModes, mode) {
			t.Fatalf("boot mode %q isn't one of %v", mode, typ.BootModes)
		}
	})
}

func TestWhateverFitsIsWhatTheTypeHas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		im, typ := images().Draw(t, "image"), types().Draw(t, "type")
		all := fit.Check(&im, &typ)
		for kind, fits := range map[fit.Kind]bool{
			fit.KindArchitecture:   slices.Contains(typ.Architectures, im.Architecture),
			fit.KindVirtualization: slices.Contains(typ.Virtualizations, im.Virtualization),
			fit.KindRootDevice:     slices.Contains(typ.RootDeviceTypes, im.RootDeviceType),
			fit.KindENA:            im.ENA || typ.ENA != "required",
			fit.KindTPM:            im.TPM == "" || typ.TPM && fit.BootMode(&im, &typ) != "legacy-bios",
		} {
			if has(all, kind) == fits {
				t.Fatalf("%s: fits is %t in %v", kind, fits, all)
			}
		}
		for _, m := range all {
			if m.Image == "" || m.Type == "" || m.Remedy == "" || strings.Contains(m.Error(), "%!") {
				t.Fatalf("incomplete: %v", m)
			}
		}
	})
}

// Of each type there is an image that fits it, made of what the type says of itself.
func TestEveryTypeHasAnImageThatFits(t *testing.T) {
	t.Parallel()
	for _, typ := range catalogue.InstanceTypes() {
		im := backend.Image{
			Architecture: typ.Architectures[0], Virtualization: typ.Virtualizations[0],
			RootDeviceType: typ.RootDeviceTypes[0], BootMode: typ.BootModes[0], ENA: true,
		}
		require.Empty(t, fit.Check(&im, &typ), typ.Name)
	}
}

func BenchmarkCheck(b *testing.B) {
	b.ReportAllocs()
	im, typ := linux(), typeNamed(b, "m5.large")
	for b.Loop() {
		fit.Check(&im, &typ)
	}
}
