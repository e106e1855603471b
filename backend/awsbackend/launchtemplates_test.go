package awsbackend_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/alike"
)

// shown is what EC2 shows of a version that was made like this.
func shown(t *testing.T, launch backend.RunRequest, needs *backend.Requirements, change func(*types.ResponseLaunchTemplateData)) backend.LaunchTemplateVersion {
	t.Helper()
	be, c := newBackend(t, nil)
	_, err := be.CreateLaunchTemplateVersion(t.Context(), backend.CreateLaunchTemplateVersionRequest{TemplateID: "lt-1", Launch: launch, Requirements: needs})
	require.NoError(t, err)
	data := alike.To[types.ResponseLaunchTemplateData](last[ec2.CreateLaunchTemplateVersionInput](t, c).LaunchTemplateData)
	if change != nil {
		change(data)
	}
	reader, _ := newBackend(t, func(any) (any, error) {
		return &ec2.DescribeLaunchTemplateVersionsOutput{LaunchTemplateVersions: []types.LaunchTemplateVersion{{LaunchTemplateData: data}}}, nil
	})
	all, err := collect(reader.LaunchTemplateVersions(t.Context(), "lt-1", backend.LatestVersion))
	require.NoError(t, err)
	require.Len(t, all, 1)
	return all[0]
}

func TestALaunchSurvivesBeingATemplate(t *testing.T) {
	t.Parallel()
	for name, base := range map[string]func() backend.RunRequest{
		"in the simple form": func() backend.RunRequest {
			return backend.RunRequest{Devices: []backend.DeviceMapping{{Device: "/dev/xvda", EBS: &backend.EBSMapping{}}}}
		},
		"with interfaces": func() backend.RunRequest {
			return backend.RunRequest{Interfaces: []backend.InterfaceRequest{{DeviceIndex: 1}}, Spot: &backend.SpotOptions{}, SubnetID: "subnet-1"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			oneByOne(t, base, func(path string, launch backend.RunRequest) {
				switch path {
				case ".MinCount", ".MaxCount", ".ClientToken", ".Metadata.State": // of launches only
					return
				}
				got := shown(t, launch, nil, nil)
				require.Empty(t, cmp.Diff(launch, got.Launch), path)
				require.Empty(t, got.Unread, path)
				require.Nil(t, got.Requirements)
			})
		})
	}
	zero := 0
	base := func() backend.Requirements { // EC2 wants these two
		return backend.Requirements{VCPUs: backend.Bounds[int]{Min: &zero}, MemoryMiB: backend.Bounds[int]{Min: &zero}}
	}
	oneByOne(t, base, func(path string, needs backend.Requirements) {
		if path == ".Architectures" { // which follow from the image
			return
		}
		got := shown(t, backend.RunRequest{}, &needs, nil)
		require.Empty(t, cmp.Diff(&needs, got.Requirements), path)
		require.Empty(t, got.Unread, path)
	})
}

func TestWhatATemplateSaysBeyondLaunchesIsToldAsUnread(t *testing.T) {
	t.Parallel()
	got := shown(t, backend.RunRequest{Type: "t3.micro", SubnetID: "subnet-1"}, nil, func(d *types.ResponseLaunchTemplateData) {
		d.RamDiskId = aws.String("ari-1")
		d.SecurityGroups = []string{"web", "ops"}
		d.UserData = aws.String("not base64!")
		d.Placement = &types.LaunchTemplatePlacement{GroupId: aws.String("pg-1")}
		d.NetworkInterfaces[0].Description = aws.String("primary")
		d.NetworkInterfaces[0].DeleteOnTermination = aws.Bool(false)
		d.InstanceMarketOptions = &types.LaunchTemplateInstanceMarketOptions{MarketType: types.MarketTypeSpot,
			SpotOptions: &types.LaunchTemplateSpotMarketOptions{SpotInstanceType: types.SpotInstanceTypePersistent}}
		d.TagSpecifications = []types.LaunchTemplateTagSpecification{{ResourceType: types.ResourceTypeSpotInstancesRequest, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}}}
		d.IamInstanceProfile = &types.LaunchTemplateIamInstanceProfileSpecification{Arn: aws.String("arn:x"), Name: aws.String("x")}
		d.InstanceRequirements = &types.InstanceRequirements{SpotMaxPricePercentageOverLowestPrice: aws.Int32(50)}
	})
	require.Equal(t, backend.RunRequest{Type: "t3.micro", SubnetID: "subnet-1", Spot: &backend.SpotOptions{}, InstanceProfile: "arn:x"}, got.Launch)
	require.Equal(t, []string{
		"IamInstanceProfile.Name", "InstanceMarketOptions.SpotOptions.SpotInstanceType", "InstanceRequirements.SpotMaxPricePercentageOverLowestPrice",
		"NetworkInterfaces.DeleteOnTermination", "NetworkInterfaces.Description", "Placement.GroupId", "RamDiskId", "SecurityGroups",
		"TagSpecifications.ResourceType", "TagSpecifications.Tags.Key", "TagSpecifications.Tags.Value", "UserData",
	}, got.Unread)
}

func TestADryRun(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{"DryRunOperation": nil, "UnauthorizedOperation": backend.ErrDenied} {
		be, c := newBackend(t, func(any) (any, error) { return nil, &smithy.GenericAPIError{Code: code} })
		err := be.DryRunInstances(t.Context(), backend.RunRequest{ImageID: "ami-1"})
		if want == nil {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, want)
		}
		require.True(t, *last[ec2.RunInstancesInput](t, c).DryRun)
	}
}
