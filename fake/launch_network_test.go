package fake_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

const publicKey = instance.PublicKey("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChAM8q2wNxn2OsNbb6MvuTYjAGlvcVgfcgAe2yt6 ops@example.com")

var walled = instance.Spec{}.
	WithFirewall(instance.Firewall{}.
		Allow(instance.TCP(443).Described("the web"), instance.AnyIPv4, instance.AnyIPv6).
		Allow(instance.AllTraffic(), instance.Itself).
		AllowOut(instance.TCP(443), instance.AnyIPv4)).
	WithPublicKey(publicKey)

func TestALaunchWithFirewallAndPublicKeyNeverLosesTrack(t *testing.T) {
	t.Parallel()
	prepared := fake.NewT(t)
	tagged(t, prepared.Backend(region.USEast1), "us-east-1a", "us-east-1b")
	used := prepared.Fork()
	_, err := web.Instantiate(t.Context(), used.Backend(region.USEast1), walled)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		cloud *fake.Cloud
		spec  instance.Spec
	}{
		"that it makes":              {prepared, walled},
		"that there are already":     {used, walled},
		"in subnets that it chooses": {prepared, walled.WithSubnets(instance.SubnetsTagged("tier", "private")).WithGroups("default")},
	} {
		t.Run(name, func(t *testing.T) {
			fake.FailEachCall(t, tc.cloud, func(ctx context.Context, cloud *fake.Cloud) error {
				_, err := web.Instantiate(ctx, cloud.Backend(region.USEast1), tc.spec)
				return err
			})
		})
	}
}

func TestASecondLaunchUsesTheFirewallAndKeyOfTheFirst(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	first, err := web.Instantiate(t.Context(), be, walled)
	require.NoError(t, err)
	made := kinds(cloud)
	second, err := web.Instantiate(t.Context(), be, walled)
	require.NoError(t, err)
	require.Equal(t, first.Data().Groups, second.Data().Groups)
	require.Equal(t, publicKey.KeyName(), second.Data().KeyName)
	for _, kind := range []string{"security-group", "security-group-rule", "key-pair"} {
		require.Equal(t, made[kind], kinds(cloud)[kind], kind)
	}

	spec, err := second.Spec(t.Context())
	require.NoError(t, err)
	want, _ := walled.Firewall()
	got, ok := spec.Firewall()
	require.True(t, ok)
	require.Equal(t, want, got)
	require.Empty(t, spec.Groups())
	require.Equal(t, publicKey.KeyName(), spec.PublicKey().KeyName())

	diff, err := first.Diff(t.Context(), second)
	require.NoError(t, err)
	require.True(t, diff.Empty(), diff)

	there, err := be.In(region.EUWest1)
	require.NoError(t, err)
	_, err = web.Instantiate(t.Context(), there, spec.WithoutSubnet())
	require.ErrorContains(t, err, "spec.rootVolume.key: is a key of us-east-1")
	root, data := spec.RootVolume().Encrypted(), spec.Volumes()["/dev/sdf"].Encrypted()
	far, err := web.Instantiate(t.Context(), there, spec.WithoutSubnet().WithRootVolume(root).WithVolume("/dev/sdf", data))
	require.NoError(t, err)
	diff, err = first.Diff(t.Context(), far)
	require.NoError(t, err)
	require.True(t, diff.Only("image"), "firewall and key go along to another region: %v", diff)
}

func kinds(cloud *fake.Cloud) map[string]int {
	all := map[string]int{}
	for _, r := range cloud.Inventory() {
		all[r.Kind]++
	}
	return all
}

func groupOf(t *testing.T, i *instance.Instance) string {
	t.Helper()
	require.Len(t, i.Data().Groups, 1)
	return i.Data().Groups[0].ID
}

func TestAFirewallThatIsFoundAgainIsCompared(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(context.Context, backend.Firewalls, string, []backend.SecurityGroupRule) error
		want   error
		says   string
	}{
		"rules that are missing are added": {
			change: func(ctx context.Context, be backend.Firewalls, id string, rules []backend.SecurityGroupRule) error {
				for _, r := range rules {
					if err := be.RevokeSecurityGroup(ctx, id, []backend.SecurityGroupRule{r}); err != nil {
						return err
					}
				}
				return nil
			},
		},
		"the rule that EC2 gives to a new group is taken away": {
			change: func(ctx context.Context, be backend.Firewalls, id string, _ []backend.SecurityGroupRule) error {
				return be.AuthorizeSecurityGroup(ctx, id, []backend.SecurityGroupRule{{Egress: true, Protocol: "-1", CIDR: "0.0.0.0/0"}})
			},
		},
		"a rule that nobody declared is refused": {
			change: func(ctx context.Context, be backend.Firewalls, id string, _ []backend.SecurityGroupRule) error {
				return be.AuthorizeSecurityGroup(ctx, id, []backend.SecurityGroupRule{{Protocol: "tcp", FromPort: 22, ToPort: 22, CIDR: "0.0.0.0/0"}})
			},
			want: backend.ErrState,
			says: "tcp 22 0.0.0.0/0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be := fake.NewT(t).Backend(region.USEast1)
			first, err := web.Instantiate(t.Context(), be, walled)
			require.NoError(t, err)
			id := groupOf(t, first)
			walls := be.(backend.Firewalls)
			rules := func() (all []backend.SecurityGroupRule) {
				for r, err := range walls.SecurityGroupRules(t.Context(), backend.Query{Filters: []backend.Filter{backend.By("group-id", id)}}) {
					require.NoError(t, err)
					r.ID = ""
					all = append(all, r)
				}
				return all
			}
			var ids []backend.SecurityGroupRule
			for r, err := range walls.SecurityGroupRules(t.Context(), backend.Query{Filters: []backend.Filter{backend.By("group-id", id)}}) {
				require.NoError(t, err)
				ids = append(ids, r)
			}
			before := rules()
			require.NoError(t, tc.change(t.Context(), walls, id, ids))
			_, err = web.Instantiate(t.Context(), be, walled)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
				require.ErrorContains(t, err, tc.says)
				return
			}
			require.NoError(t, err)
			require.ElementsMatch(t, before, rules())
		})
	}
}

func TestPruneFirewalls(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	used, err := web.Instantiate(t.Context(), be, walled)
	require.NoError(t, err)
	gone, err := web.Instantiate(t.Context(), be, instance.Spec{}.WithFirewall(instance.Firewall{}))
	require.NoError(t, err)
	peer, err := web.Instantiate(t.Context(), be, instance.Spec{}.WithFirewall(
		instance.Firewall{}.Allow(instance.UDP(53), instance.Group(groupOf(t, used)))))
	require.NoError(t, err)
	for _, i := range []*instance.Instance{gone, peer} {
		require.NoError(t, i.Terminate(t.Context()))
		require.NoError(t, i.WaitTerminated(t.Context()))
	}
	plan, err := instance.PruneFirewalls(t.Context(), be)
	require.NoError(t, err)
	require.Len(t, plan.Groups, 3, plan)
	require.Len(t, plan.Unused(), 2, plan)
	for _, g := range plan.Groups {
		if g.ID == groupOf(t, used) {
			require.Len(t, g.UsedBy, 2, "by an interface and by the rules of another firewall: %v", g)
		}
	}
	require.Contains(t, plan.String(), "unused")
	require.NoError(t, plan.Apply(t.Context()))
	require.NoError(t, plan.Apply(t.Context()), "what has gone is fine")
	plan, err = instance.PruneFirewalls(t.Context(), be)
	require.NoError(t, err)
	require.Len(t, plan.Groups, 1)
	require.Empty(t, plan.Unused())
}
