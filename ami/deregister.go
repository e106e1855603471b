package ami

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// DeregisterOption says what [Image.Deregister] shall do otherwise than it does by itself.
type DeregisterOption interface {
	applyDeregister(*deregistration)
}

// WaitingOption is an option for whatever may have to wait for an image that is still pending.
type WaitingOption interface {
	CopyOption
	DeregisterOption
}

type deregistration struct {
	keep bool
	wait []backend.WaitOption
}

type (
	deregisterOption func(*deregistration)
	waitingOption    []backend.WaitOption
)

func (o deregisterOption) applyDeregister(d *deregistration) { o(d) }
func (o waitingOption) applyDeregister(d *deregistration)    { d.wait = append(d.wait, o...) }
func (o waitingOption) applyCopy(m *making)                  { m.wait = append(m.wait, o...) }

// KeepSnapshots leaves the snapshots of a deregistered image where they are; they go on costing.
func KeepSnapshots() DeregisterOption {
	return deregisterOption(func(d *deregistration) { d.keep = true })
}

// WithWait says how to wait for an image that is still pending, and what to tell meanwhile.
func WithWait(opts ...backend.WaitOption) WaitingOption { return waitingOption(opts) }

// Deregister takes the image away together with its snapshots, since an image stands for them and
// nothing else would ever remove them; [KeepSnapshots] leaves them. A snapshot that another image of
// the account uses too always stays, which is no error. Instances launched from the image go on.
//
// An image that is still pending is waited for first: EC2 refuses to deregister it. Deregistering an
// image that is already gone succeeds, and removes those of its snapshots that are still there. An
// error carries what remains, the image or single snapshots, as leftovers; with KeepSnapshots an
// image that remains is only named, since [backend.Remains.Cleanup] would remove its snapshots too.
func (im Image) Deregister(ctx context.Context, opts ...DeregisterOption) (err error) {
	if err := im.check(); err != nil {
		return err
	}
	var d deregistration
	for _, o := range opts {
		if o != nil {
			o.applyDeregister(&d)
		}
	}
	ctx, journal := backend.Track(ctx)
	defer func() {
		if err != nil {
			err = journal.Wrap(fmt.Errorf("deregister %s in %s: %w", im.ID(), im.Region(), err))
		}
	}()
	outcomes, err := im.deregister(ctx, d)
	if err != nil {
		if d.keep {
			return err
		}
		return backend.Leave(err, backend.NewLeftover(im.seen.be, backend.KindImage, im.seen.id))
	}
	im.gone()
	backend.Removed(ctx, im.seen.be, backend.KindImage, im.seen.id)
	if d.keep {
		return nil
	}
	return im.deleteSnapshots(ctx, outcomes)
}

// deregister takes the image itself away. It tells what EC2 says of the snapshots, which is nothing
// where the image turns out to be gone.
func (im Image) deregister(ctx context.Context, d deregistration) ([]backend.SnapshotDeletion, error) {
	be, id := im.seen.be, im.seen.id
	err := im.await(ctx, d.wait)
	switch {
	case errors.Is(err, backend.ErrNotFound):
		return nil, nil
	case err != nil && !errors.Is(err, backend.ErrState): // a failed or disabled image can be deregistered
		return nil, err
	}
	outcomes, err := be.DeregisterImage(ctx, backend.DeregisterImageRequest{ImageID: id, DeleteSnapshots: !d.keep})
	if err == nil || errors.Is(err, backend.ErrNotFound) {
		return outcomes, nil
	}
	var gone bool
	check := func(ctx context.Context) (_ bool, err error) {
		gone, err = isGone(ctx, be, id)
		return gone, err
	}
	var lookErr error
	switch {
	case aftermath.Uncertain(err):
		lookErr = aftermath.Look(ctx, check)
	case errors.Is(err, backend.ErrState): // what EC2 answers for one that was deregistered before
		_, lookErr = check(ctx)
	}
	if gone {
		return nil, nil
	}
	return nil, errors.Join(err, lookErr)
}

func isGone(ctx context.Context, be backend.Backend, id string) (bool, error) {
	data, err := describe(ctx, be, id)
	if errors.Is(err, backend.ErrNotFound) {
		return true, nil
	}
	return data.State == backend.ImageDeregistered, err
}

// deleteSnapshots finishes what DeregisterImage didn't say that it did. What can't be deleted is
// entered into the journals.
func (im Image) deleteSnapshots(ctx context.Context, outcomes []backend.SnapshotDeletion) error {
	be, ids := im.seen.be, snapshotIDs(im.last())
	done := func(id string) bool {
		return slices.ContainsFunc(outcomes, func(o backend.SnapshotDeletion) bool {
			return o.SnapshotID == id && (o.Outcome == "success" || o.Outcome == "skipped")
		})
	}
	ids = slices.DeleteFunc(ids, done)
	if len(ids) == 0 {
		return nil
	}
	// Which remain has to be told even when ctx has ended.
	err := aftermath.Look(ctx, func(ctx context.Context) (_ bool, err error) {
		var left []string
		if left, err = deletable(ctx, be, im.seen.id, ids); err == nil {
			ids = left
		}
		return true, err
	})
	if err == nil && len(ids) > 0 && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		for _, id := range ids {
			backend.Made(ctx, be, backend.KindSnapshot, id)
		}
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := deleteSnapshot(ctx, be, id); err != nil {
			backend.Made(ctx, be, backend.KindSnapshot, id)
			errs = append(errs, err)
			continue
		}
		backend.Removed(ctx, be, backend.KindSnapshot, id)
	}
	return errors.Join(errs...)
}

// deletable are those of the snapshots that exist and that no other image uses. EC2's own refusal
// isn't relied on: its guide promises it for root volumes only
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html).
func deletable(ctx context.Context, be backend.Backend, imageID string, ids []string) ([]string, error) {
	var left []string
	for s, err := range be.Snapshots(ctx, backend.SnapshotQuery{
		Owners:  []string{self},
		Filters: []backend.Filter{backend.By("snapshot-id", ids...)},
	}) {
		if err != nil {
			return nil, err
		}
		left = append(left, s.ID)
	}
	if len(left) == 0 {
		return nil, nil
	}
	users, err := collect(ctx, be, backend.ImageQuery{
		Owners:          []string{self},
		Filters:         []backend.Filter{backend.By("block-device-mapping.snapshot-id", left...)},
		IncludeDisabled: true,
	})
	for _, user := range users {
		if user.ID != imageID && user.State != backend.ImageDeregistered {
			used := snapshotIDs(user)
			left = slices.DeleteFunc(left, func(id string) bool { return slices.Contains(used, id) })
		}
	}
	return left, err
}

func deleteSnapshot(ctx context.Context, be backend.Backend, id string) error {
	err := be.DeleteSnapshot(ctx, id)
	if err == nil || errors.Is(err, backend.ErrNotFound) {
		return nil
	}
	if !aftermath.Uncertain(err) {
		return err
	}
	var gone bool
	lookErr := aftermath.Look(ctx, func(ctx context.Context) (bool, error) {
		for _, err := range be.Snapshots(ctx, backend.SnapshotQuery{
			Owners:  []string{self},
			Filters: []backend.Filter{backend.By("snapshot-id", id)},
		}) {
			return false, err
		}
		gone = true
		return true, nil
	})
	if gone {
		return nil
	}
	return errors.Join(err, lookErr)
}
