package engine

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func typeNames(w *testWorld, in *ec2.DescribeInstanceTypesInput) []string {
	w.t.Helper()
	names := []string{}
	for {
		out := must[ec2.DescribeInstanceTypesOutput](w, in)
		for _, info := range out.InstanceTypes {
			names = append(names, string(info.InstanceType))
		}
		if out.NextToken == nil {
			return names
		}
		next := *in
		next.NextToken = out.NextToken
		in = &next
	}
}

func TestDescribeInstanceTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[ec2.DescribeInstanceTypesOutput](w, &ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{"t3.micro", "m7g.large", "t3.micro"}})
	require.Len(t, out.InstanceTypes, 2, "each once, in order of name")
	info := out.InstanceTypes[0]
	require.Equal(t, ec2types.InstanceTypeM7gLarge, info.InstanceType)
	require.Equal(t, int32(2), *info.VCpuInfo.DefaultVCpus)
	require.Equal(t, int64(8192), *info.MemoryInfo.SizeInMiB)
	require.Equal(t, []ec2types.ArchitectureType{"arm64"}, info.ProcessorInfo.SupportedArchitectures)
	require.Equal(t, 78.75, *info.EbsInfo.EbsOptimizedInfo.BaselineThroughputInMBps)
	require.Equal(t, []ec2types.BootModeType{"uefi"}, info.SupportedBootModes)
	require.True(t, *info.SupportedInRegion)

	all := typeNames(w, &ec2.DescribeInstanceTypesInput{})
	require.Equal(t, catalogue.OfferedTypes(region.USEast1), all)
	require.Equal(t, all, typeNames(w, &ec2.DescribeInstanceTypesInput{MaxResults: ptr(int32(37))}))
	require.Len(t, must[ec2.DescribeInstanceTypesOutput](w, &ec2.DescribeInstanceTypesInput{}).InstanceTypes, 100, "a page that isn't limited is full")
}

func TestInstanceTypesThatARegionLacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	var lacks string
	for _, name := range catalogue.InstanceTypeNames() {
		if len(catalogue.Offered(region.USEast1, name)) == 0 {
			lacks = name
			break
		}
	}
	require.NotEmpty(t, lacks)
	in := &ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{ec2types.InstanceType(lacks)}}
	_, err := call[ec2.DescribeInstanceTypesOutput](w, in)
	require.Equal(t, "The following supplied instance types do not exist: ["+lacks+"]", wantCode(t, err, "InvalidInstanceType").Message)

	in.IncludeUnsupportedInRegion = ptr(true)
	out := must[ec2.DescribeInstanceTypesOutput](w, in)
	require.False(t, *out.InstanceTypes[0].SupportedInRegion)
	require.Equal(t, catalogue.InstanceTypeNames(), typeNames(w, &ec2.DescribeInstanceTypesInput{IncludeUnsupportedInRegion: ptr(true)}))
}

func TestInstanceTypeFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	// i3.large has a disk, p4d.24xlarge EFA and GPUs, m7g.large none of these, t2.micro is old.
	some := []string{"i3.large", "m7g.large", "p4d.24xlarge", "t2.micro"}
	for name, tc := range map[string]struct {
		values []string
		want   []string
	}{
		"auto-recovery-supported":                                 {[]string{"true"}, []string{"m7g.large", "t2.micro"}},
		"bare-metal":                                              {[]string{"true"}, nil},
		"burstable-performance-supported":                         {[]string{"true"}, []string{"t2.micro"}},
		"current-generation":                                      {[]string{"true"}, some},
		"dedicated-hosts-supported":                               {[]string{"false"}, []string{"t2.micro"}},
		"ebs-info.attachment-limit-type":                          {[]string{"shared"}, []string{"i3.large", "m7g.large", "t2.micro"}},
		"ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps":  {[]string{"630"}, []string{"m7g.large"}},
		"ebs-info.ebs-optimized-info.baseline-iops":               {[]string{"3600"}, []string{"m7g.large"}},
		"ebs-info.ebs-optimized-info.baseline-throughput-in-mbps": {[]string{"78.75"}, []string{"m7g.large"}},
		"ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps":   {[]string{"10000"}, []string{"m7g.large"}},
		"ebs-info.ebs-optimized-info.maximum-iops":                {[]string{"40000"}, []string{"m7g.large"}},
		"ebs-info.ebs-optimized-info.maximum-throughput-in-mbps":  {[]string{"1250.0"}, []string{"m7g.large"}},
		"ebs-info.ebs-optimized-support":                          {[]string{"default"}, []string{"i3.large", "m7g.large", "p4d.24xlarge"}},
		"ebs-info.encryption-support":                             {[]string{"supported"}, some},
		"ebs-info.maximum-ebs-attachments":                        {[]string{"27"}, []string{"m7g.large"}},
		"ebs-info.nvme-support":                                   {[]string{"unsupported"}, []string{"t2.micro"}},
		"free-tier-eligible":                                      {[]string{"true"}, nil},
		"hibernation-supported":                                   {[]string{"true"}, []string{"i3.large", "m7g.large", "t2.micro"}},
		"hypervisor":                                              {[]string{"nitro"}, []string{"m7g.large", "p4d.24xlarge"}},
		"instance-storage-info.disk.count":                        {[]string{"1"}, []string{"i3.large"}},
		"instance-storage-info.disk.size-in-gb":                   {[]string{"475"}, []string{"i3.large"}},
		"instance-storage-info.disk.type":                         {[]string{"ssd"}, []string{"i3.large", "p4d.24xlarge"}},
		"instance-storage-info.encryption-support":                {[]string{"required"}, []string{"i3.large", "p4d.24xlarge"}},
		"instance-storage-info.nvme-support":                      {[]string{"required"}, []string{"i3.large", "p4d.24xlarge"}},
		"instance-storage-info.total-size-in-gb":                  {[]string{"8000"}, []string{"p4d.24xlarge"}},
		"instance-storage-supported":                              {[]string{"false"}, []string{"m7g.large", "t2.micro"}},
		"instance-type":                                           {[]string{"m7*", "i?.large"}, []string{"i3.large", "m7g.large"}},
		"memory-info.size-in-mib":                                 {[]string{"8192"}, []string{"m7g.large"}},
		"network-info.bandwidth-weightings":                       {[]string{"*"}, nil},
		"network-info.efa-info.maximum-efa-interfaces":            {[]string{"4"}, []string{"p4d.24xlarge"}},
		"network-info.efa-supported":                              {[]string{"true"}, []string{"p4d.24xlarge"}},
		"network-info.ena-support":                                {[]string{"unsupported"}, []string{"t2.micro"}},
		"network-info.encryption-in-transit-supported":            {[]string{"true"}, []string{"m7g.large", "p4d.24xlarge"}},
		"network-info.flexible-ena-queues-support":                {[]string{"unsupported"}, some},
		"network-info.ipv4-addresses-per-interface":               {[]string{"2"}, []string{"t2.micro"}},
		"network-info.ipv6-addresses-per-interface":               {[]string{"2"}, []string{"t2.micro"}},
		"network-info.ipv6-supported":                             {[]string{"true"}, some},
		"network-info.maximum-network-cards":                      {[]string{"4"}, []string{"p4d.24xlarge"}},
		"network-info.maximum-network-interfaces":                 {[]string{"2"}, []string{"t2.micro"}},
		"network-info.network-performance":                        {[]string{"4x 100 Gigabit"}, []string{"p4d.24xlarge"}},
		"nitro-enclaves-support":                                  {[]string{"unsupported"}, []string{"i3.large", "t2.micro"}},
		"nitro-tpm-info.supported-versions":                       {[]string{"2.0"}, []string{"m7g.large"}},
		"nitro-tpm-support":                                       {[]string{"supported"}, []string{"m7g.large"}},
		"processor-info.supported-architecture":                   {[]string{"i386"}, []string{"t2.micro"}},
		"processor-info.supported-features":                       {[]string{"amd-sev-snp"}, nil},
		"processor-info.sustained-clock-speed-in-ghz":             {[]string{"2.6"}, []string{"m7g.large"}},
		"reboot-migration-support":                                {[]string{"supported"}, []string{"m7g.large", "t2.micro"}},
		"supported-boot-mode":                                     {[]string{"uefi"}, []string{"m7g.large"}},
		"supported-root-device-type":                              {[]string{"instance-store"}, nil},
		"supported-usage-class":                                   {[]string{"spot"}, some},
		"supported-virtualization-type":                           {[]string{"paravirtual"}, nil},
		"vcpu-info.default-cores":                                 {[]string{"48"}, []string{"p4d.24xlarge"}},
		"vcpu-info.default-threads-per-core":                      {[]string{"2"}, []string{"i3.large", "p4d.24xlarge"}},
		"vcpu-info.default-vcpus":                                 {[]string{"96"}, []string{"p4d.24xlarge"}},
		"vcpu-info.valid-cores":                                   {[]string{"1,2"}, []string{"m7g.large"}},
		"vcpu-info.valid-threads-per-core":                        {[]string{"1"}, []string{"i3.large", "m7g.large", "p4d.24xlarge"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.DescribeInstanceTypesInput{Filters: []ec2types.Filter{filter(name, tc.values...)}}
			for _, s := range some {
				in.InstanceTypes = append(in.InstanceTypes, ec2types.InstanceType(s))
			}
			require.ElementsMatch(t, tc.want, typeNames(w.within(t), in))
		})
	}
}

func TestDescribeInstanceTypesRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	many := slices.Repeat([]ec2types.InstanceType{"t3.micro"}, 101)
	for name, tc := range map[string]struct {
		in            ec2.DescribeInstanceTypesInput
		code, message string
	}{
		"unknown":          {ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{"x", "t3.micro", "y.large"}}, "InvalidInstanceType", "The following supplied instance types do not exist: [x, y.large]"},
		"too many":         {ec2.DescribeInstanceTypesInput{InstanceTypes: many}, "InvalidParameterValue", "The maximum number of instance types is 100; the request has 101."},
		"too few results":  {ec2.DescribeInstanceTypesInput{MaxResults: ptr(int32(4))}, "InvalidParameterValue", "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
		"too many results": {ec2.DescribeInstanceTypesInput{MaxResults: ptr(int32(101))}, "InvalidParameterValue", "Value ( 101 ) for parameter maxResults is invalid. Expecting a value less than or equal to 100."},
		"filter":           {ec2.DescribeInstanceTypesInput{Filters: []ec2types.Filter{filter("vcpus", "2")}}, "InvalidParameterValue", "The filter 'vcpus' is invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeInstanceTypesOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

// Whatever a document says has its place in the SDK's type, but for the metal of a type that is newer than the SDK.
func TestDocumentsFitTheSDKsType(t *testing.T) {
	t.Parallel()
	for _, name := range catalogue.InstanceTypeNames() {
		document, ok := catalogue.InstanceTypeDocument(name)
		require.True(t, ok)
		decoder := json.NewDecoder(bytes.NewReader(document))
		decoder.DisallowUnknownFields()
		var info ec2types.InstanceTypeInfo
		require.NoError(t, decoder.Decode(&info), name)
		require.True(t, reflect.DeepEqual(info, *typeInfo(name)), name)
	}
}

func offerings(w *testWorld, in *ec2.DescribeInstanceTypeOfferingsInput) []string {
	w.t.Helper()
	all := []string{}
	for {
		out := must[ec2.DescribeInstanceTypeOfferingsOutput](w, in)
		for _, o := range out.InstanceTypeOfferings {
			all = append(all, string(o.InstanceType)+" "+*o.Location)
		}
		if out.NextToken == nil {
			return all
		}
		next := *in
		next.NextToken = out.NextToken
		in = &next
	}
}

func TestDescribeInstanceTypeOfferings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[ec2.DescribeInstanceTypeOfferingsOutput](w, &ec2.DescribeInstanceTypeOfferingsInput{
		Filters: []ec2types.Filter{filter("instance-type", "m7g.large")},
	})
	wantEqual(t, []ec2types.InstanceTypeOffering{
		{InstanceType: "m7g.large", Location: ptr("us-east-1"), LocationType: ec2types.LocationTypeRegion},
	}, out.InstanceTypeOfferings)

	var inZones, inIDs []string
	for _, z := range catalogue.Offered(region.USEast1, "m7g.large") {
		inZones = append(inZones, "m7g.large "+string(z))
		for _, known := range must[ec2.DescribeAvailabilityZonesOutput](w, &ec2.DescribeAvailabilityZonesInput{ZoneNames: []string{string(z)}}).AvailabilityZones {
			inIDs = append(inIDs, "m7g.large "+*known.ZoneId)
		}
	}
	slices.Sort(inIDs)
	require.NotEmpty(t, inZones)
	one := []ec2types.Filter{filter("instance-type", "m7g.large")}
	require.Equal(t, inZones, offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{Filters: one, LocationType: ec2types.LocationTypeAvailabilityZone}))
	require.Equal(t, inIDs, offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{Filters: one, LocationType: ec2types.LocationTypeAvailabilityZoneId}))
	require.Equal(t, inZones[:1], offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: ec2types.LocationTypeAvailabilityZone,
		Filters:      append(slices.Clone(one), filter("location", strings.Fields(inZones[0])[1])),
	}))
	require.Empty(t, offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{LocationType: ec2types.LocationTypeOutpost}))
	require.Empty(t, offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{Filters: []ec2types.Filter{filter("location", "eu-west-1")}}))

	all := offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{LocationType: ec2types.LocationTypeAvailabilityZone})
	require.Greater(t, len(all), 2000)
	require.Equal(t, all, offerings(w, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: ec2types.LocationTypeAvailabilityZone, MaxResults: ptr(int32(977)),
	}))
}

func TestDescribeInstanceTypeOfferingsRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		in      ec2.DescribeInstanceTypeOfferingsInput
		code    string
		message string
	}{
		"location type": {ec2.DescribeInstanceTypeOfferingsInput{LocationType: "planet"}, "InvalidParameterValue", "Value (planet) for parameter locationType is invalid. The location type is region, availability-zone, availability-zone-id or outpost."},
		"filter":        {ec2.DescribeInstanceTypeOfferingsInput{Filters: []ec2types.Filter{filter("zone", "x")}}, "InvalidParameterValue", "The filter 'zone' is invalid"},
		"results":       {ec2.DescribeInstanceTypeOfferingsInput{MaxResults: ptr(int32(1001))}, "InvalidParameterValue", "Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000."},
		"token":         {ec2.DescribeInstanceTypeOfferingsInput{NextToken: ptr("===")}, "InvalidNextToken", "The token '===' is invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeInstanceTypeOfferingsOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func BenchmarkDescribeOneInstanceType(b *testing.B) {
	w := newWorld(b, Options{})
	in := &ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{"m7g.large"}}
	b.ReportAllocs()
	for b.Loop() {
		must[ec2.DescribeInstanceTypesOutput](w, in)
	}
}
