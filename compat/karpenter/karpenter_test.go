// Package karpenter_test lets a node autoscaler, unmodified, find, launch and terminate servers in the cloud in memory:
// its providers of images, subnets, groups, instance types, launch templates and instances, and the controller that
// tries a class of nodes with dry runs.
package karpenter_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	ekstypes "github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	v1 "github.com/aws/karpenter-provider-aws/pkg/apis/v1"
	awscache "github.com/aws/karpenter-provider-aws/pkg/cache"
	"github.com/aws/karpenter-provider-aws/pkg/cloudprovider"
	"github.com/aws/karpenter-provider-aws/pkg/controllers/nodeclass"
	"github.com/aws/karpenter-provider-aws/pkg/operator/options"
	"github.com/aws/karpenter-provider-aws/pkg/providers/amifamily"
	"github.com/aws/karpenter-provider-aws/pkg/providers/arczonalshift"
	"github.com/aws/karpenter-provider-aws/pkg/providers/capacityreservation"
	"github.com/aws/karpenter-provider-aws/pkg/providers/instance"
	"github.com/aws/karpenter-provider-aws/pkg/providers/instanceprofile"
	"github.com/aws/karpenter-provider-aws/pkg/providers/instancetype"
	"github.com/aws/karpenter-provider-aws/pkg/providers/launchtemplate"
	"github.com/aws/karpenter-provider-aws/pkg/providers/placementgroup"
	"github.com/aws/karpenter-provider-aws/pkg/providers/pricing"
	"github.com/aws/karpenter-provider-aws/pkg/providers/securitygroup"
	ssmprovider "github.com/aws/karpenter-provider-aws/pkg/providers/ssm"
	"github.com/aws/karpenter-provider-aws/pkg/providers/subnet"
	"github.com/patrickmn/go-cache"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/record"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	fakeclient "sigs.k8s.io/controller-runtime/pkg/client/fake"
	karpv1 "sigs.k8s.io/karpenter/pkg/apis/v1"
	core "sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/controllers/nodeoverlay"
	"sigs.k8s.io/karpenter/pkg/events"
	coreoptions "sigs.k8s.io/karpenter/pkg/operator/options"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

const (
	here    = region.USEast1
	cluster = "blue"
	version = "1.34" // of Kubernetes
	profile = "nodes"
)

// doors are the two ways from the autoscaler's clients to a cloud.
var doors = map[string]func(t *testing.T, c *fake.Cloud) aws.Config{
	"in process": func(_ *testing.T, c *fake.Cloud) aws.Config { return c.Config(here) },
	"over HTTP": func(t *testing.T, c *fake.Cloud) aws.Config {
		url, httpClient := tooltest.OverHTTP(t, c.Handler())
		return aws.Config{
			Region: string(here), BaseEndpoint: &url, HTTPClient: httpClient,
			Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		}
	},
}

// autoscaler is what its operator puts together, as far as it is about AWS.
type autoscaler struct {
	ctx     context.Context
	api     client.Client // the cluster's
	classes *nodeclass.Controller
	nodes   *cloudprovider.CloudProvider
	types   *instancetype.DefaultProvider
	prices  pricing.Provider
}

// kubernetesVersion is that of the cluster, which isn't AWS's to know here.
type kubernetesVersion string

func (v kubernetesVersion) Get(context.Context) string { return string(v) }

// controlPlane is the cluster: a service that the cloud doesn't have.
type controlPlane struct{}

func (controlPlane) DescribeCluster(context.Context, *eks.DescribeClusterInput, ...func(*eks.Options)) (*eks.DescribeClusterOutput, error) {
	return &eks.DescribeClusterOutput{Cluster: &ekstypes.Cluster{
		Name: aws.String(cluster), Version: aws.String(version),
		KubernetesNetworkConfig: &ekstypes.KubernetesNetworkConfigResponse{ServiceIpv4Cidr: aws.String("10.100.0.0/16")},
	}}, nil
}

