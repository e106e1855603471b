package awsbackend

import (
	"context"
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// ModifyInstance makes one change of an instance
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html).
func (b *Backend) ModifyInstance(ctx context.Context, id string, c backend.InstanceChange) error {
	in := &ec2.ModifyInstanceAttributeInput{
		InstanceId:            said(id),
		DisableApiTermination: sayBool(c.TerminationProtected),
		DisableApiStop:        sayBool(c.StopProtected),
		SourceDestCheck:       sayBool(c.SourceDestCheck),
		Groups:                texts(c.GroupIDs),
	}
	if c.Type != "" {
		in.InstanceType = &types.AttributeValue{Value: said(c.Type)}
	}
	if c.ShutdownBehavior != "" {
		in.InstanceInitiatedShutdownBehavior = &types.AttributeValue{Value: said(c.ShutdownBehavior)}
	}
	if c.UserData != nil {
		in.UserData = &types.SecureBlobAttributeValue{Value: c.UserData} // the SDK writes base64
	}
	_, err := call(ctx, b, "ModifyInstanceAttribute", id, b.ec2.ModifyInstanceAttribute, in)
	return err
}

func sayBool(on *bool) *types.AttributeBooleanValue {
	if on == nil {
		return nil
	}
	v := *on
	return &types.AttributeBooleanValue{Value: &v}
}

// ModifyMetadataOptions changes those options of the metadata service that are set
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html).
func (b *Backend) ModifyMetadataOptions(ctx context.Context, id string, o backend.MetadataOptions) error {
	_, err := call(ctx, b, "ModifyInstanceMetadataOptions", id, b.ec2.ModifyInstanceMetadataOptions, &ec2.ModifyInstanceMetadataOptionsInput{
		InstanceId:              said(id),
		HttpTokens:              types.HttpTokensState(o.HTTPTokens),
		HttpEndpoint:            types.InstanceMetadataEndpointState(o.HTTPEndpoint),
		HttpProtocolIpv6:        types.InstanceMetadataProtocolState(o.HTTPProtocolIPv6),
		InstanceMetadataTags:    types.InstanceMetadataTagsState(o.InstanceMetadataTags),
		HttpPutResponseHopLimit: said(int32(o.HopLimit)),
	})
	return err
}

// SetMonitoring switches detailed monitoring
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MonitorInstances.html).
func (b *Backend) SetMonitoring(ctx context.Context, ids []string, on bool) error {
	if on {
		_, err := call(ctx, b, "MonitorInstances", names(ids), b.ec2.MonitorInstances, &ec2.MonitorInstancesInput{InstanceIds: texts(ids)})
		return err
	}
	_, err := call(ctx, b, "UnmonitorInstances", names(ids), b.ec2.UnmonitorInstances, &ec2.UnmonitorInstancesInput{InstanceIds: texts(ids)})
	return err
}

// ConsoleOutput gives what EC2 has of an instance's console
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html).
func (b *Backend) ConsoleOutput(ctx context.Context, id string, latest bool) (backend.ConsoleOutput, error) {
	const op = "GetConsoleOutput"
	out, err := call(ctx, b, op, id, b.ec2.GetConsoleOutput, &ec2.GetConsoleOutputInput{InstanceId: said(id), Latest: said(latest)})
	if err != nil {
		return backend.ConsoleOutput{}, err
	}
	text, err := decode(op, id, out.Output)
	return backend.ConsoleOutput{Time: told(out.Timestamp), Text: text}, err
}

// PasswordData gives the encrypted password of a Windows instance
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html).
func (b *Backend) PasswordData(ctx context.Context, id string) ([]byte, error) {
	const op = "GetPasswordData"
	out, err := call(ctx, b, op, id, b.ec2.GetPasswordData, &ec2.GetPasswordDataInput{InstanceId: said(id)})
	if err != nil {
		return nil, err
	}
	return decode(op, id, out.PasswordData)
}

func decode(op, resource string, text *string) ([]byte, error) {
	if told(text) == "" {
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(told(text))
	if err != nil {
		return nil, &backend.Error{Op: op, Resource: resource, Message: "EC2's answer isn't base64", Err: err}
	}
	return b, nil
}
