package ami_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

var (
	small = instance.Spec{}.WithType("t3.small")
	web   = ami.NewClass("web", ami.Own("golden-*")).WithDefaults(small.WithTag("role", "web").WithTag("level", "class"))
)

func TestClassesAreImmutable(t *testing.T) {
	t.Parallel()
	before := web.Defaults()
	sub := web.Extend("sub").WithDefaults(instance.Spec{}.WithType("t3.large")).WithArchitecture(ami.ARM64)
	require.Equal(t, "web", web.Name())
	require.Equal(t, ami.X8664, web.Architecture())
	require.True(t, web.Defaults().Equal(before))
	require.Equal(t, "t3.large", sub.Defaults().Type())
	require.Equal(t, web.Selector(), sub.Selector())

	parent, ok := sub.Parent()
	require.True(t, ok)
	require.Equal(t, "t3.small", parent.Defaults().Type())
	_, ok = web.Parent()
	require.False(t, ok)
}

func TestIsA(t *testing.T) {
	t.Parallel()
	directory := web.Extend("directory")
	for name, tc := range map[string]struct {
		class, other ami.Class
		want         bool
	}{
		"itself":                         {web, web, true},
		"itself, derived further":        {web, web.WithArchitecture(ami.ARM64), true},
		"its parent":                     {directory, web, true},
		"its parent's parent":            {directory.Extend("eu").WithDefaults(small), web, true},
		"its child":                      {web, directory, false},
		"its sister":                     {directory, web.Extend("mail"), false},
		"another of the same last name":  {directory, ami.NewClass("directory", web.Selector()), false},
		"a child of another of the name": {ami.NewClass("x", web.Selector()).Extend("directory"), directory, false},
	} {
		require.Equal(t, tc.want, tc.class.IsA(tc.other), name)
	}
	require.Len(t, directory.Extend("eu").Ancestry(), 3)
}

func TestArchitectureOfClass(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		class ami.Class
		want  ami.Architecture
	}{
		"x86_64 if nothing is said":        {ami.NewClass("a", ami.AmazonLinux2023()), ami.X8664},
		"what is said":                     {ami.NewClass("a", ami.AmazonLinux2023()).WithArchitecture(ami.ARM64), ami.ARM64},
		"open where one image is selected": {ami.NewClass("a", ami.ByID(imageID)), ""},
		"inherited":                        {web.WithArchitecture(ami.ARM64).Extend("b"), ami.ARM64},
		"nothing without a selector":       {ami.Class{}, ""},
	} {
		require.Equal(t, tc.want, tc.class.Architecture(), name)
	}
}

func TestFaultsOfClassAreAllFoundBeforeAnyCall(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		class ami.Class
		spec  instance.Spec
		paths []string
	}{
		"zero class":   {ami.Class{}, instance.Spec{}, []string{"name", "selector"}},
		"no name":      {ami.NewClass(" ", ami.ByID(imageID)), small, []string{"name"}},
		"selector":     {ami.NewClass("a", ami.ByID("x")), small, []string{"selector.id"}},
		"architecture": {ami.NewClass("a", ami.ByID(imageID)).WithArchitecture("sparc"), small, []string{"architecture"}},
		"five at once": {
			ami.NewClass("", ami.AmazonLinux2023().Kernel("new")).WithArchitecture(ami.I386),
			instance.Spec{}.WithHardware(instance.Needs{Architecture: ami.ARM64}).WithTag("", "x"),
			[]string{"name", "selector.kernel", "architecture", "spec.needs.architecture", `spec.tags[""]`},
		},
		"hardware of another architecture": {
			web, instance.Spec{}.WithHardware(instance.Needs{Architecture: ami.ARM64}), []string{"spec.needs.architecture"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount()
			_, err := tc.class.Instantiate(t.Context(), a, tc.spec)
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.Equal(t, tc.paths, paths(err))
			require.Empty(t, a.calls)
		})
	}
	_, err := web.Instantiate(t.Context(), nil, small)
	require.Equal(t, []string{"backend"}, paths(err))
	_, err = web.In(t.Context(), nil)
	require.Equal(t, []string{"backend"}, paths(err))
}

func TestConflictOfArchitecturesNamesBoth(t *testing.T) {
	t.Parallel()
	err := web.WithDefaults(instance.Spec{}.WithHardware(instance.Needs{Architecture: ami.ARM64})).Validate()
	require.ErrorContains(t, err, "is arm64, but class web is for x86_64")
}

// paths lists the fields that an error names.
func paths(err error) []string {
	switch e := err.(type) {
	case *instance.FieldError:
		return []string{e.Path}
	case interface{ Unwrap() []error }:
		var all []string
		for _, err := range e.Unwrap() {
			all = append(all, paths(err)...)
		}
		return all
	case nil:
		return nil
	}
	return paths(errors.Unwrap(err))
}

func TestCallGoesBeforeSubclassBeforeClass(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, "golden-1"))
	sub := web.Extend("sub").WithDefaults(instance.Spec{}.WithTag("level", "subclass").WithTag("sub", "yes"))
	i, err := sub.Instantiate(t.Context(), a, instance.Spec{}.WithTag("level", "call"))
	require.NoError(t, err)
	require.Equal(t, instanceID, i.ID())
	require.Len(t, a.launched, 1)
	req := a.launched[0]
	require.Equal(t, imageID, req.ImageID)
	require.Equal(t, "t3.small", req.Type)
	for key, want := range map[string]string{"level": "call", "sub": "yes", "role": "web"} {
		require.Equal(t, want, req.InstanceTags[key], key)
	}
}

func TestImageDecidesArchitectureOfHardware(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, "golden-1", arm))
	needs := instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.AtLeast(2)})
	_, err := ami.NewClass("a", ami.ByID(imageID)).Instantiate(t.Context(), a, needs)
	require.NoError(t, err)
	require.Regexp(t, `^[a-z]+\d+g`, a.launched[0].Type, "a Graviton type")
}

func TestClassThatResolvesToNothingLaunchesNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, "golden-1", inState(backend.ImageFailed, "Client.X: y")))
	_, err := web.Instantiate(t.Context(), a, instance.Spec{})
	require.ErrorIs(t, err, backend.ErrNotFound)
	require.ErrorContains(t, err, `class "web"`)
	require.ErrorContains(t, err, "it is failed (Client.X: y)")
	require.Empty(t, a.launched)
}

func TestImageOfClassKeepsDefaults(t *testing.T) {
	t.Parallel()
	im, err := web.In(t.Context(), newAccount(own(imageID, "golden-1")))
	require.NoError(t, err)
	require.Equal(t, imageID, im.ID())
	require.Equal(t, region.USEast1, im.Region())
	require.True(t, im.Defaults().Equal(web.Defaults()))
}

func TestClassOfImageWorksWhereverItsNameIs(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, golden, arm), own(madeID, golden+"-2", arm))
	a.in(region.EUWest1).add(own(copiedID, golden, arm))
	class := get(t, a, imageID).WithDefaults(small).Class("from-golden")
	require.Equal(t, ami.ARM64, class.Architecture())
	require.True(t, class.Defaults().Equal(small))
	for r, want := range map[region.Region]string{region.USEast1: imageID, region.EUWest1: copiedID} {
		im, err := class.In(t.Context(), a.in(r))
		require.NoError(t, err)
		require.Equal(t, want, im.ID())
	}
	quick := newAccount(own(imageID, "al2023-x", of("amazon")))
	require.Equal(t, `images of amazon named "al2023-x"`, get(t, quick, imageID).Class("q").Selector().String())
	require.Error(t, ami.Image{}.Class("none").Validate())
}
