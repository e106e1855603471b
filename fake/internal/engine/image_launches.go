package engine

import (
	"time"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// imageLaunch tells of a second in which instances were launched from an image.
type imageLaunch struct {
	id    string // image and time, the later the earlier in order
	scope store.Scope
	image string
	at    time.Time
}

var imageLaunchSchema = store.Schema[imageLaunch]{
	Name:  "image launches",
	ID:    func(l *imageLaunch) string { return l.id },
	Scope: func(l *imageLaunch) store.Scope { return l.scope },
}

// launchReportDelay is after how long a launch is told of
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html).
const launchReportDelay = 24 * time.Hour

// noteLaunch notes that an image was used. Nobody asks for that of what existed before the cloud did.
func (t *tx) noteLaunch(im *image) {
	if im.seeded {
		return
	}
	id := imageLaunchID(im.id, t.now)
	if _, ok := t.imageLaunches.Get(id); !ok {
		t.imageLaunches.Put(&t.undo, &imageLaunch{id: id, scope: im.scope, image: im.id, at: t.now})
	}
}

func imageLaunchID(imageID string, at time.Time) string {
	b := make([]byte, 0, 48)
	b = append(append(b, imageID...), 0)
	return string(appendHex(b, ^(uint64(at.Unix()) + 1<<63), 16)) // before 1970 too
}

// lastLaunched is when an image was last used, as its owner is told; "" if he isn't.
func (v *view) lastLaunched(im *image) string {
	if im.scope != v.scope || v.imageLaunches.Len() == 0 {
		return ""
	}
	told := v.now.Add(-launchReportDelay)
	for l := range v.imageLaunches.All(im.scope, imageLaunchID(im.id, told.Add(time.Second))) {
		if l.image != im.id {
			break
		}
		return l.at.UTC().Format(time.RFC3339)
	}
	return ""
}

func (t *tx) forgetLaunches(im *image) {
	var ids []string
	for l := range t.imageLaunches.All(im.scope, im.id) {
		if l.image != im.id {
			break
		}
		ids = append(ids, l.id)
	}
	for _, id := range ids {
		t.imageLaunches.Delete(&t.undo, id)
	}
}
