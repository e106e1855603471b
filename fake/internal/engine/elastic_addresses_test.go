package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// elastic allocates an address and gives its allocation ID and the address.
func (w *testWorld) elastic(pairs ...string) (id, public string) {
	w.t.Helper()
	in := &ec2.AllocateAddressInput{Domain: ec2types.DomainTypeVpc}
	if len(pairs) > 0 {
		in.TagSpecifications = tagged(ec2types.ResourceTypeElasticIp, pairs...)
	}
	out := must[ec2.AllocateAddressOutput](w, in)
	return *out.AllocationId, *out.PublicIp
}

func (w *testWorld) address(id string) ec2types.Address {
	w.t.Helper()
	all := must[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{AllocationIds: []string{id}}).Addresses
	require.Len(w.t, all, 1)
	return all[0]
}

func (w *testWorld) associate(allocation, instance string) string {
	w.t.Helper()
	return *must[ec2.AssociateAddressOutput](w, &ec2.AssociateAddressInput{AllocationId: ptr(allocation), InstanceId: ptr(instance)}).AssociationId
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
func TestElasticAddressesAreAllocatedAndReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id, public := w.elastic("Name", "front")
	other, _ := w.elastic()
	require.NotEqual(t, id, other)
	want := ec2types.Address{
		AllocationId: &id, Domain: ec2types.DomainTypeVpc, NetworkBorderGroup: ptr("us-east-1"),
		PublicIp: &public, PublicIpv4Pool: ptr("amazon"), Tags: tags("Name", "front"),
	}
	wantEqual(t, want, w.address(id))
	wantEqual(t, []ec2types.Address{want}, must[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{PublicIps: []string{public}}).Addresses)
	require.Len(t, must[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{}).Addresses, 2)
	require.Empty(t, must[ec2.DescribeAddressesOutput](w.in(region.EUWest1), &ec2.DescribeAddressesInput{}).Addresses)
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{other}, Tags: tags("k", "v")})
	require.Equal(t, ec2types.ResourceTypeElasticIp, must[ec2.DescribeTagsOutput](w, &ec2.DescribeTagsInput{
		Filters: []ec2types.Filter{filter("resource-id", other)},
	}).Tags[0].ResourceType)
	for _, r := range w.engine.Inventory() {
		require.Equal(t, ec2types.ResourceTypeElasticIp, r.Kind)
	}

	must[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: &id, NetworkBorderGroup: ptr("us-east-1")})
	wantNoChange[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{AllocationIds: []string{id}}, "InvalidAllocationID.NotFound")
	wantNoChange[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: &id}, "InvalidAllocationID.NotFound")
	require.NotContains(t, w.dump(), "value:front")

	wantNoChange[ec2.AllocateAddressOutput](w.as("111122223333"), &ec2.AllocateAddressInput{Address: &public}, "InvalidAddress.NotFound")
	again := must[ec2.AllocateAddressOutput](w, &ec2.AllocateAddressInput{Address: &public})
	require.Equal(t, public, *again.PublicIp, "recovered")
	require.NotEqual(t, id, *again.AllocationId)
	wantNoChange[ec2.AllocateAddressOutput](w, &ec2.AllocateAddressInput{Address: &public}, "InvalidAddress.NotFound")
}

