package fake_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// newestAL2023 is the parameter with which most tests find an image.
const newestAL2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

func client(c *fake.Cloud) *ec2.Client { return ec2.NewFromConfig(c.Config(region.USEast1)) }

func imageID(t testing.TB, c *fake.Cloud, r region.Region) string {
	t.Helper()
	out, err := ssm.NewFromConfig(c.Config(r)).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String(newestAL2023)})
	require.NoError(t, err)
	return *out.Parameter.Value
}

func launch(t testing.TB, c *fake.Cloud, n int32) []string {
	t.Helper()
	out, err := client(c).RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String(imageID(t, c, region.USEast1)), InstanceType: ec2types.InstanceTypeT3Micro,
		MinCount: aws.Int32(n), MaxCount: aws.Int32(n),
	})
	require.NoError(t, err)
	ids := make([]string, 0, n)
	for _, i := range out.Instances {
		ids = append(ids, *i.InstanceId)
	}
	return ids
}

func TestRegionComesFromTheCall(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	out, err := client(cloud).DescribeAvailabilityZones(t.Context(), &ec2.DescribeAvailabilityZonesInput{},
		func(o *ec2.Options) { o.Region = "eu-west-1" })
	require.NoError(t, err)
	require.Equal(t, "eu-west-1", *out.AvailabilityZones[0].RegionName)
	require.Equal(t, region.EUWest1, cloud.Calls()[0].Region)
}

func TestUnknownRegionIsRefused(t *testing.T) {
	t.Parallel()
	_, err := ec2.NewFromConfig(fake.NewT(t).Config("us-north-9")).DescribeVpcs(t.Context(), nil)
	requireCode(t, err, "InvalidRegion", "us-north-9")
}

func TestAccountComesFromTheAccessKey(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	account := func(cfg aws.Config, opts ...func(*sts.Options)) string {
		out, err := sts.NewFromConfig(cfg, opts...).GetCallerIdentity(t.Context(), nil)
		require.NoError(t, err)
		return *out.Account
	}
	other := cloud.Account("210987654321")
	require.Equal(t, fake.DefaultAccount, account(cloud.Config(region.USEast1)))
	require.Equal(t, other.ID(), account(other.Config(region.USEast1)))

	key, err := other.Config(region.USEast1).Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.Equal(t, other.ID(), account(cloud.Config(region.USEast1), func(o *sts.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(key.AccessKeyID, "x", "")
	}), "credentials of one client")
	require.Equal(t, fake.DefaultAccount, account(cloud.Config(region.USEast1), func(o *sts.Options) {
		o.Credentials = aws.AnonymousCredentials{}
	}), "no credentials")
	require.Panics(t, func() { cloud.Account("12345") })
}

func TestAccountsDontSeeEachOther(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	ids := launch(t, cloud, 1)
	stranger := ec2.NewFromConfig(cloud.Account("210987654321").Config(region.USEast1))
	_, err := stranger.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: ids})
	requireCode(t, err, "InvalidInstanceID.NotFound", ids[0])
}

func requireCode(t *testing.T, err error, code, says string) {
	t.Helper()
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, code, api.ErrorCode(), api.ErrorMessage())
	require.Contains(t, api.ErrorMessage(), says)
}

