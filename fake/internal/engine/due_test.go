package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Transitions come due in order of time, and at one time in the order in which they were planned.
func TestTransitionsComeInOrderOfTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, Options{})
		delays := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, 5).Draw(t, "seconds")) * time.Second
		}), 1, 20).Draw(rt, "delays")
		err := w.change(func(tx *tx) error {
			for i, d := range delays {
				tx.plan(d, instanceForgotten, itoa(i))
			}
			lastAt, lastPlanned := time.Time{}, -1
			for range delays {
				e := tx.next()
				planned := 0
				for i := range delays {
					if itoa(i) == e.on[0] {
						planned = i
					}
				}
				if !e.at.Equal(tx.now.Add(delays[planned])) {
					rt.Fatalf("%d is due at %s", planned, e.at)
				}
				if e.at.Before(lastAt) || e.at.Equal(lastAt) && planned < lastPlanned {
					rt.Fatalf("%d comes too late", planned)
				}
				lastAt, lastPlanned = e.at, planned
				tx.due.Delete(&tx.undo, e.id)
			}
			if tx.next() != nil {
				rt.Fatal("more than was planned")
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

func TestWhatIsDueHappensAtTheNextLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.NoError(t, w.change(func(tx *tx) error {
		tx.plan(0, snapshotCompleted, "snap-12345678")
		tx.plan(time.Minute, instanceStarted, "i-12345678")
		return nil
	}))
	left := func() int {
		must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{})
		return w.engine.state.due.Len()
	}
	require.Equal(t, 1, left())
	w.clock.advance(time.Minute - 1)
	require.Equal(t, 1, left(), "not a nanosecond too early")
	w.clock.advance(1)
	require.Equal(t, 0, left())
}

func TestTransitionsOfWhatHasGoneDoNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{})
	before := w.made()
	require.NoError(t, w.change(func(tx *tx) error {
		for what := range transitions {
			require.NotNil(t, transitionOf[what])
			tx.plan(0, what, "i-12345678", "ami-12345678", "snap-12345678")
		}
		tx.advance()
		require.Zero(t, tx.due.Len())
		tx.counters[kindEvent] = 0
		return nil
	}))
	require.Equal(t, before, w.made())
}
