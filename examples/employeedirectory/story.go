package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// directory is the class of the company's employee directory: what its server is, wherever it runs. It
// is a value without an account, a region or an ID in it.
var directory = ami.NewClass("web", ami.AmazonLinux2023()).
	WithArchitecture(ami.ARM64).
	WithDefaults(instance.Spec{}.
				WithHardware(instance.Needs{VCPUs: instance.Exactly(2), Memory: instance.Exactly(2 * instance.GiB)}).
				WithRootVolume(instance.GP3(12 * instance.GiB)).
				WithUserData(instance.Script("#!/bin/sh\ndnf install -y httpd\nsystemctl enable --now httpd\n"))).
	Extend("directory"). // what the directory has beyond any web server
	WithDefaults(instance.Spec{}.
		WithType("t4g.small").
		WithVolume("/dev/sdf", instance.GP3(20*instance.GiB).WithIOPS(4000)).
		WithMetadata(instance.MetadataOptions{HopLimit: 2}))

type story struct {
	out    io.Writer
	name   string
	abroad region.Region
	every  time.Duration // how often to look at what is waited for
}

// tell runs the story. Whatever happens, what it made is taken away in the end, and what can't be is
// named in the error.
func (s story) tell(ctx context.Context, be backend.Backend) (err error) {
	ctx, journal := backend.Track(ctx)
	defer func() {
		if err == nil {
			return
		}
		s.say("\nSomething went wrong: %v\nTaking away what was made.", err)
		err = errors.Join(err, backend.Leftovers(journal.Wrap(err)).Cleanup(context.WithoutCancel(ctx)))
	}()

	s.say("1. A class: %s", directory)
	resolution, err := directory.Resolve(ctx, be)
	if err != nil {
		return err
	}
	s.say("   In %s it means %s, %s", be.Region(), resolution.Image.ID, resolution.Image.Name)

	s.say("\n2. An object of it: the first server")
	first, err := directory.Instantiate(ctx, be, instance.Spec{}.WithName(s.name+"-1"))
	if err != nil {
		return err
	}
	if err := first.WaitRunning(ctx, s.watch()...); err != nil {
		return err
	}
	s.say("   %s, private %s, public %s", first, first.PrivateIP(), first.PublicIP())

	s.say("\n3. A class again: an image of the configured server")
	golden, err := ami.FromInstance(ctx, first, s.name+"-image", ami.WithDescription("The employee directory, configured"))
	if err != nil {
		return err
	}
	if err := golden.WaitAvailable(ctx, s.watch()...); err != nil {
		return err
	}
	s.say("   %s", golden)

	s.say("\n4. An object of that: a second server, the twin of the first")
	spec, err := first.Spec(ctx)
	if err != nil {
		return err
	}
	twin, err := golden.Instantiate(ctx, spec.WithName(s.name+"-2"))
	if err != nil {
		return err
	}
	if err := twin.WaitRunning(ctx, s.watch()...); err != nil {
		return err
	}
	if err := s.compare(ctx, first, twin); err != nil {
		return err
	}

	s.say("\n5. The image goes to %s and becomes a server there", s.abroad)
	there, err := golden.CopyTo(ctx, s.abroad)
	if err != nil {
		return err
	}
	if err := there.WaitAvailable(ctx, s.watch()...); err != nil {
		return err
	}
	s.say("   %s: another ID than %s", there, golden.ID())
	far, err := there.Instantiate(ctx, instance.Spec{}.WithType("t4g.small").WithName(s.name+"-3"))
	if err != nil {
		return err
	}
	if err := far.WaitRunning(ctx, s.watch()...); err != nil {
		return err
	}
	s.say("   %s", far)

	s.say("\n6. All of it goes")
	for _, i := range []*instance.Instance{far, twin, first} {
		if err := i.Terminate(ctx); err != nil {
			return err
		}
	}
	for _, i := range []*instance.Instance{far, twin, first} {
		if err := i.WaitTerminated(ctx, s.watch()...); err != nil {
			return err
		}
	}
	for _, im := range []ami.Image{there, golden} {
		if err := im.Deregister(ctx); err != nil {
			return err
		}
		s.say("   image %s is deregistered, its snapshots are deleted", im.ID())
	}
	return s.nothingLeft(ctx, []*instance.Instance{first, twin, far}, []ami.Image{golden, there})
}

