package catalogue

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// How each parser refuses a file that isn't what it should be.
func TestBrokenFilesAreRefused(t *testing.T) {
	t.Parallel()
	const (
		regionsHeader = "region\topt_in_status\tzones(name=id)\n"
		imagesHeader  = "region\timage_id\towner_id\tarchitecture\troot_device\tvirtualization\tname\tdescription\n"
		image         = "us-east-1\tami-2\t1\tarm64\t/dev/xvda\thvm\tal2023-ami-2023.11.20260427.1-kernel-6.1-arm64\tx\n"
	)
	for name, tc := range map[string]struct {
		parse   func([]byte) error
		text    string
		problem string
	}{
		"types: no name":              {ofTypes, `{"Hypervisor":"xen"}` + "\n", "line 1: no InstanceType"},
		"types: out of order":         {ofTypes, `{"InstanceType":"b"}` + "\n" + `{"InstanceType":"a"}` + "\n", "line 2: a isn't sorted after b"},
		"types: cut off":              {ofTypes, `{"InstanceType":"b"}` + "\n" + `{"Insta`, "the last line doesn't end"},
		"offers: cut off":             {ofOffers, "type\tus-east-1\na1.large\ta", "the last line doesn't end"},
		"offers: header":              {ofOffers, "type\teast\n", "malformed name"},
		"offers: region twice":        {ofOffers, "type\tus-east-1\tus-east-1\n", "us-east-1 is named twice"},
		"offers: fields":              {ofOffers, "type\tus-east-1\na1.large\n", "line 2 has 1 fields, expected 2"},
		"offers: no zone":             {ofOffers, "type\tus-east-1\na1.large\tA\n", "malformed name"},
		"offers: zones out of order":  {ofOffers, "type\tus-east-1\na1.large\tba\n", "aren't sorted"},
		"offers: types out of order":  {ofOffers, "type\tus-east-1\nb\ta\na\ta\n", "line 3: a isn't sorted after b"},
		"regions: header":             {ofRegions, "region\n", `header: "region", expected`},
		"regions: no region":          {ofRegions, regionsHeader + "east\tx\t\n", "malformed name"},
		"regions: zone without an ID": {ofRegions, regionsHeader + "us-east-1\tx\tus-east-1a=\n", "with its ID"},
		"regions: zone of another":    {ofRegions, regionsHeader + "us-east-1\tx\tus-east-2a=use2-az1\n", "is no zone of us-east-1"},
		"regions: out of order":       {ofRegions, regionsHeader + "us-east-2\tx\t\nus-east-1\tx\t\n", "isn't sorted after"},
		"images: header":              {ofImages, "id\n", "header"},
		"images: no region":           {ofImages, imagesHeader + "e" + image, "malformed name"},
		"images: no version":          {ofImages, imagesHeader + "us-east-1\tami-1\t1\ta\tr\tv\tname\tx\n", "no version"},
		"images: out of order":        {ofImages, imagesHeader + image + image, "ami-2 isn't sorted after ami-2"},
		"empty":                       {ofImages, "", "the last line doesn't end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, tc.parse([]byte(tc.text)), tc.problem)
		})
	}
}

func ofTypes(text []byte) error   { _, err := parseTypes(text); return err }
func ofOffers(text []byte) error  { _, err := parseOffers(text); return err }
func ofRegions(text []byte) error { _, err := parseRegions(text); return err }
func ofImages(text []byte) error  { _, err := parseImages(text); return err }

// Whatever a refreshed file holds, reading it ends in data or in an error.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"InstanceType":"a1.large"}` + "\n",
		"type\tus-east-1\na1.large\tab\n",
		"region\topt_in_status\tzones(name=id)\nus-east-1\tnot-opted-in\tus-east-1a=use1-az6\n",
		"region\timage_id\towner_id\tarchitecture\troot_device\tvirtualization\tname\tdescription\n" +
			"us-east-1\tami-2\t1\tarm64\t/dev/xvda\thvm\tal2023-ami-2023.11.20260427.1-kernel-6.1-arm64\tx\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if o, err := parseOffers([]byte(s)); err == nil && len(o.cells) != len(o.names)*len(o.columns) {
			t.Fatalf("%d cells for %d types in %d regions", len(o.cells), len(o.names), len(o.columns))
		}
		if types, err := parseTypes([]byte(s)); err == nil && len(types.names) != len(types.index) {
			t.Fatalf("%d names, %d in the index", len(types.names), len(types.index))
		}
		if _, err := parseRegions([]byte(s)); err != nil {
			return
		}
		if _, err := parseImages([]byte(s)); err == nil {
			t.Fatal("the same file was read as regions and as images")
		}
	})
}

func FuzzParseRelease(f *testing.F) {
	for _, s := range []string{"al2023-ami-2023.11.20260427.1-kernel-6.12-arm64", "amzn2-ami-hvm-2.0.20260427.1-x86_64-gp2", "", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r, err := ParseRelease(name)
		if err != nil {
			return
		}
		if r.Compare(r) != 0 {
			t.Fatalf("%q differs from itself", name)
		}
		if len(r.Family)+len("-")+len(r.Version) != len(name) {
			t.Fatalf("%q is %q and %q", name, r.Family, r.Version)
		}
	})
}
