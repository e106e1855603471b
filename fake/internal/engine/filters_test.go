package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/internal/tooltest"
)

func TestFilterLimits(t *testing.T) {
	t.Parallel()
	values := func(n int) []string { return slices.Repeat([]string{"x"}, n) }
	for name, tc := range map[string]struct {
		filters []ec2types.Filter
		code    string
		message string
	}{
		"50 filters":       {slices.Repeat([]ec2types.Filter{filter("state", "x")}, 50), "", ""},
		"51 filters":       {slices.Repeat([]ec2types.Filter{filter("state", "x")}, 51), "FilterLimitExceeded", "The maximum number of filters is 50; the request has 51."},
		"200 values":       {[]ec2types.Filter{filter("state", values(200)...)}, "", ""},
		"201 values":       {[]ec2types.Filter{filter("state", values(201)...)}, "FilterLimitExceeded", "The maximum number of values for the filter 'state' is 200; the request has 201."},
		"255 characters":   {[]ec2types.Filter{filter("state", strings.Repeat("x", 255))}, "", ""},
		"256 characters":   {[]ec2types.Filter{filter("state", strings.Repeat("x", 256))}, "InvalidParameterValue", "A value of the filter 'state' is longer than 255 characters."},
		"no values":        {[]ec2types.Filter{{Name: ptr("state")}}, "InvalidParameterValue", "The filter 'state' has no value."},
		"no name":          {[]ec2types.Filter{filter("state", "x"), {Values: []string{"x"}}}, "MissingParameter", "The request must contain the parameter Filter.2.Name"},
		"unknown name":     {[]ec2types.Filter{filter("State", "x")}, "InvalidParameterValue", "The filter 'State' is invalid"},
		"tag without key":  {[]ec2types.Filter{filter("tag:", "x")}, "InvalidParameterValue", "The filter 'tag:' is invalid"},
		"tag values alone": {[]ec2types.Filter{filter("tag-value", "x")}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.DescribeVpcsOutput](newWorld(t, Options{}), &ec2.DescribeVpcsInput{Filters: tc.filters})
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, tc.message, wantCode(t, err, tc.code).Message)
		})
	}
}

func TestTagFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a := newVPC(w, "10.0.0.0/16", "Name", "a", "odd*key", "x", "empty", "")
	b := newVPC(w, "10.1.0.0/16", "Name", "b")
	newVPC(w, "10.2.0.0/16")
	for name, tc := range map[string]struct {
		filter ec2types.Filter
		want   []string
	}{
		"value":                         {filter("tag:Name", "b"), []string{b}},
		"values":                        {filter("tag:Name", "b", "a"), []string{a, b}},
		"wildcard":                      {filter("tag:Name", "*"), []string{a, b}},
		"case counts":                   {filter("tag:name", "a"), []string{}},
		"empty value":                   {filter("tag:empty", ""), []string{a}},
		"a key may look like a pattern": {filter("tag:odd*key", "x"), []string{a}},
		"and is none":                   {filter("tag:odd*", "x"), []string{}},
		"key":                           {filter("tag-key", "odd*"), []string{a}},
		"any key's value":               {filter("tag-value", "x", "b"), []string{a, b}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, tc.want, vpcIDs(w.within(t), &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{tc.filter}}))
		})
	}
}

