package awsbackend_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/region"
)

// sent is one call that reached a client.
type sent struct {
	in     any
	region string
}

// client records what it is asked and answers by the type of the input; without an answer for a type
// the reply is empty.
type client struct {
	answer func(in any) (out any, err error)

	mu    sync.Mutex
	calls []sent
}

// newBackend is a backend in us-east-1 over a client that answers by answer, which may be nil.
func newBackend(tb testing.TB, answer func(in any) (any, error), opts ...awsbackend.Option) (*awsbackend.Backend, *client) {
	tb.Helper()
	c := &client{answer: answer}
	opts = append([]awsbackend.Option{awsbackend.WithSSM(ssmClient{c}), awsbackend.WithSTS(stsClient{c}), awsbackend.WithKMS(kmsClient{c})}, opts...)
	be, err := awsbackend.FromClients(region.USEast1, c, opts...)
	require.NoError(tb, err)
	return be, c
}

// last is the input of the client's latest call.
func last[In any](tb testing.TB, c *client) *In {
	tb.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	require.NotEmpty(tb, c.calls, "nothing was sent")
	in, ok := c.calls[len(c.calls)-1].in.(*In)
	require.True(tb, ok, "sent was %T", c.calls[len(c.calls)-1].in)
	return in
}

func reply[Out any](c *client, in any, region string) (*Out, error) {
	c.mu.Lock()
	c.calls = append(c.calls, sent{in, region})
	c.mu.Unlock()
	out := new(Out)
	if c.answer == nil {
		return out, nil
	}
	answer, err := c.answer(in)
	if err != nil {
		return nil, err
	}
	switch answer := answer.(type) {
	case nil:
		return out, nil
	case *Out:
		return answer, nil
	}
	return nil, fmt.Errorf("the test answered %T to %T", answer, in)
}

func ec2Reply[Out any](c *client, in any, opts []func(*ec2.Options)) (*Out, error) {
	o := ec2.Options{Region: "the client's own"}
	for _, f := range opts {
		f(&o)
	}
	return reply[Out](c, in, o.Region)
}

func (c *client) RunInstances(_ context.Context, in *ec2.RunInstancesInput, o ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error) {
	return ec2Reply[ec2.RunInstancesOutput](c, in, o)
}

func (c *client) DescribeInstances(_ context.Context, in *ec2.DescribeInstancesInput, o ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	return ec2Reply[ec2.DescribeInstancesOutput](c, in, o)
}

func (c *client) DescribeInstanceStatus(_ context.Context, in *ec2.DescribeInstanceStatusInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceStatusOutput, error) {
	return ec2Reply[ec2.DescribeInstanceStatusOutput](c, in, o)
}

func (c *client) DescribeInstanceAttribute(_ context.Context, in *ec2.DescribeInstanceAttributeInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceAttributeOutput, error) {
	return ec2Reply[ec2.DescribeInstanceAttributeOutput](c, in, o)
}

func (c *client) StartInstances(_ context.Context, in *ec2.StartInstancesInput, o ...func(*ec2.Options)) (*ec2.StartInstancesOutput, error) {
	return ec2Reply[ec2.StartInstancesOutput](c, in, o)
}

func (c *client) StopInstances(_ context.Context, in *ec2.StopInstancesInput, o ...func(*ec2.Options)) (*ec2.StopInstancesOutput, error) {
	return ec2Reply[ec2.StopInstancesOutput](c, in, o)
}

func (c *client) RebootInstances(_ context.Context, in *ec2.RebootInstancesInput, o ...func(*ec2.Options)) (*ec2.RebootInstancesOutput, error) {
	return ec2Reply[ec2.RebootInstancesOutput](c, in, o)
}

func (c *client) TerminateInstances(_ context.Context, in *ec2.TerminateInstancesInput, o ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error) {
	return ec2Reply[ec2.TerminateInstancesOutput](c, in, o)
}

func (c *client) DescribeImages(_ context.Context, in *ec2.DescribeImagesInput, o ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error) {
	return ec2Reply[ec2.DescribeImagesOutput](c, in, o)
}

func (c *client) CreateImage(_ context.Context, in *ec2.CreateImageInput, o ...func(*ec2.Options)) (*ec2.CreateImageOutput, error) {
	return ec2Reply[ec2.CreateImageOutput](c, in, o)
}

func (c *client) CopyImage(_ context.Context, in *ec2.CopyImageInput, o ...func(*ec2.Options)) (*ec2.CopyImageOutput, error) {
	return ec2Reply[ec2.CopyImageOutput](c, in, o)
}

