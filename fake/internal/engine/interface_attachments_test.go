package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func attach(instance, eni string, index int32) *ec2.AttachNetworkInterfaceInput {
	return &ec2.AttachNetworkInterfaceInput{InstanceId: ptr(instance), NetworkInterfaceId: ptr(eni), DeviceIndex: ptr(index)}
}

// agree requires that an instance and its interfaces tell the same of their attachments, and gives the IDs of these.
func (w *testWorld) agree(id string) (enis []string) {
	w.t.Helper()
	i := w.instance(id)
	for _, n := range i.NetworkInterfaces {
		enis = append(enis, *n.NetworkInterfaceId)
		from := w.eni(*n.NetworkInterfaceId)
		require.Equal(w.t, id, *from.Attachment.InstanceId)
		require.Equal(w.t, ec2types.NetworkInterfaceStatusInUse, from.Status)
		require.Equal(w.t, from.Status, n.Status)
		require.Equal(w.t, from.Attachment.AttachmentId, n.Attachment.AttachmentId)
		require.Equal(w.t, from.Attachment.DeviceIndex, n.Attachment.DeviceIndex)
		require.Equal(w.t, from.Attachment.NetworkCardIndex, n.Attachment.NetworkCardIndex)
		require.Equal(w.t, from.Attachment.DeleteOnTermination, n.Attachment.DeleteOnTermination)
		require.Equal(w.t, from.Attachment.Status, n.Attachment.Status)
		require.Equal(w.t, from.Attachment.AttachTime, n.Attachment.AttachTime)
		require.Equal(w.t, from.Attachment.EnaQueueCount, n.Attachment.EnaQueueCount)
		require.Equal(w.t, from.PrivateIpAddress, n.PrivateIpAddress)
		require.Len(w.t, n.PrivateIpAddresses, len(from.PrivateIpAddresses))
		for index, a := range from.PrivateIpAddresses {
			require.Equal(w.t, a.PrivateIpAddress, n.PrivateIpAddresses[index].PrivateIpAddress)
			if n.PrivateIpAddresses[index].Association != nil {
				require.Equal(w.t, a.Association.PublicIp, n.PrivateIpAddresses[index].Association.PublicIp)
				require.Equal(w.t, a.Association.IpOwnerId, n.PrivateIpAddresses[index].Association.IpOwnerId)
			} else {
				require.Nil(w.t, a.Association)
			}
		}
	}
	require.ElementsMatch(w.t, enis, interfaceIDs(w, &ec2.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{filter("attachment.instance-id", id)},
	}))
	return enis
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html
func TestInterfacesAreAttachedAndDetached(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]ec2types.InstanceStateName{"hot": running, "warm": stopped} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			net := w.network("10.0.0.0/16", "us-east-1a")
			id := w.instanceIn(state, nil)
			primary := w.agree(id)[0]
			spare, third := *w.addInterface(net.subnet, nil).NetworkInterfaceId, *w.addInterface(net.subnet, nil).NetworkInterfaceId
			must[ec2.AttachNetworkInterfaceOutput](w, attach(id, third, 2))
			out := must[ec2.AttachNetworkInterfaceOutput](w, attach(id, spare, 1))
			require.Equal(t, int32(0), *out.NetworkCardIndex)
			require.Equal(t, []string{primary, spare, third}, w.agree(id), "in order of device index, in a subnet of another VPC too")
			n := w.eni(spare)
			require.Equal(t, out.AttachmentId, n.Attachment.AttachmentId)
			require.Equal(t, ec2types.AttachmentStatusAttached, n.Attachment.Status)
			require.False(t, *n.Attachment.DeleteOnTermination)
			require.Equal(t, []string{spare}, interfaceIDs(w, &ec2.DescribeNetworkInterfacesInput{
				Filters: []ec2types.Filter{filter("attachment.attachment-id", *out.AttachmentId)},
			}))

			must[ec2.DetachNetworkInterfaceOutput](w, &ec2.DetachNetworkInterfaceInput{AttachmentId: out.AttachmentId, Force: ptr(true)})
			require.Equal(t, []string{primary, third}, w.agree(id))
			require.Equal(t, ec2types.NetworkInterfaceStatusAvailable, w.eni(spare).Status)
			require.Nil(t, w.eni(spare).Attachment)

			_, err := w.terminate(id)
			require.NoError(t, err)
			require.ElementsMatch(t, []string{spare, third}, interfaceIDs(w, &ec2.DescribeNetworkInterfacesInput{}), "what wasn't made with the instance stays")
		})
	}
}

