package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

var ignoreAttributes = cmpopts.IgnoreUnexported(ec2.DescribeImageAttributeOutput{}, ec2types.AttributeValue{},
	ec2types.LaunchPermission{}, ec2types.ProductCode{}, middleware.Metadata{})

func (w *testWorld) imageAttribute(id string, name ec2types.ImageAttributeName) *ec2.DescribeImageAttributeOutput {
	w.t.Helper()
	return must[ec2.DescribeImageAttributeOutput](w, &ec2.DescribeImageAttributeInput{ImageId: ptr(id), Attribute: name})
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageAttribute.html
func TestDescribeImageAttributeTellsEachAttribute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownImages("full", "bare")
	w.changeImage(ids[0], func(im *image) {
		im.bootMode, im.description, im.imdsSupport, im.kernel, im.ramdisk = "uefi", "golden", "v2.0", "aki-12345678", "ari-12345678"
		im.sriovNetSupport, im.tpmSupport, im.uefiData = "simple", "v2.0", "AAAA"
		im.public, im.users = true, []string{someone}
		im.organizations = []string{organization, unit}
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: "marketplace"}}
	})
	value := func(v string) *ec2types.AttributeValue { return &ec2types.AttributeValue{Value: ptr(v)} }
	empty := &ec2types.AttributeValue{}
	for name, tc := range map[ec2types.ImageAttributeName]struct {
		full, bare ec2.DescribeImageAttributeOutput
	}{
		"bootMode":                 {ec2.DescribeImageAttributeOutput{BootMode: value("uefi")}, ec2.DescribeImageAttributeOutput{BootMode: empty}},
		"deregistrationProtection": {ec2.DescribeImageAttributeOutput{DeregistrationProtection: value("disabled")}, ec2.DescribeImageAttributeOutput{DeregistrationProtection: value("disabled")}},
		"description":              {ec2.DescribeImageAttributeOutput{Description: value("golden")}, ec2.DescribeImageAttributeOutput{Description: empty}},
		"imdsSupport":              {ec2.DescribeImageAttributeOutput{ImdsSupport: value("v2.0")}, ec2.DescribeImageAttributeOutput{ImdsSupport: empty}},
		"kernel":                   {ec2.DescribeImageAttributeOutput{KernelId: value("aki-12345678")}, ec2.DescribeImageAttributeOutput{KernelId: empty}},
		"ramdisk":                  {ec2.DescribeImageAttributeOutput{RamdiskId: value("ari-12345678")}, ec2.DescribeImageAttributeOutput{RamdiskId: empty}},
		"sriovNetSupport":          {ec2.DescribeImageAttributeOutput{SriovNetSupport: value("simple")}, ec2.DescribeImageAttributeOutput{SriovNetSupport: empty}},
		"tpmSupport":               {ec2.DescribeImageAttributeOutput{TpmSupport: value("v2.0")}, ec2.DescribeImageAttributeOutput{TpmSupport: empty}},
		"uefiData":                 {ec2.DescribeImageAttributeOutput{UefiData: value("AAAA")}, ec2.DescribeImageAttributeOutput{UefiData: empty}},
		"productCodes": {ec2.DescribeImageAttributeOutput{ProductCodes: []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: "marketplace"}}},
			ec2.DescribeImageAttributeOutput{}},
		"launchPermission": {ec2.DescribeImageAttributeOutput{LaunchPermissions: []ec2types.LaunchPermission{
			{Group: "all"}, {UserId: ptr(someone)}, {OrganizationArn: ptr(organization)}, {OrganizationalUnitArn: ptr(unit)}}},
			ec2.DescribeImageAttributeOutput{}},
	} {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			w := w.within(t)
			tc.full.ImageId, tc.bare.ImageId = ptr(ids[0]), ptr(ids[1])
			require.Empty(t, cmp.Diff(&tc.full, w.imageAttribute(ids[0], name), ignoreAttributes))
			require.Empty(t, cmp.Diff(&tc.bare, w.imageAttribute(ids[1], name), ignoreAttributes))
		})
	}
}

func TestImageAttributesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Minute}})
	own := w.ownImages("golden", "disabled")
	w.changeImage(own[1], func(im *image) { im.state = "disabled" })
	foreign := w.as(someone).ownImages("shared", "private")
	w.changeImage(foreign[0], func(im *image) { im.users = []string{DefaultAccount} })
	pending := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("new")}).ImageId
	gone := w.ownImages("gone")[0]
	w.putInstance(gone, "running", threeVolumes())
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(gone)})
	for name, tc := range map[string]struct{ id, code string }{
		"no image":             {"", "MissingParameter"},
		"a malformed ID":       {"ami-x", "InvalidAMIID.Malformed"},
		"an unknown ID":        {"ami-00000000000000000", "InvalidAMIID.NotFound"},
		"another's private":    {foreign[1], "InvalidAMIID.NotFound"},
		"another's shared":     {foreign[0], "AuthFailure"},
		"Amazon's":             {al2023ARM, "AuthFailure"},
		"a deregistered one":   {gone, "InvalidAMIID.Unavailable"},
		"one still being made": {pending, "InvalidAMIID.Unavailable"},
		"a disabled one":       {own[1], "InvalidAMIID.Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			if tc.code != "InvalidAMIID.Unavailable" || tc.id == gone {
				wantNoChange[ec2.DescribeImageAttributeOutput](w, &ec2.DescribeImageAttributeInput{ImageId: ptr(tc.id), Attribute: "kernel"}, tc.code)
			}
			wantNoChange[ec2.ModifyImageAttributeOutput](w, &ec2.ModifyImageAttributeInput{ImageId: ptr(tc.id), Description: attribute("x")}, tc.code)
			wantNoChange[ec2.ResetImageAttributeOutput](w, &ec2.ResetImageAttributeInput{ImageId: ptr(tc.id), Attribute: "launchPermission"}, tc.code)
		})
	}
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"describe none":           {&ec2.DescribeImageAttributeInput{ImageId: ptr(own[0])}, "MissingParameter"},
		"describe an unknown one": {&ec2.DescribeImageAttributeInput{ImageId: ptr(own[0]), Attribute: "colour"}, "InvalidParameterValue"},
		"describe mappings":       {&ec2.DescribeImageAttributeInput{ImageId: ptr(own[0]), Attribute: "blockDeviceMapping"}, "AuthFailure"},
		"describe, though dry":    {&ec2.DescribeImageAttributeInput{ImageId: ptr(own[0]), Attribute: "kernel", DryRun: ptr(true)}, "DryRunOperation"},
		"reset none":              {&ec2.ResetImageAttributeInput{ImageId: ptr(own[0])}, "MissingParameter"},
		"reset another":           {&ec2.ResetImageAttributeInput{ImageId: ptr(own[0]), Attribute: "kernel"}, "InvalidParameterValue"},
		"reset, though dry":       {&ec2.ResetImageAttributeInput{ImageId: ptr(own[0]), Attribute: "launchPermission", DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			switch in := tc.in.(type) {
			case *ec2.DescribeImageAttributeInput:
				wantNoChange[ec2.DescribeImageAttributeOutput](w, in, tc.code)
			case *ec2.ResetImageAttributeInput:
				wantNoChange[ec2.ResetImageAttributeOutput](w, in, tc.code)
			}
		})
	}
}

func TestModifyImageAttributeInEitherForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.changeImage(id, func(im *image) { im.description = "old" })
	for name, tc := range map[string]struct {
		in                ec2.ModifyImageAttributeInput
		description, imds string
	}{
		"description typed":             {ec2.ModifyImageAttributeInput{Description: attribute("new")}, "new", ""},
		"description by name":           {ec2.ModifyImageAttributeInput{Attribute: ptr("description"), Value: ptr("new")}, "new", ""},
		"description by both":           {ec2.ModifyImageAttributeInput{Attribute: ptr("description"), Description: attribute("new")}, "new", ""},
		"description taken away":        {ec2.ModifyImageAttributeInput{Description: &ec2types.AttributeValue{Value: ptr("")}}, "", ""},
		"IMDSv2 typed":                  {ec2.ModifyImageAttributeInput{ImdsSupport: attribute("v2.0")}, "old", "v2.0"},
		"IMDSv2 by name":                {ec2.ModifyImageAttributeInput{Attribute: ptr("imdsSupport"), Value: ptr("v2.0")}, "old", "v2.0"},
		"a value beside the typed name": {ec2.ModifyImageAttributeInput{Description: &ec2types.AttributeValue{}, Value: ptr("new")}, "new", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			tc.in.ImageId = ptr(id)
			must[ec2.ModifyImageAttributeOutput](w, &tc.in)
			im := w.image(id)
			require.Equal(t, tc.description, deref(im.Description))
			require.Equal(t, tc.imds, string(im.ImdsSupport))
		})
	}
	user := &ec2types.LaunchPermissionModifications{Add: []ec2types.LaunchPermission{{UserId: ptr(someone)}}}
	for name, tc := range map[string]struct {
		in   ec2.ModifyImageAttributeInput
		code string
	}{
		"nothing":                      {ec2.ModifyImageAttributeInput{}, "InvalidParameterCombination"},
		"users without the attribute":  {ec2.ModifyImageAttributeInput{UserIds: []string{someone}, OperationType: "add"}, "InvalidParameterCombination"},
		"two attributes":               {ec2.ModifyImageAttributeInput{Description: attribute("x"), ImdsSupport: attribute("v2.0")}, "InvalidParameterCombination"},
		"a name and another attribute": {ec2.ModifyImageAttributeInput{Attribute: ptr("description"), LaunchPermission: user}, "InvalidParameterCombination"},
		"an unknown attribute":         {ec2.ModifyImageAttributeInput{Attribute: ptr("bootMode"), Value: ptr("uefi")}, "InvalidParameterValue"},
		"product codes":                {ec2.ModifyImageAttributeInput{ProductCodes: []string{"abc"}}, "UnsupportedOperation"},
		"product codes by name":        {ec2.ModifyImageAttributeInput{Attribute: ptr("productCodes"), ProductCodes: []string{"abc"}}, "UnsupportedOperation"},
		"a description without value":  {ec2.ModifyImageAttributeInput{Description: &ec2types.AttributeValue{}}, "MissingParameter"},
		"a description twice":          {ec2.ModifyImageAttributeInput{Description: attribute("x"), Value: ptr("x")}, "InvalidParameterCombination"},
		"a long description":           {ec2.ModifyImageAttributeInput{Description: attribute(string(make([]byte, 256)))}, "InvalidParameterValue"},
		"a description for users":      {ec2.ModifyImageAttributeInput{Description: attribute("x"), UserIds: []string{someone}}, "InvalidParameterCombination"},
		"IMDSv1":                       {ec2.ModifyImageAttributeInput{ImdsSupport: attribute("v1.0")}, "InvalidParameterValue"},
		"IMDSv2 without value":         {ec2.ModifyImageAttributeInput{Attribute: ptr("imdsSupport")}, "MissingParameter"},
		"permissions with a value":     {ec2.ModifyImageAttributeInput{LaunchPermission: user, Value: ptr("x")}, "InvalidParameterCombination"},
		"permissions in both forms":    {ec2.ModifyImageAttributeInput{LaunchPermission: user, UserIds: []string{someone}}, "InvalidParameterCombination"},
		"permissions without any":      {ec2.ModifyImageAttributeInput{LaunchPermission: &ec2types.LaunchPermissionModifications{}}, "MissingParameter"},
		"users without an operation":   {ec2.ModifyImageAttributeInput{Attribute: ptr("launchPermission"), UserIds: []string{someone}}, "MissingParameter"},
		"an operation without users":   {ec2.ModifyImageAttributeInput{Attribute: ptr("launchPermission"), OperationType: "add"}, "MissingParameter"},
		"an unknown operation":         {ec2.ModifyImageAttributeInput{Attribute: ptr("launchPermission"), OperationType: "set", UserIds: []string{someone}}, "InvalidParameterValue"},
		"more permissions than a request may name": {ec2.ModifyImageAttributeInput{LaunchPermission: &ec2types.LaunchPermissionModifications{
			Remove: make([]ec2types.LaunchPermission, maxPermissions+1)}}, "InvalidParameterValue"},
		"though dry": {ec2.ModifyImageAttributeInput{Description: attribute("x"), DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.in.ImageId = ptr(id)
			wantNoChange[ec2.ModifyImageAttributeOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
}
