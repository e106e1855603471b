package fake

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// goroutineWatch finds goroutines that are left of what ran under it: they inherit its labels.
type goroutineWatch struct{ label string }

func watchGoroutines() goroutineWatch {
	return goroutineWatch{label: "trials-" + strconv.FormatUint(rand.Uint64(), 36)}
}

// during runs f, and knows its goroutines by a name.
func (w goroutineWatch) during(ctx context.Context, name string, f func(context.Context)) {
	pprof.Do(ctx, pprof.Labels(w.label, name), f)
}

// patience is how long goroutines may take to end once all is done.
const patience = 5 * time.Second

// left waits for the goroutines to end, and tells of those that don't.
func (w goroutineWatch) left(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		left := w.running()
		if len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return left
		case <-look.C:
		}
	}
}

func (w goroutineWatch) running() []string {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return []string{fmt.Sprintf("whether goroutines are left is unknown: %v", err)}
	}
	var left []string
	for stack := range strings.SplitSeq(profile.String(), "\n\n") {
		_, name, ours := strings.Cut(stack, strconv.Quote(w.label)+":\"")
		// A connection that is kept for the next request belongs to its client, not to the workflow.
		if !ours || strings.Contains(stack, "net/http.(*persistConn)") {
			continue
		}
		name, stack, _ = strings.Cut(name, "\"")
		left = append(left, fmt.Sprintf("%s: a goroutine is left%s", name, strings.TrimPrefix(stack, "}")))
	}
	return left
}
