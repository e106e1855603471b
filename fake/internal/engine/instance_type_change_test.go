package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// stoppedOf launches an instance and stops it.
func (w *testWorld) stoppedOf(change func(in *ec2.RunInstancesInput)) string {
	w.t.Helper()
	id := w.launch(change)
	w.instanceCount()
	_, err := w.stop(id)
	require.NoError(w.t, err)
	return id
}

func (w *testWorld) resize(id, typ string) error {
	return w.modify(id, func(in *ec2.ModifyInstanceAttributeInput) { in.InstanceType = attribute(typ) })
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html
func TestATypeMustFitTheInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arm := func(change func(in *ec2.RunInstancesInput)) func(*ec2.RunInstancesInput) {
		return typed("m7g.large", "arm64", change)
	}
	xen := w.imageLike("x86_64", func(im *image) { im.enaSupport = false })
	tpm := w.imageLike("x86_64", func(im *image) { im.tpmSupport, im.bootMode = "v2.0", "uefi" })
	of := func(id, typ string) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), ec2types.InstanceType(typ) }
	}
	many := func(in *ec2.RunInstancesInput) {
		for n := range 27 { // with the root one more than 27, what is left of 28 beside one interface
			in.BlockDeviceMappings = append(in.BlockDeviceMappings, ebs("/dev/sd"+string(rune('b'+n%25))+[]string{"", "1"}[n/25], ec2types.EbsBlockDevice{VolumeSize: size(1)}))
		}
	}
	for name, tc := range map[string]struct {
		launch  func(in *ec2.RunInstancesInput)
		typ     string
		code    string
		message string
	}{
		"fits":                          {nil, "c7g.xlarge", "", ""},
		"its own":                       {nil, "t4g.small", "", ""},
		"no type":                       {nil, "", "MissingParameter", "InstanceType.Value"},
		"unknown type":                  {nil, "x9.huge", "InvalidParameterValue", "The following supplied instance types do not exist: [x9.huge]"},
		"another architecture":          {nil, "m5.large", "InvalidParameterValue", "The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI."},
		"not in the zone":               {inZone("us-east-1e", typed("t2.micro", "x86_64", nil)), "m7i.large", "Unsupported", "not supported in your requested Availability Zone (us-east-1e)"},
		"without ENA":                   {of(xen, "t2.micro"), "m5.large", "InvalidParameterCombination", "(ENA) is required for the 'm5.large' instance type"},
		"without TPM":                   {of(tpm, "m5.large"), "t2.large", "InvalidParameterCombination", "t2.large"},
		"without enclaves":              {arm(func(in *ec2.RunInstancesInput) { in.EnclaveOptions = enclave(true) }), "m7g.medium", "Unsupported", "Nitro Enclaves"},
		"too few interfaces":            {arm(interfaces(on{}, on{}, on{})), "m7g.medium", "AttachmentLimitExceeded", "Interface count 3 exceeds the limit for m7g.medium"},
		"too few addresses":             {arm(interfaces(on{SecondaryPrivateIpAddressCount: ptr(int32(5))})), "m7g.medium", "PrivateIpAddressLimitExceeded", ""},
		"too few volumes":               {typed("m8g.large", "arm64", many), "t4g.small", "AttachmentLimitExceeded", "more volumes attached"},
		"optimized for EBS":             {typed("m5.large", "x86_64", func(in *ec2.RunInstancesInput) { in.EbsOptimized = ptr(true) }), "t2.large", "Unsupported", "EBS-optimized"},
		"weighted bandwidth":            {typed("m8g.large", "arm64", weighted), "m7g.large", "Unsupported", "bandwidth weighting 'vpc-1'"},
		"dedicated, on T2":              {typed("m5.large", "x86_64", func(in *ec2.RunInstancesInput) { in.Placement = &ec2types.Placement{Tenancy: "dedicated"} }), "t2.large", "Unsupported", "not supported"},
		"configured for hibernation":    {typed("m5.large", "x86_64", hibernating), "m5a.metal", "InvalidParameterValue", ""},
		"hibernation on one that can":   {typed("m5.large", "x86_64", hibernating), "m5.xlarge", "", ""},
		"hibernation on one that can't": {typed("m5.large", "x86_64", hibernating), "m5zn.metal", "UnsupportedHibernationConfiguration", "m5zn.metal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			id := w.stoppedOf(tc.launch)
			if tc.code == "" {
				require.NoError(t, w.resize(id, tc.typ))
				require.Equal(t, tc.typ, string(w.instance(id).InstanceType))
				return
			}
			e := wantNoChange[ec2.ModifyInstanceAttributeOutput](w, &ec2.ModifyInstanceAttributeInput{InstanceId: ptr(id), InstanceType: attribute(tc.typ)}, tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
}

func inZone(name string, change func(in *ec2.RunInstancesInput)) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		change(in)
		in.Placement = zone(name)
	}
}

