package backend

import (
	"context"
	"slices"
	"sync"
)

// Journal keeps account of what the workflows under one context have made and not yet removed, so
// that a workflow of several steps can name all of it when a later step fails:
//
//	ctx, journal := backend.Track(ctx)
//	defer func() { err = journal.Wrap(err) }()
//
// Every workflow of instance and ami enters what it makes before it waits for it, and strikes out
// what it removes. A journal is safe for concurrent use.
type Journal struct {
	parent *Journal
	mu     sync.Mutex
	made   Remains
}

type journalKey struct{}

// Track begins a journal for all that is done under the context that it returns. Journals nest: what
// the inner one notes, the outer one knows too.
func Track(ctx context.Context) (context.Context, *Journal) {
	parent, _ := ctx.Value(journalKey{}).(*Journal)
	j := &Journal{parent: parent}
	return context.WithValue(ctx, journalKey{}, j), j
}

// Leftovers are what was made and is not struck out.
func (j *Journal) Leftovers() Remains {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.made)
}

// Wrap adds the journal's leftovers to an error. It returns nil for nil: what a workflow that
// succeeds has made isn't left over.
func (j *Journal) Wrap(err error) error {
	return Leave(err, j.Leftovers()...)
}

// Made enters a resource into the journals of the context.
func Made(ctx context.Context, be Backend, kind ResourceKind, id string) {
	l := NewLeftover(be, kind, id)
	for j, _ := ctx.Value(journalKey{}).(*Journal); j != nil; j = j.parent {
		j.mu.Lock()
		if !slices.ContainsFunc(j.made, l.same) {
			j.made = append(j.made, l)
		}
		j.mu.Unlock()
	}
}

// Removed strikes a resource out of the journals of the context.
func Removed(ctx context.Context, be Backend, kind ResourceKind, id string) {
	l := NewLeftover(be, kind, id)
	for j, _ := ctx.Value(journalKey{}).(*Journal); j != nil; j = j.parent {
		j.mu.Lock()
		j.made = slices.DeleteFunc(j.made, l.same)
		j.mu.Unlock()
	}
}
