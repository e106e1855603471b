package backend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// ResourceKind says what a leftover is.
type ResourceKind string

// The kinds of resources that workflows make. An instance stands for the volumes and interfaces that
// go when it is terminated, an image for its snapshots.
const (
	KindInstance      ResourceKind = "instance"
	KindImage         ResourceKind = "image"
	KindSnapshot      ResourceKind = "snapshot"
	KindVolume        ResourceKind = "volume"
	KindSecurityGroup ResourceKind = "security-group"
	KindKeyPair       ResourceKind = "key-pair"
	KindUsageReport   ResourceKind = "image-usage-report"

	KindLaunchTemplate ResourceKind = "launch-template"
)

// Leftover is something that a failed or cancelled workflow made and that still exists.
type Leftover struct {
	Kind   ResourceKind
	ID     string
	Region region.Region
	be     Backend
}

// NewLeftover notes a resource together with the backend that can remove it.
func NewLeftover(be Backend, kind ResourceKind, id string) Leftover {
	return Leftover{Kind: kind, ID: id, Region: be.Region(), be: be}
}

// String reads "instance i-… in us-east-1".
func (l Leftover) String() string { return fmt.Sprintf("%s %s in %s", l.Kind, l.ID, l.Region) }

func (l Leftover) same(o Leftover) bool {
	return l.Kind == o.Kind && l.ID == o.ID && l.Region == o.Region
}

// Remains are all the leftovers of a workflow, in the order in which they were made.
type Remains []Leftover

// Leftovers collects what an error says exists, wherever in its tree it says so, each once. It is
// empty for nil and for errors of workflows that left nothing.
func Leftovers(err error) Remains {
	var all Remains
	walk(err, func(e error) {
		if le, ok := e.(*LeftoverError); ok {
			for _, l := range le.Left {
				if !slices.ContainsFunc(all, l.same) {
					all = append(all, l)
				}
			}
		}
	})
	return all
}

func walk(err error, visit func(error)) {
	if err == nil {
		return
	}
	visit(err)
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		walk(u.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			walk(e, visit)
		}
	}
}

// LeftoverError is a workflow's error together with what the workflow left.
type LeftoverError struct {
	Err  error
	Left Remains
}

// Error adds the leftovers to the message.
func (e *LeftoverError) Error() string {
	names := make([]string, len(e.Left))
	for i, l := range e.Left {
		names[i] = l.String()
	}
	return fmt.Sprintf("%v (left: %s)", e.Err, strings.Join(names, ", "))
}

// Unwrap gives the workflow's error.
func (e *LeftoverError) Unwrap() error { return e.Err }

// Leave adds leftovers to an error. It returns nil for nil.
func Leave(err error, left ...Leftover) error {
	if err == nil || len(left) == 0 {
		return err
	}
	return &LeftoverError{Err: err, Left: left}
}

// Cleanup removes the leftovers: it terminates instances and waits until they are gone, deregisters
// images with their snapshots (once they can be), and deletes snapshots, volumes, security groups, key
// pairs and reports. What has gone in the meantime is fine, and so is a security group that is in use by others. It goes on after a failure; the error it returns carries what still exists.
func (r Remains) Cleanup(ctx context.Context) error {
	inOrder := slices.Clone(r)
	slices.SortStableFunc(inOrder, func(a, b Leftover) int { return cmp.Compare(a.turn(), b.turn()) })
	var errs []error
	for _, l := range inOrder {
		if err := l.remove(ctx); err != nil && !errors.Is(err, ErrNotFound) {
			errs = append(errs, Leave(fmt.Errorf("clean up %s: %w", l, err), l))
		}
	}
	return errors.Join(errs...)
}

// turn is when a leftover can be removed: a volume or a security group not before its instance, a
// snapshot not before its image.
func (l Leftover) turn() int {
	return slices.Index([]ResourceKind{KindInstance, KindImage, KindSnapshot, KindVolume, KindSecurityGroup, KindKeyPair, KindUsageReport, KindLaunchTemplate}, l.Kind)
}

