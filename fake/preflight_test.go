package fake_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// What a preflight finds EC2 refuses, and what it lets pass EC2 launches.
func TestPreflightAndEC2Agree(t *testing.T) {
	t.Parallel()
	base := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
	nowhere := "subnet-0123456789abcdef0"
	for name, tc := range map[string]struct {
		class   *ami.Class
		prepare func(t *testing.T, cloud *fake.Cloud) string // gives an ID that the rest needs
		spec    func(id string) instance.Spec
		says    string // empty: nothing is wrong
		// request is what EC2 is sent in the place of what the library won't send.
		request func(r *backend.RunRequest, id string)
		refused error // by EC2; nil if it accepts, and terminates the instance
	}{
		"nothing": {},
		"all that a launch can name": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			cloud.AddKey(region.USEast1, "alias/golden")
			_, err := cloud.Backend(region.USEast1).(backend.KeyPairs).ImportKeyPair(t.Context(), backend.ImportKeyPairRequest{Name: "ops", PublicKey: string(publicKey)})
			require.NoError(t, err)
			return cloud.AddInstanceProfile("web")
		}, spec: func(arn string) instance.Spec {
			return instance.Spec{}.WithKeyName("ops").WithInstanceProfile(arn).WithGroups("default").WithZone("us-east-1b").
				WithVolume("/dev/sdf", instance.GP3(9*instance.GiB).EncryptedWith("alias/golden"))
		}},
		"a firewall and a key, which the launch makes": {spec: func(string) instance.Spec { return firewalled.WithPublicKey(publicKey).WithGroups("default") }},
		"a type that doesn't exist": {spec: func(string) instance.Spec { return instance.Spec{}.WithType("z9.huge") },
			says: "spec.type: z9.huge doesn't exist in us-east-1", request: func(r *backend.RunRequest, _ string) { r.Type = "z9.huge" }, refused: backend.ErrInvalid},
		"another architecture": {spec: func(string) instance.Spec { return instance.Spec{}.WithType("m7g.large") },
			says: "spec.type: architecture: image x86_64, instance type arm64", request: func(r *backend.RunRequest, _ string) { r.Type = "m7g.large" }, refused: backend.ErrInvalid},
		"a type that the image isn't for": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			id, err := anImage(t.Context(), cloud.Backend(region.USEast1))
			require.NoError(t, err)
			require.NoError(t, cloud.Backend(region.USEast1).(backend.ImageTypes).LimitImageTypes(t.Context(), id, []string{"m5.*"}, nil))
			return id
		}, class: new(ami.NewClass("own", ami.Own("golden")).WithDefaults(instance.Spec{}.WithType("t3.micro"))),
			says: "spec.type: instance type specification: image for m5.* only, instance type t3.micro", request: func(r *backend.RunRequest, id string) { r.ImageID = id }, refused: backend.ErrInvalid},
		"a type that isn't offered in the zone": {spec: func(string) instance.Spec { return instance.Spec{}.WithType("t3.micro").WithZone("us-east-1e") },
			says: "spec.type: t3.micro isn't offered in us-east-1e, only in us-east-1a", request: func(r *backend.RunRequest, _ string) { r.Zone = "us-east-1e" }, refused: backend.ErrInvalid},
		"a zone that there isn't": {spec: func(string) instance.Spec { return instance.Spec{}.WithZone("us-east-1z") },
			says: "spec.zone: us-east-1z isn't one that the account can use", request: func(r *backend.RunRequest, _ string) { r.Zone = "us-east-1z" }, refused: backend.ErrInvalid},
		"a subnet that there isn't": {spec: func(string) instance.Spec { return instance.Spec{}.WithSubnet(nowhere) },
			says: "spec.subnet: " + nowhere + " doesn't exist in us-east-1", request: func(r *backend.RunRequest, _ string) { r.SubnetID = nowhere }, refused: backend.ErrNotFound},
		"no subnet with that tag": {spec: func(string) instance.Spec { return instance.Spec{}.WithSubnets(instance.SubnetsTagged("tier", "x")) },
			says: "spec.subnet: is tagged tier=x, and there are none"},
		"a group that there isn't": {spec: func(string) instance.Spec { return instance.Spec{}.WithGroups("sg-0123456789abcdef0") },
			says: "spec.groups: sg-0123456789abcdef0 doesn't exist", request: func(r *backend.RunRequest, _ string) { r.GroupIDs = []string{"sg-0123456789abcdef0"} }, refused: backend.ErrNotFound},
		"a group by a name that none has": {spec: func(string) instance.Spec { return instance.Spec{}.WithGroups("web") }, says: `has no group of the name "web"`},
		"a group of another VPC": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			client := ec2.NewFromConfig(cloud.Config(region.USEast1))
			vpc, err := client.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})
			require.NoError(t, err)
			id, err := cloud.Backend(region.USEast1).(backend.Firewalls).CreateSecurityGroup(t.Context(), backend.CreateSecurityGroupRequest{Name: "web", Description: "web", VPCID: *vpc.Vpc.VpcId})
			require.NoError(t, err)
			return id
		}, spec: func(id string) instance.Spec { return instance.Spec{}.WithGroups(id) },
			says: "spec.groups: sg-", request: func(r *backend.RunRequest, id string) { r.GroupIDs = []string{id} }, refused: backend.ErrInvalid},
		"a key pair that there isn't": {spec: func(string) instance.Spec { return instance.Spec{}.WithKeyName("ops") },
			says: `spec.keyName: there is no key pair "ops"`, request: func(r *backend.RunRequest, _ string) { r.KeyName = "ops" }, refused: backend.ErrNotFound},
		"an interface that is in use": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			i, err := base.Instantiate(t.Context(), cloud.Backend(region.USEast1), instance.Spec{})
			require.NoError(t, err)
			return i.Data().Interfaces[0].ID
		}, spec: func(id string) instance.Spec { return instance.Spec{}.WithInterface(0, instance.ExistingInterface(id)) },
			says: "spec.interfaces[0]: eni-", request: func(r *backend.RunRequest, id string) { r.PrimaryInterface = id }, refused: backend.ErrState},
		"a snapshot that there isn't": {spec: func(string) instance.Spec {
			return instance.Spec{}.WithVolume("/dev/sdf", instance.Volume{}.WithSnapshot("snap-0123456789abcdef0"))
		}, says: `spec.volumes["/dev/sdf"].snapshot: snap-0123456789abcdef0 doesn't exist`, request: func(r *backend.RunRequest, _ string) {
			r.Devices = append(r.Devices, backend.DeviceMapping{Device: "/dev/sdf", EBS: &backend.EBSMapping{SnapshotID: "snap-0123456789abcdef0"}})
		}, refused: backend.ErrNotFound},
		"a volume smaller than its snapshot": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			id, err := anImage(t.Context(), cloud.Backend(region.USEast1))
			require.NoError(t, err)
			im, err := ami.Get(t.Context(), cloud.Backend(region.USEast1), id)
			require.NoError(t, err)
			return im.Data().Devices[0].EBS.SnapshotID
		}, spec: func(id string) instance.Spec {
			return instance.Spec{}.WithVolume("/dev/sdf", instance.GP3(4*instance.GiB).WithSnapshot(id))
		}, says: `spec.volumes["/dev/sdf"].size: 4 GiB is smaller than the 8 GiB of snap-`, request: func(r *backend.RunRequest, id string) {
			r.Devices = append(r.Devices, backend.DeviceMapping{Device: "/dev/sdf", EBS: &backend.EBSMapping{SnapshotID: id, SizeGiB: 4}})
		}, refused: backend.ErrInvalid},
		"a root smaller than the image's": {spec: func(string) instance.Spec { return instance.Spec{}.WithRootVolume(instance.GP3(4 * instance.GiB)) },
			says: "spec.rootVolume.size: 4 GiB is smaller than the image's 8 GiB", request: func(r *backend.RunRequest, _ string) { r.Devices[0].EBS.SizeGiB = 4 }, refused: backend.ErrInvalid},
		"an encryption key that there isn't": {spec: func(string) instance.Spec {
			return instance.Spec{}.WithRootVolume(instance.Volume{}.EncryptedWith("alias/none"))
		}, says: "spec.rootVolume.encrypted: there is no key alias/none", request: func(r *backend.RunRequest, _ string) {
			r.Devices[0].EBS.Encrypted, r.Devices[0].EBS.KMSKeyID = aws.Bool(true), "alias/none"
		}},
		"an encryption key that is disabled": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			arn := cloud.AddKey(region.USEast1, "alias/golden")
			_, err := kms.NewFromConfig(cloud.Config(region.USEast1)).DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &arn})
			require.NoError(t, err)
			return arn
		}, spec: func(arn string) instance.Spec {
			return instance.Spec{}.WithRootVolume(instance.Volume{}.EncryptedWith(arn))
		}, says: "isn't enabled", request: func(r *backend.RunRequest, arn string) {
			r.Devices[0].EBS.Encrypted, r.Devices[0].EBS.KMSKeyID = aws.Bool(true), arn
		}},
		"an instance profile that there isn't": {spec: func(string) instance.Spec { return instance.Spec{}.WithInstanceProfile("none") },
			says: "EC2 would refuse the launch: RunInstances", request: func(r *backend.RunRequest, _ string) { r.InstanceProfile = "none" }, refused: backend.ErrInvalid},
		"what the caller may not": {prepare: func(_ *testing.T, cloud *fake.Cloud) string {
			cloud.Inject(fake.Deny("ec2:RunInstances", "*"))
			return ""
		}, says: "EC2 would refuse the launch: RunInstances", request: func(*backend.RunRequest, string) {}, refused: backend.ErrDenied},
		"a disabled image": {prepare: func(t *testing.T, cloud *fake.Cloud) string {
			id, err := imageAfter(func(ctx context.Context, im ami.Image) error { return im.Disable(ctx) })(t.Context(), cloud.Backend(region.USEast1))
			require.NoError(t, err)
			return id
		}, class: new(ami.NewClass("own", ami.Own("golden")).WithDefaults(instance.Spec{}.WithType("t3.micro"))),
			says: "not found", request: func(r *backend.RunRequest, id string) { r.ImageID = id }, refused: backend.ErrState},
		"a Mac without a host": {class: new(ami.NewClass("mac", ami.MacOS("sequoia")).WithDefaults(instance.Spec{}.WithType("mac2.metal"))), prepare: imageOf(ami.MacOS("sequoia")),
			says: "spec.tenancy: isn't host, and ami-", request: func(r *backend.RunRequest, id string) { r.ImageID, r.Type, r.Devices = id, "mac2.metal", nil }, refused: backend.ErrInvalid},
		"Windows with a key that it doesn't take": {class: new(ami.NewClass("desk", ami.WindowsServer("2022")).WithDefaults(instance.Spec{}.WithType("m5.large"))), prepare: imageOf(ami.WindowsServer("2022")),
			spec: func(string) instance.Spec { return instance.Spec{}.WithPublicKey(publicKey) }, says: "spec.publicKey: is an Ed25519 key, which Windows doesn't take"},
		"a product that nobody has subscribed to": {class: new(ami.NewClass("product", ami.Marketplace("4p9z0w6h2r7k1t5c3x8y6v0ba")).WithDefaults(instance.Spec{}.WithType("m5.large"))),
			prepare: imageOf(ami.Marketplace("4p9z0w6h2r7k1t5c3x8y6v0ba")), says: "EC2 would refuse the launch: RunInstances",
			request: func(r *backend.RunRequest, id string) { r.ImageID, r.Type, r.Devices = id, "m5.large", nil }, refused: errAny},
		"a type that boots otherwise": {spec: func(string) instance.Spec {
			return instance.Spec{}.WithType("m4.large").WithMetadata(instance.MetadataOptions{IPv6: instance.Enabled})
		},
			says: "spec.metadata.ipv6: m4.large runs on Xen"},
		"hibernation of what can't": {spec: func(string) instance.Spec {
			return instance.Spec{}.WithType("t3.micro").WithHibernation(true).WithRootVolume(instance.Volume{}.Unencrypted())
		},
			says: "spec.hibernation: needs an encrypted root volume", request: func(r *backend.RunRequest, _ string) { r.Hibernation, r.Devices = true, nil }, refused: backend.ErrInvalid},
		"more interfaces than the type has": {spec: func(string) instance.Spec {
			return instance.Spec{}.WithInterface(1, instance.Interface{}).WithInterface(2, instance.Interface{})
		}, says: "spec.interfaces: with the primary one are 3, but t3.micro takes 2", request: func(r *backend.RunRequest, _ string) {
			r.Interfaces = []backend.InterfaceRequest{{DeviceIndex: 1}, {DeviceIndex: 2}}
		}, refused: backend.ErrQuota},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			be := cloud.Backend(region.USEast1)
			class, id, spec := base, "", instance.Spec{}
			if tc.class != nil {
				class = *tc.class
			}
			plainly, err := base.Preflight(t.Context(), be, instance.Spec{})
			require.NoError(t, err)
			if tc.prepare != nil {
				id = tc.prepare(t, cloud)
			}
			if tc.spec != nil {
				spec = tc.spec(id)
			}
			before, calls := cloud.Inventory(), len(cloud.Calls("RunInstances"))
			found, err := class.Preflight(t.Context(), be, spec)
			require.Equal(t, before, cloud.Inventory(), "nothing is made")
			if tc.says == "" {
				require.NoError(t, err)
				require.Empty(t, found.Warnings)
				require.Len(t, cloud.Calls("RunInstances"), calls+1, "the dry run")
				i, err := class.Instantiate(t.Context(), be, spec)
				require.NoError(t, err)
				require.NoError(t, i.WaitRunning(t.Context()))
				return
			}
			require.ErrorContains(t, err, tc.says)
			if tc.request == nil {
				return
			}
			req := plainly.Launch
			tc.request(&req, id)
			made, err := be.RunInstances(t.Context(), req)
			if tc.refused == errAny {
				require.Error(t, err)
				return
			}
			if tc.refused != nil {
				require.ErrorIs(t, err, tc.refused)
				return
			}
			require.NoError(t, err)
			require.ErrorIs(t, instance.New(be, made[0]).WaitRunning(t.Context()), backend.ErrState)
		})
	}
}