func (c *client) DeregisterImage(_ context.Context, in *ec2.DeregisterImageInput, o ...func(*ec2.Options)) (*ec2.DeregisterImageOutput, error) {
	return ec2Reply[ec2.DeregisterImageOutput](c, in, o)
}

func (c *client) DescribeImageAttribute(_ context.Context, in *ec2.DescribeImageAttributeInput, o ...func(*ec2.Options)) (*ec2.DescribeImageAttributeOutput, error) {
	return ec2Reply[ec2.DescribeImageAttributeOutput](c, in, o)
}

func (c *client) ModifyImageAttribute(_ context.Context, in *ec2.ModifyImageAttributeInput, o ...func(*ec2.Options)) (*ec2.ModifyImageAttributeOutput, error) {
	return ec2Reply[ec2.ModifyImageAttributeOutput](c, in, o)
}

func (c *client) EnableImageDeprecation(_ context.Context, in *ec2.EnableImageDeprecationInput, o ...func(*ec2.Options)) (*ec2.EnableImageDeprecationOutput, error) {
	return ec2Reply[ec2.EnableImageDeprecationOutput](c, in, o)
}

func (c *client) DisableImageDeprecation(_ context.Context, in *ec2.DisableImageDeprecationInput, o ...func(*ec2.Options)) (*ec2.DisableImageDeprecationOutput, error) {
	return ec2Reply[ec2.DisableImageDeprecationOutput](c, in, o)
}

func (c *client) DisableImage(_ context.Context, in *ec2.DisableImageInput, o ...func(*ec2.Options)) (*ec2.DisableImageOutput, error) {
	return ec2Reply[ec2.DisableImageOutput](c, in, o)
}

func (c *client) EnableImage(_ context.Context, in *ec2.EnableImageInput, o ...func(*ec2.Options)) (*ec2.EnableImageOutput, error) {
	return ec2Reply[ec2.EnableImageOutput](c, in, o)
}

func (c *client) EnableImageDeregistrationProtection(_ context.Context, in *ec2.EnableImageDeregistrationProtectionInput, o ...func(*ec2.Options)) (*ec2.EnableImageDeregistrationProtectionOutput, error) {
	return ec2Reply[ec2.EnableImageDeregistrationProtectionOutput](c, in, o)
}

func (c *client) DisableImageDeregistrationProtection(_ context.Context, in *ec2.DisableImageDeregistrationProtectionInput, o ...func(*ec2.Options)) (*ec2.DisableImageDeregistrationProtectionOutput, error) {
	return ec2Reply[ec2.DisableImageDeregistrationProtectionOutput](c, in, o)
}

func (c *client) CreateImageUsageReport(_ context.Context, in *ec2.CreateImageUsageReportInput, o ...func(*ec2.Options)) (*ec2.CreateImageUsageReportOutput, error) {
	return ec2Reply[ec2.CreateImageUsageReportOutput](c, in, o)
}

func (c *client) ReplaceImageInstanceTypeSpecification(_ context.Context, in *ec2.ReplaceImageInstanceTypeSpecificationInput, o ...func(*ec2.Options)) (*ec2.ReplaceImageInstanceTypeSpecificationOutput, error) {
	return ec2Reply[ec2.ReplaceImageInstanceTypeSpecificationOutput](c, in, o)
}

func (c *client) GetAllowedImagesSettings(_ context.Context, in *ec2.GetAllowedImagesSettingsInput, o ...func(*ec2.Options)) (*ec2.GetAllowedImagesSettingsOutput, error) {
	return ec2Reply[ec2.GetAllowedImagesSettingsOutput](c, in, o)
}

func (c *client) AttachImageWatermark(_ context.Context, in *ec2.AttachImageWatermarkInput, o ...func(*ec2.Options)) (*ec2.AttachImageWatermarkOutput, error) {
	return ec2Reply[ec2.AttachImageWatermarkOutput](c, in, o)
}

func (c *client) DetachImageWatermark(_ context.Context, in *ec2.DetachImageWatermarkInput, o ...func(*ec2.Options)) (*ec2.DetachImageWatermarkOutput, error) {
	return ec2Reply[ec2.DetachImageWatermarkOutput](c, in, o)
}

func (c *client) DescribeLaunchTemplates(_ context.Context, in *ec2.DescribeLaunchTemplatesInput, o ...func(*ec2.Options)) (*ec2.DescribeLaunchTemplatesOutput, error) {
	return ec2Reply[ec2.DescribeLaunchTemplatesOutput](c, in, o)
}

func (c *client) DescribeLaunchTemplateVersions(_ context.Context, in *ec2.DescribeLaunchTemplateVersionsInput, o ...func(*ec2.Options)) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	return ec2Reply[ec2.DescribeLaunchTemplateVersionsOutput](c, in, o)
}

