package backendtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

const (
	x86, arm       = "x86_64", "arm64"
	typeX86        = "t3.micro"
	typeARM        = "t4g.nano"
	amazonLinux    = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
	unlikelyDevice = "/dev/sdf" // that no Linux image maps
)

// image is the image that instances are launched of, found by parameter where the harness names none.
func (s *scene) image() backend.Image {
	s.Helper()
	if s.Image == "" {
		params, ok := s.Backend.(backend.Parameters)
		if !ok {
			s.Fatalf("backendtest: World.Image is empty and %T has no backend.Parameters to find one by", s.Backend)
		}
		architecture := x86
		if s.InstanceType != "" {
			types := list(s, "describe "+s.InstanceType, s.Backend.InstanceTypes(s.ctx, byID(s.InstanceType)))
			if len(types) == 1 && slices.Contains(types[0].Architectures, arm) {
				architecture = arm
			}
		}
		id, err := params.Parameter(s.ctx, amazonLinux+architecture)
		s.must(err, "find an Amazon Linux image")
		s.Image = id
	}
	return s.imageOf(s.Backend, s.Image)
}

func (s *scene) imageOf(be backend.Backend, id string) backend.Image {
	s.Helper()
	return one(s, "describe "+id, func(ctx context.Context) iter.Seq2[backend.Image, error] {
		return be.Images(ctx, backend.ImageQuery{IDs: []string{id}})
	})
}

// typeFor is an instance type for an architecture.
func (s *scene) typeFor(architecture string) string {
	if architecture == arm {
		return typeARM
	}
	return typeX86
}

// request is a launch of one small instance, changed by changes.
func (s *scene) request(changes ...func(*backend.RunRequest)) backend.RunRequest {
	s.Helper()
	image := s.image()
	if s.InstanceType == "" {
		s.InstanceType = s.typeFor(image.Architecture)
	}
	req := backend.RunRequest{
		ImageID: image.ID, Type: s.InstanceType, MinCount: 1, MaxCount: 1,
		InstanceTags: s.tagged(), VolumeTags: s.tagged(), InterfaceTags: s.tagged(),
	}
	for _, change := range changes {
		change(&req)
	}
	return req
}

// try launches what may be refused. What isn't is as many instances as were asked for.
func (s *scene) try(req backend.RunRequest) ([]backend.Instance, error) {
	s.Helper()
	is, err := s.Backend.RunInstances(s.ctx, req)
	for _, i := range is {
		s.made(s.Backend, backend.KindInstance, i.ID)
	}
	s.holds(err != nil || req.MinCount <= len(is) && len(is) <= req.MaxCount,
		"a launch of %d to %d answers %d instances", req.MinCount, req.MaxCount, len(is))
	return is, err
}

// launch launches one instance and answers what RunInstances did.
func (s *scene) launch(changes ...func(*backend.RunRequest)) backend.Instance {
	s.Helper()
	is, err := s.try(s.request(changes...))
	s.must(err, "launch")
	return is[0]
}

// run launches one instance and waits until it runs.
func (s *scene) run(changes ...func(*backend.RunRequest)) backend.Instance {
	s.Helper()
	i := s.await(s.launch(changes...).ID, backend.InstanceRunning)
	s.holds(len(i.Volumes) > 0 && len(i.Interfaces) > 0, "it runs without volume or interface: %+v", i)
	return i
}

// instance is what is told of an instance now.
func (s *scene) instance(id string) backend.Instance {
	s.Helper()
	return one(s, "describe "+id, func(ctx context.Context) iter.Seq2[backend.Instance, error] {
		return s.Backend.Instances(ctx, byID(id))
	})
}

// await waits until an instance is in a state, and fails where it can't come to it any more.
func (s *scene) await(id string, want backend.InstanceState) backend.Instance {
	s.Helper()
	var seen backend.Instance
	err := backend.Poll(s.ctx, func(context.Context) (backend.Progress, bool, error) {
		seen = s.instance(id)
		if seen.State == backend.InstanceTerminated && want != backend.InstanceTerminated {
			return backend.Progress{}, false, fmt.Errorf("it is terminated: %s", seen.StateReason)
		}
		return backend.Progress{Resource: "instance " + id, State: string(seen.State), Want: string(want), Percent: -1},
			seen.State == want, nil
	}, s.Wait...)
	s.must(err, fmt.Sprintf("wait for %s to be %s", id, want))
	return seen
}

