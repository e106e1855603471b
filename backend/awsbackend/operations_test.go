package awsbackend_test

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/region"
)

// operations is every operation of a backend with an argument that is fit to be sent, and what it
// answers.
var operations = map[string]func(context.Context, *awsbackend.Backend) (any, error){
	"RunInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.RunInstances(ctx, backend.RunRequest{ImageID: "ami-1", MinCount: 1, MaxCount: 1})
	},
	"DescribeInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Instances(ctx, backend.Query{}))
	},
	"DescribeInstanceStatus": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.InstanceStatuses(ctx, backend.Query{}))
	},
	"DescribeInstanceAttribute": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.InstanceAttribute(ctx, "i-1", backend.AttributeShutdownBehavior)
	},
	"DescribeInstanceCreditSpecifications": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.InstanceCredits(ctx, []string{"i-1"})
	},
	"StartInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.StartInstances(ctx, []string{"i-1"})
	},
	"StopInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.StopInstances(ctx, []string{"i-1"}, backend.StopOptions{})
	},
	"RebootInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.RebootInstances(ctx, []string{"i-1"})
	},
	"TerminateInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.TerminateInstances(ctx, []string{"i-1"})
	},
	"DescribeImages": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Images(ctx, backend.ImageQuery{}))
	},
	"CreateImage": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.CreateImage(ctx, backend.CreateImageRequest{InstanceID: "i-1", Name: "one"})
	},
	"CopyImage": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.CopyImage(ctx, backend.CopyImageRequest{SourceRegion: region.USEast1, SourceImageID: "ami-1", Name: "one"})
	},
	"DeregisterImage": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.DeregisterImage(ctx, backend.DeregisterImageRequest{ImageID: "ami-1"})
	},
	"CreateImageUsageReport": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.CreateImageUsageReport(ctx, "ami-1", "token")
	},
	"DescribeImageUsageReports": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		state, _, err := be.ImageUsageReport(ctx, "amiur-1")
		return state, err
	},
	"DescribeImageUsageReportEntries": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.ImageUsageReportEntries(ctx, "amiur-1"))
	},
	"DeleteImageUsageReport": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteImageUsageReport(ctx, "amiur-1")
	},
	"ReplaceImageInstanceTypeSpecification": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.LimitImageTypes(ctx, "ami-1", []string{"m7g.*"}, nil)
	},
	"GetAllowedImagesSettings": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.AllowedImages(ctx)
	},
	"AttachImageWatermark": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.AttachImageWatermark(ctx, "ami-1", "golden")
	},
	"DetachImageWatermark": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DetachImageWatermark(ctx, "ami-1", "111122223333:golden")
	},
	"DescribeLaunchTemplates": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.LaunchTemplates(ctx, backend.Query{}))
	},
	"DescribeLaunchTemplateVersions": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		type version struct { // what it says of launches has a test of its own
			ID, Name, Description string
			Number                int
			Default               bool
			Created               time.Time
			Unread                []string
		}
		all, err := collect(be.LaunchTemplateVersions(ctx, "lt-1"))
		var some []version
		for _, v := range all {
			some = append(some, version{v.TemplateID, v.TemplateName, v.Description, v.Number, v.Default, v.Created, v.Unread})
		}
		return some, err
	},
	"CreateLaunchTemplate": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.CreateLaunchTemplate(ctx, backend.CreateLaunchTemplateRequest{Name: "web"})
	},
	"CreateLaunchTemplateVersion": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		n, err := be.CreateLaunchTemplateVersion(ctx, backend.CreateLaunchTemplateVersionRequest{TemplateID: "lt-1"})
		return struct{ Number int }{n}, err
	},
	"ModifyLaunchTemplate": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.SetDefaultLaunchTemplateVersion(ctx, "lt-1", 2)
	},
	"DeleteLaunchTemplate": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteLaunchTemplate(ctx, "lt-1")
	},
	"DescribeImageReferences": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.ImageReferences(ctx, []string{"ami-1"}))
	},
	"DescribeImageAttribute": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.ImagePermissions(ctx, "ami-1")
	},
	"ModifyImageAttribute": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.ModifyImagePermissions(ctx, "ami-1", []backend.LaunchPermission{{AccountID: "111122223333"}}, nil)
	},
	"EnableImageDeprecation": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeprecateImage(ctx, "ami-1", time.Unix(1e9, 0))
	},
	"DisableImageDeprecation": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeprecateImage(ctx, "ami-1", time.Time{})
	},
	"DisableImage": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DisableImage(ctx, "ami-1")
	},
	"EnableImage": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.EnableImage(ctx, "ami-1")
	},
	"EnableImageDeregistrationProtection": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.ProtectImage(ctx, "ami-1", true)
	},
	"DisableImageDeregistrationProtection": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.UnprotectImage(ctx, "ami-1")
	},
	"GetImageAncestry": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.ImageAncestry(ctx, "ami-1")
	},
	"GetInstanceTypesFromInstanceRequirements": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.RequiredTypes(ctx, backend.Requirements{Architectures: []string{"arm64"}}))
	},
	"ModifyInstanceAttribute": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.ModifyInstance(ctx, "i-1", backend.InstanceChange{Type: "t3.micro"})
	},
	"ModifyInstanceMetadataOptions": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.ModifyMetadataOptions(ctx, "i-1", backend.MetadataOptions{HTTPTokens: "required"})
	},
	"MonitorInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.SetMonitoring(ctx, []string{"i-1"}, true)
	},
	"UnmonitorInstances": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.SetMonitoring(ctx, []string{"i-1"}, false)
	},
	"GetConsoleOutput": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.ConsoleOutput(ctx, "i-1", false)
	},
	"GetPasswordData": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.PasswordData(ctx, "i-1")
	},
	"DescribeVolumes": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Volumes(ctx, backend.Query{}))
	},
	"DeleteVolume": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteVolume(ctx, "vol-1")
	},
	"DescribeSnapshots": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Snapshots(ctx, backend.SnapshotQuery{}))
	},
	"DeleteSnapshot": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteSnapshot(ctx, "snap-1")
	},
	"DescribeVpcs": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.VPCs(ctx, backend.Query{}))
	},
	"DescribeSubnets": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Subnets(ctx, backend.Query{}))
	},
	"DescribeSecurityGroups": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.SecurityGroups(ctx, backend.Query{}))
	},
	"DescribeSecurityGroupRules": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.SecurityGroupRules(ctx, backend.Query{}))
	},
	"CreateSecurityGroup": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.CreateSecurityGroup(ctx, backend.CreateSecurityGroupRequest{Name: "web", Description: "web", VPCID: "vpc-1"})
	},
	"DeleteSecurityGroup": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteSecurityGroup(ctx, "sg-1")
	},
	"AuthorizeSecurityGroupIngress": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.AuthorizeSecurityGroup(ctx, "sg-1", []backend.SecurityGroupRule{{Protocol: "-1", CIDR: "10.0.0.0/8"}})
	},
	"AuthorizeSecurityGroupEgress": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.AuthorizeSecurityGroup(ctx, "sg-1", []backend.SecurityGroupRule{{Egress: true, Protocol: "-1", CIDR: "10.0.0.0/8"}})
	},
	"RevokeSecurityGroupIngress": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.RevokeSecurityGroup(ctx, "sg-1", []backend.SecurityGroupRule{{ID: "sgr-1"}})
	},
	"RevokeSecurityGroupEgress": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.RevokeSecurityGroup(ctx, "sg-1", []backend.SecurityGroupRule{{ID: "sgr-1", Egress: true}})
	},
	"DescribeNetworkInterfaces": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Interfaces(ctx, backend.Query{}))
	},
	"DescribeAvailabilityZones": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.Zones(ctx)
	},
	"DescribeInstanceTypes": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.InstanceTypes(ctx, backend.Query{}))
	},
	"DescribeInstanceTypeOfferings": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.Offerings(ctx, backend.Query{}))
	},
	"ImportKeyPair": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.ImportKeyPair(ctx, backend.ImportKeyPairRequest{Name: "ops", PublicKey: "ssh-ed25519 AAAA"})
	},
	"DescribeKeyPairs": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.KeyPairs(ctx, backend.Query{}))
	},
	"DeleteKeyPair": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteKeyPair(ctx, "key-1")
	},
	"CreateTags": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.CreateTags(ctx, []string{"i-1"}, map[string]string{"k": "v"})
	},
	"DeleteTags": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteTags(ctx, []string{"i-1"}, []string{"k"})
	},
	"GetParameter": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.Parameter(ctx, "/name")
	},
	"PutParameter": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.PutImageParameter(ctx, "/golden/web", "ami-1")
	},
	"DeleteParameter": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return nil, be.DeleteParameter(ctx, "/golden/web")
	},
	"GetKeyPolicy": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.KeyPolicy(ctx, "alias/golden")
	},
	"ListGrants": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return listed(be.KeyGrants(ctx, "alias/golden"))
	},
	"DescribeKey": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.EncryptionKey(ctx, "alias/golden")
	},
	"GetCallerIdentity": func(ctx context.Context, be *awsbackend.Backend) (any, error) {
		return be.Account(ctx)
	},
}

