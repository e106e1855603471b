package catalogue_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func called(r region.Region, name string) []catalogue.PublicImage {
	var found []catalogue.PublicImage
	for im := range catalogue.PublicImages(r) {
		if im.Name == name {
			found = append(found, im)
		}
	}
	return found
}

func TestPublishersHaveTheAccountOfTheRegion(t *testing.T) {
	t.Parallel()
	const ubuntu, windows = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260402", "Windows_Server-2022-English-Full-Base-2026.04.15"
	for _, tc := range []struct {
		name  string
		at    region.Region
		owner string
	}{
		{ubuntu, region.USEast1, "099720109477"}, {ubuntu, region.APSoutheast7, "099720109477"},
		{ubuntu, region.USGovWest1, "513442679011"}, {ubuntu, region.CNNorth1, "837727238323"},
		{windows, region.EUWest1, "801119661308"}, {windows, region.ILCentral1, "185158320714"},
		{windows, region.CNNorth1, "016951021795"}, {windows, region.USGovEast1, "077303321853"},
		{"debian-12-amd64-20260413-2447", region.USWest2, "136693071363"},
		{"RHEL-9.7.0_HVM-20260310-x86_64-0-Hourly2-GP3", region.USGovEast1, "219670896067"},
		{"suse-sles-15-sp7-v20260324-hvm-ssd-x86_64", region.CNNorthwest1, "841869936221"},
	} {
		found := called(tc.at, tc.name)
		require.Len(t, found, 1, "%s in %s", tc.name, tc.at)
		require.Equal(t, tc.owner, found[0].OwnerID)
		require.Equal(t, "amazon", found[0].OwnerAlias)
	}
	require.Empty(t, called(region.CNNorth1, "debian-12-amd64-20260413-2447"))
	require.NotEqual(t, "801119661308", called(region.AFSouth1, windows)[0].OwnerID)
}

func TestImagesHaveIDsOfTheirOwnAndAllArchitectures(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	for _, r := range catalogue.Regions() {
		names := map[string]bool{}
		for im := range catalogue.PublicImages(r.Name) {
			require.Empty(t, ids[im.ID], "%s and %s", im.Name, ids[im.ID])
			ids[im.ID] = im.Name
			require.Regexp(t, "^ami-0[0-9a-f]{16}$", im.ID)
			require.False(t, names[im.OwnerID+im.Name], im.Name)
			names[im.OwnerID+im.Name] = true
			require.LessOrEqual(t, len(im.Name), 128)
			require.False(t, im.Released.After(catalogue.Date()), im.Name)
			require.Equal(t, im.Virtualization == "paravirtual", im.Kernel != "", im.Name)
		}
	}
	var architectures []string
	for im := range catalogue.PublicImages(region.USEast1) {
		architectures = append(architectures, im.Architecture)
	}
	slices.Sort(architectures)
	require.Equal(t, []string{"arm64", "arm64_mac", "i386", "x86_64", "x86_64_mac"}, slices.Compact(architectures))
}

func TestImagesTellWhatTheirFamilyHas(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		details, operation, boot, imds string
		root                           string
		size                           int32
		stores                         int
	}{
		"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260402":            {"Linux/UNIX", "RunInstances", "uefi-preferred", "v2.0", "/dev/sda1", 8, 2},
		"ubuntu-pro-server/images/hvm-ssd/ubuntu-jammy-22.04-arm64-pro-server-20260320": {"Ubuntu Pro", "RunInstances:0g00", "uefi", "", "/dev/sda1", 8, 2},
		"debian-13-arm64-20260413-2447":                                                 {"Linux/UNIX", "RunInstances", "uefi", "v2.0", "/dev/xvda", 8, 0},
		"RHEL-10.1.0_HVM-20260312-x86_64-0-Hourly2-GP3":                                 {"Red Hat Enterprise Linux", "RunInstances:0010", "uefi-preferred", "v2.0", "/dev/sda1", 10, 0},
		"suse-sles-15-sp7-v20260324-hvm-ssd-arm64":                                      {"SUSE Linux", "RunInstances:000g", "uefi", "", "/dev/sda1", 10, 0},
		"Windows_Server-2025-English-Core-Base-2026.04.15":                              {"Windows", "RunInstances:0002", "uefi", "", "/dev/sda1", 30, 24},
		"Windows_Server-2022-English-Full-SQL_2022_Web-2026.04.15":                      {"Windows with SQL Server Web", "RunInstances:0202", "", "", "/dev/sda1", 50, 24},
		"amazon-eks-node-al2023-arm64-standard-1.33-v20260415":                          {"Linux/UNIX", "RunInstances", "uefi", "v2.0", "/dev/xvda", 20, 0},
		"bottlerocket-aws-k8s-1.34-x86_64-v1.56.0-7d2a61f0":                             {"Linux/UNIX", "RunInstances", "uefi-preferred", "", "/dev/xvda", 2, 0},
		"amzn-ec2-macos-15.7.4-20260225-181432-arm64":                                   {"Linux/UNIX", "RunInstances", "", "", "/dev/sda1", 100, 0},
	} {
		found := called(region.USEast1, name)
		require.Len(t, found, 1, name)
		im := found[0]
		require.Equal(t, want, struct {
			details, operation, boot, imds string
			root                           string
			size                           int32
			stores                         int
		}{im.PlatformDetails, im.UsageOperation, im.BootMode, im.IMDSSupport, im.RootDevice, im.Root.SizeGiB, len(im.InstanceStores)}, name)
	}
}
