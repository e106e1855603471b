package engine

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/region"
)

func TestForkCoversEveryTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	newVPC(w, "10.0.0.0/16")
	fork := w.fork()
	a, b := reflect.ValueOf(w.engine.state).Elem(), reflect.ValueOf(fork.engine.state).Elem()
	for i := range a.NumField() {
		require.Contains(t, []string{"seed", "start", "counters", "scopes", "places", "settled", "seeded", "capacity", "tables"}, a.Type().Field(i).Name,
			"what is no table has to be copied, or replaced before it is changed")
	}
	a, b = a.FieldByName("tables"), b.FieldByName("tables")
	require.Len(t, tableList, a.NumField())
	for i := range a.NumField() {
		name := a.Type().Field(i).Name
		require.False(t, a.Field(i).IsNil(), name)
		require.NotEqual(t, a.Field(i).Pointer(), b.Field(i).Pointer(), "the fork shares %s", name)
	}
	require.Equal(t, w.dump(), fork.dump())
}

// Whatever happens in a fork, or in the cloud that it was made from, the other doesn't notice.
func TestForkIsolatesBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		worlds := []*testWorld{newWorld(t, Options{})}
		wanders := func() {
			i := rapid.IntRange(0, len(worlds)-1).Draw(rt, "world")
			w := worlds[i]
			others := make([]string, len(worlds))
			for j, other := range worlds {
				others[j] = other.made()
			}
			w = w.in(rapid.SampledFrom([]region.Region{region.USEast1, region.EUWest1, region.CNNorth1}).Draw(rt, "region"))
			w = w.as(rapid.SampledFrom([]string{DefaultAccount, "111122223333"}).Draw(rt, "account"))
			switch rapid.IntRange(0, 3).Draw(rt, "deed") {
			case 0:
				newVPC(w, "10.0.0.0/16", "Name", "x")
			case 1:
				newSubnet(w, newVPC(w, "10.0.0.0/16"), "10.0.0.0/28")
			case 2:
				require.NoError(t, w.change(func(tx *tx) error {
					_, err := freeInterface(tx, newInterface{public: true})
					return err
				}))
			case 3:
				must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{*defaultVPCOf(w).VpcId}, Tags: tags("a", "b")})
			}
			for j, other := range worlds {
				if j != i && other.made() != others[j] {
					rt.Fatalf("world %d noticed what happened in world %d", j, i)
				}
			}
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			wanders()
			if rapid.Bool().Draw(rt, "fork") {
				worlds = append(worlds, worlds[rapid.IntRange(0, len(worlds)-1).Draw(rt, "of")].fork())
			}
		}
	})
}

func TestAForkGoesOnWithTheSameIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	newVPC(w, "10.0.0.0/16")
	fork := w.fork()
	require.Equal(t, newVPC(w, "10.1.0.0/16"), newVPC(fork, "10.1.0.0/16"))
}

func TestUndoRestoresCounters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	twin := w.fork()
	in := func() *ec2.CreateVpcInput {
		return &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), TagSpecifications: tagged(ec2types.ResourceTypeVpc, "a", "b")}
	}
	dry := in()
	dry.DryRun = ptr(true)
	wantNoChange[ec2.CreateVpcOutput](w, dry, "DryRunOperation")

	full := in()
	for i := range maxTags {
		full.TagSpecifications[0].Tags = append(full.TagSpecifications[0].Tags, tags("k"+itoa(i), "")...)
	}
	wantNoChange[ec2.CreateVpcOutput](w, full, "TagLimitExceeded") // found out when the VPC is there already

	require.Equal(t, *must[ec2.CreateVpcOutput](twin, in()).Vpc.VpcId, *must[ec2.CreateVpcOutput](w, in()).Vpc.VpcId)
	require.Equal(t, twin.made(), w.made())
}

func TestTheSameSeedAndCallsGiveTheSameWorld(t *testing.T) {
	t.Parallel()
	history := func(seed uint64) string {
		w := newWorld(t, Options{Seed: seed})
		id := newVPC(w, "10.0.0.0/16", "Name", "x")
		newSubnet(w, id, "10.0.0.0/24")
		newVPC(w.in(region.EUWest1), "10.0.0.0/16")
		return w.made()
	}
	require.Equal(t, history(1), history(1))
	require.NotEqual(t, history(1), history(2))
}

func TestScopesAreNeverShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{})
	a, b := w.fork(), w.fork()
	must[ec2.DescribeVpcsOutput](a.in(region.EUWest1), &ec2.DescribeVpcsInput{})
	must[ec2.DescribeVpcsOutput](b.in(region.EUWest2), &ec2.DescribeVpcsInput{})
	require.Greater(t, len(a.engine.state.places), len(w.engine.state.places))
	last := func(w *testWorld) Place { return w.engine.state.places[len(w.engine.state.places)-1] }
	require.Equal(t, region.EUWest1, last(a).Region)
	require.Equal(t, region.EUWest2, last(b).Region)
	require.Equal(t, region.USEast1, last(w).Region)
	v := view{state: a.engine.state, Place: Place{Account: DefaultAccount, Region: region.USEast1}}
	there := v.elsewhere(region.EUWest1)
	require.NotZero(t, there)
	require.Equal(t, last(a), v.at(there).Place)
	require.Zero(t, v.elsewhere(region.EUWest2))
}
