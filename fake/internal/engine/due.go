package engine

import (
	"time"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// event is a transition that is due at a time. It happens when somebody looks, in order of time.
type event struct {
	id   string // sorts by time, then by order of planning
	at   time.Time
	what transition
	on   []string // IDs of what it is about
}

// transition is what happens to a resource when its time has come.
type transition uint8

const (
	instanceStarted transition = iota
	instanceStopped
	instanceTerminated
	instanceForgotten
	snapshotCompleted
	imageCompleted
	kmsKeyDeleted
	volumeCreated
	volumeAttached
	volumeDetached
	volumeModified
	volumeOptimized
	snapshotMoved
	snapshotRearchived
	natGatewayMade
	natGatewayDeleted
	natGatewayForgotten
	imageReportMade
	imageReportForgotten
	transitions
)

// Each gets the state in the place of nobody in particular: rows know their own scope. A resource
// that has gone, or isn't any more in the state that the transition starts from, is left alone.
var transitionOf = [transitions]func(t *tx, at time.Time, id string){
	instanceStarted:      (*tx).instanceStarted,
	instanceStopped:      (*tx).instanceStopped,
	instanceTerminated:   (*tx).instanceTerminated,
	instanceForgotten:    (*tx).instanceForgotten,
	snapshotCompleted:    (*tx).snapshotCompleted,
	imageCompleted:       (*tx).imageCompleted,
	kmsKeyDeleted:        (*tx).kmsKeyDeleted,
	volumeCreated:        (*tx).volumeCreated,
	volumeAttached:       (*tx).volumeAttached,
	volumeDetached:       (*tx).volumeDetached,
	volumeModified:       (*tx).volumeModified,
	volumeOptimized:      (*tx).volumeOptimized,
	snapshotMoved:        (*tx).snapshotMoved,
	snapshotRearchived:   (*tx).snapshotRearchived,
	natGatewayMade:       (*tx).natGatewayMade,
	natGatewayDeleted:    (*tx).natGatewayDeleted,
	natGatewayForgotten:  (*tx).natGatewayForgotten,
	imageReportMade:      (*tx).imageReportMade,
	imageReportForgotten: (*tx).imageReportForgotten,
}

var eventSchema = store.Schema[event]{
	Name:  "due",
	ID:    func(e *event) string { return e.id },
	Scope: func(*event) store.Scope { return 0 },
}

// plan lets a transition happen after a delay, at the next look if there is none.
func (t *tx) plan(delay time.Duration, what transition, on ...string) {
	at := t.now.Add(delay)
	t.counters[kindEvent]++
	t.due.Put(&t.undo, &event{
		id:   string(appendHex(appendHex(nil, uint64(at.UnixNano())+1<<63, 16), t.counters[kindEvent], 12)), // before 1970 too
		at:   at,
		what: what,
		on:   on,
	})
}

func (s *state) next() *event {
	for e := range s.due.All(0, "") {
		return e
	}
	return nil
}

func (s *state) isDue(now time.Time) bool {
	e := s.next()
	return e != nil && !e.at.After(now)
}

// advance lets everything happen whose time has come. What happens may plan more.
func (t *tx) advance() {
	for e := t.next(); e != nil && !e.at.After(t.now); e = t.next() {
		t.due.Delete(&t.undo, e.id)
		for _, id := range e.on {
			transitionOf[e.what](t, e.at, id)
		}
	}
}
