package ami

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Graph is a family of images and the instances that were made of them: classes and their objects. [Image.Lineage] draws it
// up; [Graph.Mermaid], [Graph.DOT] and [Graph.SVG] give it as a picture. It is in order: ancestors before descendants, the
// older before the newer.
type Graph struct {
	Images    []GraphImage
	Instances []GraphInstance
	At        time.Time // when it was looked at, which ages count from
}

// GraphImage is an image of a family.
type GraphImage struct {
	backend.Image
	Region region.Region
	// Parent is the ID of the image that it was copied from, or that the instance was made of that it was made from; empty
	// for the first.
	Parent string
	// Instance is the ID of the instance that it was made from; empty for a copy and for the first.
	Instance string
	// Known tells whether the backend tells more of it than that it was.
	Known bool
}

// GraphInstance is an instance of a family that isn't terminated.
type GraphInstance struct {
	backend.Instance
	Region region.Region
}

// Copied tells whether the image was copied from its parent rather than made of an instance.
func (im GraphImage) Copied() bool { return im.Parent != "" && im.Instance == "" }

// image finds one by its ID.
func (g Graph) image(id string) (GraphImage, bool) {
	i := slices.IndexFunc(g.Images, func(im GraphImage) bool { return im.ID == id })
	if i < 0 {
		return GraphImage{}, false
	}
	return g.Images[i], true
}

func (g Graph) instance(id string) (GraphInstance, bool) {
	i := slices.IndexFunc(g.Instances, func(in GraphInstance) bool { return in.ID == id })
	if i < 0 {
		return GraphInstance{}, false
	}
	return g.Instances[i], true
}

// above is the node that an image hangs on, and what led from there to it: the instance that it was made from if that is still
// there, else its parent.
func (g Graph) above(im GraphImage) (id, how string) {
	if _, there := g.instance(im.Instance); im.Instance != "" && there {
		return im.Instance, "image of"
	}
	if _, there := g.image(im.Parent); !there {
		return "", ""
	}
	if im.Copied() {
		return im.Parent, "copy"
	}
	return im.Parent, "image of " + im.Instance
}

// abroad tells whether an image is in another region than its parent.
func (g Graph) abroad(im GraphImage) bool {
	p, ok := g.image(im.Parent)
	return ok && p.Region != im.Region
}

// title and lines are what a picture says of an image.
func (im GraphImage) title() string { return cmp.Or(im.Name, im.ID) }

func (g Graph) lines(im GraphImage) []string {
	all := []string{im.ID + " · " + im.Region.String()}
	if !im.Known {
		return append(all, "not to be seen any more")
	}
	all = append(all, strings.Join(nonEmpty(im.Architecture, storage(im.Devices)), " · "))
	return nonEmpty(append(all, strings.Join(nonEmpty(string(im.State), g.age(im.Created), deprecation(im.Image, g.At)), " · "))...)
}

func (g Graph) objectTitle(i GraphInstance) string {
	class := i.ImageID
	if im, ok := g.image(i.ImageID); ok {
		class = im.title()
	}
	return cmp.Or(i.Tags["Name"], i.ID) + " : " + class
}

func (g Graph) objectLines(i GraphInstance) []string {
	return []string{i.ID + " · " + cmp.Or(string(i.Zone), i.Region.String()), strings.Join(nonEmpty(i.Type, string(i.State)), " · ")}
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// storage reads "8 GiB gp3 + 100 GiB io2, encrypted".
func storage(devices []backend.DeviceMapping) string {
	var volumes []string
	encrypted := true
	for _, d := range devices {
		if d.EBS == nil {
			continue
		}
		volumes = append(volumes, strings.TrimSpace(fmt.Sprintf("%d GiB %s", d.EBS.SizeGiB, d.EBS.Type)))
		encrypted = encrypted && d.EBS.Encrypted != nil && *d.EBS.Encrypted
	}
	if len(volumes) == 0 {
		return ""
	}
	text := strings.Join(volumes, " + ")
	if encrypted {
		text += ", encrypted"
	}
	return text
}

// age reads "3 days old".
func (g Graph) age(created time.Time) string {
	if created.IsZero() {
		return ""
	}
	switch d := g.At.Sub(created); {
	case d < time.Hour:
		return "new"
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours old", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days old", int(d.Hours()/24))
	}
}

func deprecation(im backend.Image, at time.Time) string {
	if deprecated(im, at) {
		return "deprecated"
	}
	return ""
}