// errAny is for refusals whose code says nothing more general.
var errAny = errors.New("any")

// imageOf gives the image of a selector.
func imageOf(s ami.Selector) func(*testing.T, *fake.Cloud) string {
	return func(t *testing.T, cloud *fake.Cloud) string {
		im, err := ami.NewClass("x", s).In(t.Context(), cloud.Backend(region.USEast1))
		require.NoError(t, err)
		return im.ID()
	}
}

func TestPreflightTellsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	class := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("m7g.large"))
	_, err := class.Preflight(t.Context(), cloud.Backend(region.USEast1), instance.Spec{}.WithKeyName("ops").WithZone("us-east-1z").WithGroups("web").
		WithVolume("/dev/sdf", instance.GP3(9*instance.GiB).EncryptedWith("alias/none")))
	for _, path := range []string{"spec.type", "spec.keyName", "spec.zone", "spec.groups", `spec.volumes["/dev/sdf"].encrypted`} {
		require.ErrorContains(t, err, path+": ")
	}
	var f *instance.FieldError
	require.ErrorAs(t, err, &f)

	// What the caller may not look at is left to EC2.
	cloud.Inject(fake.Deny("ec2:Describe*", "arn:aws:ec2:*:*:key-pair/*"), fake.Deny("ec2:DescribeKeyPairs", "*"), fake.Deny("ec2:GetAllowedImagesSettings", "*"), fake.Deny("ec2:DescribeInstanceTypeOfferings", "*"))
	_, err = class.Preflight(t.Context(), cloud.Backend(region.USEast1), instance.Spec{}.WithType("t3.micro").WithKeyName("ops"))
	require.ErrorIs(t, err, backend.ErrNotFound)
	require.ErrorContains(t, err, "EC2 would refuse the launch: RunInstances")
	_, err = ami.Image{}.Preflight(t.Context(), instance.Spec{})
	require.ErrorIs(t, err, backend.ErrInvalid)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html
