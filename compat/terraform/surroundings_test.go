package terraform_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func TestFirewallsNetworksAndSettings(t *testing.T) {
	t.Parallel()
	w := working(t, "surroundings")
	client := w.ec2()

	type rule struct {
		ID   string            `json:"id"`
		From int               `json:"from_port"`
		To   int               `json:"to_port"`
		Tags map[string]string `json:"tags"`
	}
	type group struct {
		ID      string            `json:"id"`
		Ingress []rule            `json:"ingress"`
		Tags    map[string]string `json:"tags"`
	}
	var web group
	var postgres rule
	var card string
	addresses := func() (private []string, public string) {
		out, err := client.DescribeNetworkInterfaces(t.Context(), &ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{card}})
		require.NoError(t, err)
		for _, a := range out.NetworkInterfaces[0].PrivateIpAddresses {
			private = append(private, aws.ToString(a.PrivateIpAddress))
		}
		return private, aws.ToString(out.NetworkInterfaces[0].Association.PublicIp)
	}
	var elastic string
	w.lives(updates(
		"aws_ebs_encryption_by_default.here", "aws_ebs_snapshot_block_public_access.here", "aws_ec2_image_block_public_access.here",
		"aws_ec2_instance_metadata_defaults.here", "aws_eip.front", "aws_internet_gateway.out", "aws_network_interface.front", "aws_route_table.front",
		"aws_security_group.web", "aws_security_group_rule.ssh", "aws_subnet.front", "aws_vpc.main", "aws_vpc_security_group_egress_rule.office",
		"aws_vpc_security_group_ingress_rule.postgres",
	), func(a applied) {
		web = output[group](w, a, "web")
		postgres = output[rule](w, a, "postgres")
		card = output[string](w, a, "interface")
		elastic = output[string](w, a, "front_address")
		require.Len(t, web.Ingress, 2)
		require.Equal(t, rule{ID: postgres.ID, From: 5432, To: 5432, Tags: map[string]string{"Name": "postgres"}}, postgres)
		private, public := addresses()
		require.Equal(t, []string{"10.0.1.10"}, private)
		require.Equal(t, elastic, public)
	}, func(a applied) {
		before := postgres
		web = output[group](w, a, "web")
		postgres = output[rule](w, a, "postgres")
		require.Len(t, web.Ingress, 3)
		require.Equal(t, rule{ID: before.ID, From: 5432, To: 5433, Tags: map[string]string{"Name": "postgres-2"}}, postgres)
		private, public := addresses()
		require.ElementsMatch(t, []string{"10.0.1.10", "10.0.1.11"}, private)
		require.Equal(t, elastic, public)

		encrypts, err := client.GetEbsEncryptionByDefault(t.Context(), nil)
		require.NoError(t, err)
		require.True(t, aws.ToBool(encrypts.EbsEncryptionByDefault))
		metadata, err := client.GetInstanceMetadataDefaults(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, ec2types.HttpTokensStateRequired, metadata.AccountLevel.HttpTokens)
		require.EqualValues(t, 3, aws.ToInt32(metadata.AccountLevel.HttpPutResponseHopLimit))
	})
}
