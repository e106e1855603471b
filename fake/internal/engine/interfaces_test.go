package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func interfaceIDs(w *testWorld, in *ec2.DescribeNetworkInterfacesInput) []string {
	w.t.Helper()
	ids := []string{}
	for _, i := range must[ec2.DescribeNetworkInterfacesOutput](w, in).NetworkInterfaces {
		ids = append(ids, *i.NetworkInterfaceId)
	}
	return ids
}

func TestDescribeNetworkInterfaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	const on = "i-0123456789abcdef0"
	var attached, free *networkInterface
	require.NoError(t, w.change(func(tx *tx) (err error) {
		tx.instances.Put(&tx.undo, &instance{
			id: on, scope: tx.scope, state: ec2types.InstanceStateNameRunning, hostnameType: ec2types.HostnameTypeIpName,
		})
		attached, err = freeInterface(tx, newInterface{
			public: true, sourceDestCheck: true, instance: on, deleteOnTermination: true, secondaryCount: 1,
		})
		require.NoError(t, err)
		s, _ := tx.defaultSubnet("us-east-1b")
		free, err = tx.createInterface(newInterface{
			subnet: s, typ: ec2types.NetworkInterfaceTypeEfa, description: "spare", requester: "777788889999",
		})
		require.NoError(t, err)
		return tx.setTags(ec2types.ResourceTypeNetworkInterface, free.id, tags("Name", "spare"))
	}))
	group := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{}).SecurityGroups[0].GroupId
	public := attached.public.String()
	association := &ec2types.NetworkInterfaceAssociation{
		IpOwnerId: ptr("amazon"), PublicIp: &public, PublicDnsName: ptr(publicName(public)),
	}
	network := defaultVPCOf(w).VpcId

	want := []ec2types.NetworkInterface{{
		Association: association,
		Attachment: &ec2types.NetworkInterfaceAttachment{
			AttachTime:          ptr(w.clock.now()),
			AttachmentId:        ptr(attached.attachment.id),
			DeleteOnTermination: ptr(true),
			DeviceIndex:         ptr(int32(0)),
			InstanceId:          ptr(on),
			InstanceOwnerId:     ptr(DefaultAccount),
			NetworkCardIndex:    ptr(int32(0)),
			Status:              ec2types.AttachmentStatusAttached,
		},
		AvailabilityZone:   ptr("us-east-1a"),
		AvailabilityZoneId: ptr("use1-az6"),
		Description:        ptr(""),
		Groups:             []ec2types.GroupIdentifier{{GroupId: group, GroupName: ptr("default")}},
		InterfaceType:      ec2types.NetworkInterfaceTypeInterface,
		MacAddress:         &attached.mac,
		NetworkInterfaceId: &attached.id,
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(DefaultAccount),
		PrivateDnsName:     ptr("ip-172-31-0-4.ec2.internal"),
		PrivateIpAddress:   ptr("172.31.0.4"),
		PrivateIpAddresses: []ec2types.NetworkInterfacePrivateIpAddress{
			{Association: association, Primary: ptr(true), PrivateDnsName: ptr("ip-172-31-0-4.ec2.internal"), PrivateIpAddress: ptr("172.31.0.4")},
			{Primary: ptr(false), PrivateDnsName: ptr("ip-172-31-0-5.ec2.internal"), PrivateIpAddress: ptr("172.31.0.5")},
		},
		PublicDnsName:    ptr(publicName(public)),
		RequesterManaged: ptr(false),
		SourceDestCheck:  ptr(true),
		Status:           ec2types.NetworkInterfaceStatusInUse,
		SubnetId:         &attached.subnet,
		VpcId:            network,
	}, {
		AvailabilityZone:   ptr("us-east-1b"),
		AvailabilityZoneId: ptr("use1-az1"),
		Description:        ptr("spare"),
		Groups:             []ec2types.GroupIdentifier{{GroupId: group, GroupName: ptr("default")}},
		InterfaceType:      ec2types.NetworkInterfaceTypeEfa,
		MacAddress:         &free.mac,
		NetworkInterfaceId: &free.id,
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(DefaultAccount),
		PrivateDnsName:     ptr("ip-172-31-16-4.ec2.internal"),
		PrivateIpAddress:   ptr("172.31.16.4"),
		PrivateIpAddresses: []ec2types.NetworkInterfacePrivateIpAddress{
			{Primary: ptr(true), PrivateDnsName: ptr("ip-172-31-16-4.ec2.internal"), PrivateIpAddress: ptr("172.31.16.4")},
		},
		RequesterId:      ptr("777788889999"),
		RequesterManaged: ptr(false),
		SourceDestCheck:  ptr(false),
		Status:           ec2types.NetworkInterfaceStatusAvailable,
		SubnetId:         &free.subnet,
		TagSet:           tags("Name", "spare"),
		VpcId:            network,
	}}
	for _, one := range want {
		got := must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{
			NetworkInterfaceIds: []string{*one.NetworkInterfaceId}, IncludeManagedResources: ptr(true),
		})
		wantEqual(t, []ec2types.NetworkInterface{one}, got.NetworkInterfaces)
	}

	both := []string{attached.id, free.id}
	none := []string{}
	for name, tc := range map[string]struct {
		values []string
		want   []string
	}{
		"association.allocation-id":        {[]string{"*"}, none},
		"association.association-id":       {[]string{"*"}, none},
		"addresses.association.owner-id":   {[]string{"amazon"}, []string{attached.id}},
		"addresses.association.public-ip":  {[]string{public}, []string{attached.id}},
		"association.ip-owner-id":          {[]string{"amazon"}, []string{attached.id}},
		"association.public-ip":            {[]string{public}, []string{attached.id}},
		"association.public-dns-name":      {[]string{publicName(public)}, []string{attached.id}},
		"addresses.primary":                {[]string{"false"}, []string{attached.id}},
		"addresses.private-ip-address":     {[]string{"172.31.0.5"}, []string{attached.id}},
		"private-ip-address":               {[]string{"172.31.16.4"}, []string{free.id}},
		"ipv6-addresses.ipv6-address":      {[]string{"*"}, none},
		"attachment.attach-time":           {[]string{"2026-11-24T12:00:00.000Z"}, []string{attached.id}},
		"attachment.attachment-id":         {[]string{attached.attachment.id}, []string{attached.id}},
		"attachment.delete-on-termination": {[]string{"true"}, []string{attached.id}},
		"attachment.device-index":          {[]string{"0"}, []string{attached.id}},
		"attachment.instance-id":           {[]string{on}, []string{attached.id}},
		"attachment.instance-owner-id":     {[]string{DefaultAccount}, []string{attached.id}},
		"attachment.status":                {[]string{"attached"}, []string{attached.id}},
		"availability-zone":                {[]string{"us-east-1b"}, []string{free.id}},
		"availability-zone-id":             {[]string{"use1-az6"}, []string{attached.id}},
		"description":                      {[]string{"sp*"}, []string{free.id}},
		"group-id":                         {[]string{*group}, both},
		"interface-type":                   {[]string{"efa"}, []string{free.id}},
		"mac-address":                      {[]string{free.mac}, []string{free.id}},
		"network-interface-id":             {[]string{free.id}, []string{free.id}},
		"operator.managed":                 {[]string{"true"}, none},
		"operator.principal":               {[]string{"*"}, none},
		"owner-id":                         {[]string{DefaultAccount}, both},
		"private-dns-name":                 {[]string{"ip-172-31-16-4.*"}, []string{free.id}},
		"requester-id":                     {[]string{"777788889999"}, []string{free.id}},
		"requester-managed":                {[]string{"false"}, both},
		"source-dest-check":                {[]string{"true"}, []string{attached.id}},
		"status":                           {[]string{"available"}, []string{free.id}},
		"subnet-id":                        {[]string{free.subnet}, []string{free.id}},
		"tag:Name":                         {[]string{"spare"}, []string{free.id}},
		"vpc-id":                           {[]string{*network}, both},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, tc.want, interfaceIDs(w.within(t), &ec2.DescribeNetworkInterfacesInput{
				Filters: []ec2types.Filter{filter(name, tc.values...)},
			}))
		})
	}
	for name, tc := range map[string]struct {
		in            ec2.DescribeNetworkInterfacesInput
		code, message string
	}{
		"malformed":        {ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{"eni-1"}}, "InvalidNetworkInterfaceId.Malformed", `Invalid id: "eni-1" (expecting "eni-...")`},
		"unknown":          {ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{"eni-12345678"}}, "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-12345678' does not exist"},
		"IDs and pages":    {ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: both, MaxResults: ptr(int32(5))}, "InvalidParameterCombination", "The parameter networkInterfaceIdSet cannot be used with the parameter maxResults"},
		"too many results": {ec2.DescribeNetworkInterfacesInput{MaxResults: ptr(int32(1001))}, "InvalidParameterValue", "Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeNetworkInterfacesOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func publicName(ip string) string {
	b := []byte(ip)
	for i := range b {
		if b[i] == '.' {
			b[i] = '-'
		}
	}
	return "ec2-" + string(b) + ".compute-1.amazonaws.com"
}

func TestAttachmentStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	at := w.clock.now()
	for name, tc := range map[string]struct {
		on   instance
		want ec2types.AttachmentStatus
	}{
		"launching": {instance{state: ec2types.InstanceStateNamePending, launched: at, first: at}, ec2types.AttachmentStatusAttaching},
		"starting":  {instance{state: ec2types.InstanceStateNamePending, launched: at.Add(time.Hour), first: at}, ec2types.AttachmentStatusAttached},
		"running":   {instance{state: ec2types.InstanceStateNameRunning, launched: at, first: at}, ec2types.AttachmentStatusAttached},
		"gone":      {instance{id: "i-00000000000000000"}, ec2types.AttachmentStatusAttached},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			require.NoError(t, w.change(func(tx *tx) error {
				on := tc.on
				on.scope = tx.scope
				if on.id == "" {
					on.id = tx.newID(kindInstance)
					tx.instances.Put(&tx.undo, &on)
				}
				i, err := freeInterface(tx, newInterface{instance: on.id})
				require.NoError(t, err)
				require.Equal(t, tc.want, tx.attachmentStatus(i))
				return nil
			}))
		})
	}
}

func TestInterfaceGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := smallSubnet(w)
	groupOf := func(tx *tx, s *subnet) string {
		n, err := tx.vpcByID(s.vpc)
		require.NoError(t, err)
		return n.defaultGroup
	}
	require.NoError(t, w.change(func(tx *tx) error {
		s, err := tx.subnetByID(id)
		require.NoError(t, err)
		i, err := tx.createInterface(newInterface{subnet: s})
		require.NoError(t, err)
		require.Equal(t, []string{groupOf(tx, s)}, i.groups, "the VPC's own if none is named")

		i, err = tx.createInterface(newInterface{subnet: s, groups: []string{i.groups[0], i.groups[0]}})
		require.NoError(t, err)
		require.Len(t, i.groups, 1)

		_, err = freeInterface(tx, newInterface{groups: i.groups})
		inDefault, _ := tx.defaultSubnet("")
		require.Equal(t, "Security group "+i.groups[0]+" and subnet "+inDefault.id+" belong to different networks.",
			wantCode(t, err, "InvalidParameter").Message)

		_, err = freeInterface(tx, newInterface{groups: []string{"sg-12345678"}})
		require.Equal(t, "The security group 'sg-12345678' does not exist", wantCode(t, err, "InvalidGroup.NotFound").Message)
		_, err = freeInterface(tx, newInterface{groups: []string{"default"}})
		wantCode(t, err, "InvalidGroupId.Malformed")

		var many []string
		for range maxGroups + 1 {
			many = append(many, tx.makeDefaultGroup(inDefault.vpc, false))
		}
		_, err = freeInterface(tx, newInterface{groups: many})
		wantCode(t, err, "SecurityGroupsPerInterfaceLimitExceeded")
		return nil
	}))
}

func BenchmarkCreateInterfaceAndUndo(b *testing.B) {
	w := newWorld(b, Options{})
	require.NoError(b, w.change(func(tx *tx) error {
		b.ReportAllocs()
		for b.Loop() {
			i, err := freeInterface(tx, newInterface{public: true, instance: "i-0123456789abcdef0"})
			if err != nil {
				return err
			}
			tx.deleteInterface(i.id)
			tx.undo.Rollback()
		}
		return nil
	}))
}
