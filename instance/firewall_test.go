package instance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/instance"
)

func TestFirewallsThatMeanTheSameAreTheSame(t *testing.T) {
	t.Parallel()
	https, ssh := instance.TCP(443), instance.TCP(22)
	one := instance.Firewall{}.Allow(https, instance.AnyIPv4, instance.AnyIPv6).Allow(ssh, instance.CIDR("10.0.0.0/8"))
	for name, other := range map[string]instance.Firewall{
		"in another order":         instance.Firewall{}.Allow(ssh, instance.CIDR("10.0.0.0/8")).Allow(https, instance.AnyIPv6).Allow(https, instance.AnyIPv4),
		"with a rule twice":        one.Allow(https, instance.AnyIPv4),
		"with an address inside":   instance.Firewall{}.Allow(https, instance.AnyIPv4, instance.AnyIPv6).Allow(ssh, instance.CIDR("10.1.2.3/8")),
		"with one port as a range": instance.Firewall{}.Allow(instance.TCPPorts(443, 443), instance.AnyIPv4, instance.AnyIPv6).Allow(ssh, "10.0.0.0/8"),
	} {
		require.Equal(t, one, other, name)
		require.Equal(t, groupName(t, one), groupName(t, other), name)
	}
	for name, other := range map[string]instance.Firewall{
		"one rule more":   one.Allow(instance.UDP(443), instance.AnyIPv4),
		"a description":   one.Allow(instance.TCP(80).Described("web"), instance.AnyIPv4),
		"nothing out":     one.NothingOut(),
		"something out":   one.AllowOut(https, instance.AnyIPv4),
		"in for out":      instance.Firewall{}.AllowOut(https, instance.AnyIPv4, instance.AnyIPv6),
		"nothing at all":  {},
		"from what is so": instance.Firewall{}.Allow(https, instance.Itself),
	} {
		require.NotEqual(t, groupName(t, one), groupName(t, other), name)
	}
}

// groupName is the name of the security group that a launch would make.
func groupName(t *testing.T, w instance.Firewall) string {
	t.Helper()
	req, err := base.WithFirewall(w).Preview(linux())
	require.NoError(t, err)
	require.Len(t, req.GroupIDs, 1)
	require.Regexp(t, `^amiclass-[0-9a-f]{32}$`, req.GroupIDs[0])
	return req.GroupIDs[0]
}

func TestFirewallReadsWell(t *testing.T) {
	t.Parallel()
	for want, w := range map[string]instance.Firewall{
		"in: none; out: all":                      {},
		"in: none; out: none":                     instance.Firewall{}.NothingOut(),
		"in: tcp 443 from 0.0.0.0/0; out: all":    instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4),
		"in: udp 8000-8010 from itself; out: all": instance.Firewall{}.Allow(instance.UDPPorts(8000, 8010), instance.Itself),
		"in: icmp from 0.0.0.0/0, icmp type 8 from 10.0.0.0/8, icmp type 8 code 0 from 10.0.0.0/8; out: all": instance.Firewall{}.
			Allow(instance.ICMP(), instance.AnyIPv4).Allow(instance.ICMPType(8, -1), "10.0.0.0/8").Allow(instance.ICMPType(8, 0), "10.0.0.0/8"),
		"in: icmpv6 from ::/0; out: all traffic to sg-1234abcd": instance.Firewall{}.
			Allow(instance.ICMPv6(), instance.AnyIPv6).AllowOut(instance.AllTraffic(), instance.Group("sg-1234abcd")),
	} {
		require.Equal(t, want, w.String())
		require.Equal(t, want, w.LogValue().String())
	}
}

func TestAFirewallStandsBesideGroups(t *testing.T) {
	t.Parallel()
	class := instance.Spec{}.WithFirewall(wall).WithGroups("sg-1234abcd")
	req, err := base.Merge(class).Preview(linux())
	require.NoError(t, err)
	require.Equal(t, []string{"sg-1234abcd", groupName(t, wall)}, req.GroupIDs)

	req, err = base.Merge(class).WithoutFirewall().Preview(linux())
	require.NoError(t, err)
	require.Equal(t, []string{"sg-1234abcd"}, req.GroupIDs)
	req, err = base.Merge(class.Merge(instance.Spec{}.WithFirewall(instance.Firewall{}))).Preview(linux())
	require.NoError(t, err)
	require.Equal(t, groupName(t, instance.Firewall{}), req.GroupIDs[1], "one firewall replaces another")
}
