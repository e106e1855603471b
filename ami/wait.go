package ami

import (
	"context"

	"github.com/amiclass/amiclass/backend"
)

// WaitAvailable waits until the image can be launched; how long at most is the context's business.
// Its progress is that of the image's snapshots. An image that fails is an error that matches
// [backend.ErrState] and says why; one that disappears is [backend.ErrNotFound]. After any other error
// the wait can be taken up again.
//
// The error carries the image as a leftover if the image has failed, or if this program made it and
// has never seen it available.
func (im Image) WaitAvailable(ctx context.Context, opts ...backend.WaitOption) error {
	if err := im.check(); err != nil {
		return err
	}
	return im.left(im.await(ctx, opts))
}

func (im Image) await(ctx context.Context, opts []backend.WaitOption) error {
	return backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		data, err := im.look(ctx)
		if err != nil {
			return backend.Progress{}, false, err
		}
		p := backend.Progress{
			Resource: string(backend.KindImage) + " " + data.ID,
			State:    string(data.State),
			Want:     string(backend.ImageAvailable),
			Percent:  -1,
		}
		switch data.State {
		case backend.ImageAvailable:
			p.Percent = 100
			return p, true, nil
		case backend.ImagePending, backend.ImageTransient:
			p.Percent = im.percent(ctx, data)
			return p, false, nil
		}
		return p, false, unusable("WaitAvailable", data)
	}, opts...)
}

// left adds to an error the image that is of no use to anybody: it has failed, or it is one's own
// that isn't finished.
func (im Image) left(err error) error {
	im.seen.mu.Lock()
	defer im.seen.mu.Unlock()
	if state := im.seen.data.State; failed(state) || im.seen.unfinished && state != backend.ImageDeregistered {
		return backend.Leave(err, backend.NewLeftover(im.seen.be, backend.KindImage, im.seen.id))
	}
	return err
}

func failed(s backend.ImageState) bool {
	return s == backend.ImageFailed || s == backend.ImageInvalid || s == backend.ImageError
}

// unusable is the error for an image that won't become available by itself.
func unusable(op string, data backend.Image) error {
	message := "it is " + string(data.State)
	if data.StateReason != "" {
		message += " (" + data.StateReason + ")"
	}
	kind := backend.ErrState
	switch {
	case failed(data.State):
		message += ": deregister it, or make another under another name"
	case data.State == backend.ImageDisabled:
		message += ": Enable it first"
	case data.State == backend.ImageDeregistered:
		kind = backend.ErrNotFound
	}
	return &backend.Error{Op: op, Resource: data.ID, Kind: kind, Message: message}
}

// percent tells how much of the image's snapshots is done, weighed by size; -1 if nothing tells.
// An error here is one of the display only: the wait goes on, by the state of the image.
func (im Image) percent(ctx context.Context, data backend.Image) int {
	ids := snapshotIDs(data)
	if len(ids) == 0 {
		return -1
	}
	done, all := 0, 0
	for s, err := range im.seen.be.Snapshots(ctx, backend.SnapshotQuery{IDs: ids}) {
		if err != nil {
			return -1
		}
		weight := max(s.SizeGiB, 1)
		done += s.Percent * weight
		all += weight
	}
	if all == 0 {
		return -1
	}
	return done / all
}

// snapshotIDs are the snapshots on which the image stands.
func snapshotIDs(data backend.Image) []string {
	var ids []string
	for _, d := range data.Devices {
		if d.EBS != nil && d.EBS.SnapshotID != "" {
			ids = append(ids, d.EBS.SnapshotID)
		}
	}
	return ids
}
