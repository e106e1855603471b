package terraform_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake"
)

func TestDataSources(t *testing.T) {
	t.Parallel()
	w := exporting(t, "lookups")
	a := w.apply(false)
	require.Empty(t, a.changes)
	w.settled(false)
	require.Empty(t, w.left())

	for name, want := range map[string]string{
		"account":     `"` + fake.DefaultAccount + `"`,
		"region":      `{"name": "us-east-1", "description": "US East (N. Virginia)", "endpoint": "ec2.us-east-1.amazonaws.com"}`,
		"zones":       `["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"]`,
		"zone":        `{"region": "us-east-1", "name_suffix": "a", "zone_type": "availability-zone", "opt_in_status": "opt-in-not-required"}`,
		"image":       `{"architecture": "arm64", "owner": "amazon", "root": "/dev/xvda", "public": true, "boot_mode": "uefi", "imds_support": "v2.0"}`,
		"same_image":  `true`,
		"ubuntu":      `2`,
		"type":        `{"vcpus": 1, "memory": 4096, "architectures": ["arm64"], "hypervisor": "nitro"}`,
		"burstable":   `["t4g.2xlarge", "t4g.large", "t4g.medium", "t4g.micro", "t4g.nano", "t4g.small", "t4g.xlarge"]`,
		"preferred":   `"t4g.micro"`,
		"offered":     `["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1f"]`,
		"vpc":         `{"cidr_block": "172.31.0.0/16", "dns_hostnames": true, "tenancy": "default"}`,
		"subnets":     `{"us-east-1a": "172.31.0.0/20", "us-east-1b": "172.31.16.0/20", "us-east-1c": "172.31.32.0/20", "us-east-1d": "172.31.48.0/20", "us-east-1e": "172.31.64.0/20", "us-east-1f": "172.31.80.0/20"}`,
		"group_of":    `true`,
		"default_way": `{"cidr_block": "0.0.0.0/0", "is_gateway": true}`,
		"acls":        `1`,
		"key":         `true`,
		"encrypts":    `false`,
	} {
		require.Contains(t, a.outputs, name)
		require.JSONEq(t, want, string(a.outputs[name]), name)
	}
	require.Subset(t, output[[]string](w, a, "regions"), []string{"us-east-1", "eu-west-1", "ap-southeast-2"})
}
