package fit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/fit"
)

func TestBootMode(t *testing.T) {
	t.Parallel()
	var (
		legacy  = []string{"legacy-bios"}
		both    = []string{"legacy-bios", "uefi"}
		uefi    = []string{"uefi"}
		untold  []string
		refused = ""
	)
	for _, tc := range []struct {
		image string
		typ   []string
		want  string
	}{
		{"uefi", legacy, refused},
		{"uefi", both, "uefi"},
		{"uefi", uefi, "uefi"},
		{"uefi", untold, "uefi"},
		{"legacy-bios", legacy, "legacy-bios"},
		{"legacy-bios", both, "legacy-bios"},
		{"legacy-bios", uefi, refused},
		{"legacy-bios", untold, "legacy-bios"},
		{"uefi-preferred", legacy, "legacy-bios"},
		{"uefi-preferred", both, "uefi"},
		{"uefi-preferred", uefi, "uefi"},
		{"uefi-preferred", untold, "uefi"},
		{"", legacy, "legacy-bios"},
		{"", both, "legacy-bios"},
		{"", uefi, "uefi"},
		{"", untold, "legacy-bios"},
	} {
		got := fit.BootMode(&backend.Image{BootMode: tc.image}, &backend.InstanceType{BootModes: tc.typ})
		require.Equal(t, tc.want, got, "image %q on a type with %v", tc.image, tc.typ)
	}
}
