package ami_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func TestQuickStartNamesAndParameters(t *testing.T) {
	t.Parallel()
	for want, tc := range map[string]struct {
		sel  ami.Selector
		arch ami.Architecture
		name string
	}{
		"/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id":         {ami.Ubuntu("24.04"), "", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260402"},
		"/aws/service/canonical/ubuntu/server-minimal/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id": {ami.Ubuntu("22.04").Minimal(), ami.ARM64, "ubuntu-minimal/images/hvm-ssd/ubuntu-jammy-22.04-arm64-minimal-20260318"},
		"/aws/service/canonical/ubuntu/pro-server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id":     {ami.Ubuntu("24.04").Pro(), "", "ubuntu-pro-server/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-pro-server-20260402"},
		"/aws/service/debian/release/12/latest/arm64":                                                {ami.Debian("12"), ami.ARM64, "debian-12-arm64-20260413-2447"},
		"/aws/service/suse/sles/16.0/x86_64/latest":                                                  {ami.SUSE("16.0"), "", "suse-sles-16-0-v20260402-hvm-ssd-x86_64"},
		"/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base":                      {ami.WindowsServer("2022"), "", "Windows_Server-2022-English-Full-Base-2026.04.15"},
		"/aws/service/ami-windows-latest/Windows_Server-2016-English-Core-SQL_2016_SP3_Standard":     {ami.WindowsServer("2016").Core().SQLServer("2016_SP3", ami.SQLStandard), "", "Windows_Server-2016-English-Core-SQL_2016_SP3_Standard-2026.04.15"},
		"/aws/service/ec2-macos/sequoia/arm64_mac/latest/image_id":                                   {ami.MacOS("sequoia"), "", "amzn-ec2-macos-15.7.4-20260225-181432-arm64"},
		"/aws/service/ec2-macos/sequoia/x86_64_mac/latest/image_id":                                  {ami.MacOS("sequoia"), ami.X8664Mac, "amzn-ec2-macos-15.7.4-20260225-181432"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			as := func(im *backend.Image) {
				of("amazon")(im)
				im.Architecture = string(tc.arch)
				if tc.arch == "" {
					im.Architecture = string(ami.NewClass("c", tc.sel).Architecture())
				}
			}
			a := newAccount(own(imageID, tc.name, as), own(stranger, tc.name, func(im *backend.Image) { as(im); im.OwnerAlias = "" }))
			for _, be := range []backend.Backend{a, withParameters{a, map[string]string{want: imageID}}} {
				r, err := tc.sel.Resolve(t.Context(), be, tc.arch)
				require.NoError(t, err)
				require.Equal(t, imageID, r.Image.ID)
				require.Len(t, r.Candidates, 1)
				require.Contains(t, r.Looked[0], want)
			}
		})
	}
}

func TestRHELGoesByAliasAndName(t *testing.T) {
	t.Parallel()
	a := newAccount(
		own(imageID, "RHEL-9.7.0_HVM_GA-20251103-x86_64-0-Hourly2-GP3", of("amazon")),
		own(stranger, "RHEL-9.8.0_HVM_BETA-20260103-x86_64-0-Hourly2-GP3", of("amazon")),
		own(madeID, "RHEL_HA-9.7.0_HVM-20251103-x86_64-0-Hourly2-GP3", of("amazon")))
	for want, sel := range map[string]ami.Selector{imageID: ami.RHEL("9"), madeID: ami.RHEL("9.7").HighAvailability()} {
		r, err := sel.Resolve(t.Context(), a, "")
		require.NoError(t, err)
		require.Equal(t, want, r.Image.ID)
		require.Len(t, r.Candidates, 1)
	}
}