func TestPreflightKnowsAllowedImages(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	client := ec2.NewFromConfig(cloud.Config(region.USEast1))
	base := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
	im, err := base.In(t.Context(), be)
	require.NoError(t, err)
	_, err = client.ReplaceImageCriteriaInAllowedImagesSettings(t.Context(), &ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput{
		ImageCriteria: []ec2types.ImageCriterionRequest{{ImageProviders: []string{friend}}},
	})
	require.NoError(t, err)
	set := func(state ec2types.AllowedImagesSettingsEnabledState) {
		_, err := client.EnableAllowedImagesSettings(t.Context(), &ec2.EnableAllowedImagesSettingsInput{AllowedImagesSettingsState: state})
		require.NoError(t, err)
	}
	set("audit-mode")
	found, err := base.Preflight(t.Context(), be, instance.Spec{})
	require.NoError(t, err)
	require.Len(t, found.Warnings, 1)
	require.Contains(t, found.Warnings[0], "which are in audit mode")
	set("enabled")
	_, err = base.Preflight(t.Context(), be, instance.Spec{})
	require.ErrorIs(t, err, backend.ErrNotFound)
	require.ErrorContains(t, err, "Allowed AMIs are enabled in us-east-1, and hide what they don't allow")
	_, err = im.Preflight(t.Context(), instance.Spec{})
	require.Error(t, err)
	require.True(t, errors.Is(err, backend.ErrNotFound) || errors.Is(err, backend.ErrInvalid))
}
