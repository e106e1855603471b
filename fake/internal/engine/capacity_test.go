package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func launchIn(least, most int32, change func(in *ec2.RunInstancesInput)) *ec2.RunInstancesInput {
	in := &ec2.RunInstancesInput{ImageId: ptr(linux + "x86_64"), InstanceType: "m7i.large", MinCount: &least, MaxCount: &most}
	if change != nil {
		change(in)
	}
	return in
}

func zoned(zone string) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) { in.Placement = &ec2types.Placement{AvailabilityZone: &zone} }
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html
func TestAPoolHasRoomForSoMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.NoError(t, w.engine.LimitCapacity(Capacity{Type: "m7i.*", Zone: "us-east-1a", Instances: 3}, Capacity{Type: "m7i.large", Zone: "us-east-1b", Market: Spot}))
	spot := func(zone string) func(r *ec2.RunInstancesInput) {
		return func(r *ec2.RunInstancesInput) {
			zoned(zone)(r)
			r.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: ec2types.MarketTypeSpot}
		}
	}

	t.Run("as many as fit", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.Len(t, must[ec2.RunInstancesOutput](w, launchIn(1, 5, zoned("us-east-1a"))).Instances, 3)
		e := wantNoChange[ec2.RunInstancesOutput](w, launchIn(1, 1, zoned("us-east-1a")), "InsufficientInstanceCapacity")
		require.Equal(t, 500, e.Status)
		require.Contains(t, e.Message, "sufficient m7i.large capacity in the Availability Zone you requested (us-east-1a)")
		require.Contains(t, e.Message, "or choosing us-east-1b, ")
		require.Len(t, must[ec2.RunInstancesOutput](w.as("111122223333"), launchIn(1, 1, zoned("us-east-1b"))).Instances, 1)
	})
	t.Run("none where more are wanted at least", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		wantNoChange[ec2.RunInstancesOutput](w, launchIn(4, 5, zoned("us-east-1a")), "InsufficientInstanceCapacity")
	})
	t.Run("each type has its own", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.RunInstancesOutput](w, launchIn(3, 3, zoned("us-east-1a")))
		must[ec2.RunInstancesOutput](w, launchIn(3, 3, func(r *ec2.RunInstancesInput) { zoned("us-east-1a")(r); r.InstanceType = "m7i.xlarge" }))
	})
	t.Run("and so have accounts together", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.RunInstancesOutput](w.as("111122223333"), launchIn(2, 2, zoned("us-east-1a")))
		require.Len(t, must[ec2.RunInstancesOutput](w, launchIn(1, 5, zoned("us-east-1a"))).Instances, 1)
	})
	t.Run("without a zone EC2 finds one", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.Equal(t, "us-east-1a", *must[ec2.RunInstancesOutput](w, launchIn(1, 1, nil)).Instances[0].Placement.AvailabilityZone)
		require.Equal(t, "us-east-1b", *must[ec2.RunInstancesOutput](w, launchIn(3, 3, nil)).Instances[0].Placement.AvailabilityZone)
	})
	t.Run("Spot has its own", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.Contains(t, wantNoChange[ec2.RunInstancesOutput](w, launchIn(1, 1, spot("us-east-1b")), "InsufficientInstanceCapacity").Message, "no Spot capacity")
		must[ec2.RunInstancesOutput](w, launchIn(3, 3, spot("us-east-1a")))
		must[ec2.RunInstancesOutput](w, launchIn(3, 3, zoned("us-east-1a")))
	})
	t.Run("a stopped one's room is another's", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		ids := []string{}
		for _, i := range must[ec2.RunInstancesOutput](w, launchIn(3, 3, zoned("us-east-1a"))).Instances {
			ids = append(ids, *i.InstanceId)
		}
		must[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: ids[:2]})
		must[ec2.RunInstancesOutput](w, launchIn(1, 1, zoned("us-east-1a")))
		require.Equal(t, "Insufficient capacity.", wantNoChange[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: ids[:2]}, "InsufficientInstanceCapacity").Message)
		must[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: ids[:1]})
		must[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: ids[2:]})
		must[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: ids[1:2]})
	})
	t.Run("a dry run doesn't look", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		wantNoChange[ec2.RunInstancesOutput](w, launchIn(9, 9, func(r *ec2.RunInstancesInput) { zoned("us-east-1a")(r); r.DryRun = ptr(true) }), "DryRunOperation")
	})
	ranked := func(priority float64, typ, zone string) override {
		o := ofType(typ, zone)
		o.Priority = &priority
		return o
	}
	t.Run("a fleet goes on to its next pool", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.NoError(t, w.engine.LimitCapacity(Capacity{Type: "m7g.large", Instances: 2}))
		out := must[ec2.CreateFleetOutput](w, onDemand(fleetOf(w.template("web", nil), 5, ranked(0, "m7g.large", "us-east-1a"), ranked(1, "m7g.large", "us-east-1b"), ranked(2, "t4g.micro", "us-east-1b")), func(o *ec2types.OnDemandOptionsRequest) { o.AllocationStrategy = "prioritized" }))
		require.Equal(t, map[string]int{"m7g.large": 4, "t4g.micro": 1}, counts(out))
		for _, e := range out.Errors {
			require.Equal(t, "InsufficientInstanceCapacity", *e.ErrorCode)
		}
	})
	t.Run("forks have what was there", func(t *testing.T) {
		t.Parallel()
		w, other := w.forkWithin(t), w.forkWithin(t)
		other.engine.UnlimitCapacity()
		must[ec2.RunInstancesOutput](other, launchIn(9, 9, zoned("us-east-1a")))
		wantNoChange[ec2.RunInstancesOutput](w, launchIn(9, 9, zoned("us-east-1a")), "InsufficientInstanceCapacity")
	})
}

func TestCapacityOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	e := New(Options{})
	for name, tc := range map[string]struct {
		limit Capacity
		says  string
	}{
		"a type that isn't":   {Capacity{Type: "m99.*"}, `instance type "m99.*"`},
		"a zone that isn't":   {Capacity{Zone: "us-east-1"}, `zone "us-east-1"`},
		"a market that isn't": {Capacity{Market: "black"}, `market "black"`},
		"less than none":      {Capacity{Instances: -1}, "-1 instances"},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, e.LimitCapacity(tc.limit), tc.says) })
	}
}
