package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// described gives the tags that a listing shows, as "resource type/ID/key=value".
func described(w *testWorld, filters ...ec2types.Filter) []string {
	w.t.Helper()
	out := []string{}
	for _, g := range must[ec2.DescribeTagsOutput](w, &ec2.DescribeTagsInput{Filters: filters}).Tags {
		out = append(out, string(g.ResourceType)+"/"+*g.ResourceId+"/"+*g.Key+"="+*g.Value)
	}
	return out
}

func TestWhatCanBeTagged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := defaultVPCOf(w)
	group, rule := putGroup(w, "web")
	var eni string
	require.NoError(t, w.change(func(tx *tx) error {
		i, err := freeInterface(tx, newInterface{})
		eni = i.id
		return err
	}))
	for id, resource := range map[string]ec2types.ResourceType{
		*network.VpcId: ec2types.ResourceTypeVpc,
		subnetIDs(w, &ec2.DescribeSubnetsInput{})[0]: ec2types.ResourceTypeSubnet,
		*network.DhcpOptionsId:                       ec2types.ResourceTypeDhcpOptions,
		group:                                        ec2types.ResourceTypeSecurityGroup,
		rule:                                         ec2types.ResourceTypeSecurityGroupRule,
		eni:                                          ec2types.ResourceTypeNetworkInterface,
		catalogue.AmazonLinuxImages(region.USEast1)[0].ID: ec2types.ResourceTypeImage,
	} {
		t.Run(string(resource), func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tags("a", "b")})
			require.Contains(t, described(w), string(resource)+"/"+id+"/a=b")
			must[ec2.DeleteTagsOutput](w, &ec2.DeleteTagsInput{Resources: []string{id}, Tags: tags("a", "b")})
			require.NotContains(t, described(w), string(resource)+"/"+id+"/a=b")
		})
	}
}

func TestTagsOfAPublicImageAreOnesOwnView(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := catalogue.AmazonLinuxImages(region.USEast1)[0].ID
	theirs := w.as("111122223333")
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tags("mine", "yes")})
	must[ec2.CreateTagsOutput](theirs, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tags("mine", "no")})
	require.Equal(t, []string{"image/" + id + "/mine=yes"}, described(w))
	require.Equal(t, []string{"image/" + id + "/mine=no"}, described(theirs))
	require.Empty(t, described(w.in(region.EUWest1)))
}

func TestCreateTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a, b := newVPC(w, "10.0.0.0/16", "Name", "a"), newVPC(w, "10.1.0.0/16")
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{a, b, a}, Tags: append(tags("Name", "new", "*", "?"), ec2types.Tag{Key: ptr("empty")})})
	want := []string{
		"vpc/" + a + "/*=?", "vpc/" + a + "/Name=new", "vpc/" + a + "/empty=",
		"vpc/" + b + "/*=?", "vpc/" + b + "/Name=new", "vpc/" + b + "/empty=",
	}
	require.ElementsMatch(t, want, described(w))
	wantEqual(t, tags("*", "?", "Name", "new", "empty", ""), must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{VpcIds: []string{b}}).Vpcs[0].Tags)
}

func TestCreateTagsRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a := newVPC(w, "10.0.0.0/16", "Name", "a")
	theirs := newVPC(w.as("111122223333"), "10.0.0.0/16")
	var fifty []ec2types.Tag
	for i := range 50 {
		fifty = append(fifty, tags("k"+itoa(i), "")...)
	}
	ok := tags("k", "v")
	for name, tc := range map[string]struct {
		resources     []string
		tags          []ec2types.Tag
		code, message string
	}{
		"no resource":           {nil, ok, "MissingParameter", "The request must contain the parameter resourceIdSet"},
		"too many resources":    {slices.Repeat([]string{a}, 1001), ok, "InvalidParameterValue", "The maximum number of resources is 1000; the request has 1001."},
		"no tags":               {[]string{a}, nil, "InvalidParameterValue", "Value ( empty ) for parameter tagSet is invalid. You must specify one or more tags to create"},
		"one of them unknown":   {[]string{a, "subnet-12345678"}, ok, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-12345678' does not exist"},
		"another's":             {[]string{theirs}, ok, "InvalidVpcID.NotFound", "The vpc ID '" + theirs + "' does not exist"},
		"unknown interface":     {[]string{"eni-12345678"}, ok, "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-12345678' does not exist"},
		"unknown group":         {[]string{"sg-12345678"}, ok, "InvalidGroup.NotFound", "The security group 'sg-12345678' does not exist"},
		"unknown rule":          {[]string{"sgr-12345678"}, ok, "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID 'sgr-12345678' does not exist"},
		"unknown DHCP options":  {[]string{"dopt-12345678"}, ok, "InvalidDhcpOptionsID.NotFound", "The dhcpOption ID 'dopt-12345678' does not exist"},
		"unknown image":         {[]string{"ami-12345678"}, ok, "InvalidAMIID.NotFound", "The image id '[ami-12345678]' does not exist"},
		"unknown instance":      {[]string{"i-12345678"}, ok, "InvalidInstanceID.NotFound", "The instance ID 'i-12345678' does not exist"},
		"unknown snapshot":      {[]string{"snap-12345678"}, ok, "InvalidSnapshot.NotFound", "The snapshot 'snap-12345678' does not exist."},
		"unknown volume":        {[]string{"vol-12345678"}, ok, "InvalidVolume.NotFound", "The volume 'vol-12345678' does not exist."},
		"what this cloud lacks": {[]string{"igw-12345678"}, ok, "InvalidInternetGatewayID.NotFound", "The internetGateway ID 'igw-12345678' does not exist"},
		"malformed":             {[]string{"i-eCHmOTcEW0OZ9KbNe"}, ok, "InvalidID", "The ID 'i-eCHmOTcEW0OZ9KbNe' is not valid"},
		"what can't be tagged":  {[]string{"eipassoc-12345678"}, ok, "InvalidID", "The ID 'eipassoc-12345678' is not valid"},
		"an address":            {[]string{"107.20.243.249"}, ok, "InvalidID", "The ID '107.20.243.249' is not valid"},
		"empty ID":              {[]string{""}, ok, "InvalidID", "The ID '' is not valid"},
		"no key":                {[]string{a}, []ec2types.Tag{{Value: ptr("v")}}, "InvalidParameterValue", "Tag key cannot be empty"},
		"long key":              {[]string{a}, tags(strings.Repeat("ü", 129), ""), "InvalidParameterValue", "Tag key exceeds the maximum length of 128 characters"},
		"long value":            {[]string{a}, tags("k", strings.Repeat("ü", 257)), "InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters"},
		"reserved key":          {[]string{a}, tags("AWS:x", ""), "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
		"twice the same":        {[]string{a}, tags("k", "1", "k", "2"), "InvalidParameterValue", "Duplicate tag key 'k' specified."},
		"more than fifty":       {[]string{a}, fifty, "TagLimitExceeded", "You have reached the maximum number of tags: a resource can have 50, '" + a + "' would have 51."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.CreateTagsOutput](w.forkWithin(t), &ec2.CreateTagsInput{Resources: tc.resources, Tags: tc.tags}, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
	t.Run("dry run", func(t *testing.T) {
		t.Parallel()
		wantNoChange[ec2.CreateTagsOutput](w.forkWithin(t), &ec2.CreateTagsInput{Resources: []string{a}, Tags: ok, DryRun: ptr(true)}, "DryRunOperation")
	})
}

func TestDeleteTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a := newVPC(w, "10.0.0.0/16", "full", "v", "empty", "")
	b := newVPC(w, "10.1.0.0/16", "full", "other")
	require.NoError(t, w.change(func(tx *tx) error { // AWS's own tags can't be made by users
		return tx.setTags(ec2types.ResourceTypeVpc, a, tags("aws:made", "by"))
	}))
	all := []string{"vpc/" + a + "/aws:made=by", "vpc/" + a + "/empty=", "vpc/" + a + "/full=v", "vpc/" + b + "/full=other"}
	require.ElementsMatch(t, all, described(w))
	without := func(gone ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool {
			return slices.ContainsFunc(gone, func(g string) bool { return strings.HasSuffix(s, g) })
		})
	}
	key := func(k string) []ec2types.Tag { return []ec2types.Tag{{Key: &k}} }
	for name, tc := range map[string]struct {
		tags []ec2types.Tag
		want []string
	}{
		"a key, whatever its value": {key("full"), without("full=v", "full=other")},
		"a value that is the tag's": {tags("full", "v"), without("full=v")},
		"a value that isn't":        {tags("full", "x"), all},
		"an empty value that isn't": {tags("full", ""), all},
		"an empty value that is":    {tags("empty", ""), without("empty=")},
		"a tag that isn't there":    {key("nothing"), all},
		"all but AWS's":             {nil, without("full=v", "empty=", "full=other")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			must[ec2.DeleteTagsOutput](w, &ec2.DeleteTagsInput{Resources: []string{a, b}, Tags: tc.tags})
			require.ElementsMatch(t, tc.want, described(w))
		})
	}
	for name, tc := range map[string]struct {
		resources []string
		tags      []ec2types.Tag
		code      string
	}{
		"one of them unknown": {[]string{a, "vpc-12345678"}, nil, "InvalidVpcID.NotFound"},
		"no resource":         {nil, nil, "MissingParameter"},
		"malformed":           {[]string{"vpc"}, nil, "InvalidID"},
		"AWS's":               {[]string{a}, key("aws:made"), "InvalidParameterValue"},
		"no key":              {[]string{a}, []ec2types.Tag{{Value: ptr("v")}}, "InvalidParameterValue"},
		"too many tags":       {[]string{a}, slices.Repeat(key("k"), 1001), "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.DeleteTagsOutput](w.forkWithin(t), &ec2.DeleteTagsInput{Resources: tc.resources, Tags: tc.tags}, tc.code)
		})
	}
}

func TestDescribeTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := newVPC(w, "10.0.0.0/16", "Name", "net", "we*rd", "yes")
	sub := newSubnet(w, network, "10.0.0.0/24", "Name", "sub")
	newVPC(w.as("111122223333"), "10.0.0.0/16", "Name", "theirs")
	net, odd, part := "vpc/"+network+"/Name=net", "vpc/"+network+"/we*rd=yes", "subnet/"+sub+"/Name=sub"
	for name, tc := range map[string]struct {
		filters []ec2types.Filter
		want    []string
	}{
		"all":                      {nil, []string{net, odd, part}},
		"key":                      {[]ec2types.Filter{filter("key", "Name")}, []string{net, part}},
		"resource":                 {[]ec2types.Filter{filter("resource-id", sub)}, []string{part}},
		"resource type":            {[]ec2types.Filter{filter("resource-type", "vpc", "instance")}, []string{net, odd}},
		"value":                    {[]ec2types.Filter{filter("value", "?ub", "y*")}, []string{odd, part}},
		"pair":                     {[]ec2types.Filter{filter("tag:Name", "net")}, []string{net}},
		"pair with a wildcard":     {[]ec2types.Filter{filter("tag:Name", "*")}, []string{net, part}},
		"a key is taken literally": {[]ec2types.Filter{filter("tag:we*rd", "*")}, []string{odd}},
		"a tag has one key only":   {[]ec2types.Filter{filter("tag:Name", "*"), filter("tag:we*rd", "*")}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, tc.want, described(w.within(t), tc.filters...))
		})
	}
	for name, tc := range map[string]struct {
		in   ec2.DescribeTagsInput
		code string
	}{
		"unknown filter":   {ec2.DescribeTagsInput{Filters: []ec2types.Filter{filter("tag-key", "Name")}}, "InvalidParameterValue"},
		"pair without key": {ec2.DescribeTagsInput{Filters: []ec2types.Filter{filter("tag:", "x")}}, "InvalidParameterValue"},
		"too few results":  {ec2.DescribeTagsInput{MaxResults: ptr(int32(4))}, "InvalidParameterValue"},
		"token":            {ec2.DescribeTagsInput{NextToken: ptr("x")}, "InvalidNextToken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.DescribeTagsOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
	t.Run("pages", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		for i := range 4 {
			must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{sub, network}, Tags: tags("k"+itoa(i), "")})
		}
		all := described(w)
		require.Len(t, all, 11)
		var paged []string
		in := &ec2.DescribeTagsInput{MaxResults: ptr(int32(5))}
		for {
			out := must[ec2.DescribeTagsOutput](w, in)
			for _, g := range out.Tags {
				paged = append(paged, string(g.ResourceType)+"/"+*g.ResourceId+"/"+*g.Key+"="+*g.Value)
			}
			if in.NextToken = out.NextToken; out.NextToken == nil {
				break
			}
		}
		require.Equal(t, all, paged)
	})
}
