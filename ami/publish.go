package ami

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// Publish makes the image the current one in several regions at once:
//
//	release, err := golden.Publish(ctx, ami.ToRegions(region.USEast1, region.EUWest1).
//		EncryptedWith("alias/golden").SharedWith("111122223333").Parameter("/golden/web"))
//
// First it looks whether it can be done at all: abilities, keys and who may use them, launch templates; every fault is in the
// one error, and nothing was made. Then the image is tested, copied to each region, and its copies are tagged, marked and
// shared. Only when all regions are ready are parameters and launch templates moved, one after the other. If one of them can't
// be moved, those that were are moved back, so that the former release stays in place everywhere.
//
// The release tells each region's state, also beside an error. The error carries what was made and nothing points to
// ([backend.Leftovers]). Calling again goes on where it stopped: a copy is found by its name and its source, and what is there
// already isn't done again; with a journal ([Publication.Journal], [Publication.Resume]) that also holds for the test and for
// where pointers were, after the end of the program too.
func (im Image) Publish(ctx context.Context, p Publication) (_ Release, err error) {
	if err := errors.Join(im.check(), p.check(im)); err != nil {
		return Release{}, err
	}
	w := &publishing{Publication: p, source: im, release: Release{Source: im, Regions: make([]Published, len(p.regions))}}
	for n, r := range p.regions {
		w.release.Regions[n].Region = r
	}
	ctx, journal := backend.Track(ctx)
	defer func() {
		if err != nil {
			err = journal.Wrap(fmt.Errorf("publish %s of %s: %w", im.ID(), im.Region(), err))
		}
	}()
	if w.past, err = readJournal(p.past); err != nil {
		return w.release, err
	}
	if w.past.image != "" && (w.past.image != im.ID() || w.past.region != im.Region()) {
		return w.release, fault("publication.resume", fmt.Sprintf("is the journal of %s in %s", w.past.image, w.past.region), "use a journal for each image")
	}
	w.journal = newJournalWriter(p.journal, w.past)
	for _, step := range []func(context.Context) error{w.foresee, w.begin, w.prove, w.distribute, w.point} {
		if err := step(ctx); err != nil {
			return w.release, err
		}
	}
	return w.release, nil
}

// publishing is one call of Publish at work.
type publishing struct {
	Publication
	source  Image
	past    publishPast
	journal *journalWriter
	telling sync.Mutex
	release Release
}

// foresee finds, before anything is made, what would go wrong.
func (w *publishing) foresee(ctx context.Context) error {
	return inRegions(ctx, w.source.Backend(), w.regions, func(ctx context.Context, be backend.Backend, n int) error {
		if err := w.foreseeIn(ctx, be); err != nil {
			err = fmt.Errorf("%s: %w", be.Region(), err)
			w.release.Regions[n].Err = err
			return err
		}
		return nil
	})
}

func (w *publishing) foreseeIn(ctx context.Context, be backend.Backend) error {
	var errs []error
	if len(w.grantees) > 0 {
		_, err := backend.Ability[backend.ImageSharing](be, "ModifyImageAttribute", w.source.ID())
		errs = append(errs, err)
	}
	if w.watermark != "" {
		_, err := backend.Ability[backend.ImageWatermarks](be, "AttachImageWatermark", w.source.ID())
		errs = append(errs, err)
	}
	for _, p := range w.pointers() {
		_, err := p.at(ctx, be)
		errs = append(errs, err)
	}
	key := w.keyIn(be.Region())
	switch {
	case key != "":
		errs = append(errs, w.foreseeKey(ctx, be, key))
	case be.Region() == w.source.Region() && len(w.grantees) > 0: // it is shared itself
		errs = append(errs, w.source.checkShareable(ctx, w.grantees))
	}
	return errors.Join(errs...)
}

func (w *publishing) foreseeKey(ctx context.Context, be backend.Backend, key string) error {
	k, known, err := keyNamed(ctx, be, key)
	switch {
	case errors.Is(err, backend.ErrNotFound):
		return fault("publication.key", fmt.Sprintf("%s doesn't exist in %s", key, be.Region()), "make it, or name another")
	case err != nil || !known:
		return err
	case !k.Enabled:
		return fault("publication.key", fmt.Sprintf("%s in %s isn't enabled", key, be.Region()), "enable it, or name another")
	case !k.CustomerManaged && len(w.grantees) > 0:
		return fault("publication.key", fmt.Sprintf("%s in %s is AWS's, and nobody can share it", key, be.Region()), "use a customer managed key")
	}
	return keyFaults(ctx, be, "publication.key", k.ARN, accountsOf(w.grantees))
}

func (w *publishing) begin(ctx context.Context) error {
	if err := w.journal.write(journalEntry{Version: journalVersion, Event: publicationBegun, Image: w.source.ID(), Region: w.source.Region()}); err != nil {
		return err
	}
	for _, key := range w.past.tests {
		for i, err := range instance.List(ctx, w.source.Backend(), instance.OfKey(key)) {
			if err == nil {
				err = i.Terminate(ctx)
			}
			if err != nil {
				return fmt.Errorf("terminate the instance of a test that was broken off: %w", err)
			}
		}
	}
	return w.source.WaitAvailable(ctx, w.waiting(w.source.Region())...)
}

