package engine

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) modify(id string, change func(in *ec2.ModifyInstanceAttributeInput)) error {
	w.t.Helper()
	in := &ec2.ModifyInstanceAttributeInput{InstanceId: ptr(id)}
	change(in)
	_, err := call[ec2.ModifyInstanceAttributeOutput](w, in)
	return err
}

func (w *testWorld) attribute(id string, name ec2types.InstanceAttributeName) *ec2.DescribeInstanceAttributeOutput {
	w.t.Helper()
	return must[ec2.DescribeInstanceAttributeOutput](w, &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(id), Attribute: name})
}

// aChange is a valid change of each attribute of a t4g.small with Amazon Linux.
var aChange = map[ec2types.InstanceAttributeName]func(w *testWorld, in *ec2.ModifyInstanceAttributeInput){
	"instanceType":          func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.InstanceType = attribute("m7g.large") },
	"kernel":                func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.Kernel = attribute("") },
	"ramdisk":               func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.Ramdisk = attribute("") },
	"userData":              func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.UserData = blob("#!/bin/sh") },
	"ebsOptimized":          func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.EbsOptimized = boolean(true) },
	"sriovNetSupport":       func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.SriovNetSupport = attribute("simple") },
	"enaSupport":            func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.EnaSupport = boolean(true) },
	"enclaveOptions":        func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.EnclaveOptions = enclave(false) },
	"disableApiTermination": func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.DisableApiTermination = boolean(true) },
	"disableApiStop":        func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.DisableApiStop = boolean(true) },
	"instanceInitiatedShutdownBehavior": func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) {
		in.InstanceInitiatedShutdownBehavior = attribute("terminate")
	},
	"groupSet": func(w *testWorld, in *ec2.ModifyInstanceAttributeInput) {
		in.Groups = []string{w.defaultNetwork().group}
	},
	"sourceDestCheck": func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) { in.SourceDestCheck = boolean(false) },
	"blockDeviceMapping": func(_ *testWorld, in *ec2.ModifyInstanceAttributeInput) {
		in.BlockDeviceMappings = []ec2types.InstanceBlockDeviceMappingSpecification{keep("/dev/xvda")}
	},
}