func (l Leftover) remove(ctx context.Context) error {
	if l.be == nil {
		return fmt.Errorf("%w: the leftover has no backend", ErrUnsupported)
	}
	switch l.Kind {
	case KindInstance:
		if _, err := l.be.TerminateInstances(ctx, []string{l.ID}); err != nil {
			return err
		}
		return l.settle(ctx, string(InstanceTerminated), func(ctx context.Context) (string, error) {
			for i, err := range l.be.Instances(ctx, Query{IDs: []string{l.ID}}) {
				return string(i.State), err
			}
			return string(InstanceTerminated), nil
		})
	case KindImage:
		return l.removeImage(ctx)
	case KindSnapshot:
		return l.be.DeleteSnapshot(ctx, l.ID)
	case KindVolume:
		return l.be.DeleteVolume(ctx, l.ID)
	case KindSecurityGroup:
		return l.removeGroup(ctx)
	case KindKeyPair:
		if keys, ok := l.be.(KeyPairs); ok {
			return keys.DeleteKeyPair(ctx, l.ID)
		}
	case KindUsageReport:
		if usage, ok := l.be.(ImageUsage); ok {
			return usage.DeleteImageUsageReport(ctx, l.ID)
		}
	case KindLaunchTemplate:
		if templates, ok := l.be.(LaunchTemplates); ok {
			return templates.DeleteLaunchTemplate(ctx, l.ID)
		}
	}
	return fmt.Errorf("%w: kind %q can't be removed", ErrUnsupported, l.Kind)
}

// A group that others have come to use meanwhile is theirs, and stays.
func (l Leftover) removeGroup(ctx context.Context) error {
	firewalls, ok := l.be.(Firewalls)
	if !ok {
		return fmt.Errorf("%w: it doesn't make security groups", ErrUnsupported)
	}
	if err := firewalls.DeleteSecurityGroup(ctx, l.ID); !errors.Is(err, ErrState) {
		return err
	}
	return nil
}

// EC2 refuses to deregister an image that is still pending, and its snapshots would be left.
func (l Leftover) removeImage(ctx context.Context) error {
	err := l.settle(ctx, "not "+string(ImagePending), func(ctx context.Context) (string, error) {
		for im, err := range l.be.Images(ctx, ImageQuery{IDs: []string{l.ID}, IncludeDisabled: true}) {
			if err != nil || im.State == ImagePending {
				return string(im.State), err
			}
			break
		}
		return "not " + string(ImagePending), nil
	})
	if err != nil {
		return err
	}
	gone, err := l.be.DeregisterImage(ctx, DeregisterImageRequest{ImageID: l.ID, DeleteSnapshots: true})
	if err != nil {
		if l.imageGone(ctx) {
			return nil
		}
		return err
	}
	var errs []error
	for _, s := range gone {
		if s.Outcome != "success" && s.Outcome != "skipped" {
			errs = append(errs, Leave(fmt.Errorf("snapshot %s: %s", s.SnapshotID, s.Outcome),
				NewLeftover(l.be, KindSnapshot, s.SnapshotID)))
		}
	}
	return errors.Join(errs...)
}

// imageGone is for images that someone has deregistered: for a while EC2 still knows the ID, lists
// nothing for it, and refuses to deregister it again as InvalidAMIID.Unavailable.
func (l Leftover) imageGone(ctx context.Context) bool {
	for im, err := range l.be.Images(ctx, ImageQuery{IDs: []string{l.ID}, IncludeDisabled: true}) {
		if err != nil {
			return errors.Is(err, ErrNotFound)
		}
		return im.State == ImageDeregistered
	}
	return true
}

func (l Leftover) settle(ctx context.Context, want string, state func(context.Context) (string, error)) error {
	return Poll(ctx, func(ctx context.Context) (Progress, bool, error) {
		s, err := state(ctx)
		if errors.Is(err, ErrNotFound) {
			return Progress{}, true, nil
		}
		return Progress{Resource: string(l.Kind) + " " + l.ID, State: s, Want: want, Percent: -1}, s == want, err
	})
}
