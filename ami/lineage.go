package ami

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Lineage draws up the image's family: its ancestors, whosever they are, as far as EC2 tells ([Image.Ancestry]); its
// descendants among the images that the accounts of the backends own; and the instances of all of these that these backends
// tell of. The image's own backend is always one of them; others are those of further regions and accounts:
//
//	abroad, err := be.In(region.EUWest1)
//	family, err := golden.Lineage(ctx, abroad)
//	fmt.Println(family.Mermaid())
//
// Descendants that are gone aren't told, nor what descends from these.
func (im Image) Lineage(ctx context.Context, others ...backend.Backend) (Graph, error) {
	if err := im.check(); err != nil {
		return Graph{}, err
	}
	g := &gathering{graph: Graph{At: time.Now()}, backends: append([]backend.Backend{im.seen.be}, others...)}
	for i, be := range others {
		if be == nil {
			return Graph{}, fault(fmt.Sprintf("others[%d]", i), "is nil", "leave it out")
		}
	}
	for _, step := range []func(context.Context, Image) error{g.ancestors, g.descendants, g.instances} {
		if err := step(ctx, im); err != nil {
			return Graph{}, fmt.Errorf("lineage of %s in %s: %w", im.ID(), im.Region(), err)
		}
	}
	return g.graph, nil
}

// gathering draws up a graph.
type gathering struct {
	graph    Graph
	backends []backend.Backend
}

// ancestors puts the line of the image's ancestors into the graph, the first of them first, and the image itself.
func (g *gathering) ancestors(ctx context.Context, im Image) error {
	line, err := im.Ancestry(ctx)
	if errors.Is(err, backend.ErrUnsupported) {
		line, err = []Ancestor{{ID: im.ID()}}, nil // then it begins with the image
	}
	if err != nil {
		return err
	}
	r := im.Region()
	for i, a := range line {
		one, err := g.ancestor(ctx, a, r)
		if err != nil {
			return err
		}
		if i+1 < len(line) {
			one.Parent = line[i+1].ID
		}
		g.graph.Images = append(g.graph.Images, one)
		r = cmp.Or(a.SourceRegion, r)
	}
	slices.Reverse(g.graph.Images)
	return nil
}

func (g *gathering) ancestor(ctx context.Context, a Ancestor, r region.Region) (GraphImage, error) {
	gone := GraphImage{Image: backend.Image{ID: a.ID, OwnerAlias: a.OwnerAlias, Created: a.Created}, Region: r}
	be, err := g.backends[0].In(r)
	if err != nil {
		return gone, err
	}
	images, err := collect(ctx, be, backend.ImageQuery{Filters: []backend.Filter{backend.By("image-id", a.ID)}, IncludeDeprecated: true, IncludeDisabled: true})
	if err != nil || len(images) == 0 {
		return gone, err
	}
	return seenIn(images[0], r), nil
}

func seenIn(im backend.Image, r region.Region) GraphImage {
	return GraphImage{Image: im, Region: r, Parent: im.SourceImageID, Instance: im.SourceInstanceID, Known: true}
}

// descendants puts what was made of the image, and of that, into the graph, generation by generation.
func (g *gathering) descendants(ctx context.Context, im Image) error {
	var own []GraphImage
	for _, be := range g.backends {
		images, err := collect(ctx, be, backend.ImageQuery{Owners: []string{self}, IncludeDeprecated: true, IncludeDisabled: true})
		if err != nil {
			return err
		}
		for _, one := range images {
			own = append(own, seenIn(one, be.Region()))
		}
	}
	slices.SortFunc(own, func(a, b GraphImage) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	for generation := []string{im.ID()}; len(generation) > 0; {
		var next []string
		for _, one := range own {
			if _, there := g.graph.image(one.ID); !there && slices.Contains(generation, one.Parent) {
				g.graph.Images = append(g.graph.Images, one)
				next = append(next, one.ID)
			}
		}
		generation = next
	}
	return nil
}

// mostFiltered is how many values a filter takes
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
const mostFiltered = 200

func (g *gathering) instances(ctx context.Context, _ Image) error {
	ids := make([]string, len(g.graph.Images))
	for i, im := range g.graph.Images {
		ids[i] = im.ID
	}
	for _, be := range g.backends {
		for some := range slices.Chunk(ids, mostFiltered) {
			for i, err := range be.Instances(ctx, backend.Query{Filters: []backend.Filter{backend.By("image-id", some...)}}) {
				if err != nil {
					return err
				}
				if _, there := g.graph.instance(i.ID); there || i.State == backend.InstanceTerminated {
					continue
				}
				g.graph.Instances = append(g.graph.Instances, GraphInstance{Instance: i, Region: be.Region()})
			}
		}
	}
	slices.SortStableFunc(g.graph.Instances, func(a, b GraphInstance) int {
		return cmp.Or(a.LaunchTime.Compare(b.LaunchTime), cmp.Compare(a.LaunchIndex, b.LaunchIndex), cmp.Compare(a.ID, b.ID))
	})
	return nil
}