// prove runs the test.
func (w *publishing) prove(ctx context.Context) (err error) {
	if w.test == nil || w.past.tested {
		return nil
	}
	key := "publish " + w.source.ID() + " " + rand.Text()
	if err := w.journal.write(journalEntry{Event: publicationTesting, Key: key}); err != nil {
		return err
	}
	if err := w.tryOut(ctx, key); err != nil {
		return fmt.Errorf("test: %w", err)
	}
	return w.journal.write(journalEntry{Event: publicationTested})
}

func (w *publishing) tryOut(ctx context.Context, key string) (err error) {
	i, err := w.source.Instantiate(ctx, w.testSpec, instance.Key(key))
	if err != nil {
		return err
	}
	defer func() {
		// Also when ctx has ended; what doesn't go then is a leftover.
		if gone := i.Terminate(context.WithoutCancel(ctx)); gone != nil {
			err = errors.Join(err, gone)
		}
	}()
	if err := i.WaitRunning(ctx, w.waiting(w.source.Region())...); err != nil {
		return err
	}
	return w.test(ctx, i)
}

// distribute makes the image ready in each region.
func (w *publishing) distribute(ctx context.Context) error {
	return inRegions(ctx, w.source.Backend(), w.regions, func(ctx context.Context, be backend.Backend, n int) error {
		at := &w.release.Regions[n]
		if err := w.prepare(ctx, be, at); err != nil {
			at.Err = fmt.Errorf("%s: %w", be.Region(), err)
		}
		return at.Err
	})
}

func (w *publishing) prepare(ctx context.Context, be backend.Backend, at *Published) error {
	im, err := w.imageIn(ctx, be)
	if err != nil {
		return err
	}
	at.Image = im
	if err := im.WaitAvailable(ctx, w.waiting(at.Region)...); err != nil {
		return err
	}
	if err := w.reach(at, StepCopied, publicationCopied); err != nil {
		return err
	}
	for _, do := range []func(context.Context, Image) error{w.tag, w.mark, w.share} {
		if err := do(ctx, im); err != nil {
			return err
		}
	}
	return w.reach(at, StepReady, publicationReady)
}

// imageIn is the image itself in its own region, unless it has to be encrypted there, and a copy of it elsewhere.
func (w *publishing) imageIn(ctx context.Context, be backend.Backend) (Image, error) {
	r, key := be.Region(), w.keyIn(be.Region())
	name := w.name
	if name == "" {
		name = w.source.Name()
	}
	if r == w.source.Region() {
		has, err := w.encrypted(ctx, be, key)
		if err != nil || has {
			return w.source, err
		}
		if name == w.source.Name() {
			name += "-published"
		}
	}
	opts := []CopyOption{WithName(name), WithTags(w.tags), WithWait(w.waiting(r)...)}
	switch {
	case key != "":
		opts = append(opts, EncryptedWith(key))
	case w.plain:
		opts = append(opts, Unencrypted())
	}
	return w.source.CopyTo(ctx, r, opts...)
}

// encrypted tells whether all snapshots of the source have the key, if there shall be one.
func (w *publishing) encrypted(ctx context.Context, be backend.Backend, key string) (bool, error) {
	ids := snapshotIDs(w.source.last())
	if key == "" || len(ids) == 0 {
		return true, nil
	}
	k, known, err := keyNamed(ctx, be, key)
	if err != nil || !known {
		return false, err
	}
	for s, err := range be.Snapshots(ctx, backend.SnapshotQuery{IDs: ids}) {
		if err != nil || s.KMSKeyID != k.ARN {
			return false, err
		}
	}
	return true, nil
}

// tag sees to an image that has been there before.
func (w *publishing) tag(ctx context.Context, im Image) error {
	has := im.last().Tags
	for key, value := range w.tags {
		if v, ok := has[key]; !ok || v != value {
			return im.Backend().CreateTags(ctx, append([]string{im.ID()}, snapshotIDs(im.last())...), w.tags)
		}
	}
	return nil
}

// mark looks again, since another call may have marked the image, or the source.
func (w *publishing) mark(ctx context.Context, im Image) error {
	if w.watermark == "" {
		return nil
	}
	data, err := im.look(ctx)
	if err != nil {
		return err
	}
	for _, m := range data.Watermarks {
		if m.Key == data.OwnerID+":"+w.watermark {
			return nil
		}
	}
	marks, err := backend.Ability[backend.ImageWatermarks](im.Backend(), "AttachImageWatermark", im.ID())
	if err != nil {
		return err
	}
	_, err = marks.AttachImageWatermark(ctx, im.ID(), w.watermark)
	return err
}

func (w *publishing) share(ctx context.Context, im Image) error { return im.Share(ctx, w.grantees...) }

func (w *publishing) reach(at *Published, step Step, event string) error {
	at.Step = step
	w.tell(at.Region, backend.Progress{Resource: string(backend.KindImage) + " " + at.Image.ID(), State: string(step), Want: string(StepPublished), Percent: -1})
	return w.journal.write(journalEntry{Event: event, Region: at.Region, Image: at.Image.ID()})
}

func (w *publishing) waiting(r region.Region) []backend.WaitOption {
	if w.progress == nil {
		return nil
	}
	return []backend.WaitOption{backend.WithProgress(func(p backend.Progress) { w.tell(r, p) })}
}

func (w *publishing) tell(r region.Region, p backend.Progress) {
	if w.progress == nil {
		return
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	w.progress(r, p)
}