func (c *client) CreateLaunchTemplate(_ context.Context, in *ec2.CreateLaunchTemplateInput, o ...func(*ec2.Options)) (*ec2.CreateLaunchTemplateOutput, error) {
	return ec2Reply[ec2.CreateLaunchTemplateOutput](c, in, o)
}

func (c *client) CreateLaunchTemplateVersion(_ context.Context, in *ec2.CreateLaunchTemplateVersionInput, o ...func(*ec2.Options)) (*ec2.CreateLaunchTemplateVersionOutput, error) {
	return ec2Reply[ec2.CreateLaunchTemplateVersionOutput](c, in, o)
}

func (c *client) ModifyLaunchTemplate(_ context.Context, in *ec2.ModifyLaunchTemplateInput, o ...func(*ec2.Options)) (*ec2.ModifyLaunchTemplateOutput, error) {
	return ec2Reply[ec2.ModifyLaunchTemplateOutput](c, in, o)
}

func (c *client) DeleteLaunchTemplate(_ context.Context, in *ec2.DeleteLaunchTemplateInput, o ...func(*ec2.Options)) (*ec2.DeleteLaunchTemplateOutput, error) {
	return ec2Reply[ec2.DeleteLaunchTemplateOutput](c, in, o)
}

func (c *client) DeleteImageUsageReport(_ context.Context, in *ec2.DeleteImageUsageReportInput, o ...func(*ec2.Options)) (*ec2.DeleteImageUsageReportOutput, error) {
	return ec2Reply[ec2.DeleteImageUsageReportOutput](c, in, o)
}

func (c *client) DescribeImageUsageReports(_ context.Context, in *ec2.DescribeImageUsageReportsInput, o ...func(*ec2.Options)) (*ec2.DescribeImageUsageReportsOutput, error) {
	return ec2Reply[ec2.DescribeImageUsageReportsOutput](c, in, o)
}

func (c *client) DescribeImageUsageReportEntries(_ context.Context, in *ec2.DescribeImageUsageReportEntriesInput, o ...func(*ec2.Options)) (*ec2.DescribeImageUsageReportEntriesOutput, error) {
	return ec2Reply[ec2.DescribeImageUsageReportEntriesOutput](c, in, o)
}

func (c *client) DescribeImageReferences(_ context.Context, in *ec2.DescribeImageReferencesInput, o ...func(*ec2.Options)) (*ec2.DescribeImageReferencesOutput, error) {
	return ec2Reply[ec2.DescribeImageReferencesOutput](c, in, o)
}

func (c *client) GetImageAncestry(_ context.Context, in *ec2.GetImageAncestryInput, o ...func(*ec2.Options)) (*ec2.GetImageAncestryOutput, error) {
	return ec2Reply[ec2.GetImageAncestryOutput](c, in, o)
}

func (c *client) GetInstanceTypesFromInstanceRequirements(_ context.Context, in *ec2.GetInstanceTypesFromInstanceRequirementsInput, o ...func(*ec2.Options)) (*ec2.GetInstanceTypesFromInstanceRequirementsOutput, error) {
	return ec2Reply[ec2.GetInstanceTypesFromInstanceRequirementsOutput](c, in, o)
}

func (c *client) ModifyInstanceAttribute(_ context.Context, in *ec2.ModifyInstanceAttributeInput, o ...func(*ec2.Options)) (*ec2.ModifyInstanceAttributeOutput, error) {
	return ec2Reply[ec2.ModifyInstanceAttributeOutput](c, in, o)
}

func (c *client) ModifyInstanceMetadataOptions(_ context.Context, in *ec2.ModifyInstanceMetadataOptionsInput, o ...func(*ec2.Options)) (*ec2.ModifyInstanceMetadataOptionsOutput, error) {
	return ec2Reply[ec2.ModifyInstanceMetadataOptionsOutput](c, in, o)
}

func (c *client) MonitorInstances(_ context.Context, in *ec2.MonitorInstancesInput, o ...func(*ec2.Options)) (*ec2.MonitorInstancesOutput, error) {
	return ec2Reply[ec2.MonitorInstancesOutput](c, in, o)
}

func (c *client) UnmonitorInstances(_ context.Context, in *ec2.UnmonitorInstancesInput, o ...func(*ec2.Options)) (*ec2.UnmonitorInstancesOutput, error) {
	return ec2Reply[ec2.UnmonitorInstancesOutput](c, in, o)
}

