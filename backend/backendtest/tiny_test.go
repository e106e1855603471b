package backendtest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

const tinyImage = "ami-0123456789abcdef0"

// tiny is a backend that has instances of one image, and nothing else; it can be broken in the ways
// that its fields name. It is for one goroutine.
type tiny struct {
	backend.Backend // for what no test calls

	first, settled backend.InstanceState // what a launch answers, and what becomes of it
	prefix         string                // of IDs
	forgetsTokens  bool
	terminatesOnce bool
	immortal       bool
	bareErrors     bool
	code           string // of an unknown image
	kind           error  // of an unknown image

	instances []*backend.Instance
	requests  map[string]backend.RunRequest // by token
}

func newTiny() *tiny {
	return &tiny{
		first: backend.InstancePending, settled: backend.InstanceRunning, prefix: "i-",
		code: "InvalidAMIID.NotFound", kind: backend.ErrNotFound, requests: map[string]backend.RunRequest{},
	}
}

func (b *tiny) Region() region.Region { return region.USEast1 }

func (b *tiny) alive() []string {
	var ids []string
	for _, i := range b.instances {
		if i.State != backend.InstanceTerminated {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

func (b *tiny) Images(_ context.Context, q backend.ImageQuery) iter.Seq2[backend.Image, error] {
	return func(yield func(backend.Image, error) bool) {
		yield(backend.Image{ID: q.IDs[0], Architecture: "x86_64", State: backend.ImageAvailable}, nil)
	}
}

func (b *tiny) RunInstances(_ context.Context, req backend.RunRequest) ([]backend.Instance, error) {
	if req.ImageID != tinyImage {
		if b.bareErrors {
			return nil, errors.New("no such image")
		}
		return nil, &backend.Error{Op: "RunInstances", Code: b.code, Kind: b.kind}
	}
	if before, used := b.requests[req.ClientToken]; used && req.ClientToken != "" && !b.forgetsTokens {
		if !reflect.DeepEqual(before, req) {
			return nil, &backend.Error{Op: "RunInstances", Code: "IdempotentParameterMismatch", Kind: backend.ErrInvalid}
		}
		for _, i := range b.instances {
			if i.ClientToken == req.ClientToken {
				return []backend.Instance{*i}, nil
			}
		}
	}
	b.requests[req.ClientToken] = req
	n := len(b.instances) + 1
	i := &backend.Instance{
		ID: fmt.Sprintf("%s%017x", b.prefix, n), ReservationID: fmt.Sprintf("r-%017x", n), ClientToken: req.ClientToken,
		ImageID: req.ImageID, Type: req.Type, State: b.first, LaunchTime: time.Now(), Zone: "us-east-1a",
		PrivateIP: "172.31.0.4", SubnetID: "subnet-1", VPCID: "vpc-1",
		Volumes: []backend.InstanceVolume{{Device: "/dev/xvda"}}, Interfaces: []backend.InstanceInterface{{ID: "eni-1"}},
	}
	b.instances = append(b.instances, i)
	return []backend.Instance{*i}, nil
}

func (b *tiny) Instances(_ context.Context, q backend.Query) iter.Seq2[backend.Instance, error] {
	return func(yield func(backend.Instance, error) bool) {
		for _, i := range b.instances {
			if len(q.IDs) > 0 && !slices.Contains(q.IDs, i.ID) || len(q.Filters) > 0 && q.Filters[0].Values[0] != i.ClientToken {
				continue
			}
			if i.State == backend.InstancePending {
				i.State, i.StateReason = b.settled, "Server.InternalError"
			}
			if !yield(*i, nil) {
				return
			}
		}
	}
}

func (b *tiny) TerminateInstances(_ context.Context, ids []string) ([]backend.StateChange, error) {
	if b.immortal {
		return nil, &backend.Error{Op: "TerminateInstances", Code: "OperationNotPermitted", Kind: backend.ErrDenied}
	}
	var changes []backend.StateChange
	for _, i := range b.instances {
		if !slices.Contains(ids, i.ID) {
			continue
		}
		if i.State == backend.InstanceTerminated && b.terminatesOnce {
			b.terminatesOnce = false // so that cleaning up succeeds
			return nil, &backend.Error{Op: "TerminateInstances", Code: "IncorrectInstanceState", Kind: backend.ErrState}
		}
		changes = append(changes, backend.StateChange{InstanceID: i.ID, Previous: i.State, Current: backend.InstanceTerminated})
		i.State = backend.InstanceTerminated
	}
	return changes, nil
}
