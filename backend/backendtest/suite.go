package backendtest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// World is what a harness gives to one behaviour. Only the backend is required.
type World struct {
	Backend backend.Backend
	// Image is a Linux image that can be launched. Empty: the newest Amazon Linux 2023, by the public
	// parameter, for which the backend must have [backend.Parameters].
	Image string
	// InstanceType fits the image and is small. Empty: t3.micro, or t4g.nano for an arm64 image.
	InstanceType string
	// Sister is another region that the account may use. Empty: what concerns two regions is skipped.
	Sister region.Region
	// OtherAccount is the ID of an account with which images may be shared for a moment. Empty: what concerns
	// that is skipped.
	OtherAccount string
	// Wait is how waits look and what they tell.
	Wait []backend.WaitOption
	// Patience is how long something may take to be seen everywhere. Zero: a minute.
	Patience time.Duration
}

// Behaviour is one thing that Amazon EC2 does.
type Behaviour struct {
	Name string // a sentence about EC2
	Page string // the URL of the documentation that it comes from

	check func(*scene)
}

// Behaviours lists them all, by subject.
func Behaviours() []Behaviour {
	return slices.Concat(
		launches(), refusedLaunches(), configuration(), lifecycle(), instanceIDs(), images(), published(), deregistration(), copies(),
		volumes(), networks(), firewalls(), keyPairs(), hardware(), offers(), tags(), filters(), accounts(), calls(),
		imageCare(), imageMarks(), instanceCare(), launchTemplates(),
	)
}

// Run runs every behaviour as a parallel subtest in a world of its own.
func Run(t *testing.T, harness func(t *testing.T) World) {
	for _, b := range Behaviours() {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			b.Check(t, harness(t))
		})
	}
}

// Check tries the behaviour in a world, and reports to tb if EC2 behaves in another way. It must be
// called in tb's own goroutine.
func (b Behaviour) Check(tb testing.TB, w World) {
	tb.Helper()
	if w.Backend == nil {
		tb.Fatalf("backendtest: World.Backend is nil: give the backend that is to be judged")
	}
	ctx, cancel := context.WithTimeout(tb.Context(), timeLimit)
	defer cancel()
	b.check(newScene(ctx, tb, b, w))
}
