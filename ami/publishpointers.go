package ami

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

// movedPointer is a pointer that was moved, or may have been.
type movedPointer struct {
	pointer
	be   backend.Backend
	from Position
	at   *Published
}

// point moves what points to images, all of it or nothing.
func (w *publishing) point(ctx context.Context) error {
	var moved []movedPointer
	for n := range w.release.Regions {
		at := &w.release.Regions[n]
		be := at.Image.Backend()
		for _, p := range w.pointers() {
			m, err := w.movePointer(ctx, be, p, at)
			if m != nil {
				moved = append(moved, *m)
			}
			if err != nil {
				at.Err = fmt.Errorf("%s: %s: %w", at.Region, p, err)
				return errors.Join(at.Err, w.moveBack(ctx, moved))
			}
		}
	}
	for n := range w.release.Regions {
		if err := w.reach(&w.release.Regions[n], StepPublished, publicationDone); err != nil {
			return errors.Join(err, w.moveBack(ctx, moved))
		}
	}
	return nil
}

// movePointer gives what has to be moved back if the publication fails.
func (w *publishing) movePointer(ctx context.Context, be backend.Backend, p pointer, at *Published) (*movedPointer, error) {
	from, err := p.at(ctx, be)
	if err != nil {
		return nil, err
	}
	m := &movedPointer{pointer: p, be: be, from: from, at: at}
	before, brokenOff := w.past.from[placedPointer{at.Region, p.String()}]
	if brokenOff {
		m.from = before
	}
	if from.Image == at.Image.ID() {
		if !brokenOff {
			return nil, nil
		}
		at.Former = append(at.Former, Former{Pointer: p.String(), Position: m.from})
		return m, nil
	}
	if err := w.journal.write(journalEntry{Event: publicationMoving, Region: at.Region, Pointer: p.String(), From: &m.from}); err != nil {
		return nil, err
	}
	switch perhaps, err := p.move(ctx, be, from, at.Image.ID()); {
	case err != nil && perhaps:
		return m, err
	case err != nil:
		return nil, err
	}
	at.Former = append(at.Former, Former{Pointer: p.String(), Position: m.from})
	return m, w.journal.write(journalEntry{Event: publicationMoved, Region: at.Region, Pointer: p.String()})
}

// moveBack does it even if ctx has ended: else some would point to the new image and some to the former one. An image that
// something still points to then is nothing to be cleaned up.
func (w *publishing) moveBack(ctx context.Context, moved []movedPointer) error {
	var errs []error
	for _, m := range slices.Backward(moved) {
		err := m.back(context.WithoutCancel(ctx), m.be, m.from)
		if err == nil {
			err = w.journal.write(journalEntry{Event: publicationBack, Region: m.at.Region, Pointer: m.String()})
			m.at.Former = slices.DeleteFunc(m.at.Former, func(f Former) bool { return f.Pointer == m.String() })
			m.at.Step = StepReady
		} else {
			backend.Removed(ctx, m.be, backend.KindImage, m.at.Image.ID())
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: move %s back: %w", m.at.Region, m, err))
		}
	}
	return errors.Join(errs...)
}
