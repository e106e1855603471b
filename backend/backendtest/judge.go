package backendtest

import (
	"context"
	"fmt"
	"runtime"
	"testing"
)

// Verdict is how a behaviour went in a world.
type Verdict struct {
	Violations []string // what differs from EC2, or couldn't be cleaned up; empty if nothing does
	Skipped    string   // why the behaviour couldn't be tried; empty if it was
}

// Judge tries the behaviour as [Behaviour.Check] does, and tells how it went instead of failing a test: for lists of
// what a backend is known to do otherwise, which a test holds to what it does.
func (b Behaviour) Judge(ctx context.Context, w World) Verdict {
	ctx, cancel := context.WithCancel(ctx)
	j := &judge{ctx: ctx}
	done := make(chan struct{})
	go func() { // Fatalf ends its goroutine
		defer close(done)
		b.Check(j, w)
	}()
	<-done
	cancel()
	for len(j.cleanups) > 0 {
		last := j.cleanups[len(j.cleanups)-1]
		j.cleanups = j.cleanups[:len(j.cleanups)-1]
		last()
	}
	return j.verdict
}

// judge is a test whose outcome is written down.
type judge struct {
	testing.TB // for what a behaviour doesn't call
	verdict    Verdict
	ctx        context.Context
	cleanups   []func()
}

func (j *judge) Helper()                  {}
func (j *judge) Logf(string, ...any)      {}
func (j *judge) Context() context.Context { return j.ctx }
func (j *judge) Cleanup(f func())         { j.cleanups = append(j.cleanups, f) }

func (j *judge) Errorf(format string, args ...any) {
	j.verdict.Violations = append(j.verdict.Violations, fmt.Sprintf(format, args...))
}

func (j *judge) Fatalf(format string, args ...any) {
	j.Errorf(format, args...)
	runtime.Goexit()
}

func (j *judge) Skipf(format string, args ...any) {
	j.verdict.Skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