func TestElasticAddressesTakeThePlaceOfAutomaticOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	before := w.instance(id)
	e, public := w.elastic()
	association := w.associate(e, id)
	i := w.instance(id)
	require.Equal(t, public, *i.PublicIpAddress)
	require.Equal(t, publicName(public), *i.PublicDnsName)
	require.Equal(t, DefaultAccount, *i.NetworkInterfaces[0].Association.IpOwnerId)
	n := w.eni(w.agree(id)[0])
	wantEqual(t, &ec2types.NetworkInterfaceAssociation{
		AllocationId: &e, AssociationId: &association, IpOwnerId: ptr(DefaultAccount), PublicDnsName: ptr(publicName(public)), PublicIp: &public,
	}, n.Association)
	require.Equal(t, publicName(public), *n.PublicDnsName)
	got := w.address(e)
	require.Equal(t, []string{association, id, *n.NetworkInterfaceId, DefaultAccount, *i.PrivateIpAddress}, []string{
		*got.AssociationId, *got.InstanceId, *got.NetworkInterfaceId, *got.NetworkInterfaceOwnerId, *got.PrivateIpAddress,
	})
	require.NotContains(t, w.dump(), *before.PublicIpAddress)

	_, err := w.stop(id)
	require.NoError(t, err)
	require.Equal(t, public, *w.instance(id).PublicIpAddress, "stays over a stop")
	_, err = w.start(id)
	require.NoError(t, err)
	require.Equal(t, public, *w.instance(id).PublicIpAddress)

	must[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{AssociationId: &association})
	i = w.instance(id)
	require.NotEqual(t, public, *i.PublicIpAddress, "an automatic one again")
	require.Equal(t, "amazon", *i.NetworkInterfaces[0].Association.IpOwnerId)
	require.Nil(t, w.address(e).AssociationId)
	must[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{AssociationId: &association})
	require.Equal(t, *i.PublicIpAddress, *w.instance(id).PublicIpAddress, "repeated")

	w.associate(e, id)
	_, err = w.terminate(id)
	require.NoError(t, err)
	require.Nil(t, w.instance(id).PublicIpAddress)
	require.Nil(t, w.address(e).AssociationId, "is allocated still")
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html
func TestElasticAddressesMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	one, two := w.launch(nil), w.launch(nil)
	e, public := w.elastic()
	f, _ := w.elastic()
	association := w.associate(e, one)
	require.Equal(t, association, w.associate(e, one), "idempotent")
	strict := &ec2.AssociateAddressInput{AllocationId: &e, InstanceId: &two, AllowReassociation: ptr(false)}
	refused := wantNoChange[ec2.AssociateAddressOutput](w, strict, "Resource.AlreadyAssociated")
	require.Equal(t, "resource "+e+" is already associated with associate-id "+association, refused.Message)
	require.NotEqual(t, association, w.associate(e, two))
	require.Equal(t, public, *w.instance(two).PublicIpAddress)
	require.Equal(t, "amazon", *w.instance(one).NetworkInterfaces[0].Association.IpOwnerId)
	w.associate(f, two)
	require.Nil(t, w.address(e).AssociationId, "another address took its place")
	w.agree(one)
	w.agree(two)
}

func TestElasticAddressesOfSecondaryPrivateOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(interfaces(on{SecondaryPrivateIpAddressCount: ptr(int32(1))}))
	n := w.eni(w.agree(id)[0])
	e, public := w.elastic()
	secondary := n.PrivateIpAddresses[1].PrivateIpAddress
	must[ec2.AssociateAddressOutput](w, &ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: n.NetworkInterfaceId, PrivateIpAddress: secondary})
	i := w.instance(id)
	require.Equal(t, "amazon", *i.NetworkInterfaces[0].Association.IpOwnerId, "that of the primary one stays")
	require.Equal(t, public, *i.NetworkInterfaces[0].PrivateIpAddresses[1].Association.PublicIp)
	require.Equal(t, []string{id}, w.found(filter("network-interface.addresses.association.public-ip", public)))
	require.Empty(t, w.found(filter("network-interface.association.public-ip", public)))
	require.Equal(t, []string{id}, w.found(filter("network-interface.addresses.association.allocation-id", e)))
	w.agree(id)

	_, err := w.stop(id)
	require.NoError(t, err)
	_, err = w.start(id)
	require.NoError(t, err)
	require.Nil(t, w.instance(id).PublicIpAddress, "no automatic one beside it")

	s := *n.SubnetId
	other := *w.addInterface(s, nil).NetworkInterfaceId
	must[ec2.AssignPrivateIpAddressesOutput](w, &ec2.AssignPrivateIpAddressesInput{
		NetworkInterfaceId: &other, PrivateIpAddresses: []string{*secondary}, AllowReassignment: ptr(true),
	})
	require.Equal(t, other, *w.address(e).NetworkInterfaceId, "moves along")
	require.Equal(t, public, *w.eni(other).PrivateIpAddresses[1].Association.PublicIp)
	w.agree(id)
	must[ec2.UnassignPrivateIpAddressesOutput](w, &ec2.UnassignPrivateIpAddressesInput{NetworkInterfaceId: &other, PrivateIpAddresses: []string{*secondary}})
	require.Nil(t, w.address(e).AssociationId)
	must[ec2.AssociateAddressOutput](w, &ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: &other})
	require.Nil(t, w.address(e).InstanceId)
	must[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: &other})
	require.Nil(t, w.address(e).AssociationId)
}

func TestNoAutomaticAddressBesideASecondInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	net := w.network("10.0.0.0/16", "us-east-1a")
	e, _ := w.elastic()
	association := w.associate(e, id)
	must[ec2.AttachNetworkInterfaceOutput](w, attach(id, *w.addInterface(net.subnet, nil).NetworkInterfaceId, 1))
	must[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{AssociationId: &association})
	require.Nil(t, w.instance(id).PublicIpAddress)
}

func TestElasticAddressesThatCannotBeHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	for name, tc := range map[string]struct {
		in   ec2.AllocateAddressInput
		code string
	}{
		"EC2-Classic":    {ec2.AllocateAddressInput{Domain: ec2types.DomainTypeStandard}, "InvalidParameterValue"},
		"border group":   {ec2.AllocateAddressInput{NetworkBorderGroup: ptr("us-east-1-wl1-bos-wlz-1")}, "InvalidParameterValue"},
		"pool":           {ec2.AllocateAddressInput{PublicIpv4Pool: ptr("ipv4pool-ec2-1")}, "InvalidPublicIpv4PoolID.NotFound"},
		"Outpost's pool": {ec2.AllocateAddressInput{CustomerOwnedIpv4Pool: ptr("ipv4pool-coip-1")}, "InvalidCoipPoolId.NotFound"},
		"IPAM pool":      {ec2.AllocateAddressInput{IpamPoolId: ptr("ipam-pool-1")}, "InvalidIpamPoolId.NotFound"},
		"no address":     {ec2.AllocateAddressInput{Address: ptr("x")}, "InvalidAddress.Malformed"},
		"never had":      {ec2.AllocateAddressInput{Address: ptr("3.80.0.9")}, "InvalidAddress.NotFound"},
		"tags of others": {ec2.AllocateAddressInput{TagSpecifications: tagged(ec2types.ResourceTypeVpc, "k", "v")}, "InvalidParameterValue"},
		"dry run":        {ec2.AllocateAddressInput{DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.AllocateAddressOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}

	net := w.network("10.0.0.0/16", "us-east-1a")
	e, public := w.elastic()
	two, ending := w.instanceIn(running, interfaces(on{}, on{})), w.instanceIn(shuttingDown, nil)
	launching := w.launch(nil)
	eni := *w.addInterface(net.subnet, nil).NetworkInterfaceId
	inDefault := *w.addInterface(*w.instance(two).SubnetId, nil).NetworkInterfaceId
	efa := *w.addInterface(*w.instance(two).SubnetId, func(in *ec2.CreateNetworkInterfaceInput) { in.InterfaceType = "efa-only" }).NetworkInterfaceId
	for name, tc := range map[string]struct {
		in            ec2.AssociateAddressInput
		code, message string
	}{
		"no allocation":    {ec2.AssociateAddressInput{InstanceId: &two}, "MissingParameter", "AllocationId"},
		"by address":       {ec2.AssociateAddressInput{InstanceId: &two, PublicIp: &public}, "InvalidParameterCombination", "allocation id"},
		"both":             {ec2.AssociateAddressInput{AllocationId: &e, PublicIp: &public}, "InvalidParameterCombination", "not both"},
		"unknown":          {ec2.AssociateAddressInput{AllocationId: ptr("eipalloc-12345678"), InstanceId: &two}, "InvalidAllocationID.NotFound", "The allocation ID 'eipalloc-12345678' does not exist"},
		"nothing":          {ec2.AssociateAddressInput{AllocationId: &e}, "MissingParameter", "NetworkInterfaceId"},
		"two targets":      {ec2.AssociateAddressInput{AllocationId: &e, InstanceId: &two, NetworkInterfaceId: &inDefault}, "InvalidParameterCombination", "not both"},
		"pending":          {ec2.AssociateAddressInput{AllocationId: &e, InstanceId: &launching}, "InvalidInstanceID", "The pending instance '" + launching + "' is not in a valid state for this operation"},
		"several":          {ec2.AssociateAddressInput{AllocationId: &e, InstanceId: &two}, "InvalidInstanceID", "specify an interface ID"},
		"ending":           {ec2.AssociateAddressInput{AllocationId: &e, InstanceId: &ending}, "IncorrectInstanceState", ending},
		"no gateway":       {ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: &eni}, "Gateway.NotAttached", "Network " + net.vpc + " is not attached to any internet gateway"},
		"another address":  {ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: &inDefault, PrivateIpAddress: ptr("172.31.9.9")}, "InvalidParameterValue", "not assigned"},
		"no address":       {ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: &inDefault, PrivateIpAddress: ptr("x")}, "InvalidParameterValue", "Invalid IPv4"},
		"has no addresses": {ec2.AssociateAddressInput{AllocationId: &e, NetworkInterfaceId: &efa}, "InvalidParameterValue", "no private IP address"},
	} {
		t.Run("associate: "+name, func(t *testing.T) {
			t.Parallel()
			got := wantNoChange[ec2.AssociateAddressOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Contains(t, got.Message, tc.message)
		})
	}
	wantNoChange[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{}, "MissingParameter")
	wantNoChange[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{PublicIp: &public}, "InvalidParameterValue")
	wantNoChange[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{AssociationId: ptr("eipassoc-12345678")}, "InvalidAssociationID.NotFound")
	wantNoChange[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{}, "MissingParameter")
	wantNoChange[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{PublicIp: &public}, "InvalidParameterValue")
	wantNoChange[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: &e, NetworkBorderGroup: ptr("us-west-2")}, "InvalidAddress.NotFound")
	wantNoChange[ec2.ReleaseAddressOutput](w.as("111122223333"), &ec2.ReleaseAddressInput{AllocationId: &e}, "InvalidAllocationID.NotFound")
	wantNoChange[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{PublicIps: []string{public, "3.80.0.9"}}, "InvalidAddress.NotFound")
	wantNoChange[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{PublicIps: []string{"x"}}, "InvalidAddress.Malformed")
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html
func TestReleasingAnAddressInUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	e, _ := w.elastic()
	w.associate(e, id)
	must[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: &e})
	require.Equal(t, "amazon", *w.instance(id).NetworkInterfaces[0].Association.IpOwnerId, "in the default VPC")
}

func TestFiltersOfAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	e, public := w.elastic("Name", "front")
	free, _ := w.elastic()
	association := w.associate(e, id)
	i := w.instance(id)
	find := func(w *testWorld, name, value string) (ids []string) {
		for _, a := range must[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{Filters: []ec2types.Filter{filter(name, value)}}).Addresses {
			ids = append(ids, *a.AllocationId)
		}
		return ids
	}
	for name, value := range map[string]string{
		"allocation-id": e, "association-id": association, "instance-id": id, "network-interface-id": *i.NetworkInterfaces[0].NetworkInterfaceId,
		"network-interface-owner-id": DefaultAccount, "private-ip-address": *i.PrivateIpAddress, "public-ip": public,
		"tag:Name": "front", "tag-key": "Name",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.within(t)
			require.Equal(t, []string{e}, find(w, name, value))
			require.Empty(t, find(w, name, value+"!"))
		})
	}
	require.ElementsMatch(t, []string{e, free}, find(w, "network-border-group", "us-east-1"))
	for name, value := range map[string]string{"association.allocation-id": e, "association.association-id": association, "association.ip-owner-id": DefaultAccount} {
		require.Len(t, interfaceIDs(w, &ec2.DescribeNetworkInterfacesInput{Filters: []ec2types.Filter{filter(name, value)}}), 1)
		require.Equal(t, []string{id}, w.found(filter("network-interface."+name, value)))
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html#Using_Elastic_Addressing_Reverse_DNS
func TestReverseDNSOfAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	e, public := w.elastic()
	w.elastic()
	out := must[ec2.ModifyAddressAttributeOutput](w, &ec2.ModifyAddressAttributeInput{AllocationId: &e, DomainName: ptr("mail.example.com")})
	wantEqual(t, &ec2types.PtrUpdateStatus{Status: ptr("PENDING"), Value: ptr("mail.example.com.")}, out.Address.PtrRecordUpdate)
	describe := func(id string) *ec2.DescribeAddressesAttributeInput {
		return &ec2.DescribeAddressesAttributeInput{AllocationIds: []string{id}, Attribute: ec2types.AddressAttributeNameDomainName}
	}
	wantEqual(t, []ec2types.AddressAttribute{{AllocationId: &e, PublicIp: &public, PtrRecord: ptr("mail.example.com.")}},
		must[ec2.DescribeAddressesAttributeOutput](w, describe(e)).Addresses)
	first := must[ec2.DescribeAddressesAttributeOutput](w, &ec2.DescribeAddressesAttributeInput{Attribute: "domain-name", MaxResults: ptr(int32(1))})
	require.Len(t, first.Addresses, 1)
	rest := must[ec2.DescribeAddressesAttributeOutput](w, &ec2.DescribeAddressesAttributeInput{Attribute: "domain-name", NextToken: first.NextToken})
	require.Len(t, rest.Addresses, 1)
	require.Nil(t, rest.NextToken)

	wantNoChange[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: &e}, "InvalidAddress.Locked")
	wantNoChange[ec2.ModifyAddressAttributeOutput](w, &ec2.ModifyAddressAttributeInput{AllocationId: &e}, "MissingParameter")
	for _, bad := range []string{"localhost", "-x.example.com", "exa mple.com", ".example.com", "example..com"} {
		wantNoChange[ec2.ModifyAddressAttributeOutput](w, &ec2.ModifyAddressAttributeInput{AllocationId: &e, DomainName: ptr(bad)}, "InvalidParameterValue")
	}
	wantNoChange[ec2.ResetAddressAttributeOutput](w, &ec2.ResetAddressAttributeInput{AllocationId: &e, Attribute: "x"}, "InvalidParameterValue")
	wantNoChange[ec2.DescribeAddressesAttributeOutput](w, &ec2.DescribeAddressesAttributeInput{}, "MissingParameter")
	must[ec2.ResetAddressAttributeOutput](w, &ec2.ResetAddressAttributeInput{AllocationId: &e, Attribute: "domain-name"})
	require.Nil(t, must[ec2.DescribeAddressesAttributeOutput](w, describe(e)).Addresses[0].PtrRecord)
	must[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: &e})
}