func TestAnAttachedInterfaceGoesWithItsInstanceIfItIsToldTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1a")
	id := w.launch(nil)
	eni := *w.addInterface(net.subnet, nil).NetworkInterfaceId
	out := must[ec2.AttachNetworkInterfaceOutput](w, attach(id, eni, 1))
	must[ec2.ModifyNetworkInterfaceAttributeOutput](w, &ec2.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: ptr(eni),
		Attachment:         &ec2types.NetworkInterfaceAttachmentChanges{AttachmentId: out.AttachmentId, DeleteOnTermination: ptr(true)},
	})
	w.agree(id)
	_, err := w.terminate(id)
	require.NoError(t, err)
	require.Empty(t, interfaceIDs(w, &ec2.DescribeNetworkInterfacesInput{}))
}

func TestALaunchWithAnInterfaceThatExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1a")
	eni := *w.addInterface(net.subnet, nil).NetworkInterfaceId
	id := w.launch(interfaces(on{NetworkInterfaceId: ptr(eni)}))
	require.Equal(t, []string{eni}, w.agree(id))
	require.Equal(t, net.subnet, *w.instance(id).SubnetId)
	_, err := w.terminate(id)
	require.NoError(t, err)
	require.Equal(t, ec2types.NetworkInterfaceStatusAvailable, w.eni(eni).Status)
}

