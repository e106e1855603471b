package ami_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

func of(alias string) func(*backend.Image) {
	return func(im *backend.Image) { im.OwnerID, im.OwnerAlias = "137112412989", alias }
}

func arm(im *backend.Image) { im.Architecture = "arm64" }

const (
	al2023   = "ami-0000000000002023a"
	al2023s  = "ami-0000000000002023b"
	al2023m  = "ami-0000000000002023c"
	al2023k  = "ami-0000000000002023d"
	al2      = "ami-0000000000000002a"
	al2m     = "ami-0000000000000002b"
	stranger = "ami-000000000000bad00"
	latest   = "/aws/service/ami-amazon-linux-latest/"
)

// world has Quick Start images, a stranger's look-alike and own images.
func world() *account {
	return newAccount(
		own(al2023, "al2023-ami-2023.11.20260427.1-kernel-6.12-x86_64", of("amazon")),
		own(al2023s, "al2023-ami-2023.12.20260601.0-kernel-6.12-x86_64", of("amazon"), inState(backend.ImagePending, "")),
		own(al2023m, "al2023-ami-minimal-2023.11.20260427.1-kernel-6.12-x86_64", of("amazon")),
		own(al2023k, "al2023-ami-2023.11.20260427.1-kernel-6.1-arm64", of("amazon"), arm),
		own(al2, "amzn2-ami-hvm-2.0.20260427.1-x86_64-gp2", of("amazon")),
		own(al2m, "amzn2-ami-minimal-hvm-2.0.20260427.1-x86_64-ebs", of("amazon")),
		own(stranger, "al2023-ami-2023.99.20991231.9-kernel-6.12-x86_64", of("")),
		own(imageID, "golden-1"),
		own(madeID, "golden-2", arm),
	)
}

func TestSelectors(t *testing.T) {
	t.Parallel()
	parameters := map[string]string{
		latest + "al2023-ami-kernel-default-x86_64": al2023,
		latest + "al2023-ami-kernel-6.1-arm64":      al2023k,
		"/golden":                                   imageID,
		"/golden:1":                                 madeID,
		"/text":                                     "hello",
		"/stale":                                    "ami-0000000000000dead",
	}
	for name, tc := range map[string]struct {
		sel     ami.Selector
		arch    ami.Architecture
		want    string
		err     error
		message string
		without bool // parameters
	}{
		"Quick Start goes by parameter":                            {sel: ami.AmazonLinux2023(), want: al2023},
		"a kernel has a parameter of its own":                      {sel: ami.AmazonLinux2023().Kernel("6.1"), arch: ami.ARM64, want: al2023k},
		"without the parameter by owner and name":                  {sel: ami.AmazonLinux2023().Minimal(), want: al2023m},
		"without parameters by owner and name, never a stranger's": {sel: ami.AmazonLinux2023(), want: al2023, without: true},
		"the name of a kernel":                                     {sel: ami.AmazonLinux2023().Kernel("6.1"), arch: ami.ARM64, want: al2023k, without: true},
		"Amazon Linux 2":                                           {sel: ami.AmazonLinux2(), want: al2},
		"Amazon Linux 2, minimal":                                  {sel: ami.AmazonLinux2().Minimal(), want: al2m},
		"a kernel that isn't published": {
			sel: ami.AmazonLinux2().Kernel("5.10"), err: backend.ErrNotFound,
			message: `Amazon Linux 2 (kernel 5.10) of amazon for x86_64 in us-east-1: not found; looked for parameter ` + latest +
				`amzn2-ami-kernel-5.10-hvm-x86_64-gp2: GetParameter ` + latest + `amzn2-ami-kernel-5.10-hvm-x86_64-gp2: ParameterNotFound; ` +
				`looked for images of amazon named "amzn2-ami-kernel-5.10-hvm-2.0.*-x86_64-gp2"`,
		},
		"no kernel version":                      {sel: ami.AmazonLinux2023().Kernel("6.*"), err: backend.ErrInvalid, message: "selector.kernel"},
		"no Amazon Linux for Macs":               {sel: ami.AmazonLinux2023(), arch: ami.ARM64Mac, err: backend.ErrInvalid, message: "arm64_mac"},
		"no such architecture":                   {sel: ami.Own("x"), arch: "sparc", err: backend.ErrInvalid, message: `"sparc"`},
		"by ID, of the image's own architecture": {sel: ami.ByID(madeID), want: madeID},
		"by ID, of another architecture": {
			sel: ami.ByID(madeID), arch: ami.X8664, err: backend.ErrNotFound,
			message: `image ` + madeID + ` for x86_64 in us-east-1: not found; looked for image ` + madeID +
				`; refused ` + madeID + ` "golden-2" of 2026-11-01: its architecture is arm64, not x86_64`,
		},
		"by ID, pending":              {sel: ami.ByID(al2023s), err: backend.ErrNotFound, message: "it is pending"},
		"by ID, unknown":              {sel: ami.ByID("ami-0000000000000dead"), err: backend.ErrNotFound, message: "in us-east-1"},
		"by ID, malformed":            {sel: ami.ByID("ami-xyz"), err: backend.ErrInvalid, message: `selector.id: "ami-xyz" is no image ID`},
		"by parameter":                {sel: ami.ByParameter("/golden"), want: imageID},
		"by parameter as in a launch": {sel: ami.ByParameter("resolve:ssm:/golden:1"), want: madeID},
		"by parameter, unknown":       {sel: ami.ByParameter("/none"), err: backend.ErrNotFound, message: "/none"},
		"by parameter, no name":       {sel: ami.ByParameter(" "), err: backend.ErrInvalid, message: "selector.parameter"},
		"by parameter, no ID in it":   {sel: ami.ByParameter("/text"), err: backend.ErrInvalid, message: `its value "hello" is no image ID`},
		"by parameter, no such image": {sel: ami.ByParameter("/stale"), err: backend.ErrNotFound, message: "parameter /stale"},
		"by parameter, no parameters": {sel: ami.ByParameter("/golden"), err: backend.ErrUnsupported, message: "/golden", without: true},
		"own, for x86_64 if not said": {sel: ami.Own("golden-*"), want: imageID},
		"own, for another":            {sel: ami.Own("golden-?"), arch: ami.ARM64, want: madeID},
		"own, others' don't count":    {sel: ami.Own("al2023-*"), err: backend.ErrNotFound, message: `own images named "al2023-*"`},
		"own, no name":                {sel: ami.Own(""), err: backend.ErrInvalid, message: "selector.name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var be backend.Backend = world()
			if !tc.without {
				be = withParameters{world(), parameters}
			}
			r, err := tc.sel.Resolve(t.Context(), be, tc.arch)
			if tc.err != nil {
				require.ErrorIs(t, err, tc.err)
				require.ErrorContains(t, err, tc.message)
				require.Empty(t, r.Image.ID)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, r.Image.ID)
			require.Equal(t, region.USEast1, r.Region)
		})
	}
}