func newAutoscaler(t *testing.T, cfg aws.Config, class *v1.EC2NodeClass) *autoscaler {
	t.Helper()
	ctx := coreoptions.ToContext(t.Context(), &coreoptions.Options{})
	ctx = options.ToContext(ctx, &options.Options{ClusterName: cluster, ClusterEndpoint: "https://cluster.example", VMMemoryOverheadPercent: 0.075})
	fresh := func() *cache.Cache { return cache.New(time.Minute, time.Minute) }
	ec2api := ec2.NewFromConfig(cfg)
	unavailable := awscache.NewUnavailableOfferings()
	subnets := subnet.NewDefaultProvider(ec2api, fresh(), fresh())
	groups := securitygroup.NewDefaultProvider(ec2api, fresh())
	prices := pricing.NewDefaultProvider(nil, ec2api, cfg.Region, true)
	parameters := ssmprovider.NewDefaultProvider(ssm.NewFromConfig(cfg), fresh())
	images := amifamily.NewDefaultProvider(clock.RealClock{}, kubernetesVersion(version), parameters, ec2api, fresh())
	resolver := amifamily.NewDefaultResolver(cfg.Region)
	placement := placementgroup.NewProvider(ec2api, fresh(), fresh())
	started := make(chan struct{})
	templates := launchtemplate.NewDefaultProvider(ctx, fresh(), ec2api, controlPlane{}, resolver, groups, subnets, placement,
		aws.String("Y2E="), started, net.ParseIP("10.100.0.10"), "https://cluster.example")
	reservations := capacityreservation.NewProvider(ec2api, clock.RealClock{}, fresh(), fresh())
	shifts := arczonalshift.NewNoopProvider()
	types := instancetype.NewDefaultProvider(fresh(), fresh(), fresh(), ec2api, subnets, prices, reservations, placement, unavailable,
		instancetype.NewDefaultResolver(cfg.Region), shifts)
	require.NoError(t, types.UpdateInstanceTypes(ctx))
	require.NoError(t, types.UpdateInstanceTypeOfferings(ctx))
	require.NoError(t, prices.UpdateSpotPricing(ctx))
	builder := fakeclient.NewClientBuilder().WithScheme(scheme.Scheme).WithObjects(class).WithStatusSubresource(class)
	none := func(client.Object) []string { return nil } // there are no pools, whose claims would refer to the class
	for _, part := range []string{"group", "kind", "name"} {
		builder.WithIndex(&karpv1.NodePool{}, "spec.template.spec.nodeClassRef."+part, none).WithIndex(&karpv1.NodeClaim{}, "spec.nodeClassRef."+part, none)
	}
	api := builder.Build()
	recorder := events.NewRecorder(record.NewFakeRecorder(100))
	instances := instance.NewDefaultProvider(ctx, cfg.Region, recorder, ec2api, unavailable, subnets, templates, reservations, placement, shifts, fresh())
	provider := cloudprovider.New(types, instances, recorder, api, images, groups, reservations, placement, nodeoverlay.NewInstanceTypeStore(), aws.String("Y2E="))
	return &autoscaler{
		ctx: ctx, api: api, types: types, prices: prices, nodes: provider,
		classes: nodeclass.NewController(clock.RealClock{}, api, provider, recorder, cfg.Region, subnets, groups, images,
			instanceprofile.NewDefaultProvider(nil, fresh(), fresh(), fresh(), cfg.Region), types, templates, reservations, placement, ec2api,
			fresh(), fresh(), resolver, false),
	}
}

// ready reconciles a class of nodes as the cluster does and gives it as it is then.
func (a *autoscaler) ready(t *testing.T, name string) *v1.EC2NodeClass {
	t.Helper()
	class := &v1.EC2NodeClass{}
	for range 2 { // what the first round resolves the second one tries
		require.NoError(t, a.api.Get(a.ctx, client.ObjectKey{Name: name}, class))
		_, err := a.classes.Reconcile(a.ctx, class)
		require.NoError(t, err)
	}
	require.NoError(t, a.api.Get(a.ctx, client.ObjectKey{Name: name}, class))
	for _, c := range class.Status.Conditions {
		require.Equal(t, metav1.ConditionTrue, c.Status, "%s: %s", c.Type, c.Message)
	}
	return class
}

// claim asks for a node.
func claim(class, capacity string, types ...string) *karpv1.NodeClaim {
	in := func(key string, values ...string) karpv1.NodeSelectorRequirementWithMinValues {
		return karpv1.NodeSelectorRequirementWithMinValues{Key: key, Operator: corev1.NodeSelectorOpIn, Values: values}
	}
	return &karpv1.NodeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: "node", Labels: map[string]string{karpv1.NodePoolLabelKey: "pool"}},
		Spec: karpv1.NodeClaimSpec{
			NodeClassRef: &karpv1.NodeClassReference{Group: "karpenter.k8s.aws", Kind: "EC2NodeClass", Name: class},
			Requirements: []karpv1.NodeSelectorRequirementWithMinValues{in(karpv1.CapacityTypeLabelKey, capacity), in(corev1.LabelInstanceTypeStable, types...)},
		},
	}
}