func TestErrorsAreTheSDKsOwn(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)

	_, err := client(cloud).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-0123456789abcdef0"}})
	requireCode(t, err, "InvalidInstanceID.NotFound", "The instance ID 'i-0123456789abcdef0' does not exist")
	var response *awshttp.ResponseError
	require.ErrorAs(t, err, &response)
	require.Equal(t, 400, response.HTTPStatusCode())
	require.Equal(t, cloud.Calls()[0].RequestID, response.ServiceRequestID())
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`, response.ServiceRequestID())
	var operation *smithy.OperationError
	require.ErrorAs(t, err, &operation)
	require.Equal(t, "DescribeInstances", operation.Operation())

	_, err = ssm.NewFromConfig(cloud.Config(region.USEast1)).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/no/such")})
	var notFound *ssmtypes.ParameterNotFound
	require.ErrorAs(t, err, &notFound)
	require.ErrorAs(t, err, &response)
}

func TestSuccessCarriesARequestID(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	out, err := client(cloud).DescribeVpcs(t.Context(), nil)
	require.NoError(t, err)
	id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	require.True(t, ok)
	require.Equal(t, cloud.Calls()[0].RequestID, id)
}

func TestWhatTheSDKChecksNeverArrives(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	_, err := client(cloud).RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-1")})
	require.ErrorContains(t, err, "MinCount")
	require.Empty(t, cloud.Calls())
}

func TestUnservedIsRefusedByName(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	_, err := client(cloud).DescribeHosts(t.Context(), nil)
	requireCode(t, err, "InvalidAction", "DescribeHosts")

	_, err = client(cloud).RunInstances(t.Context(), unmodelled(t, cloud))
	requireCode(t, err, "UnknownParameter", "AdditionalInfo, BlockDeviceMappings[0].Ebs.AvailabilityZone")
	require.Empty(t, cloud.Inventory())
}

// unmodelled is a request with two fields that the cloud doesn't model, one of them inside a list.
func unmodelled(t *testing.T, cloud *fake.Cloud) *ec2.RunInstancesInput {
	return &ec2.RunInstancesInput{
		ImageId: aws.String(imageID(t, cloud, region.USEast1)), InstanceType: ec2types.InstanceTypeT3Micro,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		AdditionalInfo: aws.String("reserved"),
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{{
			DeviceName: aws.String("/dev/sdf"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: aws.Int32(1), AvailabilityZone: aws.String("us-east-1a")},
		}},
	}
}

func TestLenientNotesWhatIsNotModelled(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t, fake.Lenient())
	_, err := client(cloud).RunInstances(t.Context(), unmodelled(t, cloud))
	require.NoError(t, err)
	require.Equal(t, []string{"AdditionalInfo", "BlockDeviceMappings[0].Ebs.AvailabilityZone"}, cloud.Calls("RunInstances")[0].Unserved)
}

func TestFaultsAreRetriedAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault    fake.Fault
		attempts int
		fails    bool
	}{
		"throttled twice":         {fake.On("DescribeVpcs").Times(2).Fail("RequestLimitExceeded"), 3, false},
		"throttled always":        {fake.On("DescribeVpcs").Fail("RequestLimitExceeded"), 3, true},
		"server failing once":     {fake.On("DescribeVpcs").Times(1).Fail("InternalError"), 2, false},
		"reply lost once":         {fake.On("DescribeVpcs").Times(1).LoseReply(), 2, false},
		"reply always lost":       {fake.On("*").LoseReply(), 3, true},
		"refused":                 {fake.On("DescribeVpcs").Fail("UnauthorizedOperation"), 1, true},
		"the second call refused": {fake.On("DescribeVpcs").After(1).Fail("UnauthorizedOperation"), 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			cloud.Inject(tc.fault)
			_, err := client(cloud).DescribeVpcs(t.Context(), nil)
			require.Equal(t, tc.fails, err != nil, "%v", err)
			require.Len(t, cloud.Calls(), tc.attempts)
			cloud.ClearFaults()
			_, err = client(cloud).DescribeVpcs(t.Context(), nil)
			require.NoError(t, err)
		})
	}
}

func TestPausesBetweenAttempts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options []fake.Option
		pauses  bool
	}{
		"none by default":            {nil, false},
		"the SDK's with RealBackoff": {[]fake.Option{fake.RealBackoff()}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := fake.NewT(t, append(tc.options, fake.InBubble())...)
				cloud.Inject(fake.On("DescribeVpcs").Fail("RequestLimitExceeded"))
				start := time.Now()
				_, err := client(cloud).DescribeVpcs(t.Context(), nil)
				var exhausted *retry.MaxAttemptsError
				require.ErrorAs(t, err, &exhausted)
				require.Equal(t, tc.pauses, time.Since(start) > time.Millisecond)
			})
		})
	}
}

func TestInsufficientCapacityIsNotRetriedInPlace(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	image := imageID(t, cloud, region.USEast1)
	cloud.Inject(fake.On("RunInstances").Fail("InsufficientInstanceCapacity"))
	_, err := cloud.Backend(region.USEast1).RunInstances(t.Context(), backend.RunRequest{ImageID: image, Type: "t3.micro", MinCount: 1, MaxCount: 1})
	require.ErrorIs(t, err, backend.ErrCapacity)
	require.Len(t, cloud.Calls("RunInstances"), 1)
}

func TestLostReplyIsNotABareEOF(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	cloud.Inject(fake.On("DescribeVpcs").LoseReply())
	_, err := client(cloud).DescribeVpcs(t.Context(), nil)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "request send failed")
	require.True(t, cloud.Calls()[0].Done && cloud.Calls()[0].LostReply)
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client(cloud).DescribeVpcs(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, cloud.Calls())
}

func TestPresigningIsLeftAlone(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	signed, err := sts.NewPresignClient(sts.NewFromConfig(cloud.Config(region.USEast1))).PresignGetCallerIdentity(t.Context(), nil)
	require.NoError(t, err)
	require.Contains(t, signed.URL, "https://sts.us-east-1.amazonaws.com")
	copied, err := ec2.NewPresignClient(client(cloud)).PresignCopySnapshot(t.Context(), &ec2.CopySnapshotInput{
		SourceRegion: aws.String("eu-west-1"), SourceSnapshotId: aws.String("snap-0123456789abcdef0"),
	})
	require.NoError(t, err)
	require.Contains(t, copied.URL, "CopySnapshot")
	require.Empty(t, cloud.Calls())
}

func TestNothingGetsAroundTheDoor(t *testing.T) {
	t.Parallel()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://ec2.us-east-1.amazonaws.com", nil)
	require.NoError(t, err)
	res, err := fake.NewT(t).Config(region.USEast1).HTTPClient.Do(r)
	if res != nil {
		require.NoError(t, res.Body.Close())
	}
	require.ErrorContains(t, err, "got around the cloud in memory")
}

func TestUnknownStackFailsLoudly(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	cfg := cloud.Config(region.USEast1)
	cfg.APIOptions = append([]func(*middleware.Stack) error{func(s *middleware.Stack) error {
		_, err := s.Finalize.Remove("Signing")
		return err
	}}, cfg.APIOptions...)
	_, err := ec2.NewFromConfig(cfg).DescribeVpcs(t.Context(), nil)
	require.ErrorContains(t, err, "has a shape that this version doesn't know")
	require.Empty(t, cloud.Calls())
}

func TestPaginatorsAndWaitersWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fake.NewT(t, fake.InBubble(), fake.WithDelays(fake.Delays{Launch: 40 * time.Second}))
		ids := launch(t, cloud, 12)
		seen := 0
		for p := ec2.NewDescribeInstancesPaginator(client(cloud), &ec2.DescribeInstancesInput{MaxResults: aws.Int32(5)}); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			require.NoError(t, err)
			for _, r := range page.Reservations {
				seen += len(r.Instances)
			}
		}
		require.Equal(t, 12, seen)

		start := time.Now()
		err := ec2.NewInstanceRunningWaiter(client(cloud)).Wait(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: ids}, 5*time.Minute)
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(start), 39*time.Second)
	})
}

func TestWaiterThatTimesOutInABubbleEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fake.NewT(t, fake.InBubble())
		ids := launch(t, cloud, 1)
		err := ec2.NewInstanceStoppedWaiter(client(cloud)).Wait(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: ids}, time.Minute)
		require.ErrorContains(t, err, "exceeded max wait time")
	})
}

func TestFaultsThatCannotHappenPanic(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]fake.Fault{
		"no such operation": fake.On("RunInstance").Fail("X"),
		"nothing to do":     fake.On("RunInstances"),
		"two things to do":  fake.On("RunInstances").Fail("X").LoseReply(),
		"negative":          fake.On("RunInstances").Fail("X").Times(-1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Panics(t, func() { fake.NewT(t).Inject(f) })
		})
	}
}

func TestNilInput(t *testing.T) {
	t.Parallel()
	_, err := client(fake.NewT(t)).RunInstances(t.Context(), nil)
	require.ErrorContains(t, err, "missing required field, RunInstancesInput.MinCount")
}

// The SDK presigns a copy's source by itself before it calls: that stack is no business of the door's, and what it
// signs is what the cloud wants to see.
func TestCopySnapshotWithItsOwnPresigning(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	there := ec2.NewFromConfig(cloud.Config(region.EUWest1))
	volume, err := there.CreateVolume(t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String("eu-west-1a"), Size: aws.Int32(1)})
	require.NoError(t, err)
	snapshot, err := there.CreateSnapshot(t.Context(), &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId})
	require.NoError(t, err)
	out, err := client(cloud).CopySnapshot(t.Context(), &ec2.CopySnapshotInput{SourceRegion: aws.String("eu-west-1"), SourceSnapshotId: snapshot.SnapshotId})
	require.NoError(t, err)
	require.NoError(t, ec2.NewSnapshotCompletedWaiter(client(cloud)).Wait(t.Context(), &ec2.DescribeSnapshotsInput{SnapshotIds: []string{*out.SnapshotId}}, time.Minute))

	_, err = client(cloud).CopySnapshot(t.Context(), &ec2.CopySnapshotInput{
		SourceRegion: aws.String("us-east-1"), SourceSnapshotId: snapshot.SnapshotId,
	})
	requireCode(t, err, "InvalidSnapshot.NotFound", *snapshot.SnapshotId)
}