func (c *client) GetConsoleOutput(_ context.Context, in *ec2.GetConsoleOutputInput, o ...func(*ec2.Options)) (*ec2.GetConsoleOutputOutput, error) {
	return ec2Reply[ec2.GetConsoleOutputOutput](c, in, o)
}

func (c *client) GetPasswordData(_ context.Context, in *ec2.GetPasswordDataInput, o ...func(*ec2.Options)) (*ec2.GetPasswordDataOutput, error) {
	return ec2Reply[ec2.GetPasswordDataOutput](c, in, o)
}

func (c *client) DescribeVolumes(_ context.Context, in *ec2.DescribeVolumesInput, o ...func(*ec2.Options)) (*ec2.DescribeVolumesOutput, error) {
	return ec2Reply[ec2.DescribeVolumesOutput](c, in, o)
}

func (c *client) DeleteVolume(_ context.Context, in *ec2.DeleteVolumeInput, o ...func(*ec2.Options)) (*ec2.DeleteVolumeOutput, error) {
	return ec2Reply[ec2.DeleteVolumeOutput](c, in, o)
}

func (c *client) DescribeSnapshots(_ context.Context, in *ec2.DescribeSnapshotsInput, o ...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error) {
	return ec2Reply[ec2.DescribeSnapshotsOutput](c, in, o)
}

func (c *client) DeleteSnapshot(_ context.Context, in *ec2.DeleteSnapshotInput, o ...func(*ec2.Options)) (*ec2.DeleteSnapshotOutput, error) {
	return ec2Reply[ec2.DeleteSnapshotOutput](c, in, o)
}

func (c *client) DescribeVpcs(_ context.Context, in *ec2.DescribeVpcsInput, o ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error) {
	return ec2Reply[ec2.DescribeVpcsOutput](c, in, o)
}

func (c *client) DescribeSubnets(_ context.Context, in *ec2.DescribeSubnetsInput, o ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return ec2Reply[ec2.DescribeSubnetsOutput](c, in, o)
}

func (c *client) DescribeSecurityGroups(_ context.Context, in *ec2.DescribeSecurityGroupsInput, o ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupsOutput, error) {
	return ec2Reply[ec2.DescribeSecurityGroupsOutput](c, in, o)
}

func (c *client) DescribeNetworkInterfaces(_ context.Context, in *ec2.DescribeNetworkInterfacesInput, o ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error) {
	return ec2Reply[ec2.DescribeNetworkInterfacesOutput](c, in, o)
}

func (c *client) DescribeAvailabilityZones(_ context.Context, in *ec2.DescribeAvailabilityZonesInput, o ...func(*ec2.Options)) (*ec2.DescribeAvailabilityZonesOutput, error) {
	return ec2Reply[ec2.DescribeAvailabilityZonesOutput](c, in, o)
}

func (c *client) DescribeInstanceTypes(_ context.Context, in *ec2.DescribeInstanceTypesInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error) {
	return ec2Reply[ec2.DescribeInstanceTypesOutput](c, in, o)
}

func (c *client) DescribeInstanceTypeOfferings(_ context.Context, in *ec2.DescribeInstanceTypeOfferingsInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	return ec2Reply[ec2.DescribeInstanceTypeOfferingsOutput](c, in, o)
}

func (c *client) CreateTags(_ context.Context, in *ec2.CreateTagsInput, o ...func(*ec2.Options)) (*ec2.CreateTagsOutput, error) {
	return ec2Reply[ec2.CreateTagsOutput](c, in, o)
}

func (c *client) DeleteTags(_ context.Context, in *ec2.DeleteTagsInput, o ...func(*ec2.Options)) (*ec2.DeleteTagsOutput, error) {
	return ec2Reply[ec2.DeleteTagsOutput](c, in, o)
}

func (c *client) DescribeInstanceCreditSpecifications(_ context.Context, in *ec2.DescribeInstanceCreditSpecificationsInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceCreditSpecificationsOutput, error) {
	return ec2Reply[ec2.DescribeInstanceCreditSpecificationsOutput](c, in, o)
}

func (c *client) DescribeSecurityGroupRules(_ context.Context, in *ec2.DescribeSecurityGroupRulesInput, o ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupRulesOutput, error) {
	return ec2Reply[ec2.DescribeSecurityGroupRulesOutput](c, in, o)
}

func (c *client) CreateSecurityGroup(_ context.Context, in *ec2.CreateSecurityGroupInput, o ...func(*ec2.Options)) (*ec2.CreateSecurityGroupOutput, error) {
	return ec2Reply[ec2.CreateSecurityGroupOutput](c, in, o)
}