func blob(s string) *ec2types.SecureBlobAttributeValue {
	return &ec2types.SecureBlobAttributeValue{Value: []byte(s)}
}
func enclave(on bool) *ec2types.EnclaveOptionsRequest {
	return &ec2types.EnclaveOptionsRequest{Enabled: ptr(on)}
}
func keep(device string) ec2types.InstanceBlockDeviceMappingSpecification {
	return ec2types.InstanceBlockDeviceMappingSpecification{DeviceName: ptr(device), Ebs: &ec2types.EbsInstanceBlockDeviceSpecification{DeleteOnTermination: ptr(false)}}
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html and the pages of each attribute
func TestAttributesAreModifiedInTheStatesThatAllowIt(t *testing.T) {
	t.Parallel()
	require.Len(t, aChange, len(attributeChanges))
	prepared := newWorld(t, Options{Delays: slow})
	ids := make(map[ec2types.InstanceStateName]string)
	for state := range stateCodes {
		if state == stopped || state == terminated { // those that take longest come first
			ids[state] = prepared.instanceIn(state, nil)
		}
	}
	for _, state := range []ec2types.InstanceStateName{stopping, shuttingDown, running} {
		ids[state] = prepared.launch(nil)
	}
	prepared.clock.advance(slow.Launch)
	ids[pending] = prepared.launch(nil)
	_, err := prepared.stop(ids[stopping])
	require.NoError(t, err)
	_, err = prepared.terminate(ids[shuttingDown])
	require.NoError(t, err)
	for _, c := range attributeChanges {
		for state := range stateCodes {
			t.Run(string(c.name)+" "+string(state), func(t *testing.T) {
				t.Parallel()
				w := prepared.forkWithin(t)
				require.Equal(t, state, w.instance(ids[state]).State.Name)
				err := w.modify(ids[state], func(in *ec2.ModifyInstanceAttributeInput) { aChange[c.name](w, in) })
				switch ending := state == shuttingDown || state == terminated; {
				case c.stopped && state != stopped:
					require.Equal(t, "The instance 'ID' is not in the 'stopped' state.", replaceID(wantCode(t, err, "IncorrectInstanceState").Message, ids[state]))
				case ending:
					require.Contains(t, wantCode(t, err, "IncorrectInstanceState").Message, "must be in a 'running', 'pending', 'stopping' or 'stopped' state")
				default:
					require.NoError(t, err)
				}
			})
		}
	}
}

func TestModifiedAttributesAreTold(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	id := prepared.launch(nil)
	_, err := prepared.stop(id)
	require.NoError(t, err)
	prepared.instanceCount()
	net := prepared.defaultNetwork()
	group := prepared.addGroup(net.vpc, "other")
	for name, tc := range map[string]struct {
		change func(in *ec2.ModifyInstanceAttributeInput)
		tells  func(w *testWorld) any
		want   any
	}{
		"type": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.InstanceType = attribute("m7g.large") },
			func(w *testWorld) any { return *w.attribute(id, "instanceType").InstanceType.Value }, "m7g.large",
		},
		"user data": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.UserData = blob("#!/bin/sh") },
			func(w *testWorld) any { return *w.attribute(id, "userData").UserData.Value }, base64.StdEncoding.EncodeToString([]byte("#!/bin/sh")),
		},
		"user data by value": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.Attribute, in.Value = "userData", ptr("aGVsbG8=") },
			func(w *testWorld) any { return *w.attribute(id, "userData").UserData.Value }, "aGVsbG8=",
		},
		"attribute named beside its parameter": {
			func(in *ec2.ModifyInstanceAttributeInput) {
				in.Attribute, in.EbsOptimized = "ebsOptimized", boolean(true)
			},
			func(w *testWorld) any { return *w.attribute(id, "ebsOptimized").EbsOptimized.Value }, true,
		},
		"termination protection by value": {
			func(in *ec2.ModifyInstanceAttributeInput) {
				in.Attribute, in.Value = "disableApiTermination", ptr("true")
			},
			func(w *testWorld) any { return *w.attribute(id, "disableApiTermination").DisableApiTermination.Value }, true,
		},
		"stop protection": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.DisableApiStop = boolean(true) },
			func(w *testWorld) any { return *w.attribute(id, "disableApiStop").DisableApiStop.Value }, true,
		},
		"shutdown behavior by value": {
			func(in *ec2.ModifyInstanceAttributeInput) {
				in.Attribute, in.Value = "instanceInitiatedShutdownBehavior", ptr("terminate")
			},
			func(w *testWorld) any {
				return *w.attribute(id, "instanceInitiatedShutdownBehavior").InstanceInitiatedShutdownBehavior.Value
			}, "terminate",
		},
		"groups": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.Groups = []string{group} },
			func(w *testWorld) any {
				n := must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces[0]
				return []string{*w.instance(id).SecurityGroups[0].GroupName, *n.Groups[0].GroupId}
			}, []string{"other", group},
		},
		"source/destination check": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.SourceDestCheck = boolean(false) },
			func(w *testWorld) any { return *w.instance(id).SourceDestCheck }, false,
		},
		"a volume that outlives it": {
			func(in *ec2.ModifyInstanceAttributeInput) {
				in.BlockDeviceMappings = []ec2types.InstanceBlockDeviceMappingSpecification{keep("/dev/xvda")}
			},
			func(w *testWorld) any {
				of := *w.instance(id).BlockDeviceMappings[0].Ebs.DeleteOnTermination || *w.volumesOf(id)[0].Attachments[0].DeleteOnTermination
				_, err := w.terminate(id)
				require.NoError(w.t, err)
				w.instanceCount()
				left := must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{filter("status", "available")}}).Volumes
				return []any{of, len(left)}
			}, []any{false, 1},
		},
		"a volume of which nothing is said ends with it": {
			func(in *ec2.ModifyInstanceAttributeInput) {
				m := keep("/dev/xvda")
				m.Ebs.DeleteOnTermination = nil
				in.BlockDeviceMappings = []ec2types.InstanceBlockDeviceMappingSpecification{m}
			},
			func(w *testWorld) any { return *w.instance(id).BlockDeviceMappings[0].Ebs.DeleteOnTermination }, true,
		},
		"SR-IOV": {
			func(in *ec2.ModifyInstanceAttributeInput) { in.SriovNetSupport = attribute("simple") },
			func(w *testWorld) any { return *w.instance(id).SriovNetSupport }, "simple",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := prepared.forkWithin(t)
			require.NoError(t, w.modify(id, tc.change))
			require.Empty(t, cmp.Diff(tc.want, tc.tells(w)))
		})
	}
}

