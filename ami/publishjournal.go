package ami

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/amiclass/amiclass/internal/strictjson"
	"github.com/amiclass/amiclass/region"
)

const journalVersion = 1

// The events of a publication that its journal tells.
const (
	publicationBegun   = "begun"
	publicationTesting = "testing"
	publicationTested  = "tested"
	publicationCopied  = "copied"
	publicationReady   = "ready"
	publicationMoving  = "moving" // a pointer is about to be moved
	publicationMoved   = "moved"
	publicationBack    = "back" // a pointer was moved back
	publicationDone    = "published"
)

// journalEntry is a line of a journal. The first of each run has a version.
type journalEntry struct {
	Version int           `json:"journal,omitempty"`
	At      time.Time     `json:"at"`
	Event   string        `json:"event"`
	Region  region.Region `json:"region,omitempty"`
	Image   string        `json:"image,omitempty"`
	Key     string        `json:"key,omitempty"` // of the instance that is tested
	Pointer string        `json:"pointer,omitempty"`
	From    *Position     `json:"from,omitempty"`
}

// publishPast is what a journal tells of earlier runs.
type publishPast struct {
	image  string
	region region.Region
	tested bool
	tests  []string // keys of instances of tests that didn't come to an end
	from   map[placedPointer]Position
	cut    bool // the last line is broken off
}

type placedPointer struct {
	region  region.Region
	pointer string
}

// readJournal understands what was written, up to where it was cut off: a line that is no JSON may be the last of a run.
func readJournal(r io.Reader) (publishPast, error) {
	past := publishPast{from: map[placedPointer]Position{}}
	if r == nil {
		return past, nil
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return past, fmt.Errorf("journal: %w", err)
	}
	past.cut = len(text) > 0 && text[len(text)-1] != '\n'
	lines := bytes.Split(text, []byte("\n"))
	broken := error(nil)
	for i, line := range lines {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var e journalEntry
		err := strictjson.Decode(line, &e)
		switch {
		case err == nil && broken != nil && e.Version == 0:
			return past, broken // in the middle of a run
		case err == nil:
			if err := past.take(e); err != nil {
				return past, fmt.Errorf("journal: line %d: %w", i+1, err)
			}
			broken = nil
			continue
		case broken != nil && !json.Valid(line):
			continue // cut off before it had begun
		}
		broken = fmt.Errorf("journal: line %d: %w", i+1, fault("entry", fmt.Sprintf("is damaged: %v", err), "use the file as Publication.Journal has written it, or begin anew without it"))
		if err := laterVersion(line); err != nil {
			return past, fmt.Errorf("journal: line %d: %w", i+1, err)
		}
		if json.Valid(line) { // so that it isn't cut off
			return past, broken
		}
	}
	return past, nil
}

// laterVersion tells whether a line can't be read since a later release has written it.
func laterVersion(line []byte) error {
	var e struct {
		Version int `json:"journal"`
	}
	if json.Unmarshal(line, &e) == nil && e.Version > journalVersion {
		return fault("version", fmt.Sprintf("is %d, and this release reads %d", e.Version, journalVersion), "use the release of this module that wrote it")
	}
	return nil
}

func (p *publishPast) take(e journalEntry) error {
	if (e.Version != 0) != (e.Event == publicationBegun) || p.image == "" && e.Version == 0 {
		return fault("journal", "doesn't begin with the beginning of a publication", "use the file as Publication.Journal has written it")
	}
	where := placedPointer{e.Region, e.Pointer}
	switch e.Event {
	case publicationBegun:
		switch {
		case e.Version != journalVersion:
			return fault("version", fmt.Sprintf("is %d, and this release reads %d", e.Version, journalVersion), "use the release of this module that wrote it")
		case p.image != "" && (p.image != e.Image || p.region != e.Region):
			return fault("image", fmt.Sprintf("is %s in %s, and %s in %s before", e.Image, e.Region, p.image, p.region), "use a journal for each image")
		case !idShape.MatchString(e.Image):
			return fault("image", fmt.Sprintf("%q is no image ID", e.Image), "use the file as Publication.Journal has written it")
		}
		p.image, p.region = e.Image, e.Region
	case publicationTesting:
		p.tests = append(p.tests, e.Key)
	case publicationTested:
		p.tested, p.tests = true, nil
	case publicationMoving:
		// What a broken off run has moved is no place to go back to.
		if _, ok := p.from[where]; !ok && e.From != nil {
			p.from[where] = *e.From
		}
	case publicationBack:
		delete(p.from, where)
	case publicationDone:
		clear(p.from)
	case publicationCopied, publicationReady, publicationMoved:
	default:
		return fault("event", fmt.Sprintf("is %q, which this release doesn't know", e.Event), "use the release of this module that wrote it")
	}
	return nil
}

// journalWriter writes entries, if there is where to write them.
type journalWriter struct {
	mu sync.Mutex
	w  *bufio.Writer
}

func newJournalWriter(w io.Writer, past publishPast) *journalWriter {
	if w == nil {
		return &journalWriter{}
	}
	j := &journalWriter{w: bufio.NewWriter(w)}
	if past.cut {
		j.w.WriteByte('\n') // its error is the next Flush's
	}
	return j
}

func (j *journalWriter) write(e journalEntry) error {
	if j.w == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	e.At = time.Now().UTC()
	text, err := json.Marshal(e)
	if err == nil {
		_, err = j.w.Write(append(text, '\n'))
	}
	if err == nil {
		err = j.w.Flush()
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
