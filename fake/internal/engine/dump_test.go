package engine

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

// Every kind that an account can make is described, whatever its Describe is called.
func TestDumpDescribesEveryKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	vpc := newVPC(w, "10.0.0.0/16")
	subnet := newSubnet(w, vpc, "10.0.0.0/24")
	i := w.launch(nil)
	must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: &i, Name: ptr("golden")})
	group := *must[ec2.CreateSecurityGroupOutput](w, &ec2.CreateSecurityGroupInput{GroupName: ptr("web"), Description: ptr("web"), VpcId: &vpc}).GroupId
	must[ec2.AuthorizeSecurityGroupIngressOutput](w, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: &group, IpProtocol: ptr("tcp"), FromPort: ptr(int32(443)), ToPort: ptr(int32(443)), CidrIp: ptr("0.0.0.0/0"),
	})
	must[ec2.CreateNetworkInterfaceOutput](w, &ec2.CreateNetworkInterfaceInput{SubnetId: &subnet})
	must[ec2.AllocateAddressOutput](w, &ec2.AllocateAddressInput{})
	must[ec2.CreateInternetGatewayOutput](w, &ec2.CreateInternetGatewayInput{})
	must[ec2.CreateRouteTableOutput](w, &ec2.CreateRouteTableInput{VpcId: &vpc})
	must[ec2.CreateNetworkAclOutput](w, &ec2.CreateNetworkAclInput{VpcId: &vpc})
	must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("ops"), KeyType: "ed25519"})

	inventory := w.engine.Inventory()
	var b strings.Builder
	require.NoError(t, w.engine.Dump(&b))
	kinds := make(map[string]bool)
	for _, r := range inventory {
		kinds[string(r.Kind)] = true
		_, described, ok := strings.Cut(b.String(), "  "+string(r.Kind)+" "+r.ID+"\n")
		require.True(t, ok, r.ID)
		require.True(t, strings.HasPrefix(described, "    "), "%s %s isn't described", r.Kind, r.ID)
	}
	for _, kind := range []string{"instance", "image", "snapshot", "volume", "network-interface", "security-group", "security-group-rule",
		"subnet", "vpc", "elastic-ip", "internet-gateway", "route-table", "network-acl", "key-pair"} {
		require.True(t, kinds[kind], "the world has no %s", kind)
	}
}
