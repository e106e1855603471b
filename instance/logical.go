package instance

import (
	"slices"

	"github.com/amiclass/amiclass/region"
)

// ShutdownBehavior is what becomes of an instance when its operating system shuts down.
type ShutdownBehavior string

// The ways to end when the operating system shuts down; EC2's default is to stop
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingInstanceInitiatedShutdownBehavior.html).
const (
	ShutdownStops      ShutdownBehavior = "stop"
	ShutdownTerminates ShutdownBehavior = "terminate"
)

// Tenancy is with whom an instance shares its hardware.
type Tenancy string

// The tenancies (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html). EC2's
// default is the tenancy of the VPC.
const (
	TenancyShared    Tenancy = "default"
	TenancyDedicated Tenancy = "dedicated"
	TenancyHost      Tenancy = "host"
)

// WithSubnet says the subnet, by its ID. Without one, and without a zone, EC2 takes a default subnet
// of the default VPC.
func (s Spec) WithSubnet(id string) Spec { s.subnet = some(id); return s }

// WithoutSubnet says that there shall be no particular subnet.
func (s Spec) WithoutSubnet() Spec { s.subnet = noneOf[string](); return s }

// WithZone says the zone, for a default subnet of the default VPC there. A subnet is in a zone by
// itself, so a spec with both is refused.
func (s Spec) WithZone(z region.Zone) Spec { s.zone = some(z); return s }

// WithoutZone says that there shall be no particular zone.
func (s Spec) WithoutZone() Spec { s.zone = noneOf[region.Zone](); return s }

// WithPublicIP says whether the instance gets a public IPv4 address. Without it the subnet decides.
func (s Spec) WithPublicIP(on bool) Spec { s.publicIP = some(on); return s }

// WithPrivateIP says the primary private IPv4 address, which has to be free in the subnet.
func (s Spec) WithPrivateIP(addr string) Spec { s.privateIP = some(addr); return s }

// WithoutPrivateIP leaves the private address to EC2.
func (s Spec) WithoutPrivateIP() Spec { s.privateIP = noneOf[string](); return s }

// WithGroups says the security groups by their IDs. They replace those of a spec below.
func (s Spec) WithGroups(ids ...string) Spec {
	if len(ids) == 0 {
		return s.WithoutGroups()
	}
	s.groups = some(slices.Clone(ids))
	return s
}

// WithoutGroups leaves the instance to the VPC's default group.
func (s Spec) WithoutGroups() Spec { s.groups = noneOf[[]string](); return s }

// WithKeyName says the key pair with which one can log in.
func (s Spec) WithKeyName(name string) Spec { s.keyName = some(name); return s }

// WithoutKeyName says that there shall be no key pair.
func (s Spec) WithoutKeyName() Spec { s.keyName = noneOf[string](); return s }

// WithInstanceProfile says the IAM instance profile, by name or ARN, whose role the instance has.
func (s Spec) WithInstanceProfile(nameOrARN string) Spec { s.profile = some(nameOrARN); return s }

// WithoutInstanceProfile says that the instance shall have no role.
func (s Spec) WithoutInstanceProfile() Spec { s.profile = noneOf[string](); return s }

// WithShutdownBehavior says what becomes of the instance when its operating system shuts down.
func (s Spec) WithShutdownBehavior(b ShutdownBehavior) Spec { s.shutdownBehavior = some(b); return s }

// WithTerminationProtection lets EC2 refuse to terminate the instance.
func (s Spec) WithTerminationProtection(on bool) Spec { s.terminationProof = some(on); return s }

// WithStopProtection lets EC2 refuse to stop the instance, and to terminate it
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html).
func (s Spec) WithStopProtection(on bool) Spec { s.stopProof = some(on); return s }

// WithMonitoring switches detailed monitoring, each minute instead of every five.
func (s Spec) WithMonitoring(detailed bool) Spec { s.monitoring = some(detailed); return s }

// WithTenancy says with whom the instance shares its hardware.
func (s Spec) WithTenancy(t Tenancy) Spec { s.tenancy = some(t); return s }

// Subnet is the subnet's ID; empty for none.
func (s Spec) Subnet() string { return s.subnet.value }

// Zone is the zone; empty for none.
func (s Spec) Zone() region.Zone { return s.zone.value }

// PublicIP tells whether there shall be a public IPv4 address; said is false where the spec leaves it
// to the subnet.
func (s Spec) PublicIP() (on, said bool) { return s.publicIP.get() }

// PrivateIP is the private IPv4 address; empty for none in particular.
func (s Spec) PrivateIP() string { return s.privateIP.value }

// Groups are the IDs of the security groups; empty for the VPC's default group.
func (s Spec) Groups() []string { return slices.Clone(s.groups.value) }

// KeyName is the key pair's name; empty for none.
func (s Spec) KeyName() string { return s.keyName.value }

// InstanceProfile is the IAM instance profile, by name or ARN; empty for none.
func (s Spec) InstanceProfile() string { return s.profile.value }

// ShutdownBehavior is what a shutdown does; empty where the spec leaves it open.
func (s Spec) ShutdownBehavior() ShutdownBehavior { return s.shutdownBehavior.value }

// TerminationProtection tells whether EC2 shall refuse to terminate; said is false where the spec
// leaves it open.
func (s Spec) TerminationProtection() (on, said bool) { return s.terminationProof.get() }

// StopProtection tells whether EC2 shall refuse to stop; said is false where the spec leaves it open.
func (s Spec) StopProtection() (on, said bool) { return s.stopProof.get() }

// Monitoring tells whether monitoring is detailed; said is false where the spec leaves it open.
func (s Spec) Monitoring() (detailed, said bool) { return s.monitoring.get() }

// Tenancy is the tenancy; empty where the spec leaves it open.
func (s Spec) Tenancy() Tenancy { return s.tenancy.value }
