package fake_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// withoutParameters hides what a backend can do beside the required.
type withoutParameters struct{ backend.Backend }

// By parameter and by alias and name a selector comes to the same image, whatever the region.
func TestQuickStartSelectorsFindTheNewestImageOfTheirFamily(t *testing.T) {
	t.Parallel()
	all := []region.Region{region.USEast1, region.EUSouth2, region.MXCentral1, region.USGovWest1, region.CNNorth1}
	commercial := all[:3]
	for name, tc := range map[string]struct {
		sel  ami.Selector
		arch ami.Architecture
		at   []region.Region
		want string
	}{
		"Amazon Linux 2023":       {ami.AmazonLinux2023().Kernel("6.18"), ami.ARM64, all, "al2023-ami-2023.11.20260427.1-kernel-6.18-arm64"},
		"Ubuntu":                  {ami.Ubuntu("24.04"), ami.ARM64, all, "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260402"},
		"Ubuntu, minimal":         {ami.Ubuntu("22.04").Minimal(), "", all, "ubuntu-minimal/images/hvm-ssd/ubuntu-jammy-22.04-amd64-minimal-20260318"},
		"Ubuntu, Pro":             {ami.Ubuntu("26.04").Pro(), "", all, "ubuntu-pro-server/images/hvm-ssd-gp3/ubuntu-resolute-26.04-amd64-pro-server-20260423"},
		"Debian":                  {ami.Debian("12"), "", commercial, "debian-12-amd64-20260413-2447"},
		"RHEL, major":             {ami.RHEL("9"), "", all, "RHEL-9.7.0_HVM-20260310-x86_64-0-Hourly2-GP3"},
		"RHEL, minor":             {ami.RHEL("10.0"), ami.ARM64, all, "RHEL-10.0.0_HVM-20251030-arm64-0-Hourly2-GP3"},
		"RHEL, High Availability": {ami.RHEL("9").HighAvailability(), "", all, "RHEL_HA-9.7.0_HVM-20260310-x86_64-0-Hourly2-GP3"},
		"SLES 15":                 {ami.SUSE("15-sp7"), ami.ARM64, commercial, "suse-sles-15-sp7-v20260324-hvm-ssd-arm64"},
		"SLES 16":                 {ami.SUSE("16.0"), "", []region.Region{region.USEast1, region.CNNorth1}, "suse-sles-16-0-v20260402-hvm-ssd-x86_64"},
		"Windows":                 {ami.WindowsServer("2022"), "", all, "Windows_Server-2022-English-Full-Base-2026.04.15"},
		"Windows, Core":           {ami.WindowsServer("2025").Core(), "", all, "Windows_Server-2025-English-Core-Base-2026.04.15"},
		"Windows, Japanese":       {ami.WindowsServer("2022").Language("Japanese"), "", all, "Windows_Server-2022-Japanese-Full-Base-2026.04.15"},
		"Windows, SQL Server":     {ami.WindowsServer("2022").SQLServer("2022", ami.SQLWeb), "", all, "Windows_Server-2022-English-Full-SQL_2022_Web-2026.04.15"},
		"macOS":                   {ami.MacOS("sequoia"), "", []region.Region{region.USEast1, region.EUWest1}, "amzn-ec2-macos-15.7.4-20260225-181432-arm64"},
		"macOS, Intel":            {ami.MacOS("sequoia"), ami.X8664Mac, []region.Region{region.USEast1}, "amzn-ec2-macos-15.7.4-20260225-181432"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			for _, r := range tc.at {
				be := cloud.Backend(r)
				byParameter, err := tc.sel.Resolve(t.Context(), be, tc.arch)
				require.NoError(t, err, r)
				require.Equal(t, tc.want, byParameter.Image.Name, r)
				byName, err := tc.sel.Resolve(t.Context(), withoutParameters{be}, tc.arch)
				require.NoError(t, err, r)
				require.Equal(t, tc.want, byName.Image.Name, r)
				require.Equal(t, byParameter.Image.ID, byName.Image.ID, r)
				for _, c := range byName.Candidates {
					require.Equal(t, "amazon", c.OwnerAlias, "%s could be taken", c.Name)
				}
			}
		})
	}
}

func TestWhatIsNotPublishedInARegionIsNotFoundThere(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	for _, tc := range []struct {
		sel ami.Selector
		at  region.Region
	}{
		{ami.Debian("12"), region.CNNorth1}, {ami.SUSE("15-sp7"), region.USGovWest1}, {ami.MacOS("sequoia"), region.CNNorth1},
		{ami.Ubuntu("20.10"), region.USEast1}, {ami.MacOS("ventura"), region.USEast1}, {ami.RHEL("7"), region.USEast1},
	} {
		_, err := tc.sel.Resolve(t.Context(), cloud.Backend(tc.at), "")
		require.ErrorIs(t, err, backend.ErrNotFound, "%s in %s", tc.sel, tc.at)
	}
}

// A deprecated image is hidden from those who search, and found by those who name it.
func TestDeprecatedReleasesAnswerToTheirWholeNameOnly(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	r, err := ami.Community("220987654321", "community-wiki-*").Resolve(t.Context(), be, "")
	require.NoError(t, err)
	require.Equal(t, "community-wiki-20260219", r.Image.Name)
	require.Len(t, r.Candidates, 2)
	r, err = ami.Community("220987654321", "community-wiki-20231105").Resolve(t.Context(), be, "")
	require.NoError(t, err)
	require.Equal(t, "community-wiki-20231105", r.Image.Name)
}

func TestMarketplaceAndCommunitySelectors(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.EUWest1)
	r, err := ami.Marketplace("4p9z0w6h2r7k1t5c3x8y6v0ba").Resolve(t.Context(), be, "")
	require.NoError(t, err)
	require.Equal(t, "directory-appliance-4.2.1-0b1c6a2e-5d0f-4c7e-9a57-3f3c1d2b8a90", r.Image.Name)
	require.Equal(t, "aws-marketplace", r.Image.OwnerAlias)
	require.Len(t, r.Candidates, 2)
	r, err = ami.Community("792107900819", "Rocky-9-EC2-Base-*").Resolve(t.Context(), be, ami.ARM64)
	require.NoError(t, err)
	require.Equal(t, "Rocky-9-EC2-Base-9.7-20251123.2.aarch64", r.Image.Name)
	r, err = ami.Community("220987654321", "community-firewall-*").Resolve(t.Context(), be, ami.I386)
	require.NoError(t, err)
	require.Equal(t, "i386", r.Image.Architecture)
	r, err = ami.Community("666000666000", "debian-12-*").Resolve(t.Context(), be, "")
	require.NoError(t, err, "who asks for the impostor's image gets it")
	require.Empty(t, r.Image.OwnerAlias)
}
