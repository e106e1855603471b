// Command rolling replaces a service's instances by those of a newer class, two at a time: new ones are launched and have to
// pass their status checks before as many old ones go, so that the service never has fewer than it had. It runs on a cloud in
// memory; replace is what one would take over.
//
//	go run ./examples/rolling
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func main() {
	if err := run(context.Background(), fake.New(fake.Seed(1)).Backend(region.USEast1), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "rolling:", err)
		os.Exit(1)
	}
}

// The service's class, and the one that shall be in its place.
var (
	web = ami.NewClass("web", ami.AmazonLinux2023()).
		WithDefaults(instance.Spec{}.WithType("t3.micro").WithTag("service", "web").WithTag("release", "1"))
	newer = web.WithDefaults(instance.Spec{}.WithType("t3.small").WithTag("release", "2"))
)

func run(ctx context.Context, be backend.Backend, out io.Writer) error {
	if _, err := web.InstantiateN(ctx, be, instance.Spec{}, 5, instance.Key("web release 1")); err != nil {
		return err
	}
	return replace(ctx, be, newer, "2", 2, out)
}

// replace puts instances of the class in the place of the service's instances that aren't of this release, some at a time. It
// can be called again after a failure, and goes on where it stopped: the key of each step names what it launches.
func replace(ctx context.Context, be backend.Backend, class ami.Class, release string, atOnce int, out io.Writer) error {
	ctx, journal := backend.Track(ctx)
	var old []*instance.Instance
	for i, err := range instance.List(ctx, be, instance.Tagged("service", "web"), instance.InState(backend.InstanceRunning, backend.InstancePending)) {
		if err != nil {
			return err
		}
		if i.Tags()["release"] != release {
			old = append(old, i)
		}
	}
	for some := range slices.Chunk(old, atOnce) {
		// The key is that of the instances which are replaced, so that a repeated step launches nothing twice.
		key := instance.Key(fmt.Sprintf("web release %s for %s", release, some[0].ID()))
		fresh, err := class.InstantiateN(ctx, be, instance.Spec{}, len(some), key)
		if err != nil {
			return journal.Wrap(fmt.Errorf("launch: %w", err))
		}
		for _, i := range fresh {
			if err := i.WaitStatusOK(ctx); err != nil {
				return journal.Wrap(fmt.Errorf("new %s: %w", i.ID(), err))
			}
		}
		for _, i := range some {
			if err := i.Terminate(ctx); err != nil {
				return journal.Wrap(fmt.Errorf("old %s: %w", i.ID(), err))
			}
		}
		fmt.Fprintf(out, "%d of release %s serve, %d old ones went\n", len(fresh), release, len(some))
	}
	return nil
}
