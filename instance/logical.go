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

// WithZone says the zone: of the subnets that the spec gives to choose among, else for a default subnet
// of the default VPC. A single subnet is in a zone by itself, so a spec with both is refused.
func (s Spec) WithZone(z region.Zone) Spec { s.zone = some(z); return s }

// WithoutZone says that there shall be no particular zone.
func (s Spec) WithoutZone() Spec { s.zone = noneOf[region.Zone](); return s }

// WithGroups says the security groups, by their IDs or by their names in the VPC of the instance. They
// replace those of a spec below, and stand beside declared firewall rules.
func (s Spec) WithGroups(idsOrNames ...string) Spec {
	if len(idsOrNames) == 0 {
		return s.WithoutGroups()
	}
	s.groups = some(slices.Clone(idsOrNames))
	return s
}

// WithoutGroups leaves the instance to its firewall, or, if it declares none, to the VPC's default group.
func (s Spec) WithoutGroups() Spec { s.groups = noneOf[[]string](); return s }

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

// Zone is the zone; empty for none.
func (s Spec) Zone() region.Zone { return s.zone.value }

// Groups are the IDs or names of the security groups; empty for none but a declared firewall's or the
// VPC's default group.
func (s Spec) Groups() []string { return slices.Clone(s.groups.value) }

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
