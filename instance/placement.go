package instance

import (
	"fmt"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// Affinity is whether an instance on a Dedicated Host comes back to that host after a stop.
type Affinity string

// The affinities (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-understanding.html).
const (
	AffinityHost Affinity = "host"    // to the host on which it was launched
	AffinityNone Affinity = "default" // to any host that has room
)

// WithPlacementGroup says the placement group, by name
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html).
func (s Spec) WithPlacementGroup(name string) Spec { s.placementGroup = some(name); return s }

// WithoutPlacementGroup says that there shall be no placement group, and so no partition of one.
func (s Spec) WithoutPlacementGroup() Spec {
	s.placementGroup, s.partition = noneOf[string](), noneOf[int]()
	return s
}

// WithPartition says the partition, from 1 to 7, of a placement group that has partitions. Without it
// EC2 spreads instances over all of them.
func (s Spec) WithPartition(n int) Spec { s.partition = some(n); return s }

// WithHost says the Dedicated Host, by its ID; the tenancy follows from it.
func (s Spec) WithHost(id string) Spec { s.host = some(id); return s }

// WithoutHost leaves the host to EC2.
func (s Spec) WithoutHost() Spec { s.host = noneOf[string](); return s }

// WithAffinity says whether the instance belongs to the host on which it is launched. It needs
// [TenancyHost] or a host.
func (s Spec) WithAffinity(a Affinity) Spec { s.affinity = some(a); return s }

// PlacementGroup is the placement group's name; empty for none.
func (s Spec) PlacementGroup() string { return s.placementGroup.value }

// Partition is the partition of the placement group; 0 if the spec leaves it to EC2.
func (s Spec) Partition() int { return s.partition.value }

// Host is the ID of the Dedicated Host; empty for none in particular.
func (s Spec) Host() string { return s.host.value }

// Affinity is the affinity to a host; empty where the spec leaves it open.
func (s Spec) Affinity() Affinity { return s.affinity.value }

func (s Spec) checkPlacement(f *faults) {
	checkSetting(f, "spec.tenancy", s.tenancy, TenancyShared, TenancyDedicated, TenancyHost)
	if name, ok := s.placementGroup.get(); ok && (name == "" || len(name) > 255 || !isASCII(name)) {
		f.add("spec.placementGroup", fmt.Sprintf("%q is no name of a placement group", name), "use 1 to 255 ASCII characters, or WithoutPlacementGroup")
	}
	if n, ok := s.partition.get(); ok && (n < 1 || n > 7) {
		f.add("spec.partition", fmt.Sprintf("is %d", n), "use 1 to 7")
	}
	host, onHost := s.host.get()
	if onHost && !isID("h", host) {
		f.add("spec.host", fmt.Sprintf("%q is no ID of a Dedicated Host", host), "expected h- and 17 hexadecimal digits")
	}
	checkSetting(f, "spec.affinity", s.affinity, AffinityHost, AffinityNone)
	if t, ok := s.tenancy.get(); onHost && ok && t != TenancyHost {
		f.add("spec.host", fmt.Sprintf("is said, but the tenancy is %s", t), "use WithTenancy(TenancyHost), or WithoutHost")
	}
}

// checkPlaced finds what is missing for good, once no spec below can say it any more.
func (s Spec) checkPlaced(f *faults, image backend.Image) {
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-mac-instances.html
	if strings.HasSuffix(image.Architecture, "_mac") && s.Host() == "" && s.Tenancy() != TenancyHost {
		f.add("spec.tenancy", fmt.Sprintf("isn't host, and %s is for Macs, which are Dedicated Hosts only", image.ID), "use WithTenancy(TenancyHost) or WithHost, with a host allocated")
	}
	if s.partition.state == said && s.PlacementGroup() == "" {
		f.add("spec.partition", "is said without a placement group", "use WithPlacementGroup")
	}
	if s.affinity.value == AffinityHost && s.Host() == "" && s.Tenancy() != TenancyHost {
		f.add("spec.affinity", "is to a host, but the tenancy isn't", "use WithTenancy(TenancyHost) or WithHost")
	}
}
