// Command bluegreen puts a whole new fleet (green) beside the one that serves (blue), looks whether it works, and only then
// sends clients to it, and takes blue away. If anything goes wrong before, green goes and blue
// serves on. It runs on a cloud in memory; deploy is what one would take over.
//
//	go run ./examples/bluegreen
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func main() {
	if err := run(context.Background(), fake.New(fake.Seed(1)).Backend(region.USEast1), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bluegreen:", err)
		os.Exit(1)
	}
}

var web = ami.NewClass("web", ami.AmazonLinux2023()).
	WithDefaults(instance.Spec{}.WithType("t3.micro").WithTag("service", "web").WithPlan(instance.Plan{}.WithTypes("t3.micro", "t3a.micro").AllOrNothing()))

// router says which fleet clients are sent to: a load balancer, a DNS name, or here a variable.
type router struct{ live string }

func run(ctx context.Context, be backend.Backend, out io.Writer) error {
	var r router
	for _, colour := range []string{"blue", "green"} {
		if err := deploy(ctx, be, &r, colour, 3, healthy, out); err != nil {
			return err
		}
	}
	return nil
}

// healthy is the check of a new instance before anybody is sent to it.
func healthy(ctx context.Context, i *instance.Instance) error { return i.WaitStatusOK(ctx) }

func deploy(ctx context.Context, be backend.Backend, r *router, colour string, n int, check func(context.Context, *instance.Instance) error, out io.Writer) error {
	if err := launch(ctx, be, colour, n, check); err != nil {
		left := backend.Leftovers(err)
		fmt.Fprintf(out, "%s failed, %s serves on; %d instances of it go\n", colour, r.live, len(left))
		return errors.Join(err, left.Cleanup(context.WithoutCancel(ctx)))
	}
	before := r.live
	r.live = colour
	fmt.Fprintf(out, "%s serves with %d instances\n", colour, n)
	if before == "" {
		return nil
	}
	gone := 0
	for i, err := range instance.List(ctx, be, instance.Tagged("colour", before), instance.InState(backend.InstancePending, backend.InstanceRunning)) {
		if err == nil {
			err = i.Terminate(ctx)
		}
		if err != nil {
			return fmt.Errorf("take %s away: %w", before, err)
		}
		gone++
	}
	fmt.Fprintf(out, "%s is gone with %d instances\n", before, gone)
	return nil
}

// launch makes a fleet, all of it or nothing. Its error carries what there is of it, so that the caller can decide what to do.
func launch(ctx context.Context, be backend.Backend, colour string, n int, check func(context.Context, *instance.Instance) error) (err error) {
	ctx, journal := backend.Track(ctx)
	defer func() { err = journal.Wrap(err) }()
	fleet, err := web.InstantiateN(ctx, be, instance.Spec{}.WithTag("colour", colour), n)
	if err != nil {
		return err
	}
	for _, i := range fleet {
		if err := check(ctx, i); err != nil {
			return fmt.Errorf("%s: %w", i.ID(), err)
		}
	}
	return nil
}
