// Package clusterapi_test lets the operator of Kubernetes clusters on EC2, unmodified, build a cluster's network, groups
// and machines in the cloud in memory, and take all of it away again.
package clusterapi_test

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	infrav1 "sigs.k8s.io/cluster-api-provider-aws/v2/api/v1beta2"
	"sigs.k8s.io/cluster-api-provider-aws/v2/pkg/cloud/scope"
	ec2service "sigs.k8s.io/cluster-api-provider-aws/v2/pkg/cloud/services/ec2"
	"sigs.k8s.io/cluster-api-provider-aws/v2/pkg/cloud/services/network"
	"sigs.k8s.io/cluster-api-provider-aws/v2/pkg/cloud/services/securitygroup"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	fakeclient "sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

const here = region.USEast1

// doors are the two ways from the operator's clients to a cloud.
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

// operator is what reconciles a cluster, as far as it is about EC2.
type operator struct {
	*testing.T
	ec2      *ec2.Client
	api      client.Client // the managing cluster's
	cluster  *scope.ClusterScope
	network  *network.Service
	groups   *securitygroup.Service
	machines *ec2service.Service
}

func newOperator(t *testing.T, cfg aws.Config, spec infrav1.AWSClusterSpec) *operator {
	t.Helper()
	scheme := runtime.NewScheme()
	require.NoError(t, infrav1.AddToScheme(scheme))
	require.NoError(t, clusterv1.AddToScheme(scheme))
	spec.Region = string(here)
	cluster := &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Name: "blue", Namespace: "clusters"}}
	infra := &infrav1.AWSCluster{ObjectMeta: cluster.ObjectMeta, Spec: spec}
	infra.Default()
	infra.Spec.IdentityRef = nil // it isn't to ask for clients of its own
	o := &operator{T: t, ec2: ec2.NewFromConfig(cfg)}
	o.api = fakeclient.NewClientBuilder().WithScheme(scheme).WithObjects(cluster, infra).WithStatusSubresource(infra).Build()
	o.begin()
	return o
}

// begin reads the cluster as it is now, as each round of reconciling does.
func (o *operator) begin() {
	o.Helper()
	key := client.ObjectKey{Namespace: "clusters", Name: "blue"}
	cluster, infra := &clusterv1.Cluster{}, &infrav1.AWSCluster{}
	require.NoError(o, o.api.Get(o.Context(), key, cluster))
	require.NoError(o, o.api.Get(o.Context(), key, infra))
	// Sessions are kept by the name of the controller.
	s, err := scope.NewClusterScope(scope.ClusterScopeParams{Client: o.api, Cluster: cluster, AWSCluster: infra, ControllerName: o.Name()})
	require.NoError(o, err)
	o.cluster, o.network, o.machines = s, network.NewService(s), ec2service.NewService(s)
	o.groups = securitygroup.NewService(s, []infrav1.SecurityGroupRole{
		infrav1.SecurityGroupBastion, infrav1.SecurityGroupAPIServerLB, infrav1.SecurityGroupLB, infrav1.SecurityGroupControlPlane, infrav1.SecurityGroupNode,
	})
	o.network.EC2Client, o.groups.EC2Client, o.machines.EC2Client = o.ec2, o.ec2, o.ec2
}

// end writes down what a round has found and made.
func (o *operator) end() {
	o.Helper()
	require.NoError(o, o.cluster.Close())
}

// machine is one of the cluster.
func (o *operator) machine(name string, spec infrav1.AWSMachineSpec) *scope.MachineScope {
	o.Helper()
	m := &clusterv1.Machine{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "clusters"}, Spec: clusterv1.MachineSpec{ClusterName: "blue", Version: "v1.34.1"}}
	infra := &infrav1.AWSMachine{ObjectMeta: m.ObjectMeta, Spec: spec}
	require.NoError(o, o.api.Create(o.Context(), infra))
	s, err := scope.NewMachineScope(scope.MachineScopeParams{
		Client: o.api, Cluster: o.cluster.Cluster, Machine: m, InfraCluster: o.cluster, AWSMachine: infra,
	})
	require.NoError(o, err)
	return s
}

