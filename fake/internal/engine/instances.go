package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// instance is one instance. Its interfaces and volumes are rows of their own.
type instance struct {
	id          string
	scope       store.Scope
	reservation string
	launchIndex int32
	clientToken string

	image           string
	typ             string
	architecture    ec2types.ArchitectureValues
	platform        ec2types.PlatformValues
	platformDetails string
	usageOperation  string
	virtualization  ec2types.VirtualizationType
	rootDevice      string
	rootDeviceType  ec2types.DeviceType
	bootMode        ec2types.BootModeValues // the image's
	currentBootMode ec2types.InstanceBootModeValues
	tpmSupport      string
	uefiData        string // base64, the image's
	enaSupport      bool
	sriovNetSupport string
	kernel, ramdisk string
	productCodes    []ec2types.ProductCode

	state                     ec2types.InstanceStateName
	changes                   time.Time // when the transition that goes on is over
	reasonCode, reasonMessage string    // of the state; empty while it runs
	transitionReason          string
	launched                  time.Time // when it was launched or started last
	running                   time.Time // since when it runs; zero if it doesn't
	first                     time.Time // when it was launched for the first time

	zone                            string
	affinity                        ec2types.Affinity
	tenancy                         ec2types.Tenancy
	vpc, subnet                     string
	interfaces                      []string // IDs, by device index
	keyName                         string
	profile                         string // ID of the row; empty for none
	userData                        string // base64, as it was given
	ebsOptimized, monitoring        bool
	disableTermination, disableStop bool
	shutdownBehavior                ec2types.ShutdownBehavior
	metadata                        metadataOptions
	metadataWaits                   bool      // what was changed of it while the instance was stopped
	publicKey                       string    // of the key pair, as OpenSSH writes it
	booted                          time.Time // when its system booted last; zero if it hasn't yet
	resumes                         bool      // starts from hibernation, without a boot
	rebootMigration                 ec2types.InstanceRebootMigrationState
	cores, threads                  int32
	amdSevSnp                       ec2types.AmdSevSnpSpecification
	nestedVirtualization            ec2types.NestedVirtualizationSpecification
	credits                         string // of T types: standard or unlimited
	enclave, hibernation            bool
	autoRecovery                    ec2types.InstanceAutoRecoveryState
	bandwidth                       ec2types.InstanceBandwidthWeighting
	hostnameType                    ec2types.HostnameType
	dnsA, dnsAAAA                   bool
	reservationPreference           ec2types.CapacityReservationPreference
	spotRequest                     string           // ID of the one-time Spot Instance request; empty for on-demand
	devices                         []attachedDevice // volumes, in order of device name
}

var instanceSchema = store.Schema[instance]{
	Name:  "instances",
	ID:    instanceID,
	Scope: func(i *instance) store.Scope { return i.scope },
	Indexes: []store.Index[instance]{
		{Name: "reservation", Values: func(i *instance, add func(string)) { add(i.reservation) }},
		{Name: "image", Values: func(i *instance, add func(string)) { add(i.image) }},
		{Name: "client-token", Values: func(i *instance, add func(string)) { add(i.clientToken) }},
		{Name: "state", Values: func(i *instance, add func(string)) { add(stateEntry(string(i.state))) }},
		{Name: "subnet", Values: func(i *instance, add func(string)) { addUnlessEmpty(add, i.subnet) }},
		{Name: "type", Values: func(i *instance, add func(string)) { add(i.typ) }},
	},
}

// stateEntry puts instances that are pending beside those that run: so that one that comes to run, which all do, needs
// no other entry. They are told apart when they are looked at.
func stateEntry(state string) string {
	if state == string(ec2types.InstanceStateNamePending) {
		return string(ec2types.InstanceStateNameRunning)
	}
	return state
}

func instanceID(i *instance) string { return i.id }

var instanceOperations = []operation{
	writing(runInstancesFields, (*tx).runInstances),
	reading("InstanceIds Filters{Name Values} IncludeManagedResources MaxResults NextToken", (*view).describeInstances),
	reading("InstanceIds Filters{Name Values} IncludeAllInstances IncludeManagedResources MaxResults NextToken", (*view).describeInstanceStatus),
	reading("InstanceId Attribute", (*view).describeInstanceAttribute),
	writing(modifyInstanceAttributeFields, (*tx).modifyInstanceAttribute),
	writing("InstanceId Attribute", (*tx).resetInstanceAttribute),
	writing("InstanceIds", (*tx).startInstances),
	writing("InstanceIds Force Hibernate SkipOsShutdown", (*tx).stopInstances),
	writing("InstanceIds", (*tx).rebootInstances),
	writing("InstanceIds Force SkipOsShutdown", (*tx).terminateInstances),
}

// instancePaging clamps as the documentation of DescribeInstances said as long as it had figures (2015); the
// code for a bad token is (mem).
var instancePaging = paging{min: 5, max: 1000, clamps: true, badToken: "InvalidParameterValue"}

// IncludeManagedResources changes nothing, here and elsewhere: no service manages resources in this cloud.
func (v *view) describeInstances(in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	pg, err := instancePaging.at("DescribeInstances", in.MaxResults, in.NextToken, len(in.InstanceIds), "instancesSet")
	if err != nil {
		return nil, err
	}
	rows, next, err := instanceFilters.listing(v, in.Filters, in.InstanceIds, v.instanceByID, pg)
	if err != nil {
		return nil, err
	}
	return &ec2.DescribeInstancesOutput{NextToken: next, Reservations: v.renderReservations(rows)}, nil
}

// instanceByID gives the caller's instance, or InvalidInstanceID.Malformed or .NotFound.
func (v *view) instanceByID(id string) (*instance, error) {
	return owned(v, v.instances, instanceSchema.Scope, kindInstance, id)
}

// reserved are the instances of a reservation that are still told of, in the order in which they were launched.
func (v *view) reserved(reservation string) []*instance {
	rows := slices.Collect(v.instances.By("reservation", v.scope, reservation))
	slices.SortFunc(rows, func(a, b *instance) int { return cmp.Compare(a.launchIndex, b.launchIndex) })
	return rows
}

// launching tells whether the instance is on its way to run for the first time.
func (i *instance) launching() bool {
	return i.state == ec2types.InstanceStateNamePending && i.launched.Equal(i.first)
}
