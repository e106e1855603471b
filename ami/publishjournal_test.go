package ami

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

const (
	begun     = `{"journal":1,"at":"2026-12-01T00:00:00Z","event":"begun","region":"us-east-1","image":"ami-0123456789abcdef0"}` + "\n"
	testing1  = `{"at":"2026-12-01T00:00:00Z","event":"testing","key":"k"}` + "\n"
	tested    = `{"at":"2026-12-01T00:00:00Z","event":"tested"}` + "\n"
	moving    = `{"at":"2026-12-01T00:00:00Z","event":"moving","region":"us-east-1","pointer":"parameter /a","from":{"image":"ami-1"}}` + "\n"
	movingNow = `{"at":"2026-12-01T00:00:00Z","event":"moving","region":"us-east-1","pointer":"parameter /a","from":{"image":"ami-2"}}` + "\n"
	back      = `{"at":"2026-12-01T00:00:00Z","event":"back","region":"us-east-1","pointer":"parameter /a"}` + "\n"
	published = `{"at":"2026-12-01T00:00:00Z","event":"published","region":"us-east-1"}` + "\n"
)

func TestReadJournal(t *testing.T) {
	t.Parallel()
	where := placedPointer{"us-east-1", "parameter /a"}
	none := map[placedPointer]Position{}
	for name, tc := range map[string]struct {
		text string
		want publishPast
	}{
		"nothing":                      {"", publishPast{from: none}},
		"only a beginning":             {begun, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: none}},
		"a test broken off":            {begun + testing1, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", tests: []string{"k"}, from: none}},
		"a test that passed":           {begun + testing1 + tested, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", tested: true, from: none}},
		"a pointer broken off":         {begun + moving, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: map[placedPointer]Position{where: {Image: "ami-1"}}}},
		"a pointer broken off twice":   {begun + moving + begun + movingNow, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: map[placedPointer]Position{where: {Image: "ami-1"}}}},
		"a pointer moved back":         {begun + moving + back + begun + movingNow, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: map[placedPointer]Position{where: {Image: "ami-2"}}}},
		"all done":                     {begun + moving + published, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: none}},
		"cut in an entry":              {begun + tested[:20], publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: none, cut: true}},
		"cut behind an entry":          {begun + strings.TrimSpace(tested), publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", tested: true, from: none, cut: true}},
		"cut in the beginning":         {begun[:30], publishPast{from: none, cut: true}},
		"cut, and gone on since":       {begun + tested[:20] + "\n" + begun + tested, publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", tested: true, from: none}},
		"cut before the next run":      {begun + "{\n", publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: none}},
		"cut in nothing but a newline": {begun + "\n\n", publishPast{image: "ami-0123456789abcdef0", region: "us-east-1", from: none}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readJournal(strings.NewReader(tc.text))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tc.want, got, cmp.AllowUnexported(publishPast{}, placedPointer{})))
		})
	}
}

func TestADamagedJournalIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, says string }{
		"a line that is none":        {begun + "what?\n" + tested, "line 2: entry: is damaged"},
		"an unknown field":           {begun + `{"at":"2026-12-01T00:00:00Z","event":"tested","colour":"red"}` + "\n", `unknown field "colour"`},
		"an unknown event":           {begun + `{"at":"2026-12-01T00:00:00Z","event":"dreamt"}` + "\n", `"dreamt"`},
		"two entries in a line":      {begun + strings.TrimSpace(tested) + tested + tested, "line 2: entry: is damaged"},
		"no beginning":               {tested, "line 1: journal: doesn't begin"},
		"a later version":            {strings.Replace(begun, `"journal":1`, `"journal":2`, 1), "version: is 2, and this release reads 1"},
		"a later version's language": {strings.Replace(begun, `"journal":1`, `"journal":2,"colour":"red"`, 1), "version: is 2, and this release reads 1"},
		"two images":                 {begun + strings.Replace(begun, "ami-0", "ami-1", 1), "use a journal for each image"},
		"no image":                   {strings.Replace(begun, "ami-0123456789abcdef0", "web", 1), `"web" is no image ID`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readJournal(strings.NewReader(tc.text))
			require.ErrorContains(t, err, "journal: line")
			require.ErrorContains(t, err, tc.says)
		})
	}
	_, err := readJournal(broken{})
	require.ErrorContains(t, err, "journal: gone")
	require.ErrorContains(t, newJournalWriter(broken{}, publishPast{}).write(journalEntry{}), "journal: gone")
	require.ErrorContains(t, newJournalWriter(broken{}, publishPast{cut: true}).write(journalEntry{}), "journal: gone")
}

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("gone") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("gone") }

// What one run writes, cut off anywhere, and what the next one appends to it can always be read.
func FuzzReadJournal(f *testing.F) {
	f.Add(begun+testing1+tested+moving+back+published, 200)
	f.Add(begun+tested+begun+movingNow, 20)
	f.Add(`{"journal":2}`, 3)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		if _, err := readJournal(strings.NewReader(text)); err != nil || cut < 0 || cut > len(text) {
			return
		}
		for line := range strings.Lines(text) {
			if strings.TrimSpace(line) != "" && !json.Valid([]byte(line)) {
				return // cut off already
			}
		}
		past, err := readJournal(strings.NewReader(text[:cut]))
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		var b strings.Builder
		b.WriteString(text[:cut])
		header := journalEntry{Version: journalVersion, Event: publicationBegun, Image: "ami-0123456789abcdef0", Region: "us-east-1"}
		if past.image != "" {
			header.Image, header.Region = past.image, past.region
		}
		if err := newJournalWriter(&b, past).write(header); err != nil {
			t.Fatal(err)
		}
		if _, err := readJournal(strings.NewReader(b.String())); err != nil {
			t.Fatalf("gone on after a cut at %d: %v", cut, err)
		}
	})
}