// stop stops an instance and waits until it is.
func (s *scene) stop(id string) backend.Instance {
	s.Helper()
	_, err := s.Backend.StopInstances(s.ctx, []string{id}, backend.StopOptions{})
	s.must(err, "stop "+id)
	return s.await(id, backend.InstanceStopped)
}

// start starts an instance and waits until it runs.
func (s *scene) start(id string) backend.Instance {
	s.Helper()
	_, err := s.Backend.StartInstances(s.ctx, []string{id})
	s.must(err, "start "+id)
	return s.await(id, backend.InstanceRunning)
}

// terminate terminates an instance and waits until it is.
func (s *scene) terminate(id string) backend.Instance {
	s.Helper()
	_, err := s.Backend.TerminateInstances(s.ctx, []string{id})
	s.must(err, "terminate "+id)
	return s.await(id, backend.InstanceTerminated)
}

// picture makes an image of an instance and waits until it is available.
func (s *scene) picture(instance string, changes ...func(*backend.CreateImageRequest)) backend.Image {
	s.Helper()
	req := backend.CreateImageRequest{
		InstanceID: instance, Name: s.name, ImageTags: s.tagged(), SnapshotTags: s.tagged(),
	}
	for _, change := range changes {
		change(&req)
	}
	id, err := s.Backend.CreateImage(s.ctx, req)
	s.must(err, "make an image of "+instance)
	s.made(s.Backend, backend.KindImage, id)
	return s.available(s.Backend, id)
}

func (s *scene) available(be backend.Backend, id string) backend.Image {
	s.Helper()
	var seen backend.Image
	err := backend.Poll(s.ctx, func(context.Context) (backend.Progress, bool, error) {
		seen = s.imageOf(be, id)
		if seen.State != backend.ImagePending && seen.State != backend.ImageAvailable {
			return backend.Progress{}, false, fmt.Errorf("it is %s: %s", seen.State, seen.StateReason)
		}
		return backend.Progress{Resource: "image " + id, State: string(seen.State), Want: string(backend.ImageAvailable), Percent: -1},
			seen.State == backend.ImageAvailable, nil
	}, s.Wait...)
	s.must(err, fmt.Sprintf("wait for %s to be available", id))
	return seen
}

// sister is the backend of the other region; without one the behaviour is skipped.
func (s *scene) sister() backend.Backend {
	s.Helper()
	if s.Sister == "" {
		s.Skipf("World.Sister is empty: no second region to try this with")
	}
	there, err := s.Backend.In(s.Sister)
	s.must(err, "get the backend in "+s.Sister.String())
	return there
}

func (s *scene) volume(id string) backend.Volume {
	s.Helper()
	return one(s, "describe "+id, func(ctx context.Context) iter.Seq2[backend.Volume, error] {
		return s.Backend.Volumes(ctx, byID(id))
	})
}

func (s *scene) snapshot(be backend.Backend, id string) backend.Snapshot {
	s.Helper()
	return one(s, "describe "+id, func(ctx context.Context) iter.Seq2[backend.Snapshot, error] {
		return be.Snapshots(ctx, backend.SnapshotQuery{IDs: []string{id}})
	})
}

// snapshotGone waits until a snapshot is known no more.
func (s *scene) snapshotGone(id string) {
	s.Helper()
	s.eventually(func(ctx context.Context) error {
		found, err := all(s.Backend.Snapshots(ctx, backend.SnapshotQuery{IDs: []string{id}}))
		switch {
		case errors.Is(err, backend.ErrNotFound):
			return nil
		case err != nil:
			return err
		}
		return fmt.Errorf("snapshot %s is still listed: %+v", id, found)
	})
}

// on is the volume that an instance has on a device.
func (s *scene) on(i backend.Instance, device string) string {
	s.Helper()
	for _, v := range i.Volumes {
		if v.Device == device {
			return v.VolumeID
		}
	}
	s.violated("instance %s has no volume on %s: %+v", i.ID, device, i.Volumes)
	return ""
}

// withVolume adds an empty volume of one GiB to a launch.
func withVolume(deleteOnTermination bool) func(*backend.RunRequest) {
	return func(r *backend.RunRequest) {
		r.Devices = append(r.Devices, backend.DeviceMapping{Device: unlikelyDevice, EBS: &backend.EBSMapping{
			SizeGiB: 1, Type: "gp3", DeleteOnTermination: &deleteOnTermination,
		}})
	}
}