func (c *client) DeleteSecurityGroup(_ context.Context, in *ec2.DeleteSecurityGroupInput, o ...func(*ec2.Options)) (*ec2.DeleteSecurityGroupOutput, error) {
	return ec2Reply[ec2.DeleteSecurityGroupOutput](c, in, o)
}

func (c *client) AuthorizeSecurityGroupIngress(_ context.Context, in *ec2.AuthorizeSecurityGroupIngressInput, o ...func(*ec2.Options)) (*ec2.AuthorizeSecurityGroupIngressOutput, error) {
	return ec2Reply[ec2.AuthorizeSecurityGroupIngressOutput](c, in, o)
}

func (c *client) AuthorizeSecurityGroupEgress(_ context.Context, in *ec2.AuthorizeSecurityGroupEgressInput, o ...func(*ec2.Options)) (*ec2.AuthorizeSecurityGroupEgressOutput, error) {
	return ec2Reply[ec2.AuthorizeSecurityGroupEgressOutput](c, in, o)
}

func (c *client) RevokeSecurityGroupIngress(_ context.Context, in *ec2.RevokeSecurityGroupIngressInput, o ...func(*ec2.Options)) (*ec2.RevokeSecurityGroupIngressOutput, error) {
	return ec2Reply[ec2.RevokeSecurityGroupIngressOutput](c, in, o)
}

func (c *client) RevokeSecurityGroupEgress(_ context.Context, in *ec2.RevokeSecurityGroupEgressInput, o ...func(*ec2.Options)) (*ec2.RevokeSecurityGroupEgressOutput, error) {
	return ec2Reply[ec2.RevokeSecurityGroupEgressOutput](c, in, o)
}

func (c *client) ImportKeyPair(_ context.Context, in *ec2.ImportKeyPairInput, o ...func(*ec2.Options)) (*ec2.ImportKeyPairOutput, error) {
	return ec2Reply[ec2.ImportKeyPairOutput](c, in, o)
}

func (c *client) DescribeKeyPairs(_ context.Context, in *ec2.DescribeKeyPairsInput, o ...func(*ec2.Options)) (*ec2.DescribeKeyPairsOutput, error) {
	return ec2Reply[ec2.DescribeKeyPairsOutput](c, in, o)
}

func (c *client) DeleteKeyPair(_ context.Context, in *ec2.DeleteKeyPairInput, o ...func(*ec2.Options)) (*ec2.DeleteKeyPairOutput, error) {
	return ec2Reply[ec2.DeleteKeyPairOutput](c, in, o)
}

type ssmClient struct{ *client }

func ssmReply[Out any](c *client, in any, opts []func(*ssm.Options)) (*Out, error) {
	var o ssm.Options
	for _, f := range opts {
		f(&o)
	}
	return reply[Out](c, in, o.Region)
}

func (c ssmClient) GetParameter(_ context.Context, in *ssm.GetParameterInput, o ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	return ssmReply[ssm.GetParameterOutput](c.client, in, o)
}

func (c ssmClient) PutParameter(_ context.Context, in *ssm.PutParameterInput, o ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	return ssmReply[ssm.PutParameterOutput](c.client, in, o)
}

func (c ssmClient) DeleteParameter(_ context.Context, in *ssm.DeleteParameterInput, o ...func(*ssm.Options)) (*ssm.DeleteParameterOutput, error) {
	return ssmReply[ssm.DeleteParameterOutput](c.client, in, o)
}

type stsClient struct{ *client }

func (c stsClient) GetCallerIdentity(_ context.Context, in *sts.GetCallerIdentityInput, opts ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	var o sts.Options
	for _, f := range opts {
		f(&o)
	}
	return reply[sts.GetCallerIdentityOutput](c.client, in, o.Region)
}

type kmsClient struct{ *client }

func kmsReply[Out any](c *client, in any, opts []func(*kms.Options)) (*Out, error) {
	var o kms.Options
	for _, f := range opts {
		f(&o)
	}
	return reply[Out](c, in, o.Region)
}

func (c kmsClient) DescribeKey(_ context.Context, in *kms.DescribeKeyInput, o ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return kmsReply[kms.DescribeKeyOutput](c.client, in, o)
}

func (c kmsClient) GetKeyPolicy(_ context.Context, in *kms.GetKeyPolicyInput, o ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	return kmsReply[kms.GetKeyPolicyOutput](c.client, in, o)
}

func (c kmsClient) ListGrants(_ context.Context, in *kms.ListGrantsInput, o ...func(*kms.Options)) (*kms.ListGrantsOutput, error) {
	return kmsReply[kms.ListGrantsOutput](c.client, in, o)
}

// collect drains a listing.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}
