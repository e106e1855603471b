// Command goldenpipeline makes a golden image, publishes it, pins a class to it and retires what came before: what a pipeline
// does every week, here three times over on a cloud in memory.
//
//	go run ./examples/goldenpipeline
package main

import (
	"bytes"
	"context"
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
		fmt.Fprintln(os.Stderr, "goldenpipeline:", err)
		os.Exit(1)
	}
}

var (
	regions = []region.Region{region.USEast1, region.EUWest1}
	size    = instance.Spec{}.WithType("t3.micro")
	// base is what golden images are made of, web what services are launched from.
	base = ami.NewClass("base", ami.AmazonLinux2023()).WithDefaults(size.WithUserData(instance.Script("dnf install -y httpd")))
	web  = ami.NewClass("web", ami.ByParameter("/golden/web")).WithDefaults(size).TrustingOwners("self")
)

func run(ctx context.Context, be backend.Backend, out io.Writer) error {
	var lock ami.Lockfile // in a pipeline it is read from the repository
	for week := 1; week <= 3; week++ {
		golden, err := bake(ctx, be, fmt.Sprintf("web-%d", week))
		if err != nil {
			return err
		}
		if err := publish(ctx, golden, out); err != nil {
			return err
		}
		var changes ami.LockChanges
		if lock, changes, err = ami.Lock(ctx, be, lock, regions, web); err != nil {
			return err
		}
		for _, c := range changes {
			fmt.Fprintf(out, "  locked %s in %s: %q -> %q\n", c.New.Class, c.New.Region, c.Old.Name, c.New.Name)
		}
	}
	// A service is launched from what is locked, whatever is published meanwhile.
	server, err := web.Pinned(lock).Instantiate(ctx, be, instance.Spec{}.WithName("web-1"))
	if err != nil {
		return err
	}
	locked, _ := lock.Of(web, region.USEast1)
	fmt.Fprintf(out, "a server runs from %s: %t\n", locked.Name, server.ImageID() == locked.ID)
	return retire(ctx, be, out)
}

// bake makes an image of a server that has configured itself, and takes the server away.
func bake(ctx context.Context, be backend.Backend, name string) (golden ami.Image, err error) {
	ctx, journal := backend.Track(ctx)
	defer func() { err = journal.Wrap(err) }()
	builder, err := base.Instantiate(ctx, be, instance.Spec{}.WithName(name+"-builder"))
	if err != nil {
		return golden, err
	}
	if err := builder.WaitStatusOK(ctx); err != nil {
		return golden, err
	}
	if golden, err = ami.FromInstance(ctx, builder, name); err != nil {
		return golden, err
	}
	if err := golden.WaitAvailable(ctx); err != nil {
		return golden, err
	}
	return golden, builder.Terminate(ctx)
}

// publish moves the parameter of each region to the image, once all of them have it and a server of it has passed its checks.
func publish(ctx context.Context, golden ami.Image, out io.Writer) error {
	var journal bytes.Buffer // in a pipeline a file, which outlives a run that is broken off
	release, err := golden.Publish(ctx, ami.ToRegions(regions...).Parameter("/golden/web").Journal(&journal).
		Tested(func(ctx context.Context, i *instance.Instance) error { return i.WaitStatusOK(ctx) }, size))
	if err != nil {
		return fmt.Errorf("%w\n%s", err, release)
	}
	fmt.Fprintf(out, "%s is published in %d regions\n", golden.Name(), len(release.Regions))
	return nil
}

// retire prints a plan before it does anything.
func retire(ctx context.Context, be backend.Backend, out io.Writer) error {
	plan, err := ami.Retire(ctx, be, ami.Own("web-*"), ami.KeepNewest(2))
	if err != nil {
		return err
	}
	for _, im := range plan.Images {
		fmt.Fprintf(out, "  %s goes: %t\n", im.Image.Name, im.Goes())
	}
	return plan.Apply(ctx)
}
