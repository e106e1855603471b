package fake

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/amiclass/amiclass/fake/internal/engine"
	"github.com/amiclass/amiclass/region"
)

// Resource is something that an account made in the cloud.
type Resource struct {
	Account string
	Region  region.Region
	Kind    string // as EC2 names types of resources: instance, image, snapshot, volume, network-interface, …
	ID      string
	State   string
	// PartOf is the ID of the resource with which it goes: the instance of a volume that is deleted on
	// termination, the image of a snapshot.
	PartOf string
}

// String reads "instance i-… in us-east-1 (running)".
func (r Resource) String() string {
	return fmt.Sprintf("%s %s in %s (%s)", r.Kind, r.ID, r.Region, r.State)
}

// Inventory lists what has been made in the cloud and still exists, in all accounts and regions, in a
// stable order. Terminated instances are in it as long as EC2 would still tell of them; what a cloud
// begins with, such as default VPCs, isn't.
func (c *Cloud) Inventory() []Resource {
	all := c.engine.Inventory()
	out := make([]Resource, len(all))
	for i, r := range all {
		out[i] = Resource{Account: r.Account, Region: r.Region, Kind: string(r.Kind), ID: r.ID, State: r.State, PartOf: r.PartOf}
	}
	return out
}

// Operations are the names of all operations that clouds serve, sorted.
func Operations() []string {
	return slices.Sorted(maps.Keys(engine.Operations()))
}

// Dump writes all that [Cloud.Inventory] lists, each resource with what its owner is told of it, as text for
// a golden test. Times and client tokens are left out, so that a cloud of the same seed and the same calls, one after the
// other, gives the same text whenever it runs.
func (c *Cloud) Dump(w io.Writer) error { return c.engine.Dump(w) }
