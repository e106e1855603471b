package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// modifyInstanceMetadataOptions answers that the change is pending. To a running instance it is applied soon
// afterwards, to a stopped one when it starts
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html).
func (t *tx) modifyInstanceMetadataOptions(in *ec2.ModifyInstanceMetadataOptionsInput) (*ec2.ModifyInstanceMetadataOptionsOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := t.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if i.state != ec2types.InstanceStateNameRunning && i.state != ec2types.InstanceStateNameStopped {
		return nil, wrongState("The instance '%s' is not in the 'running' or 'stopped' state.", i) // text (mem)
	}
	next := *i
	if err := next.metadata.choose(&ec2types.InstanceMetadataOptionsRequest{
		HttpEndpoint:            in.HttpEndpoint,
		HttpProtocolIpv6:        in.HttpProtocolIpv6,
		HttpPutResponseHopLimit: in.HttpPutResponseHopLimit,
		HttpTokens:              in.HttpTokens,
		InstanceMetadataTags:    in.InstanceMetadataTags,
	}); err != nil {
		return nil, err
	}
	defaults := t.metadataDefaults()
	if err := defaults.checkEnforced(&next.metadata); err != nil {
		return nil, err
	}
	if err := next.metadata.checkTags(t.renderTags(i.id)); err != nil {
		return nil, err
	}
	next.metadataWaits = i.state == ec2types.InstanceStateNameStopped
	t.instances.Put(&t.undo, &next)
	told := &ec2types.InstanceMetadataOptionsResponse{
		HttpEndpoint:            next.metadata.endpoint,
		HttpProtocolIpv6:        next.metadata.ipv6,
		HttpPutResponseHopLimit: ptr(next.metadata.hopLimit),
		HttpTokens:              next.metadata.tokens,
		InstanceMetadataTags:    next.metadata.tags,
		State:                   ec2types.InstanceMetadataOptionsStatePending,
	}
	return &ec2.ModifyInstanceMetadataOptionsOutput{InstanceId: ptr(i.id), InstanceMetadataOptions: told}, nil
}