// ground is a VPC's subnets and a group, tagged as a cluster's are.
func ground(t *testing.T, c *fake.Cloud) {
	t.Helper()
	c.AddInstanceProfile(profile)
	api := ec2.NewFromConfig(c.Config(here))
	subnets, err := api.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	require.NoError(t, err)
	groups, err := api.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{})
	require.NoError(t, err)
	ids := []string{*groups.SecurityGroups[0].GroupId}
	for _, s := range subnets.Subnets[:2] {
		ids = append(ids, *s.SubnetId)
	}
	_, err = api.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: ids, Tags: []ec2types.Tag{{Key: aws.String("karpenter.sh/discovery"), Value: aws.String(cluster)}}})
	require.NoError(t, err)
}

func classOf(name string, images v1.AMISelectorTerm, change func(s *v1.EC2NodeClassSpec)) *v1.EC2NodeClass {
	mine := map[string]string{"karpenter.sh/discovery": cluster}
	class := &v1.EC2NodeClass{
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: "12345678-0000-4000-8000-000000000000"},
		Spec: v1.EC2NodeClassSpec{
			AMISelectorTerms:           []v1.AMISelectorTerm{images},
			SubnetSelectorTerms:        []v1.SubnetSelectorTerm{{Tags: mine}},
			SecurityGroupSelectorTerms: []v1.SecurityGroupSelectorTerm{{Tags: mine}},
			InstanceProfile:            aws.String(profile),
			Tags:                       map[string]string{"team": "web"},
			MetadataOptions:            &v1.MetadataOptions{HTTPTokens: aws.String("required"), HTTPEndpoint: aws.String("enabled"), HTTPPutResponseHopLimit: aws.Int64(1)},
		},
	}
	if change != nil {
		change(&class.Spec)
	}
	return class
}

func TestAnAutoscalerLaunchesNodes(t *testing.T) {
	t.Parallel()
	for door, open := range doors {
		for name, tc := range map[string]struct {
			class    *v1.EC2NodeClass
			capacity string
			image    string // how its name begins
		}{
			"Amazon Linux 2023 by alias": {classOf("nodes", v1.AMISelectorTerm{Alias: "al2023@latest"}, nil), karpv1.CapacityTypeOnDemand,
				"amazon-eks-node-al2023-arm64-standard-" + version},
			"Amazon Linux 2023 of a day": {classOf("nodes", v1.AMISelectorTerm{Alias: "al2023@v20260325"}, nil), karpv1.CapacityTypeSpot,
				"amazon-eks-node-al2023-arm64-standard-" + version + "-v20260325"},
			"Bottlerocket by alias": {classOf("nodes", v1.AMISelectorTerm{Alias: "bottlerocket@latest"}, nil), karpv1.CapacityTypeSpot,
				"bottlerocket-aws-k8s-" + version + "-arm64-"},
			"an image by name and owner": {classOf("nodes", v1.AMISelectorTerm{Name: "amazon-eks-node-al2023-arm64-standard-" + version + "-*", Owner: "amazon"},
				func(s *v1.EC2NodeClassSpec) { s.AMIFamily = aws.String(v1.AMIFamilyAL2023) }), karpv1.CapacityTypeOnDemand,
				"amazon-eks-node-al2023-arm64-standard-" + version},
		} {
			t.Run(door+"/"+name, func(t *testing.T) {
				t.Parallel()
				cloud := fake.New()
				ground(t, cloud)
				a := newAutoscaler(t, open(t, cloud), tc.class.DeepCopy())
				class := a.ready(t, tc.class.Name)
				require.Len(t, class.Status.Subnets, 2)
				require.Len(t, class.Status.SecurityGroups, 1)
				require.Empty(t, running(t, cloud), "what was tried was dry")

				made, err := a.nodes.Create(a.ctx, claim(class.Name, tc.capacity, "t4g.medium", "m7g.large", "c7g.large"))
				require.NoError(t, err)
				got := running(t, cloud)
				require.Len(t, got, 1)
				require.Contains(t, made.Status.ProviderID, *got[0].InstanceId)
				require.Equal(t, made.Labels[corev1.LabelInstanceTypeStable], string(got[0].InstanceType))
				require.Equal(t, made.Labels[corev1.LabelTopologyZone], *got[0].Placement.AvailabilityZone)
				require.Equal(t, made.Status.ImageID, *got[0].ImageId)
				require.Equal(t, tc.capacity == karpv1.CapacityTypeSpot, got[0].InstanceLifecycle == ec2types.InstanceLifecycleTypeSpot)
				require.Contains(t, tagged(got[0]), "aws:ec2:fleet-id")
				require.Equal(t, "web", tagged(got[0])["team"])
				require.Equal(t, ec2types.HttpTokensStateRequired, got[0].MetadataOptions.HttpTokens)
				require.Equal(t, "arn:aws:iam::123456789012:instance-profile/"+profile, *got[0].IamInstanceProfile.Arn)
				image, err := ec2.NewFromConfig(cloud.Config(here)).DescribeImages(a.ctx, &ec2.DescribeImagesInput{ImageIds: []string{made.Status.ImageID}})
				require.NoError(t, err)
				require.True(t, strings.HasPrefix(*image.Images[0].Name, tc.image), *image.Images[0].Name)

				same, err := a.nodes.Get(a.ctx, made.Status.ProviderID)
				require.NoError(t, err)
				require.Equal(t, made.Status.ProviderID, same.Status.ProviderID)
				all, err := a.nodes.List(a.ctx)
				require.NoError(t, err)
				require.Len(t, all, 1)

				require.NoError(t, a.nodes.Delete(a.ctx, made))
				for err == nil { // until EC2 has terminated it
					err = a.nodes.Delete(a.ctx, made)
				}
				require.True(t, core.IsNodeClaimNotFoundError(err), err)
				require.Empty(t, running(t, cloud))
			})
		}
	}
}

