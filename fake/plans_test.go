package fake_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// none says that pools are sold out.
func none(instanceType, zone string, market fake.Market) fake.Capacity {
	return fake.Capacity{InstanceType: instanceType, Zone: zone, Market: market}
}

// TestPlansGoOnToWhereThereIsCapacity has the attempts of a launch as "market type zone asked→got", with the error's code
// where there is one.
func TestPlansGoOnToWhereThereIsCapacity(t *testing.T) {
	t.Parallel()
	two := instance.Plan{}.WithTypes("m7i.large", "m6i.large")
	for name, tc := range map[string]struct {
		plan     instance.Plan
		spec     instance.Spec
		n        int
		limits   []fake.Capacity
		fault    []fake.Fault
		launched map[string]int // by "market type zone"
		attempts []string       // of the error, if there is one
		want     error
	}{
		"enough of the first choice": {
			plan: two.WithZones("us-east-1a"), n: 3,
			launched: map[string]int{"on-demand m7i.large us-east-1a": 3},
		},
		"the next zone before the next type": {
			plan: two.WithZones("us-east-1a", "us-east-1b"), n: 2,
			limits:   []fake.Capacity{none("m7i.large", "us-east-1a", "")},
			launched: map[string]int{"on-demand m7i.large us-east-1b": 2},
		},
		"some here, some there": {
			plan: two.WithZones("us-east-1a"), n: 5,
			limits:   []fake.Capacity{{InstanceType: "m7i.large", Instances: 2}},
			launched: map[string]int{"on-demand m7i.large us-east-1a": 2, "on-demand m6i.large us-east-1a": 3},
		},
		"spot first": {
			plan: instance.SpotFirst().WithTypes("m7i.large", "m6i.large").WithZones("us-east-1a"), n: 4,
			limits: []fake.Capacity{{InstanceType: "m7i.large", Market: fake.Spot, Instances: 1}, {InstanceType: "m6i.large", Market: fake.Spot, Instances: 1}},
			launched: map[string]int{"spot m7i.large us-east-1a": 1, "spot m6i.large us-east-1a": 1,
				"on-demand m7i.large us-east-1a": 2},
		},
		"a mix": {
			plan: instance.SpotFirst().WithOnDemand(2).WithTypes("m7i.large").WithZones("us-east-1a"), n: 5,
			launched: map[string]int{"on-demand m7i.large us-east-1a": 2, "spot m7i.large us-east-1a": 3},
		},
		"a mix that is spot otherwise": {
			plan: instance.Plan{}.WithOnDemand(1).WithZones("us-east-1a"), n: 3, spec: instance.Spec{}.WithType("m7i.large").WithSpot(instance.Spot{}),
			limits:   []fake.Capacity{{Market: fake.Spot, Instances: 1}},
			launched: map[string]int{"on-demand m7i.large us-east-1a": 1, "spot m7i.large us-east-1a": 1},
			attempts: []string{"on-demand m7i.large us-east-1a 1→1", "spot m7i.large us-east-1a 2→1 no capacity"},
			want:     backend.ErrCapacity,
		},
		"too few in the end": {
			plan: two.WithZones("us-east-1a"), n: 5,
			limits:   []fake.Capacity{{InstanceType: "m7i.large", Instances: 2}, none("m6i.large", "", "")},
			launched: map[string]int{"on-demand m7i.large us-east-1a": 2},
			attempts: []string{"on-demand m7i.large us-east-1a 5→2 no capacity", "on-demand m6i.large us-east-1a 3→0 InsufficientInstanceCapacity"},
			want:     backend.ErrCapacity,
		},
		"too few, but enough": {
			plan: two.WithZones("us-east-1a").AtLeast(2), n: 5,
			limits:   []fake.Capacity{{InstanceType: "m7i.large", Instances: 2}, none("m6i.large", "", "")},
			launched: map[string]int{"on-demand m7i.large us-east-1a": 2},
		},
		"all or nothing": {
			plan: two.WithZones("us-east-1a").AllOrNothing(), n: 5,
			limits:   []fake.Capacity{{InstanceType: "m7i.large", Instances: 2}, none("m6i.large", "", "")},
			attempts: []string{"on-demand m7i.large us-east-1a 5→2 no capacity", "on-demand m6i.large us-east-1a 3→0 InsufficientInstanceCapacity"},
			want:     backend.ErrCapacity,
		},
		"a quota ends it": {
			plan: two.WithZones("us-east-1a"), n: 2,
			fault:    []fake.Fault{fake.On("RunInstances").Fail("VcpuLimitExceeded")},
			attempts: []string{"on-demand m7i.large us-east-1a 2→0 VcpuLimitExceeded"},
			want:     backend.ErrQuota,
		},
		"what isn't supported is passed over": {
			plan: two.WithZones("us-east-1a"), n: 1,
			fault:    []fake.Fault{fake.On("RunInstances").Times(1).Fail("Unsupported")},
			launched: map[string]int{"on-demand m6i.large us-east-1a": 1},
		},
		"types by need": {
			plan: instance.Plan{}.UpTo(3).WithZones("us-east-1a"), n: 1,
			spec:     instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.Exactly(2), Memory: instance.Exactly(8 * instance.GiB), Allow: []string{"m*.large"}, CPUMakers: []instance.CPUMaker{instance.Intel}}),
			limits:   []fake.Capacity{none("m8i-flex.large", "", "")},
			launched: map[string]int{"on-demand m8i.large us-east-1a": 1},
		},
		"no more types than is said": {
			plan: instance.Plan{}.UpTo(2).WithZones("us-east-1a"), n: 1,
			spec:     instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.Exactly(2), Memory: instance.Exactly(8 * instance.GiB), Allow: []string{"m*.large"}, CPUMakers: []instance.CPUMaker{instance.Intel}}),
			limits:   []fake.Capacity{none("m8*", "", "")},
			attempts: []string{"on-demand m8i-flex.large us-east-1a 1→0 InsufficientInstanceCapacity", "on-demand m8i.large us-east-1a 1→0 InsufficientInstanceCapacity"},
			want:     backend.ErrCapacity,
		},
		"subnets of the zones": {
			plan: two.WithZones("us-east-1c", "us-east-1b"), n: 1, spec: instance.Spec{}.WithSubnets(instance.SubnetsTagged("tier", "private")),
			limits:   []fake.Capacity{none("m7i.large", "us-east-1c", "")},
			launched: map[string]int{"on-demand m7i.large us-east-1b": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			be := cloud.Backend(region.USEast1)
			if _, byTag := tc.spec.Subnets(); byTag {
				tagSubnets(t, be)
			}
			cloud.LimitCapacity(tc.limits...)
			cloud.Inject(tc.fault...)
			made, err := web.InstantiateN(t.Context(), be, tc.spec.WithPlan(tc.plan), tc.n)
			require.ErrorIs(t, err, tc.want)
			got := map[string]int{}
			for i, err := range instance.List(t.Context(), be, backend.By("instance-state-name", "pending", "running")) {
				require.NoError(t, err)
				market := "on-demand"
				if i.Data().Spot {
					market = "spot"
				}
				got[fmt.Sprintf("%s %s %s", market, i.Type(), i.Zone())]++
			}
			if tc.launched == nil {
				tc.launched = map[string]int{}
			}
			require.Empty(t, cmp.Diff(tc.launched, got))
			var le *instance.LaunchError
			if tc.want == nil {
				require.Len(t, made, sum(got))
				return
			}
			require.ErrorAs(t, err, &le)
			require.Equal(t, tc.n, le.Wanted)
			require.Len(t, le.Launched, sum(got))
			require.Len(t, backend.Leftovers(err), sum(got))
			require.Empty(t, cmp.Diff(tc.attempts, told(le.Attempts)))
		})
	}
}

