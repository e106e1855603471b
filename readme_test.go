package amiclass_test

import (
	"context"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// What the README shows, as it stands there; TestReadmeShowsThisCode compares.

// A class is a value: no account, no region, no ID in it.
var Web = ami.NewClass("web", ami.AmazonLinux2023()).
	WithArchitecture(ami.ARM64).
	WithDefaults(instance.Spec{}.
		WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
		WithRootVolume(instance.GP3(30 * instance.GiB)).
		WithUserData(instance.Script("#!/bin/sh\ndnf install -y httpd\n")))

// A subclass says what differs; Web is as it was.
var Directory = Web.Extend("directory").WithDefaults(instance.Spec{}.
	WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(6000)))

func Story(ctx context.Context, be backend.Backend) (err error) {
	ctx, journal := backend.Track(ctx) // whatever fails, the error names all that exists
	defer func() { err = journal.Wrap(err) }()

	first, err := Directory.Instantiate(ctx, be, instance.Spec{}.WithName("directory-1"))
	if err != nil {
		return err
	}
	if err := first.WaitRunning(ctx); err != nil {
		return err
	}
	golden, err := ami.FromInstance(ctx, first, "directory-2026-11-24") // an object becomes a class
	if err != nil {
		return err
	}
	spec, err := first.Spec(ctx) // the configuration, read back
	if err != nil {
		return err
	}
	if _, err = golden.Instantiate(ctx, spec.WithName("directory-2")); err != nil { // waits for the image
		return err
	}
	there, err := golden.CopyTo(ctx, region.EUWest1) // another region, another ID
	if err != nil {
		return err
	}
	_, err = there.Instantiate(ctx, instance.Spec{}.WithType("m7g.large"))
	return err
}

func TestStory(t *testing.T) {
	cloud := fake.NewT(t)
	cloud.Inject(fake.On("RunInstances").Times(1).LoseReply()) // done, but nobody hears of it
	require.NoError(t, Story(t.Context(), cloud.Backend(region.USEast1)))
	require.Len(t, cloud.Inventory(), 18) // three servers with volumes and interfaces, two images with snapshots

	// The proof that it never leaks: every call fails, in every way, once.
	fake.FailEachCall(t, fake.NewT(t), func(ctx context.Context, cloud *fake.Cloud) error {
		return Story(ctx, cloud.Backend(region.USEast1))
	})
}

func TestReadmeShowsThisCode(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(readme, -1)
	require.Len(t, blocks, 2)
	for _, b := range blocks {
		require.Contains(t, string(source), string(b[1]))
		formatted, err := format.Source(b[1])
		require.NoError(t, err)
		require.Equal(t, string(formatted), string(b[1]), "gofmt")
	}
	// The story in forty lines of code.
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "readme_test.go", source, 0)
	require.NoError(t, err)
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Story" {
			require.LessOrEqual(t, fset.Position(f.End()).Line-fset.Position(f.Pos()).Line+1, 40)
		}
	}
}
