package ami

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/lines"
	"github.com/amiclass/amiclass/region"
)

// OrphanedSnapshot is a snapshot that was made for an image which is gone.
type OrphanedSnapshot struct {
	Snapshot backend.Snapshot
	ImageID  string   // of the image, by the snapshot's description
	Kept     []string // why it stays all the same; empty if it goes
}

// String reads "delete snap-… of ami-…, 8 GiB of 2026-11-01", or "keep snap-… of ami-…, 8 GiB of 2026-11-01: used by lt-…".
func (o OrphanedSnapshot) String() string {
	text := fmt.Sprintf("%s of %s, %d GiB of %s", o.Snapshot.ID, o.ImageID, o.Snapshot.SizeGiB, o.Snapshot.Started.UTC().Format(time.DateOnly))
	if len(o.Kept) > 0 {
		return "keep " + text + ": " + strings.Join(o.Kept, "; ")
	}
	return "delete " + text
}

// SnapshotPruning is a plan for snapshots of images that are gone. Printed, it explains itself.
type SnapshotPruning struct {
	Region    region.Region
	Snapshots []OrphanedSnapshot // the oldest first

	be  backend.Backend
	age time.Duration
}

// PruneSnapshots plans to delete one's own snapshots in be's region that EC2 made for images which aren't there any more, as
// deregistering an image by itself leaves them, and which are older than that:
//
//	plan, err := ami.PruneSnapshots(ctx, be, 30*24*time.Hour)
//	fmt.Println(plan)
//	err = plan.Apply(ctx)
//
// Which image a snapshot was made for EC2 writes into its description. A snapshot stays if an image of one's own stands on it
// or if a version of a launch template names it, as far as the backend tells of these. An image in the Recycle Bin can't be
// restored without its snapshots: choose the age so that it is longer than images are retained there
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/recycle-bin-working-with-amis.html). Nothing is changed before
// [SnapshotPruning.Apply].
func PruneSnapshots(ctx context.Context, be backend.Backend, olderThan time.Duration) (SnapshotPruning, error) {
	if err := checkBackend(be); err != nil {
		return SnapshotPruning{}, err
	}
	if olderThan < 0 {
		return SnapshotPruning{}, fault("olderThan", "is negative", "say how old a snapshot has to be")
	}
	plan := SnapshotPruning{Region: be.Region(), be: be, age: olderThan}
	if err := plan.look(ctx); err != nil {
		return SnapshotPruning{}, fmt.Errorf("plan to prune snapshots in %s: %w", plan.Region, err)
	}
	return plan, nil
}

// What CreateImage and CopyImage write into the descriptions of the snapshots that they make.
var madeFor = regexp.MustCompile(`^(?:Created by CreateImage\(i-[0-9a-f]+\) for|Copied for DestinationAmi) (ami-[0-9a-f]{8,17})\b`)

func (p *SnapshotPruning) look(ctx context.Context) error {
	p.Snapshots = nil
	for s, err := range p.be.Snapshots(ctx, backend.SnapshotQuery{Owners: []string{self}}) {
		if err != nil {
			return err
		}
		if m := madeFor.FindStringSubmatch(s.Description); m != nil {
			p.Snapshots = append(p.Snapshots, OrphanedSnapshot{Snapshot: s, ImageID: m[1]})
		}
	}
	if len(p.Snapshots) == 0 {
		return nil
	}
	images, err := collect(ctx, p.be, backend.ImageQuery{Owners: []string{self}, IncludeDeprecated: true, IncludeDisabled: true})
	if err != nil {
		return err
	}
	standing := map[string]string{} // which image stands on a snapshot
	there := map[string]bool{}
	for _, im := range images {
		if im.State == backend.ImageDeregistered {
			continue
		}
		there[im.ID] = true
		for _, id := range snapshotIDs(im) {
			standing[id] = im.ID
		}
	}
	p.Snapshots = slices.DeleteFunc(p.Snapshots, func(o OrphanedSnapshot) bool { return there[o.ImageID] })
	named, err := p.named(ctx)
	if err != nil {
		return err
	}
	for i := range p.Snapshots {
		o := &p.Snapshots[i]
		if id := standing[o.Snapshot.ID]; id != "" {
			o.Kept = append(o.Kept, "used by "+id)
		}
		if id := named[o.Snapshot.ID]; id != "" {
			o.Kept = append(o.Kept, "used by "+id)
		}
		if age := time.Since(o.Snapshot.Started); age < p.age {
			o.Kept = append(o.Kept, fmt.Sprintf("made %s ago", age.Round(time.Minute)))
		}
		if o.Snapshot.State == "pending" {
			o.Kept = append(o.Kept, "still being made")
		}
	}
	slices.SortFunc(p.Snapshots, func(a, b OrphanedSnapshot) int {
		return cmp.Or(a.Snapshot.Started.Compare(b.Snapshot.Started), cmp.Compare(a.Snapshot.ID, b.Snapshot.ID))
	})
	return nil
}

// named are the snapshots that launch templates name, each with such a template.
func (p *SnapshotPruning) named(ctx context.Context) (map[string]string, error) {
	templates, ok := p.be.(backend.LaunchTemplates)
	if !ok || len(p.Snapshots) == 0 {
		return nil, nil
	}
	named := map[string]string{}
	for l, err := range templates.LaunchTemplates(ctx, backend.Query{}) {
		if errors.Is(err, backend.ErrUnsupported) {
			break
		}
		if err != nil {
			return nil, err
		}
		for v, err := range templates.LaunchTemplateVersions(ctx, l.ID) {
			if err != nil {
				return nil, err
			}
			for _, d := range v.Launch.Devices {
				if d.EBS != nil && d.EBS.SnapshotID != "" {
					named[d.EBS.SnapshotID] = l.ID
				}
			}
		}
	}
	return named, nil
}

// Going are the snapshots that applying the plan deletes.
func (p SnapshotPruning) Going() []OrphanedSnapshot {
	return slices.DeleteFunc(slices.Clone(p.Snapshots), func(o OrphanedSnapshot) bool { return len(o.Kept) > 0 })
}

// String has a line for each snapshot.
func (p SnapshotPruning) String() string {
	return lines.Of(p.Snapshots, fmt.Sprintf("no snapshots of images that are gone in %s", p.Region))
}

// Apply deletes the snapshots that the plan says. Each is looked at again first: one that has come to be used since stays, and
// is an error that matches [backend.ErrState] and says why. It goes on after a failure; the error joins all of them. What has
// gone already is fine.
func (p SnapshotPruning) Apply(ctx context.Context) error {
	if p.be == nil {
		return fault("plan", "is the zero SnapshotPruning", "get one from PruneSnapshots")
	}
	going := p.Going()
	if len(going) == 0 {
		return nil
	}
	now := p
	if err := now.look(ctx); err != nil {
		return fmt.Errorf("look at the snapshots again: %w", err)
	}
	var errs []error
	for _, o := range going {
		at := slices.IndexFunc(now.Snapshots, func(n OrphanedSnapshot) bool { return n.Snapshot.ID == o.Snapshot.ID })
		switch {
		case at < 0: // it is gone, or its image is back
		case len(now.Snapshots[at].Kept) > 0:
			errs = append(errs, needed("DeleteSnapshot", o.Snapshot.ID, now.Snapshots[at].Kept))
		default:
			if err := deleteSnapshot(ctx, p.be, o.Snapshot.ID); err != nil {
				errs = append(errs, fmt.Errorf("delete %s: %w", o.Snapshot.ID, err))
			}
		}
	}
	return errors.Join(errs...)
}