func told(attempts []instance.Attempt) []string {
	var all []string
	for _, a := range attempts {
		s := fmt.Sprintf("%s %s %s %d→%d", a.Market, a.Type, a.Zone, a.Asked, a.Launched)
		var e *backend.Error
		if errors.As(a.Err, &e) && e.Code != "" {
			s += " " + e.Code
		} else if a.Err != nil {
			s += " no capacity"
		}
		all = append(all, s)
	}
	return all
}

func sum(of map[string]int) (n int) {
	for _, one := range of {
		n += one
	}
	return n
}

// tagSubnets tags the default subnets.
func tagSubnets(t *testing.T, be backend.Backend) {
	t.Helper()
	for s, err := range be.Subnets(t.Context(), backend.Query{}) {
		require.NoError(t, err)
		require.NoError(t, be.CreateTags(t.Context(), []string{s.ID}, map[string]string{"tier": "private"}))
	}
}

func TestPlansRememberWhatHadNoCapacity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fake.NewT(t, fake.InBubble())
		be := cloud.Backend(region.USEast1)
		cloud.LimitCapacity(none("m7i.large", "", fake.Spot))
		memory := instance.NewCapacityMemory(3 * time.Minute)
		plan := instance.SpotFirst().WithTypes("m7i.large").WithZones("us-east-1a").Remember(memory)
		asked := func() (n int) {
			before := len(cloud.Calls())
			_, err := web.Instantiate(t.Context(), be, instance.Spec{}.WithPlan(plan))
			require.NoError(t, err)
			for _, call := range cloud.Calls()[before:] {
				if call.Operation == "RunInstances" {
					n++
				}
			}
			return n
		}
		require.Equal(t, 2, asked(), "spot, then on demand")
		require.Equal(t, []instance.Pool{{Region: region.USEast1, Type: "m7i.large", Zone: "us-east-1a", Market: instance.SpotMarket}}, memory.Empty())
		require.Equal(t, "m7i.large in us-east-1a, spot", memory.Empty()[0].String())
		require.Equal(t, 1, asked(), "on demand at once")
		time.Sleep(3 * time.Minute)
		require.Empty(t, memory.Empty())
		require.Equal(t, 2, asked())
		cloud.UnlimitCapacity()
		time.Sleep(3 * time.Minute)
		require.Equal(t, 1, asked())
		require.Empty(t, memory.Empty())
	})
}