func TestModifyInstanceAttributeRefuses(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	id := prepared.launch(nil)
	_, err := prepared.stop(id)
	require.NoError(t, err)
	elsewhere := prepared.addGroup(prepared.network("10.0.0.0/16", "us-east-1a").vpc, "elsewhere")
	type in = ec2.ModifyInstanceAttributeInput
	for name, tc := range map[string]struct {
		change  func(in *ec2.ModifyInstanceAttributeInput)
		code    string
		message string
	}{
		"no instance":               {func(in *in) { in.InstanceId = nil }, "MissingParameter", "InstanceId"},
		"malformed ID":              {func(in *in) { in.InstanceId, in.EbsOptimized = ptr("x"), boolean(true) }, "InvalidInstanceID.Malformed", `"x"`},
		"unknown ID":                {func(in *in) { in.InstanceId, in.EbsOptimized = ptr("i-01234567"), boolean(true) }, "InvalidInstanceID.NotFound", "i-01234567"},
		"nothing":                   {func(*in) {}, "InvalidParameterCombination", "No attributes specified."},
		"a name alone":              {func(in *in) { in.Attribute = "userData" }, "InvalidParameterCombination", "No attributes specified."},
		"two attributes":            {func(in *in) { in.EbsOptimized, in.EnaSupport = boolean(true), boolean(true) }, "InvalidParameterCombination", "Fields for multiple attribute types specified: ebsOptimized, enaSupport"},
		"another name":              {func(in *in) { in.Attribute, in.EnaSupport = "userData", boolean(true) }, "InvalidParameterCombination", "Fields for multiple attribute types specified: userData, enaSupport"},
		"unknown attribute":         {func(in *in) { in.Attribute, in.Value = "color", ptr("red") }, "InvalidParameterValue", "Value (color) for parameter attribute is invalid. Unknown attribute."},
		"one that can't be changed": {func(in *in) { in.Attribute, in.Value = "rootDeviceName", ptr("/dev/sda1") }, "UnsupportedInstanceAttribute", "rootDeviceName"},
		"that one without a value":  {func(in *in) { in.Attribute = "productCodes" }, "UnsupportedInstanceAttribute", "productCodes"},
		"value without attribute":   {func(in *in) { in.Value = ptr("x") }, "MissingParameter", "Attribute"},
		"value of a typed one":      {func(in *in) { in.Attribute, in.Value = "instanceType", ptr("m7g.large") }, "InvalidParameterCombination", "may not be used with the attribute instanceType"},
		"value and parameter": {func(in *in) {
			in.Attribute, in.Value, in.Kernel = "kernel", ptr("aki-12345678"), attribute("aki-12345678")
		},
			"InvalidParameterCombination", "given twice"},
		"value that isn't a switch":   {func(in *in) { in.Attribute, in.Value = "disableApiTermination", ptr("yes") }, "InvalidParameterValue", "Expecting true or false."},
		"switch without a value":      {func(in *in) { in.DisableApiStop = &ec2types.AttributeBooleanValue{} }, "MissingParameter", "DisableApiStop.Value"},
		"user data that isn't base64": {func(in *in) { in.Attribute, in.Value = "userData", ptr("#!/bin/sh") }, "InvalidParameterValue", "Invalid BASE64 encoding of user data"},
		"too much user data":          {func(in *in) { in.UserData = blob(strings.Repeat("x", 16385)) }, "InvalidParameterValue", "User data is limited to 16384 bytes"},
		"malformed kernel":            {func(in *in) { in.Kernel = attribute("k") }, "InvalidKernelId.Malformed", "aki-"},
		"unknown RAM disk":            {func(in *in) { in.Attribute, in.Value = "ramdisk", ptr("ari-12345678") }, "InvalidAMIID.NotFound", "ari-12345678"},
		"SR-IOV off":                  {func(in *in) { in.SriovNetSupport = attribute("none") }, "InvalidParameterValue", "Expecting simple."},
		"ENA off where it's required": {func(in *in) { in.EnaSupport = boolean(false) }, "InvalidParameterCombination", "(ENA) is required for the 't4g.small' instance type"},
		"enclaves on a small type":    {func(in *in) { in.EnclaveOptions = enclave(true) }, "Unsupported", "does not support Nitro Enclaves"},
		"enclaves of nothing":         {func(in *in) { in.EnclaveOptions = &ec2types.EnclaveOptionsRequest{} }, "MissingParameter", "EnclaveOptions.Enabled"},
		"shutdown behavior":           {func(in *in) { in.InstanceInitiatedShutdownBehavior = attribute("halt") }, "InvalidParameterValue", "Expecting one of [stop terminate]."},
		"no shutdown behavior":        {func(in *in) { in.InstanceInitiatedShutdownBehavior = attribute("") }, "MissingParameter", "InstanceInitiatedShutdownBehavior.Value"},
		"unknown group":               {func(in *in) { in.Groups = []string{"sg-01234567"} }, "InvalidGroup.NotFound", "sg-01234567"},
		"group of another VPC":        {func(in *in) { in.Groups = []string{elsewhere} }, "InvalidParameter", "belong to different networks"},
		"device without name":         {func(in *in) { in.BlockDeviceMappings = rootMapping(func(m *mappingOf) { m.DeviceName = nil }) }, "MissingParameter", "DeviceName"},
		"unmapped device": {func(in *in) {
			in.BlockDeviceMappings = rootMapping(func(m *mappingOf) { m.DeviceName = ptr("/dev/sdz") })
		}, "InvalidInstanceAttributeValue", "No device is currently mapped at /dev/sdz"},
		"another volume": {func(in *in) {
			in.BlockDeviceMappings = rootMapping(func(m *mappingOf) { m.Ebs.VolumeId = ptr("vol-01234567") })
		}, "InvalidInstanceAttributeValue", "vol-01234567"},
		"device taken off":      {func(in *in) { in.BlockDeviceMappings = rootMapping(func(m *mappingOf) { m.NoDevice = ptr("") }) }, "InvalidParameterCombination", "only DeleteOnTermination"},
		"nothing of the volume": {func(in *in) { in.BlockDeviceMappings = rootMapping(func(m *mappingOf) { m.Ebs = nil }) }, "MissingParameter", "Ebs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.ModifyInstanceAttributeInput{InstanceId: ptr(id)}
			tc.change(in)
			e := wantNoChange[ec2.ModifyInstanceAttributeOutput](prepared.forkWithin(t), in, tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
}

type mappingOf = ec2types.InstanceBlockDeviceMappingSpecification

func rootMapping(change func(m *mappingOf)) []mappingOf {
	m := keep("/dev/xvda")
	change(&m)
	return []mappingOf{m}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
func TestSpotInstancesCanNotBeProtected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: "spot"}
	})
	for name, change := range map[string]func(on bool) func(in *ec2.ModifyInstanceAttributeInput){
		"disableApiTermination": func(on bool) func(in *ec2.ModifyInstanceAttributeInput) {
			return func(in *ec2.ModifyInstanceAttributeInput) { in.DisableApiTermination = boolean(on) }
		},
		"disableApiStop": func(on bool) func(in *ec2.ModifyInstanceAttributeInput) {
			return func(in *ec2.ModifyInstanceAttributeInput) { in.DisableApiStop = boolean(on) }
		},
	} {
		require.Contains(t, wantCode(t, w.modify(id, change(true)), "UnsupportedOperation").Message, name)
		require.NoError(t, w.modify(id, change(false)), "off it is anyway")
	}
}