// Filters that use an index, or several, find what a look at every row finds.
func TestIndexesFindWhatALookAtEveryRowFinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for i := range 3 {
		vpc := newVPC(w, fmt.Sprintf("10.%d.0.0/16", i))
		for j := range 4 {
			in := &ec2.CreateSubnetInput{
				VpcId: &vpc, CidrBlock: ptr(fmt.Sprintf("10.%d.%d.0/24", i, j)), AvailabilityZone: ptr("us-east-1" + string("abcd"[j])),
				TagSpecifications: tagged(ec2types.ResourceTypeSubnet, "n", itoa(j), "v", itoa(i)),
			}
			must[ec2.CreateSubnetOutput](w, in)
			must[ec2.CreateSubnetOutput](w.as("111122223333"), &ec2.CreateSubnetInput{
				VpcId: defaultVPCOf(w.as("111122223333")).VpcId, CidrBlock: ptr(fmt.Sprintf("172.31.%d.0/24", 200+4*i+j)),
				TagSpecifications: in.TagSpecifications,
			})
		}
	}
	all := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{}).Subnets
	vpcs := vpcIDs(w, &ec2.DescribeVpcsInput{})
	valuesOf := map[string]func(s *ec2types.Subnet) []string{
		"vpc-id":            func(s *ec2types.Subnet) []string { return []string{*s.VpcId} },
		"availability-zone": func(s *ec2types.Subnet) []string { return []string{*s.AvailabilityZone} },
		"default-for-az":    func(s *ec2types.Subnet) []string { return []string{boolText(*s.DefaultForAz)} },
		"tag:n": func(s *ec2types.Subnet) (values []string) {
			for _, g := range s.Tags {
				if *g.Key == "n" {
					values = append(values, *g.Value)
				}
			}
			return values
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		var filters []ec2types.Filter
		for range rapid.IntRange(1, 3).Draw(t, "filters") {
			name := rapid.SampledFrom([]string{"vpc-id", "availability-zone", "default-for-az", "tag:n"}).Draw(t, "name")
			pool := []string{"0", "1", "3", "us-east-1a", "us-east-1d", "true", "false", "*a", "?", vpcs[0], vpcs[1]}
			filters = append(filters, filter(name, rapid.SliceOfN(rapid.SampledFrom(pool), 1, 3).Draw(t, "values")...))
		}
		var want []string
		for i := range all {
			if !slices.ContainsFunc(filters, func(f ec2types.Filter) bool {
				return !slices.ContainsFunc(valuesOf[*f.Name](&all[i]), func(value string) bool {
					return slices.ContainsFunc(f.Values, func(p string) bool { return tooltest.LikeByDefinition([]rune(p), []rune(value)) })
				})
			}) {
				want = append(want, *all[i].SubnetId)
			}
		}
		got := subnetIDs(w, &ec2.DescribeSubnetsInput{Filters: filters})
		if !slices.Equal(got, want) {
			t.Fatalf("%d subnets, want %d", len(got), len(want))
		}
	})
}

func FuzzFilters(f *testing.F) {
	for _, s := range []string{"state", "tag:Name", "tag-key", "", "tag:", "is-default", "cidr"} {
		f.Add(s, "available", "*", uint8(2))
	}
	f.Add("vpc-id", "\x00", strings.Repeat("?", 300), uint8(255))
	w := newWorld(f, Options{})
	newVPC(w, "10.0.0.0/16", "Name", "x")
	f.Fuzz(func(t *testing.T, name, a, b string, n uint8) {
		values := slices.Repeat([]string{a, b}, int(n))
		out, err := call[ec2.DescribeVpcsOutput](w.within(t), &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{{Name: &name, Values: values}}})
		if err == nil && len(out.Vpcs) > 2 {
			t.Fatal("more than there are")
		}
	})
}

// Whatever finds the candidates of a filter, it finds what a look at every row does.
func TestIndexedFiltersFindWhatAScanFinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	far, near := w.network("10.0.0.0/16", "us-east-1b"), w.network("10.1.0.0/16", "us-east-1a")
	id := w.launch(nil)
	w.launch(interfaces(on{}, on{SecondaryPrivateIpAddressCount: ptr(int32(1))}))
	w.as("111122223333").launch(nil)
	for _, typ := range []ec2types.NetworkInterfaceCreationType{"", "efa", "efa-only", "trunk"} {
		w.addInterface(far.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.InterfaceType = typ })
	}
	must[ec2.AttachNetworkInterfaceOutput](w, attach(id, *w.addInterface(near.subnet, nil).NetworkInterfaceId, 1))
	e, _ := w.elastic("k", "v")
	w.elastic()
	must[ec2.AssociateAddressOutput](w, &ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: w.instance(id).NetworkInterfaces[0].NetworkInterfaceId})
	w.here(func(v *view) {
		require.NotZero(t, wantIndexesLikeScans(t, v, &interfaceFilters))
		require.NotZero(t, wantIndexesLikeScans(t, v, &elasticFilters))
	})
}

// wantIndexesLikeScans compares for each value that any row has, and gives how many comparisons there were.
func wantIndexesLikeScans[R any](t *testing.T, v *view, f *filterable[R]) (compared int) {
	t.Helper()
	for name, on := range f.filters {
		if on.index == "" && on.ids == nil {
			continue
		}
		values := map[string]bool{"": true, "nothing": true}
		for r := range f.table(v.state).Every() {
			on.values(v, r, func(value string) { values[value] = true })
		}
		for value := range values {
			s, err := f.parse([]ec2types.Filter{filter(name, value)})
			require.NoError(t, err)
			var got, want []string
			for r := range s.rows(v, "") {
				got = append(got, f.id(r))
			}
			for r := range f.table(v.state).All(v.scope, "") {
				if s.match(v, r) {
					want = append(want, f.id(r))
				}
			}
			require.Equal(t, want, got, "%s=%q", name, value)
			compared++
		}
	}
	return compared
}
