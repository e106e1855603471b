package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceImageMetadata.html
func TestInstancesTellOfTheirImages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	golden := w.as(someone).ownImages("golden")[0]
	w.changeImage(golden, func(im *image) { im.enaSupport = true })
	w.as(someone).share(golden, user(DefaultAccount))
	launch := func(image string) string {
		return *must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
			in.ImageId, in.InstanceType = ptr(image), "m7g.large"
			in.Placement = &ec2types.Placement{AvailabilityZone: ptr("us-east-1b")}
			in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "of", image)
		})).Instances[0].InstanceId
	}
	amazons, theirs := launch(al2023ARM), launch(golden)
	list := func(in ec2.DescribeInstanceImageMetadataInput) (out []ec2types.InstanceImageMetadata) {
		t.Helper()
		return must[ec2.DescribeInstanceImageMetadataOutput](w, &in).InstanceImageMetadata
	}
	one := func(id string) ec2types.InstanceImageMetadata {
		t.Helper()
		got := list(ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{id}})
		require.Len(t, got, 1)
		return got[0]
	}
	want := ec2types.InstanceImageMetadata{
		AvailabilityZone: ptr("us-east-1b"), ZoneId: ptr("use1-az2"), InstanceId: ptr(amazons), InstanceType: "m7g.large",
		LaunchTime: ptr(w.clock.at), OwnerId: ptr(DefaultAccount), State: renderState(ec2types.InstanceStateNameRunning),
		Operator: &ec2types.OperatorResponse{Managed: ptr(false)}, Tags: tags("of", al2023ARM),
		ImageMetadata: &ec2types.ImageMetadata{
			CreationDate: ptr("2026-11-21T12:00:00.000Z"), DeprecationTime: ptr("2027-02-19T12:00:00.000Z"), ImageAllowed: ptr(true),
			ImageId: ptr(al2023ARM), ImageOwnerAlias: ptr("amazon"), IsPublic: ptr(true), Name: w.image(al2023ARM).Name,
			OwnerId: ptr("137112412989"), State: "available",
		},
	}
	got := one(amazons)
	want.ZoneId = got.ZoneId // differs by account
	require.NotEmpty(t, *got.ZoneId)
	require.Empty(t, cmp.Diff(want, got, cmpopts.IgnoreUnexported(ec2types.InstanceImageMetadata{}, ec2types.ImageMetadata{},
		ec2types.InstanceState{}, ec2types.OperatorResponse{}, ec2types.Tag{})))

	for name, filters := range map[string][]ec2types.Filter{
		"availability-zone, owner-id": {filter("availability-zone", "us-east-1b"), filter("owner-id", someone)},
		"zone-id, tag":                {filter("zone-id", *got.ZoneId), filter("tag:of", golden)},
		"instance-id":                 {filter("instance-id", theirs)},
		"states, types":               {filter("instance-state-name", "running"), filter("instance-type", "m7g.*"), filter("owner-id", someone)},
		"launch-time, image-allowed":  {filter("launch-time", "2026-11-24T*"), filter("image-allowed", "true"), filter("tag-key", "of"), filter("owner-id", someone)},
	} {
		require.Len(t, list(ec2.DescribeInstanceImageMetadataInput{Filters: filters}), 1, name)
		require.Equal(t, theirs, *list(ec2.DescribeInstanceImageMetadataInput{Filters: filters})[0].InstanceId, name)
	}
	require.Equal(t, amazons, *list(ec2.DescribeInstanceImageMetadataInput{Filters: []ec2types.Filter{filter("owner-alias", "amazon")}})[0].InstanceId)
	require.Len(t, list(ec2.DescribeInstanceImageMetadataInput{}), 2)

	must[ec2.ResetImageAttributeOutput](w.as(someone), &ec2.ResetImageAttributeInput{ImageId: ptr(golden), Attribute: "launchPermission"})
	require.Equal(t, "golden", *one(theirs).ImageMetadata.Name, "though it is private by now")
	require.Equal(t, ec2types.ImageStateAvailable, one(theirs).ImageMetadata.State)
	must[ec2.DeregisterImageOutput](w.as(someone), &ec2.DeregisterImageInput{ImageId: ptr(golden)})
	require.Equal(t, "golden", *one(theirs).ImageMetadata.Name, "though it is deregistered")
	require.Equal(t, someone, *one(theirs).ImageMetadata.OwnerId)
	require.Equal(t, ec2types.ImageStateDeregistered, one(theirs).ImageMetadata.State)

	_, err := call[ec2.DescribeInstanceImageMetadataOutput](w, &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{"i-00000000"}})
	wantCode(t, err, "InvalidInstanceID.NotFound")
	_, err = call[ec2.DescribeInstanceImageMetadataOutput](w.as(someone), &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{theirs}})
	wantCode(t, err, "InvalidInstanceID.NotFound")
}