func TestPlansPaceThousands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fake.NewT(t, fake.InBubble())
		be := cloud.Backend(region.USEast1)
		cloud.Inject(fake.On("RunInstances").After(4).Times(5).Fail("RequestLimitExceeded"))
		var states []string
		made, err := web.InstantiateN(t.Context(), be, instance.Spec{}.WithType("m7i.large").WithPlan(instance.Plan{}), 1030, instance.Key("r1"),
			instance.WithWait(backend.WithProgress(func(p backend.Progress) { states = append(states, p.State) })))
		require.NoError(t, err)
		require.Len(t, made, 1030)
		require.Equal(t, "100 of 1030", states[0])
		require.Equal(t, "1030 of 1030", states[len(states)-1])
		require.Len(t, states, 11)
		again, err := web.InstantiateN(t.Context(), be, instance.Spec{}.WithType("m7i.large").WithPlan(instance.Plan{}), 1030, instance.Key("r1"))
		require.NoError(t, err)
		require.Len(t, again, 1030)

	})
}

func TestAKeyGoesOnWhereAPlanStopped(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	launch := func() ([]*instance.Instance, error) {
		plan := instance.SpotFirst().WithOnDemand(1).WithTypes("m7i.large", "m6i.large").WithZones("us-east-1a")
		return web.InstantiateN(t.Context(), be, instance.Spec{}.WithPlan(plan), 6, instance.Key("r1"))
	}
	cloud.LimitCapacity(fake.Capacity{InstanceType: "*", Instances: 1})
	_, err := launch()
	var le *instance.LaunchError
	require.ErrorAs(t, err, &le)
	require.Len(t, le.Launched, 4, "one of each pool")
	cloud.UnlimitCapacity()
	made, err := launch()
	require.NoError(t, err)
	require.Len(t, made, 6)
	for i, was := range le.Launched {
		require.Equal(t, was.ID(), made[i].ID())
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	for name, tc := range map[string]struct {
		spec instance.Spec
		want string
	}{
		"no type":                    {instance.Spec{}.WithPlan(instance.Plan{}.WithTypes("large")), `spec.plan.types[0]: "large" is no instance type; expected a name`},
		"a type twice":               {instance.Spec{}.WithPlan(instance.Plan{}.WithTypes("m7i.large", "m7i.large")), `spec.plan.types[1]: "m7i.large" is said twice`},
		"no zone":                    {instance.Spec{}.WithPlan(instance.Plan{}.WithZones("a")), `spec.plan.zones[0]: "a" is no zone`},
		"a zone elsewhere":           {instance.Spec{}.WithPlan(instance.Plan{}.WithZones("eu-west-1a")), "eu-west-1a isn't in us-east-1"},
		"zones beside a zone":        {instance.Spec{}.WithZone("us-east-1a").WithPlan(instance.Plan{}.WithZones("us-east-1b")), "spec.plan.zones: are said beside spec.zone"},
		"some and all":               {instance.Spec{}.WithPlan(instance.Plan{}.AtLeast(1).AllOrNothing()), "spec.plan.atLeast: contradicts all or nothing"},
		"fewer than none":            {instance.Spec{}.WithPlan(instance.SpotFirst().WithOnDemand(-1)), "spec.plan.onDemand: is -1"},
		"a type for other images":    {instance.Spec{}.WithPlan(instance.Plan{}.WithTypes("m7i.large", "m7g.large")), "m7g.large"},
		"spot and protected from it": {instance.Spec{}.WithTerminationProtection(true).WithPlan(instance.SpotFirst()), "spec.terminationProtection: can't be had for a Spot Instance"},
		"offered nowhere there":      {instance.Spec{}.WithPlan(instance.Plan{}.WithTypes("u7i-12tb.224xlarge").WithZones("us-east-1f")), "none of its types is offered in us-east-1f"},
		"no subnet in the zones":     {instance.Spec{}.WithSubnets(instance.SubnetsTagged("no", "such")).WithPlan(instance.Plan{}.WithZones("us-east-1a")), "there are none in us-east-1a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := web.InstantiateN(t.Context(), be, tc.spec, 2)
			require.ErrorContains(t, err, tc.want)
			require.Empty(t, backend.Leftovers(err))
		})
	}
}

func TestAllOrNothingNeverLosesTrack(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	fake.FailEachCall(t, cloud, func(ctx context.Context, cloud *fake.Cloud) error {
		cloud.LimitCapacity(fake.Capacity{InstanceType: "m7i.large", Instances: 2})
		_, err := web.InstantiateN(ctx, cloud.Backend(region.USEast1),
			instance.Spec{}.WithPlan(instance.Plan{}.WithTypes("m7i.large").AllOrNothing()), 3)
		var le *instance.LaunchError
		if errors.As(err, &le) && len(le.Launched) == 0 && len(backend.Leftovers(err)) == 0 && errors.Is(err, backend.ErrCapacity) {
			return nil
		}
		return err
	})
}