// compare shows the configurations of two servers field by field.
func (s story) compare(ctx context.Context, first, twin *instance.Instance) error {
	a, err := first.Spec(ctx)
	if err != nil {
		return err
	}
	b, err := twin.Spec(ctx)
	if err != nil {
		return err
	}
	s.say("   %-18s %-34s %s", "field", first.ID(), twin.ID())
	for _, f := range fields {
		mark := "="
		if f.of(a) != f.of(b) {
			mark = "≠"
		}
		s.say(" %s %-18s %-34s %s", mark, f.name, f.of(a), f.of(b))
	}
	diff, err := twin.Diff(ctx, first)
	if err != nil {
		return err
	}
	if !diff.Only(`tags["Name"]`) {
		return fmt.Errorf("the servers should differ in nothing but their names, but:\n%s", diff)
	}
	s.say("   The two differ in nothing but their names.")
	return nil
}

var fields = []struct {
	name string
	of   func(instance.Spec) string
}{
	{"type", instance.Spec.Type},
	{"root volume", func(s instance.Spec) string { return disk(s.RootVolume()) }},
	{"/dev/sdf", func(s instance.Spec) string { return disk(s.Volumes()["/dev/sdf"]) }},
	{"subnet", instance.Spec.Subnet},
	{"security groups", func(s instance.Spec) string { return strings.Join(s.Groups(), ", ") }},
	{"user data", func(s instance.Spec) string { return s.UserData().String() }},
	{"metadata service", func(s instance.Spec) string {
		return fmt.Sprintf("tokens %s, %d hops", s.Metadata().Tokens, s.Metadata().HopLimit)
	}},
	{"name", instance.Spec.Name},
}

// disk is a volume without the snapshot that it came from: the twin's data volume has the image's.
func disk(v instance.Volume) string {
	state := "plain"
	if on, _, _ := v.Encryption(); on {
		state = "encrypted"
	}
	return fmt.Sprintf("%s %s, %d IOPS, %s", v.Type(), v.Size(), v.IOPS(), state)
}

// nothingLeft looks for all that the story made.
func (s story) nothingLeft(ctx context.Context, servers []*instance.Instance, images []ami.Image) error {
	var left []string
	for _, i := range servers {
		for v, err := range i.Backend().Volumes(ctx, backend.Query{Filters: []backend.Filter{backend.By("attachment.instance-id", i.ID())}}) {
			if err != nil {
				return err
			}
			left = append(left, v.ID)
		}
		for n, err := range i.Backend().Interfaces(ctx, backend.Query{Filters: []backend.Filter{backend.By("attachment.instance-id", i.ID())}}) {
			if err != nil {
				return err
			}
			left = append(left, n.ID)
		}
	}
	for _, im := range images {
		for other, err := range im.Backend().Images(ctx, backend.ImageQuery{Owners: []string{"self"}, Filters: []backend.Filter{backend.By("name", im.Name())}}) {
			if err != nil {
				return err
			}
			left = append(left, other.ID)
		}
		for snap, err := range im.Backend().Snapshots(ctx, backend.SnapshotQuery{Owners: []string{"self"}}) {
			if err != nil {
				return err
			}
			if slices.ContainsFunc(im.Data().Devices, func(d backend.DeviceMapping) bool {
				return d.EBS != nil && d.EBS.SnapshotID == snap.ID
			}) {
				left = append(left, snap.ID)
			}
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("left over: %s", strings.Join(left, ", "))
	}
	s.say("\nNothing is left: no instance, volume, interface, image or snapshot of this story exists any more.")
	return nil
}

func (s story) say(format string, args ...any) {
	fmt.Fprintf(s.out, format+"\n", args...)
}

// watch prints the progress of a wait, a line for each change.
func (s story) watch() []backend.WaitOption {
	last := ""
	options := []backend.WaitOption{backend.WithProgress(func(p backend.Progress) {
		now := fmt.Sprintf("%s %s %d", p.Resource, p.State, p.Percent)
		if now == last {
			return
		}
		last = now
		if p.Percent >= 0 {
			s.say("   … %s: %s, %d%%", p.Resource, p.State, p.Percent)
			return
		}
		s.say("   … %s: %s", p.Resource, p.State)
	})}
	return append(options, backend.WithInterval(s.every))
}