func TestQuickStartParameterThatFailsNowIsNoReasonToGuess(t *testing.T) {
	t.Parallel()
	for code, falls := range map[string]bool{"AccessDeniedException": true, "ThrottlingException": false, "InternalError": false} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			a := world()
			a.refuse["GetParameter"] = []error{refused(code)}
			r, err := ami.AmazonLinux2023().Resolve(t.Context(), withParameters{a, nil}, "")
			if !falls {
				require.ErrorContains(t, err, code)
				require.Zero(t, a.count("DescribeImages"))
				return
			}
			require.NoError(t, err)
			require.Equal(t, al2023, r.Image.ID)
			require.Contains(t, r.String(), code)
		})
	}
}

func TestResolutionExplainsItself(t *testing.T) {
	t.Parallel()
	r, err := ami.AmazonLinux2023().Resolve(t.Context(), world(), ami.X8664)
	require.NoError(t, err)
	want := `Amazon Linux 2023 of amazon for x86_64 in us-east-1: ` + al2023 + ` "al2023-ami-2023.11.20260427.1-kernel-6.12-x86_64" of 2026-11-01
  looked for parameter /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64: the backend reads no parameters
  looked for images of amazon named "al2023-ami-2023.*-kernel-*-x86_64"
  refused ` + al2023s + ` "al2023-ami-2023.12.20260601.0-kernel-6.12-x86_64" of 2026-11-01: it is pending`
	if diff := cmp.Diff(want, r.String()); diff != "" {
		t.Error(diff)
	}
}

func TestResolutionOfManyStaysReadable(t *testing.T) {
	t.Parallel()
	a := newAccount()
	for i := range 14 {
		a.add(own(fmt.Sprintf("ami-%017x", i), fmt.Sprintf("golden-%02d", i), func(im *backend.Image) {
			im.Deprecated = im.Created.AddDate(20, 0, 0)
		}))
	}
	r, err := ami.Own("golden-*").Resolve(t.Context(), a, "")
	require.NoError(t, err)
	require.Len(t, r.Candidates, 14)
	lines := strings.Split(r.String(), "\n")
	require.Len(t, lines, 1+1+10+1)
	require.Equal(t, `own images named "golden-*" for x86_64 in us-east-1: ami-0000000000000000d "golden-13" of 2026-11-01, deprecated from 2046-11-01`, lines[0])
	require.Equal(t, "  passed over 3 more", lines[12])
}

func TestResolveErrorHoldsWhatWasRefused(t *testing.T) {
	t.Parallel()
	_, err := ami.Own("golden-*").Resolve(t.Context(), world(), ami.I386)
	var re *ami.ResolveError
	require.True(t, errors.As(err, &re))
	require.Len(t, re.Resolution.Refused, 2)
	require.Empty(t, re.Resolution.Candidates)
}

func TestSelectorsCompare(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		a, b  ami.Selector
		equal bool
	}{
		"same":              {ami.AmazonLinux2023().Kernel("6.1"), ami.AmazonLinux2023().Kernel("6.1"), true},
		"zero is 2023":      {ami.AmazonLinux{}, ami.AmazonLinux2023(), true},
		"another variant":   {ami.AmazonLinux2023(), ami.AmazonLinux2023().Minimal(), false},
		"another kind":      {ami.ByID("x"), ami.ByParameter("x"), false},
		"two ways to write": {ami.ByParameter("resolve:ssm:/x"), ami.ByParameter("/x"), true},
	} {
		require.Equal(t, tc.equal, tc.a == tc.b, name)
	}
}
