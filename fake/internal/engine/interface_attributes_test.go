package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html
func TestAttributesOfInterfaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1a")
	web := w.addGroup(net.vpc, "web")
	eni := *w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.Ipv6AddressCount = ptr(int32(2)) }).NetworkInterfaceId
	attribute := func(name ec2types.NetworkInterfaceAttribute) *ec2.DescribeNetworkInterfaceAttributeOutput {
		return must[ec2.DescribeNetworkInterfaceAttributeOutput](w, &ec2.DescribeNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni, Attribute: name})
	}
	modify := func(change func(in *ec2.ModifyNetworkInterfaceAttributeInput)) {
		in := &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni}
		change(in)
		must[ec2.ModifyNetworkInterfaceAttributeOutput](w, in)
	}
	require.Nil(t, attribute("attachment").Attachment)
	require.Nil(t, attribute("description").Description.Value)
	require.False(t, *attribute("associatePublicIpAddress").AssociatePublicIpAddress)

	modify(func(in *ec2.ModifyNetworkInterfaceAttributeInput) {
		in.Description = &ec2types.AttributeValue{Value: ptr("d")}
	})
	require.Equal(t, "d", *attribute("description").Description.Value)
	require.Equal(t, eni, *attribute("description").NetworkInterfaceId)
	modify(func(in *ec2.ModifyNetworkInterfaceAttributeInput) {
		in.SourceDestCheck = &ec2types.AttributeBooleanValue{Value: ptr(false)}
	})
	require.False(t, *attribute("sourceDestCheck").SourceDestCheck.Value)
	must[ec2.ResetNetworkInterfaceAttributeOutput](w, &ec2.ResetNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni, SourceDestCheck: ptr("true")})
	require.True(t, *w.eni(eni).SourceDestCheck)
	modify(func(in *ec2.ModifyNetworkInterfaceAttributeInput) { in.Groups = []string{web} })
	require.Equal(t, web, *attribute("groupSet").Groups[0].GroupId)
	require.Len(t, attribute("groupSet").Groups, 1)
	modify(func(in *ec2.ModifyNetworkInterfaceAttributeInput) {
		in.ConnectionTrackingSpecification = &ec2types.ConnectionTrackingSpecificationRequest{TcpEstablishedTimeout: ptr(int32(350))}
	})
	modify(func(in *ec2.ModifyNetworkInterfaceAttributeInput) {
		in.ConnectionTrackingSpecification = &ec2types.ConnectionTrackingSpecificationRequest{UdpStreamTimeout: ptr(int32(60))}
	})
	wantEqual(t, &ec2types.ConnectionTrackingConfiguration{TcpEstablishedTimeout: ptr(int32(350)), UdpStreamTimeout: ptr(int32(60))}, w.eni(eni).ConnectionTrackingConfiguration)
	modify(func(in *ec2.ModifyNetworkInterfaceAttributeInput) { in.EnablePrimaryIpv6 = ptr(true) })
	require.True(t, *w.eni(eni).Ipv6Addresses[0].IsPrimaryIpv6)
	require.False(t, *w.eni(eni).Ipv6Addresses[1].IsPrimaryIpv6)

	id := w.launch(nil)
	out := must[ec2.AttachNetworkInterfaceOutput](w, attach(id, eni, 1))
	wantEqual(t, w.eni(eni).Attachment, attribute("attachment").Attachment)
	n := w.instance(id).NetworkInterfaces[1]
	require.Equal(t, int32(350), *n.ConnectionTrackingConfiguration.TcpEstablishedTimeout)
	require.True(t, *n.Ipv6Addresses[0].IsPrimaryIpv6)
	require.Equal(t, []string{id}, w.found(filter("network-interface.ipv6-addresses.is-primary-ipv6", "true")))
	must[ec2.DetachNetworkInterfaceOutput](w, &ec2.DetachNetworkInterfaceInput{AttachmentId: out.AttachmentId})
	require.False(t, *w.eni(eni).Ipv6Addresses[0].IsPrimaryIpv6, "until it is detached")
}

func TestAutomaticPublicAddressesOfRunningInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	i := w.instance(id)
	eni := i.NetworkInterfaces[0].NetworkInterfaceId
	associate := func(public bool) {
		must[ec2.ModifyNetworkInterfaceAttributeOutput](w, &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: eni, AssociatePublicIpAddress: ptr(public)})
	}
	require.True(t, *must[ec2.DescribeNetworkInterfaceAttributeOutput](w, &ec2.DescribeNetworkInterfaceAttributeInput{
		NetworkInterfaceId: eni, Attribute: "associatePublicIpAddress",
	}).AssociatePublicIpAddress)
	associate(false)
	require.Nil(t, w.instance(id).PublicIpAddress)
	w.agree(id)
	associate(true)
	again := w.instance(id).PublicIpAddress
	require.NotNil(t, again)
	require.NotEqual(t, *i.PublicIpAddress, *again)
	_, err := w.stop(id)
	require.NoError(t, err)
	associate(false)
	associate(true)
	require.Nil(t, w.instance(id).PublicIpAddress, "not while it is stopped")
	_, err = w.start(id)
	require.NoError(t, err)
	require.NotNil(t, w.instance(id).PublicIpAddress)
}

func TestAttributesThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net, other := w.network("10.0.0.0/16", "us-east-1a"), w.network("10.1.0.0/16", "us-east-1a")
	eni := *w.addInterface(net.subnet, nil).NetworkInterfaceId
	primary := *w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.Ipv6AddressCount, in.EnablePrimaryIpv6 = ptr(int32(1)), ptr(true)
	}).NetworkInterfaceId
	on := w.instance(w.launch(nil)).NetworkInterfaces[0]
	type in = *ec2.ModifyNetworkInterfaceAttributeInput
	for name, tc := range map[string]struct {
		id            string
		change        func(in)
		code, message string
	}{
		"no interface": {"", func(in in) { in.Groups = []string{net.group} }, "MissingParameter", "networkInterfaceId"},
		"unknown":      {"eni-12345678", func(in in) { in.Groups = []string{net.group} }, "InvalidNetworkInterfaceID.NotFound", ""},
		"nothing":      {eni, func(in) {}, "InvalidParameterCombination", "No attributes specified."},
		"two at a time": {eni, func(in in) {
			in.Description, in.Groups = &ec2types.AttributeValue{Value: ptr("d")}, []string{net.group}
		}, "InvalidParameterCombination", "Fields for multiple attribute types specified: description, groupSet"},
		"foreign group": {eni, func(in in) { in.Groups = []string{other.group} }, "InvalidParameter", "belong to different networks"},
		"no value":      {eni, func(in in) { in.SourceDestCheck = &ec2types.AttributeBooleanValue{} }, "MissingParameter", "sourceDestCheck.value"},
		"no attachment": {eni, func(in in) {
			in.Attachment = &ec2types.NetworkInterfaceAttachmentChanges{DeleteOnTermination: ptr(true)}
		}, "MissingParameter", "attachment.attachmentId"},
		"attachment of another": {eni, func(in in) {
			in.Attachment = &ec2types.NetworkInterfaceAttachmentChanges{AttachmentId: on.Attachment.AttachmentId, DeleteOnTermination: ptr(true)}
		}, "InvalidAttachmentID.NotFound", *on.Attachment.AttachmentId},
		"malformed attachment": {eni, func(in in) {
			in.Attachment = &ec2types.NetworkInterfaceAttachmentChanges{AttachmentId: ptr("x"), DeleteOnTermination: ptr(true)}
		}, "InvalidNetworkInterfaceAttachmentId.Malformed", ""},
		"nothing of the attachment": {*on.NetworkInterfaceId, func(in in) {
			in.Attachment = &ec2types.NetworkInterfaceAttachmentChanges{AttachmentId: on.Attachment.AttachmentId}
		}, "InvalidParameterCombination", "No attributes specified."},
		"primary IPv6 of none": {eni, func(in in) { in.EnablePrimaryIpv6 = ptr(true) }, "InvalidParameterValue", "no IPv6 address"},
		"primary IPv6 back":    {primary, func(in in) { in.EnablePrimaryIpv6 = ptr(false) }, "InvalidParameterValue", "can't be disabled"},
		"ENA Express on none":  {eni, func(in in) { in.EnaSrdSpecification = &ec2types.EnaSrdSpecification{EnaSrdEnabled: ptr(true)} }, "InvalidParameterValue", "not attached"},
		"timeout": {eni, func(in in) {
			in.ConnectionTrackingSpecification = &ec2types.ConnectionTrackingSpecificationRequest{UdpTimeout: ptr(int32(61))}
		}, "InvalidParameterValue", "from 30 to 60 seconds"},
		"subnets": {eni, func(in in) { in.AssociatedSubnetIds = []string{net.subnet} }, "UnknownParameter", "AssociatedSubnetIds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: ptr(tc.id)}
			tc.change(in)
			e := wantNoChange[ec2.ModifyNetworkInterfaceAttributeOutput](w.forkWithin(t), in, tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
	wantNoChange[ec2.ResetNetworkInterfaceAttributeOutput](w, &ec2.ResetNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni}, "InvalidParameterCombination")
	wantNoChange[ec2.DescribeNetworkInterfaceAttributeOutput](w, &ec2.DescribeNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni}, "MissingParameter")
	wantNoChange[ec2.DescribeNetworkInterfaceAttributeOutput](w, &ec2.DescribeNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni, Attribute: "x"}, "InvalidParameterValue")
}