func TestSelectorsThatCannotBe(t *testing.T) {
	t.Parallel()
	for path, sel := range map[string][]ami.Selector{
		"selector.owner":       {ami.Community("", "x-*"), ami.Community("self", "x-*"), ami.Community("amazon", "x-*"), ami.Community("*", "x-*")},
		"selector.name":        {ami.Community("123456789012", ""), ami.Own("a,b"), ami.Own("ab"), ami.Own("a\\*b")},
		"selector.productCode": {ami.Marketplace(""), ami.Marketplace("prod-abc"), ami.Marketplace("*")},
		"selector.release":     {ami.Ubuntu("noble"), ami.Debian("*"), ami.RHEL("9*"), ami.SUSE("15"), ami.WindowsServer("22"), ami.MacOS("15")},
		"selector.variant": {ami.WindowsServer("2022").Language("*"), ami.WindowsServer("2022").SQLServer("2022", "?"),
			ami.Ubuntu("24.04").Pro().Minimal(), ami.Ubuntu("24.04").Minimal().Pro(), ami.WindowsServer("2022").Language("Japanese").Language("German")},
	} {
		for _, s := range sel {
			a := newAccount()
			_, err := s.Resolve(t.Context(), a, "")
			var fe *instance.FieldError
			require.True(t, errors.As(err, &fe), "%s: %v", s, err)
			require.Equal(t, path, fe.Path)
			require.Zero(t, a.count("DescribeImages"))
		}
	}
	_, err := ami.MacOS("sequoia").Resolve(t.Context(), newAccount(), ami.X8664)
	require.ErrorContains(t, err, "choose arm64_mac or x86_64_mac")
}

// Whatever is asked for, it is refused before any call or asked for as it is, of the owner that was named.
func FuzzPattern(f *testing.F) {
	f.Add("123456789012", "web-*")
	f.Add("self", "*")
	f.Add("", "\\")
	f.Fuzz(func(t *testing.T, owner, pattern string) {
		a := newAccount(own(imageID, "web-1", of("amazon")))
		_, err := ami.Community(owner, pattern).Resolve(t.Context(), a, "")
		switch n := a.count("DescribeImages"); {
		case errors.Is(err, backend.ErrInvalid) && n == 0:
		case errors.Is(err, backend.ErrNotFound) && n == 1:
			if len(owner) != 12 || len(pattern) > 255 {
				t.Fatalf("%q %q was asked for", owner, pattern)
			}
		default:
			t.Fatalf("%q %q: %d calls, %v", owner, pattern, n, err)
		}
	})
}

func ExampleUbuntu() {
	fmt.Println(ami.Ubuntu("24.04"))
	fmt.Println(ami.Ubuntu("24.04").Minimal())
	// Output:
	// Ubuntu 24.04 of amazon
	// Ubuntu 24.04 (minimal) of amazon
}

func ExampleDebian() {
	fmt.Println(ami.Debian("12"))
	// Output: Debian 12 of amazon
}

func ExampleRHEL() {
	fmt.Println(ami.RHEL("9.4").HighAvailability())
	// Output: Red Hat Enterprise Linux 9.4 (High Availability) of amazon
}

func ExampleSUSE() {
	fmt.Println(ami.SUSE("15-sp7"))
	// Output: SUSE Linux Enterprise Server 15-sp7 of amazon
}

func ExampleWindowsServer() {
	fmt.Println(ami.WindowsServer("2022").Core().SQLServer("2022", ami.SQLWeb))
	// Output: Windows Server 2022 (Core, SQL Server 2022 Web) of amazon
}

func ExampleMacOS() {
	fmt.Println(ami.NewClass("builder", ami.MacOS("sequoia")))
	// Output: builder: macOS sequoia of amazon for arm64_mac
}

func ExampleMarketplace() {
	fmt.Println(ami.Marketplace("4p9z0w6h2r7k1t5c3x8y6v0ba"))
	// Output: product 4p9z0w6h2r7k1t5c3x8y6v0ba of aws-marketplace
}

// The owner can't be left out.
func ExampleCommunity() {
	fmt.Println(ami.Community("792107900819", "Rocky-9-EC2-Base-*"))
	fmt.Println(ami.NewClass("web", ami.Community("", "Rocky-9-EC2-Base-*")).Validate())
	// Output:
	// images of 792107900819 named "Rocky-9-EC2-Base-*"
	// class "web": selector.owner: "" is no account; give the twelve digits of the account that publishes the image; for one's own use Own
}
