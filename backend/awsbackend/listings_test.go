package awsbackend_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
)

// volumes answers DescribeVolumes with n volumes in pages of size, or with those asked for by ID.
func volumes(n, size int) func(any) (any, error) {
	return func(in any) (any, error) {
		req := in.(*ec2.DescribeVolumesInput)
		if len(req.VolumeIds) > 0 {
			out := &ec2.DescribeVolumesOutput{}
			for _, id := range req.VolumeIds {
				out.Volumes = append(out.Volumes, types.Volume{VolumeId: aws.String(id)})
			}
			return out, nil
		}
		first, _ := strconv.Atoi(aws.ToString(req.NextToken)) // the first page has none
		out := &ec2.DescribeVolumesOutput{}
		for i := first; i < min(n, first+size); i++ {
			out.Volumes = append(out.Volumes, types.Volume{VolumeId: aws.String(volumeID(i))})
		}
		if first+size < n {
			out.NextToken = aws.String(strconv.Itoa(first + size))
		}
		return out, nil
	}
}

func volumeID(i int) string { return fmt.Sprintf("vol-%05d", i) }

func ids(vs []backend.Volume) []string {
	var all []string
	for _, v := range vs {
		all = append(all, v.ID)
	}
	return all
}

func TestAListingGivesEveryItemOnceWhateverThePages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n, size := rapid.IntRange(0, 30).Draw(rt, "items"), rapid.IntRange(1, 10).Draw(rt, "page")
		be, _ := newBackend(t, volumes(n, size))
		got, err := collect(be.Volumes(context.Background(), backend.Query{}))
		require.NoError(t, err)
		var want []string
		for i := range n {
			want = append(want, volumeID(i))
		}
		require.Equal(t, want, ids(got))
	})
}

func TestAListingStopsCallingWhenTheConsumerStops(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		const n, size = 20, 4
		taken := rapid.IntRange(1, n).Draw(rt, "taken")
		be, c := newBackend(t, volumes(n, size))
		seen := 0
		for range be.Volumes(context.Background(), backend.Query{}) {
			if seen++; seen == taken {
				break
			}
		}
		require.Len(t, c.calls, (taken+size-1)/size)
	})
}

func TestAListingCanBeWalkedAgain(t *testing.T) {
	t.Parallel()
	be, _ := newBackend(t, volumes(5, 2))
	seq := be.Volumes(t.Context(), backend.Query{})
	first, err := collect(seq)
	require.NoError(t, err)
	second, err := collect(seq)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestIDsAreAskedForEachOnceInRequestsThatEC2Takes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 2500).Draw(rt, "ids")
		var asked []string
		for i := range n {
			asked = append(asked, volumeID(i))
		}
		if n > 1000 { // naming one twice changes nothing
			asked = append(asked, asked[rapid.IntRange(0, n-1).Draw(rt, "twice")])
		}
		before := slices.Clone(asked)
		be, c := newBackend(t, volumes(0, 1))
		got, err := collect(be.Volumes(context.Background(), backend.Query{IDs: asked}))
		require.NoError(t, err)
		require.Equal(t, before, asked, "the caller's list is left as it is")
		require.Len(t, got, n)
		for _, call := range c.calls {
			in := call.in.(*ec2.DescribeVolumesInput)
			require.LessOrEqual(t, len(in.VolumeIds), 1000)
			require.Nil(t, in.MaxResults, "EC2 refuses MaxResults together with IDs")
		}
	})
}

func TestHowManyIDsARequestNames(t *testing.T) {
	t.Parallel()
	many := make([]string, 250)
	for i := range many {
		many[i] = fmt.Sprintf("id-%03d", i)
	}
	q := backend.Query{IDs: many}
	be, c := newBackend(t, nil)

	_, err := collect(be.InstanceStatuses(t.Context(), q))
	require.NoError(t, err)
	require.Len(t, c.calls, 3)
	for _, call := range c.calls {
		in := call.in.(*ec2.DescribeInstanceStatusInput)
		require.LessOrEqual(t, len(in.InstanceIds), 100)
		require.True(t, *in.IncludeAllInstances)
	}

	_, err = collect(be.InstanceTypes(t.Context(), q))
	require.NoError(t, err)
	require.Len(t, c.calls, 6)
	for _, call := range c.calls[3:] {
		require.LessOrEqual(t, len(call.in.(*ec2.DescribeInstanceTypesInput).InstanceTypes), 100)
	}
}

func TestAPageIsAskedForBySizeWhereNoIDIsNamed(t *testing.T) {
	t.Parallel()
	be, c := newBackend(t, nil)
	_, err := collect(be.Instances(t.Context(), backend.Query{Filters: []backend.Filter{backend.ByTag("role", "web")}}))
	require.NoError(t, err)
	require.EqualValues(t, 1000, *last[ec2.DescribeInstancesInput](t, c).MaxResults)
	_, err = collect(be.InstanceTypes(t.Context(), backend.Query{}))
	require.NoError(t, err)
	require.EqualValues(t, 100, *last[ec2.DescribeInstanceTypesInput](t, c).MaxResults)
}

func TestAnErrorEndsAListingAfterTheItemsBeforeIt(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	pages := volumes(10, 4)
	be, c := newBackend(t, func(in any) (any, error) {
		if aws.ToString(in.(*ec2.DescribeVolumesInput).NextToken) == "4" {
			return nil, broken
		}
		return pages(in)
	})
	seen, failed := 0, 0
	for _, err := range be.Volumes(t.Context(), backend.Query{}) {
		if err != nil {
			require.ErrorIs(t, err, broken)
			failed++
			continue // a consumer that goes on gets nothing more
		}
		seen++
	}
	require.Equal(t, 4, seen)
	require.Equal(t, 1, failed)
	require.Len(t, c.calls, 2)
}

func TestOfferingsHaveNoIDs(t *testing.T) {
	t.Parallel()
	be, c := newBackend(t, nil)
	_, err := collect(be.Offerings(t.Context(), backend.Query{IDs: []string{"t3.micro"}}))
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, "Query.IDs")
	require.Empty(t, c.calls)

	_, err = collect(be.Offerings(t.Context(), backend.Query{}))
	require.NoError(t, err)
	require.Equal(t, types.LocationTypeAvailabilityZone, last[ec2.DescribeInstanceTypeOfferingsInput](t, c).LocationType)
}

func BenchmarkInstances(b *testing.B) {
	const n = 1000
	out := &ec2.DescribeInstancesOutput{}
	for range n {
		out.Reservations = append(out.Reservations, types.Reservation{Instances: []types.Instance{{
			InstanceId:          aws.String("i-1"),
			BlockDeviceMappings: make([]types.InstanceBlockDeviceMapping, 2),
			NetworkInterfaces:   make([]types.InstanceNetworkInterface, 1),
			SecurityGroups:      make([]types.GroupIdentifier, 1),
			Tags:                []types.Tag{{Key: aws.String("Name"), Value: aws.String("web")}},
		}}})
	}
	be, _ := newBackend(b, func(any) (any, error) { return out, nil })
	b.ReportAllocs()
	for b.Loop() {
		seen := 0
		for _, err := range be.Instances(b.Context(), backend.Query{}) {
			if err != nil {
				b.Fatal(err)
			}
			seen++
		}
		if seen != n {
			b.Fatalf("%d instances of %d", seen, n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/instance")
}
