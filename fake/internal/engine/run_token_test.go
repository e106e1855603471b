package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func TestARepeatedTokenGivesTheFirstResult(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	request := func() *ec2.RunInstancesInput {
		return launchOf(func(in *ec2.RunInstancesInput) {
			in.ClientToken = ptr("token-1")
			in.MaxCount = ptr(int32(3))
		})
	}
	first := must[ec2.RunInstancesOutput](w, request())
	require.Equal(t, "token-1", *first.Instances[2].ClientToken)
	again := must[ec2.RunInstancesOutput](w, request())
	require.Equal(t, *first.ReservationId, *again.ReservationId)
	require.Len(t, again.Instances, 3)
	for n, i := range again.Instances {
		require.Equal(t, *first.Instances[n].InstanceId, *i.InstanceId)
		require.Equal(t, running, i.State.Name, "the present state")
	}
	require.Equal(t, 3, w.instanceCount())

	t.Run("not for other parameters", func(t *testing.T) {
		t.Parallel()
		other := request()
		other.MaxCount = ptr(int32(2))
		wantNoChange[ec2.RunInstancesOutput](w.forkWithin(t), other, "IdempotentParameterMismatch")
	})
	t.Run("not in another region or account", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		for _, other := range []*testWorld{w.in(region.EUWest1), w.as("210987654321")} {
			require.NotEqual(t, *first.ReservationId, *must[ec2.RunInstancesOutput](other, request()).ReservationId)
		}
	})
	t.Run("with some instances terminated", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		_, err := w.terminate(*first.Instances[0].InstanceId)
		require.NoError(t, err)
		require.Equal(t, terminated, must[ec2.RunInstancesOutput](w, request()).Instances[0].State.Name)
	})
	t.Run("not with all instances terminated, nor forgotten", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		for _, i := range first.Instances {
			_, err := w.terminate(*i.InstanceId)
			require.NoError(t, err)
		}
		wantNoChange[ec2.RunInstancesOutput](w, request(), "IdempotentInstanceTerminated")
		later := w.clock.now().Add(2 * time.Hour)
		w.engine.options.Now = func() time.Time { return later }
		wantNoChange[ec2.RunInstancesOutput](w, request(), "IdempotentInstanceTerminated")
	})
}

func TestTokensThatEC2Refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for _, token := range []string{strings.Repeat("x", 65), "tökén"} {
		_, err := call[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ClientToken = ptr(token) }))
		wantCode(t, err, "InvalidClientToken")
	}
}

func TestTagsOfALaunch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: ec2types.MarketTypeSpot}
		for _, r := range []ec2types.ResourceType{ec2types.ResourceTypeInstance, ec2types.ResourceTypeVolume,
			ec2types.ResourceTypeNetworkInterface, ec2types.ResourceTypeSpotInstancesRequest} {
			in.TagSpecifications = append(in.TagSpecifications, tagged(r, "of", string(r), "all", "yes")...)
		}
	})
	i := w.instance(id)
	want := func(r ec2types.ResourceType) []ec2types.Tag { return tags("all", "yes", "of", string(r)) }
	require.Empty(t, cmp.Diff(want(ec2types.ResourceTypeInstance), i.Tags, unexported))
	require.Empty(t, cmp.Diff(want(ec2types.ResourceTypeVolume), w.volumesOf(id)[0].Tags, unexported))
	n := must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces[0]
	require.Empty(t, cmp.Diff(want(ec2types.ResourceTypeNetworkInterface), n.TagSet, unexported))
	require.Contains(t, w.dump(), "resourceID:"+*i.SpotInstanceRequestId+" resource:spot-instances-request")
}
