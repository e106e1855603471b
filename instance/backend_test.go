package instance_test

import (
	"context"
	"iter"
	"sync"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// script is a backend that does what a test says and keeps count of calls by operation. A call that
// the test has no answer for panics.
type script struct {
	backend.Backend
	region  region.Region
	sisters map[region.Region]*script

	run        func(context.Context, backend.RunRequest) ([]backend.Instance, error)
	instances  func(context.Context, backend.Query) ([]backend.Instance, error)
	statuses   func(context.Context, backend.Query) ([]backend.InstanceStatus, error)
	attributes map[backend.InstanceAttribute]string
	attribute  error
	start      func([]string) ([]backend.StateChange, error)
	stop       func([]string, backend.StopOptions) ([]backend.StateChange, error)
	terminate  func([]string) ([]backend.StateChange, error)
	reboot     func([]string) error
	images     map[string]backend.Image
	volumes    []backend.Volume
	interfaces []backend.Interface
	subnets    []backend.Subnet
	createTags func(ids []string, tags map[string]string) error
	deleteTags func(ids, keys []string) error

	mu    sync.Mutex
	calls map[string]int
}

func (s *script) count(op string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[op]++
}

func (s *script) called(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[op]
}

func (s *script) Region() region.Region {
	if s.region == "" {
		return region.USEast1
	}
	return s.region
}

func (s *script) In(r region.Region) (backend.Backend, error) { return s.sisters[r], nil }

func (s *script) RunInstances(ctx context.Context, req backend.RunRequest) ([]backend.Instance, error) {
	s.count("RunInstances")
	return s.run(ctx, req)
}

func (s *script) Instances(ctx context.Context, q backend.Query) iter.Seq2[backend.Instance, error] {
	s.count("Instances")
	return listing(s.instances(ctx, q))
}

func (s *script) InstanceStatuses(ctx context.Context, q backend.Query) iter.Seq2[backend.InstanceStatus, error] {
	return listing(s.statuses(ctx, q))
}

func (s *script) InstanceAttribute(_ context.Context, _ string, a backend.InstanceAttribute) (string, error) {
	return s.attributes[a], s.attribute
}

func (s *script) StartInstances(_ context.Context, ids []string) ([]backend.StateChange, error) {
	return s.start(ids)
}

func (s *script) StopInstances(_ context.Context, ids []string, o backend.StopOptions) ([]backend.StateChange, error) {
	return s.stop(ids, o)
}

func (s *script) TerminateInstances(_ context.Context, ids []string) ([]backend.StateChange, error) {
	s.count("TerminateInstances")
	return s.terminate(ids)
}

func (s *script) RebootInstances(_ context.Context, ids []string) error { return s.reboot(ids) }

func (s *script) Images(_ context.Context, q backend.ImageQuery) iter.Seq2[backend.Image, error] {
	s.count("Images")
	image, ok := s.images[q.IDs[0]]
	if !ok {
		return listing[backend.Image](nil, notFound)
	}
	return listing([]backend.Image{image}, nil)
}

func (s *script) Volumes(context.Context, backend.Query) iter.Seq2[backend.Volume, error] {
	return listing(s.volumes, nil)
}

func (s *script) Interfaces(context.Context, backend.Query) iter.Seq2[backend.Interface, error] {
	return listing(s.interfaces, nil)
}

func (s *script) Subnets(context.Context, backend.Query) iter.Seq2[backend.Subnet, error] {
	return listing(s.subnets, nil)
}

func (s *script) CreateTags(_ context.Context, ids []string, tags map[string]string) error {
	return s.createTags(ids, tags)
}

func (s *script) DeleteTags(_ context.Context, ids, keys []string) error {
	return s.deleteTags(ids, keys)
}

func listing[T any](all []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

var notFound = &backend.Error{Op: "Describe", Code: "InvalidInstanceID.NotFound", Message: "it does not exist", Kind: backend.ErrNotFound}

const (
	id      = "i-0123456789abcdef0"
	imageID = "ami-0123456789abcdef0"
)

// inState answers with the instance in the states given, one look after the other; the last one stays.
func inState(states ...backend.InstanceState) func(context.Context, backend.Query) ([]backend.Instance, error) {
	return func(context.Context, backend.Query) ([]backend.Instance, error) {
		state := states[0]
		if len(states) > 1 {
			states = states[1:]
		}
		return []backend.Instance{{ID: id, State: state}}, nil
	}
}