// https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html (InvalidInstanceID)
func TestGroupsOfSeveralInterfacesAreNotTheInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.NetworkInterfaces = []on{{DeviceIndex: ptr(int32(0))}, {DeviceIndex: ptr(int32(1))}}
	})
	for _, change := range []func(in *ec2.ModifyInstanceAttributeInput){
		func(in *ec2.ModifyInstanceAttributeInput) { in.Groups = []string{w.defaultNetwork().group} },
		func(in *ec2.ModifyInstanceAttributeInput) { in.SourceDestCheck = boolean(false) },
	} {
		require.Contains(t, wantCode(t, w.modify(id, change), "InvalidInstanceID").Message, "There are multiple interfaces attached to instance '"+id+"'")
	}
}

func TestResetInstanceAttribute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	require.NoError(t, w.modify(id, func(in *ec2.ModifyInstanceAttributeInput) { in.SourceDestCheck = boolean(false) }))
	require.False(t, *w.instance(id).SourceDestCheck)
	reset := func(id string, name ec2types.InstanceAttributeName) error {
		_, err := call[ec2.ResetInstanceAttributeOutput](w, &ec2.ResetInstanceAttributeInput{InstanceId: text(id), Attribute: name})
		return err
	}
	require.NoError(t, reset(id, "sourceDestCheck"))
	require.True(t, *w.instance(id).SourceDestCheck)
	wantCode(t, reset(id, "kernel"), "IncorrectInstanceState")
	wantCode(t, reset(id, "ramdisk"), "IncorrectInstanceState")
	wantCode(t, reset(id, "userData"), "InvalidParameterValue")
	wantCode(t, reset(id, ""), "MissingParameter")
	wantCode(t, reset("", "kernel"), "MissingParameter")
	wantCode(t, reset("i-01234567", "kernel"), "InvalidInstanceID.NotFound")
	_, err := w.stop(id)
	require.NoError(t, err)
	require.NoError(t, reset(id, "kernel"))
	require.NoError(t, reset(id, "ramdisk"))
	_, err = w.terminate(id)
	require.NoError(t, err)
	wantCode(t, reset(id, "sourceDestCheck"), "IncorrectInstanceState")
}