// What it knows of types, of where they are offered and of prices is the cloud's.
func TestAnAutoscalerKnowsTypesAndPrices(t *testing.T) {
	t.Parallel()
	for door, open := range doors {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			cloud := fake.New()
			ground(t, cloud)
			a := newAutoscaler(t, open(t, cloud), classOf("nodes", v1.AMISelectorTerm{Alias: "al2023@latest"}, nil))
			types, err := a.types.List(a.ctx, a.ready(t, "nodes"))
			require.NoError(t, err)
			require.Greater(t, len(types), 300)
			dear, ok := a.prices.SpotPrice("m7g.4xlarge", "us-east-1a")
			require.True(t, ok)
			cheap, ok := a.prices.SpotPrice("m7g.large", "us-east-1a")
			require.True(t, ok)
			require.Greater(t, dear, cheap)
		})
	}
}

// It goes on to another type where one can't be had, tells that none can, and leaves nothing behind.
func TestAnAutoscalerHearsOfWantOfCapacity(t *testing.T) {
	t.Parallel()
	for door, open := range doors {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			cloud := fake.New()
			ground(t, cloud)
			a := newAutoscaler(t, open(t, cloud), classOf("nodes", v1.AMISelectorTerm{Alias: "al2023@latest"}, nil))
			a.ready(t, "nodes")
			cloud.LimitCapacity(fake.Capacity{InstanceType: "c7g.large"})
			made, err := a.nodes.Create(a.ctx, claim("nodes", karpv1.CapacityTypeOnDemand, "c7g.large", "m7g.large"))
			require.NoError(t, err)
			require.Equal(t, "m7g.large", made.Labels[corev1.LabelInstanceTypeStable])
			require.Len(t, running(t, cloud), 1)

			cloud.LimitCapacity(fake.Capacity{InstanceType: "m7g.*"})
			_, err = a.nodes.Create(a.ctx, claim("nodes", karpv1.CapacityTypeOnDemand, "m7g.large"))
			require.True(t, core.IsInsufficientCapacityError(err), err)
			require.Len(t, running(t, cloud), 1)
		})
	}
}

func running(t *testing.T, c *fake.Cloud) (all []ec2types.Instance) {
	t.Helper()
	out, err := ec2.NewFromConfig(c.Config(here)).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{
		Filters: []ec2types.Filter{{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}}},
	})
	require.NoError(t, err)
	for _, r := range out.Reservations {
		all = append(all, r.Instances...)
	}
	return all
}

func tagged(i ec2types.Instance) map[string]string {
	all := make(map[string]string)
	for _, g := range i.Tags {
		all[*g.Key] = *g.Value
	}
	return all
}