func listed[T any](seq iter.Seq2[T, error]) (any, error) { return collect(seq) }

func TestEveryMethodOfTheClientsIsAmongTheOperationsTested(t *testing.T) {
	t.Parallel()
	for _, c := range []reflect.Type{
		reflect.TypeFor[awsbackend.EC2](), reflect.TypeFor[awsbackend.SSM](), reflect.TypeFor[awsbackend.STS](), reflect.TypeFor[awsbackend.KMS](),
	} {
		for i := range c.NumMethod() {
			require.Contains(t, operations, c.Method(i).Name)
		}
	}
}

func TestEveryOperation(t *testing.T) {
	t.Parallel()
	for op, do := range operations {
		t.Run(op, func(t *testing.T) {
			t.Parallel()

			t.Run("says the backend's region, not the client's", func(t *testing.T) {
				t.Parallel()
				be, c := newBackend(t, nil)
				_, err := do(t.Context(), be)
				require.NoError(t, err)
				there, err := be.In(region.EUWest1)
				require.NoError(t, err)
				_, err = do(t.Context(), there.(*awsbackend.Backend))
				require.NoError(t, err)
				require.Len(t, c.calls, 2)
				require.Equal(t, "us-east-1", c.calls[0].region)
				require.Equal(t, "eu-west-1", c.calls[1].region)
			})

			t.Run("survives a reply that says nothing", func(t *testing.T) {
				t.Parallel()
				be, _ := newBackend(t, nil)
				got, err := do(t.Context(), be)
				require.NoError(t, err)
				switch v := reflect.ValueOf(got); v.Kind() {
				case reflect.Invalid: // the operation answers nothing but success
				case reflect.Struct:
					require.Zero(t, got)
				default:
					require.Zero(t, v.Len())
				}
			})

			t.Run("maps the error", func(t *testing.T) {
				t.Parallel()
				below := errors.New("no route to host")
				be, _ := newBackend(t, func(any) (any, error) { return nil, below })
				_, err := do(t.Context(), be)
				require.ErrorIs(t, err, below)
				var e *backend.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, op, e.Op)
			})
		})
	}
}
