// Command familypicture tells the story of the employee directory on a cloud in memory and draws its family: which image was
// made of which server, and which server of which image.
//
//	go run ./examples/familypicture > family.svg
//	go run ./examples/familypicture -form mermaid   # or dot
package main

import (
	"context"
	"errors"
	"flag"
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
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "familypicture:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("familypicture", flag.ContinueOnError)
	flags.SetOutput(out)
	form := flags.String("form", "svg", "svg, mermaid or dot")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	be := fake.New(fake.Seed(1)).Backend(region.USEast1)
	golden, abroad, err := family(ctx, be)
	if err != nil {
		return err
	}
	graph, err := golden.Lineage(ctx, abroad)
	if err != nil {
		return err
	}
	draw := map[string]func() string{"svg": graph.SVG, "mermaid": graph.Mermaid, "dot": graph.DOT}[*form]
	if draw == nil {
		return fmt.Errorf("-form: %q is none: use svg, mermaid or dot", *form)
	}
	_, err = io.WriteString(out, draw())
	return err
}

// family makes the directory's servers, and gives the Quick Start image that they all come from.
func family(ctx context.Context, be backend.Backend) (quickStart ami.Image, abroad backend.Backend, err error) {
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithArchitecture(ami.ARM64).
		WithDefaults(instance.Spec{}.WithType("t4g.small").WithRootVolume(instance.GP3(12 * instance.GiB)))
	if quickStart, err = web.In(ctx, be); err != nil {
		return quickStart, nil, err
	}
	first, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("directory-1"))
	if err != nil {
		return quickStart, nil, err
	}
	golden, err := ami.FromInstance(ctx, first, "directory")
	if err != nil {
		return quickStart, nil, err
	}
	small := instance.Spec{}.WithType("t4g.small")
	if _, err = golden.Instantiate(ctx, small.WithName("directory-2")); err != nil {
		return quickStart, nil, err
	}
	there, err := golden.CopyTo(ctx, region.EUWest1)
	if err != nil {
		return quickStart, nil, err
	}
	_, err = there.InstantiateN(ctx, small.WithName("directory-3"), 2)
	return quickStart, there.Backend(), err
}