func TestInterfacesThatCannotBeAttached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net, far := w.network("10.0.0.0/16", "us-east-1a"), w.network("10.1.0.0/16", "us-east-1b")
	id := w.launch(func(in *ec2.RunInstancesInput) { in.InstanceType = ec2types.InstanceTypeT4gMicro }) // two interfaces, two addresses each
	full, big := w.launch(func(in *ec2.RunInstancesInput) {
		interfaces(on{}, on{})(in)
		in.InstanceType = ec2types.InstanceTypeT4gMicro
	}), w.launch(func(in *ec2.RunInstancesInput) { in.InstanceType = "c7gn.16xlarge" })
	gone := w.instanceIn(terminated, nil)
	eni := *w.addInterface(net.subnet, nil).NetworkInterfaceId
	efa := *w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.InterfaceType = "efa" }).NetworkInterfaceId
	crowded := *w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.PrivateIpAddress, in.Ipv4PrefixCount = ptr("10.0.0.9"), ptr(int32(2))
	}).NetworkInterfaceId
	six := *w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.Ipv6AddressCount = ptr(int32(3)) }).NetworkInterfaceId
	away := *w.addInterface(far.subnet, nil).NetworkInterfaceId
	other := *w.instance(full).NetworkInterfaces[1].NetworkInterfaceId
	with := func(in *ec2.AttachNetworkInterfaceInput, change func(*ec2.AttachNetworkInterfaceInput)) *ec2.AttachNetworkInterfaceInput {
		change(in)
		return in
	}
	srd := &ec2types.EnaSrdSpecification{EnaSrdEnabled: ptr(true)}
	for name, tc := range map[string]struct {
		in            *ec2.AttachNetworkInterfaceInput
		code, message string
	}{
		"no index":           {&ec2.AttachNetworkInterfaceInput{InstanceId: &id, NetworkInterfaceId: &eni}, "MissingParameter", "deviceIndex"},
		"no instance":        {attach("", eni, 1), "MissingParameter", "instanceId"},
		"no interface":       {attach(id, "", 1), "MissingParameter", "networkInterfaceId"},
		"unknown instance":   {attach("i-12345678", eni, 1), "InvalidInstanceID.NotFound", "i-12345678"},
		"unknown interface":  {attach(id, "eni-12345678", 1), "InvalidNetworkInterfaceID.NotFound", "eni-12345678"},
		"in use":             {attach(id, other, 1), "InvalidNetworkInterface.InUse", "Interface: [" + other + "] in use."},
		"terminated":         {attach(gone, eni, 1), "IncorrectInstanceState", gone},
		"another zone":       {attach(id, away, 1), "InvalidParameterCombination", "not in the same availability zone"},
		"index taken":        {attach(id, eni, 0), "InvalidParameterValue", "Instance '" + id + "' already has an interface attached at device index '0'."},
		"negative index":     {attach(id, eni, -1), "InvalidParameterValue", "must not be negative"},
		"too many":           {attach(full, eni, 2), "AttachmentLimitExceeded", "Interface count 3 exceeds the limit for t4g.micro"},
		"no such card":       {with(attach(id, eni, 1), func(in *ec2.AttachNetworkInterfaceInput) { in.NetworkCardIndex = ptr(int32(1)) }), "InvalidParameterValue", "no such network card"},
		"too many addresses": {attach(id, crowded, 1), "PrivateIpAddressLimitExceeded", "exceed limit"},
		"too many IPv6":      {attach(id, six, 1), "InvalidInterface.IpAddressLimitExceeded", "exceed limit"},
		"no EFA":             {attach(id, efa, 1), "Unsupported", "does not support EFA"},
		"EFA while running":  {attach(big, efa, 1), "IncorrectInstanceState", "stopped instance only"},
		"no ENA Express":     {with(attach(id, eni, 1), func(in *ec2.AttachNetworkInterfaceInput) { in.EnaSrdSpecification = srd }), "Unsupported", "ENA Express"},
		"UDP alone": {with(attach(big, eni, 1), func(in *ec2.AttachNetworkInterfaceInput) {
			in.EnaSrdSpecification = &ec2types.EnaSrdSpecification{EnaSrdUdpSpecification: &ec2types.EnaSrdUdpSpecification{EnaSrdUdpEnabled: ptr(true)}}
		}), "InvalidParameterCombination", "UDP"},
		"no queues": {with(attach(id, eni, 1), func(in *ec2.AttachNetworkInterfaceInput) { in.EnaQueueCount = ptr(int32(2)) }), "Unsupported", "ENA queues"},
		"dry run":   {with(attach(id, eni, 1), func(in *ec2.AttachNetworkInterfaceInput) { in.DryRun = ptr(true) }), "DryRunOperation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.AttachNetworkInterfaceOutput](w.forkWithin(t), tc.in, tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
}

func TestInterfacesThatCannotBeDetached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	id := w.instanceIn(running, interfaces(on{}, on{}))
	n := w.instance(id).NetworkInterfaces
	detach := func(attachment string) *ec2.DetachNetworkInterfaceInput {
		return &ec2.DetachNetworkInterfaceInput{AttachmentId: ptr(attachment)}
	}
	for name, tc := range map[string]struct{ id, code, message string }{
		"none":      {"", "MissingParameter", "attachmentId"},
		"malformed": {"eni-attach-x", "InvalidNetworkInterfaceAttachmentId.Malformed", "eni-attach-x"},
		"unknown":   {"eni-attach-12345678", "InvalidAttachmentID.NotFound", "The interface attachment 'eni-attach-12345678' does not exist"},
		"primary":   {*n[0].Attachment.AttachmentId, "OperationNotPermitted", "The network interface at device index 0 cannot be detached."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DetachNetworkInterfaceOutput](w.forkWithin(t), detach(tc.id), tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
	t.Run("shutting down", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		_, err := w.terminate(id)
		require.NoError(t, err)
		wantNoChange[ec2.DetachNetworkInterfaceOutput](w, detach(*n[1].Attachment.AttachmentId), "IncorrectInstanceState")
	})
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ena-queues.html and …/ena-express.html
func TestWhatAnAttachmentIsMadeWith(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1a")
	const typ = "c6i.8xlarge" // 8 queues an interface unless told, 32 at most, 64 all together
	srd := func(udp bool) *ec2types.EnaSrdSpecification {
		return &ec2types.EnaSrdSpecification{EnaSrdEnabled: ptr(true), EnaSrdUdpSpecification: &ec2types.EnaSrdUdpSpecification{EnaSrdUdpEnabled: ptr(udp)}}
	}
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.InstanceType, in.ImageId = typ, ptr(linux+"x86_64")
		interfaces(on{EnaQueueCount: ptr(int32(16)), EnaSrdSpecification: &ec2types.EnaSrdSpecificationRequest{
			EnaSrdEnabled: ptr(true), EnaSrdUdpSpecification: &ec2types.EnaSrdUdpSpecificationRequest{EnaSrdUdpEnabled: ptr(true)},
		}})(in)
	})
	n := w.instance(id).NetworkInterfaces[0]
	require.Equal(t, int32(16), *n.Attachment.EnaQueueCount)
	require.True(t, *n.Attachment.EnaSrdSpecification.EnaSrdUdpSpecification.EnaSrdUdpEnabled)
	require.True(t, *w.eni(*n.NetworkInterfaceId).Attachment.EnaSrdSpecification.EnaSrdUdpSpecification.EnaSrdUdpEnabled)

	in := attach(id, *w.addInterface(net.subnet, nil).NetworkInterfaceId, 1)
	in.EnaQueueCount = ptr(int32(33))
	wantNoChange[ec2.AttachNetworkInterfaceOutput](w, in, "InvalidParameterValue")
	crowd := w.launch(func(in *ec2.RunInstancesInput) {
		in.InstanceType, in.ImageId = typ, ptr(linux+"x86_64")
		interfaces(on{EnaQueueCount: ptr(int32(32))}, on{EnaQueueCount: ptr(int32(30))})(in)
	})
	wantNoChange[ec2.AttachNetworkInterfaceOutput](w, attach(crowd, *in.NetworkInterfaceId, 2), "InvalidParameterValue") // 62 and 8
	in.EnaQueueCount, in.EnaSrdSpecification = ptr(int32(4)), srd(false)
	out := must[ec2.AttachNetworkInterfaceOutput](w, in)
	w.agree(id)

	modify := func(change func(a *ec2types.NetworkInterfaceAttachmentChanges)) *ec2.ModifyNetworkInterfaceAttributeInput {
		a := &ec2types.NetworkInterfaceAttachmentChanges{AttachmentId: out.AttachmentId}
		change(a)
		return &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: in.NetworkInterfaceId, Attachment: a}
	}
	queues := func(n int32) func(*ec2types.NetworkInterfaceAttachmentChanges) {
		return func(a *ec2types.NetworkInterfaceAttachmentChanges) { a.EnaQueueCount = ptr(n) }
	}
	wantNoChange[ec2.ModifyNetworkInterfaceAttributeOutput](w, modify(queues(8)), "IncorrectInstanceState")
	_, err := w.stop(id)
	require.NoError(t, err)
	wantNoChange[ec2.ModifyNetworkInterfaceAttributeOutput](w, modify(queues(0)), "InvalidParameterValue")
	must[ec2.ModifyNetworkInterfaceAttributeOutput](w, modify(queues(8)))
	require.Equal(t, int32(8), *w.eni(*in.NetworkInterfaceId).Attachment.EnaQueueCount)
	must[ec2.ModifyNetworkInterfaceAttributeOutput](w, modify(func(a *ec2types.NetworkInterfaceAttachmentChanges) { a.DefaultEnaQueueCount = ptr(true) }))
	require.Nil(t, w.eni(*in.NetworkInterfaceId).Attachment.EnaQueueCount)
	must[ec2.ModifyNetworkInterfaceAttributeOutput](w, &ec2.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: in.NetworkInterfaceId, EnaSrdSpecification: &ec2types.EnaSrdSpecification{EnaSrdEnabled: ptr(false)},
	})
	require.False(t, *w.eni(*in.NetworkInterfaceId).Attachment.EnaSrdSpecification.EnaSrdEnabled)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html
func TestAdaptersWithoutAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1a")
	eni := w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.InterfaceType = "efa-only" })
	require.Nil(t, eni.PrivateIpAddress)
	require.Empty(t, eni.PrivateIpAddresses)
	id := w.instanceIn(stopped, func(in *ec2.RunInstancesInput) {
		in.InstanceType = "c7gn.16xlarge"
		interfaces(on{}, on{InterfaceType: ptr("efa-only")})(in)
	})
	must[ec2.AttachNetworkInterfaceOutput](w, attach(id, *eni.NetworkInterfaceId, 2))
	require.Len(t, w.agree(id), 3)
	require.Equal(t, []string{id}, w.found(filter("network-interface.private-ip-address", *w.instance(id).PrivateIpAddress)))
	wantNoChange[ec2.AssignPrivateIpAddressesOutput](w, &ec2.AssignPrivateIpAddressesInput{
		NetworkInterfaceId: eni.NetworkInterfaceId, SecondaryPrivateIpAddressCount: ptr(int32(1)),
	}, "InvalidParameterCombination")
	_, err := w.start(id)
	require.NoError(t, err)
	wantNoChange[ec2.DetachNetworkInterfaceOutput](w, &ec2.DetachNetworkInterfaceInput{
		AttachmentId: w.eni(*eni.NetworkInterfaceId).Attachment.AttachmentId,
	}, "IncorrectInstanceState")
	_, err = w.terminate(id)
	require.NoError(t, err)
	require.Equal(t, []string{*eni.NetworkInterfaceId}, interfaceIDs(w, &ec2.DescribeNetworkInterfacesInput{}))
}