func TestAClusterIsBuiltAndTakenAway(t *testing.T) {
	t.Parallel()
	for door, open := range doors {
		t.Run(door, func(t *testing.T) {
			t.Parallel()
			cloud := fake.New()
			api := ec2.NewFromConfig(cloud.Config(here))
			image := nodeImage(t, api)
			profile := cloud.AddInstanceProfile("nodes")
			before := cloud.Inventory()
			o := newOperator(t, open(t, cloud), infrav1.AWSClusterSpec{
				ImageLookupOrg: fake.DefaultAccount, SSHKeyName: aws.String(""),
				AdditionalTags: infrav1.Tags{"team": "web"},
			})
			for range 2 { // what stands isn't made again
				require.NoError(t, o.network.ReconcileNetwork())
				require.NoError(t, o.groups.ReconcileSecurityGroups())
				o.end()
				o.begin()
			}
			subnets := o.cluster.Subnets()
			require.Len(t, subnets.FilterPublic(), 3)
			require.Len(t, subnets.FilterPrivate(), 3)
			gateways, err := api.DescribeNatGateways(t.Context(), &ec2.DescribeNatGatewaysInput{})
			require.NoError(t, err)
			require.Len(t, gateways.NatGateways, 3)

			o.cluster.AWSCluster.Status.Network.APIServerELB.DNSName = "api.example" // of a service that the cloud doesn't have
			m := o.machine("node-1", infrav1.AWSMachineSpec{
				InstanceType: "m5.large", IAMInstanceProfile: "nodes",
				RootVolume:     &infrav1.Volume{Size: 40, Type: infrav1.VolumeTypeGP3, Encrypted: aws.Bool(true)},
				NonRootVolumes: []infrav1.Volume{{DeviceName: "/dev/sdf", Size: 100, Type: infrav1.VolumeTypeIO2, IOPS: 2000}},
			})
			made, err := o.machines.CreateInstance(t.Context(), m, []byte("#cloud-config\n"), "cloud-config")
			require.NoError(t, err)
			require.Equal(t, image, made.ImageID)

			found, err := o.machines.GetRunningInstanceByTags(m)
			require.NoError(t, err)
			require.Equal(t, made.ID, found.ID)
			require.Equal(t, "web", found.Tags["team"])
			require.Equal(t, infrav1.InstanceStateRunning, found.State)
			require.Equal(t, subnets.FilterPrivate()[0].GetResourceID(), found.SubnetID)
			require.Len(t, found.VolumeIDs, 2)
			server, err := api.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{made.ID}})
			require.NoError(t, err)
			require.Equal(t, profile, *server.Reservations[0].Instances[0].IamInstanceProfile.Arn)

			groups := o.cluster.SecurityGroups()
			require.NoError(t, o.machines.UpdateInstanceSecurityGroups(made.ID, []string{groups[infrav1.SecurityGroupControlPlane].ID}))
			of, err := o.machines.GetInstanceSecurityGroups(made.ID)
			require.NoError(t, err)
			for _, ids := range of {
				require.Equal(t, []string{groups[infrav1.SecurityGroupControlPlane].ID}, ids)
			}

			require.NoError(t, o.machines.TerminateInstanceAndWait(made.ID))
			o.end()
			o.begin()
			err = o.groups.DeleteSecurityGroups() // a group to which another's rule refers goes when that rule has gone
			for range o.cluster.SecurityGroups() {
				if err == nil {
					break
				}
				err = o.groups.DeleteSecurityGroups()
			}
			require.NoError(t, err)
			o.begin()
			require.NoError(t, o.network.DeleteNetwork(context.Background()))
			require.Empty(t, left(cloud.Inventory(), before))
		})
	}
}

// nodeImage makes an image that has the name that the operator looks for, and gives its ID.
func nodeImage(t *testing.T, api *ec2.Client) string {
	t.Helper()
	disk, err := api.CreateVolume(t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String("us-east-1a"), Size: aws.Int32(8)})
	require.NoError(t, err)
	snapshot, err := api.CreateSnapshot(t.Context(), &ec2.CreateSnapshotInput{VolumeId: disk.VolumeId})
	require.NoError(t, err)
	made, err := api.RegisterImage(t.Context(), &ec2.RegisterImageInput{
		Name: aws.String("capa-ami-ubuntu-24.04-v1.34.1-1760000000"), Architecture: ec2types.ArchitectureValuesX8664,
		VirtualizationType: aws.String("hvm"), EnaSupport: aws.Bool(true), RootDeviceName: aws.String("/dev/sda1"),
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{{DeviceName: aws.String("/dev/sda1"), Ebs: &ec2types.EbsBlockDevice{SnapshotId: snapshot.SnapshotId}}},
	})
	require.NoError(t, err)
	return *made.ImageId
}

// left is what is there of what wasn't before, without servers that EC2 still tells of.
func left(now, before []fake.Resource) (more []fake.Resource) {
	for _, r := range now {
		if r.State != "terminated" && !slices.Contains(before, r) {
			more = append(more, r)
		}
	}
	return more
}