func weighted(in *ec2.RunInstancesInput) {
	in.NetworkPerformanceOptions = &ec2types.InstanceNetworkPerformanceOptionsRequest{BandwidthWeighting: "vpc-1"}
}

// hibernating has a root volume that takes the memory of an m5.large.
func hibernating(in *ec2.RunInstancesInput) {
	in.HibernationOptions = &ec2types.HibernationOptionsRequest{Configured: ptr(true)}
	in.BlockDeviceMappings = append(in.BlockDeviceMappings,
		ebs("/dev/xvda", ec2types.EbsBlockDevice{VolumeSize: size(100), Encrypted: ptr(true), VolumeType: "gp3"}))
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html
func TestWhatFollowsTheType(t *testing.T) {
	t.Parallel()
	cpu := func(cores, threads int32) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) {
			in.CpuOptions = &ec2types.CpuOptionsRequest{CoreCount: ptr(cores), ThreadsPerCore: ptr(threads)}
		}
	}
	for name, tc := range map[string]struct {
		launch         func(in *ec2.RunInstancesInput)
		typ            string
		cores, threads int32
		boot           ec2types.InstanceBootModeValues
	}{
		"cores and threads of the new type": {typed("m5.large", "x86_64", nil), "m5.2xlarge", 4, 2, "uefi"},
		"chosen ones, if it can have them":  {typed("m5.2xlarge", "x86_64", cpu(2, 1)), "m5.xlarge", 2, 1, "uefi"},
		"else its own":                      {typed("m5.4xlarge", "x86_64", cpu(6, 1)), "m5.large", 1, 2, "uefi"},
		"the boot mode is what it can have": {typed("m5.large", "x86_64", nil), "t2.large", 2, 1, "legacy-bios"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			id := w.stoppedOf(tc.launch)
			require.NoError(t, w.resize(id, tc.typ))
			_, err := w.start(id)
			require.NoError(t, err)
			i := w.instance(id)
			require.Equal(t, running, i.State.Name)
			require.Equal(t, []int32{tc.cores, tc.threads}, []int32{*i.CpuOptions.CoreCount, *i.CpuOptions.ThreadsPerCore})
			require.Equal(t, tc.boot, i.CurrentInstanceBootMode)
		})
	}
}

func TestAHibernatedInstanceKeepsItsType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(typed("m5.large", "x86_64", hibernating))
	w.instanceCount()
	must[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{id}, Hibernate: ptr(true)})
	wantCode(t, w.resize(id, "m5.xlarge"), "UnsupportedOperation")
}

func TestModifyInstanceCpuOptions(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	id := prepared.stoppedOf(typed("m5.2xlarge", "x86_64", nil))
	runs := prepared.launch(nil)
	for name, tc := range map[string]struct {
		in   ec2.ModifyInstanceCpuOptionsInput
		code string
	}{
		"valid":                    {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(id), CoreCount: ptr(int32(2)), ThreadsPerCore: ptr(int32(1))}, ""},
		"no instance":              {ec2.ModifyInstanceCpuOptionsInput{CoreCount: ptr(int32(2)), ThreadsPerCore: ptr(int32(1))}, "MissingParameter"},
		"nothing":                  {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(id)}, "MissingParameter"},
		"half":                     {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(id), CoreCount: ptr(int32(2))}, "InvalidParameterCombination"},
		"not listed":               {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(id), CoreCount: ptr(int32(5)), ThreadsPerCore: ptr(int32(1))}, "InvalidParameterValue"},
		"running":                  {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(runs), CoreCount: ptr(int32(2)), ThreadsPerCore: ptr(int32(1))}, "IncorrectInstanceState"},
		"no nested virtualization": {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(id), NestedVirtualization: "enabled"}, "Unsupported"},
		"unknown word":             {ec2.ModifyInstanceCpuOptionsInput{InstanceId: ptr(id), NestedVirtualization: "maybe"}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := prepared.forkWithin(t)
			if tc.code != "" {
				wantNoChange[ec2.ModifyInstanceCpuOptionsOutput](w, &tc.in, tc.code)
				return
			}
			out := must[ec2.ModifyInstanceCpuOptionsOutput](w, &tc.in)
			require.Equal(t, []int32{2, 1}, []int32{*out.CoreCount, *out.ThreadsPerCore})
			told := w.instance(id).CpuOptions
			require.Equal(t, []int32{2, 1}, []int32{*told.CoreCount, *told.ThreadsPerCore})
		})
	}
}
