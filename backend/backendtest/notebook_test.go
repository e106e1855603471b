package backendtest_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/backendtest"
	"github.com/amiclass/amiclass/region"
)

// notebook is a backend as somebody would begin one: servers written down in a map, of one image. What it doesn't
// have it inherits from [backend.Unsupported].
type notebook struct {
	backend.Unsupported
	servers map[string]*backend.Instance
	order   []string
	asked   map[string]backend.RunRequest // by client token
	// addresses counts the public ones that were given away.
	addresses int
}

const notebookImage = "ami-00000000000000001"

func newNotebook() *notebook {
	return &notebook{servers: map[string]*backend.Instance{}, asked: map[string]backend.RunRequest{}}
}

func (*notebook) Region() region.Region { return region.USEast1 }

func (n *notebook) In(r region.Region) (backend.Backend, error) {
	if r != n.Region() {
		return nil, backend.Lacks("In", string(r))
	}
	return n, nil
}

func refusal(op, resource, code string, kind error) error {
	return &backend.Error{Op: op, Resource: resource, Code: code, Kind: kind}
}

func (n *notebook) RunInstances(ctx context.Context, req backend.RunRequest) ([]backend.Instance, error) {
	const op = "RunInstances"
	switch before, used := n.asked[req.ClientToken]; {
	case ctx.Err() != nil:
		return nil, &backend.Error{Op: op, Err: ctx.Err()}
	case !amiShape.MatchString(req.ImageID):
		return nil, refusal(op, req.ImageID, "InvalidAMIID.Malformed", backend.ErrInvalid)
	case req.ImageID != notebookImage:
		return nil, refusal(op, req.ImageID, "InvalidAMIID.NotFound", backend.ErrNotFound)
	case !reflect.DeepEqual(req, known(req)):
		return nil, backend.Lacks(op+" with more than an image, a type, a count, a token and tags", "")
	case req.Type != "t3.micro" || req.MinCount > req.MaxCount:
		return nil, refusal(op, "", "InvalidParameterValue", backend.ErrInvalid)
	case len(req.InstanceTags) > 50:
		return nil, refusal(op, "", "TagLimitExceeded", backend.ErrQuota)
	case used && req.ClientToken != "" && n.gone(req.ClientToken):
		return nil, refusal(op, "", "IdempotentInstanceTerminated", backend.ErrState)
	case used && req.ClientToken != "" && !reflect.DeepEqual(before, req):
		return nil, refusal(op, "", "IdempotentParameterMismatch", backend.ErrInvalid)
	case used && req.ClientToken != "":
		return n.copies(func(i *backend.Instance) bool { return i.ClientToken == req.ClientToken }), nil
	}
	n.asked[req.ClientToken] = req
	reservation := fmt.Sprintf("r-%017x", len(n.order)+1)
	for index := range req.MaxCount {
		number := len(n.order) + 1
		i := &backend.Instance{
			ID: fmt.Sprintf("i-%017x", number), ReservationID: reservation, LaunchIndex: index, ClientToken: req.ClientToken, ImageID: req.ImageID, Type: req.Type,
			Architecture: "x86_64", RootDevice: "/dev/xvda", State: backend.InstancePending, LaunchTime: time.Now(), Zone: "us-east-1a", Tags: maps.Clone(req.InstanceTags),
			VPCID: "vpc-1", SubnetID: "subnet-1", PrivateIP: fmt.Sprintf("10.0.0.%d", number),
			Volumes:    []backend.InstanceVolume{{Device: "/dev/xvda", VolumeID: fmt.Sprintf("vol-%017x", number), DeleteOnTermination: true}},
			Interfaces: []backend.InstanceInterface{{ID: fmt.Sprintf("eni-%017x", number), DeleteOnTermination: true}},
		}
		if i.Tags == nil {
			i.Tags = map[string]string{}
		}
		n.move(i, backend.InstancePending)
		n.servers[i.ID], n.order = i, append(n.order, i.ID)
	}
	return n.copies(func(i *backend.Instance) bool { return i.ReservationID == reservation }), nil
}

// known is what this backend understands of a request.
func known(req backend.RunRequest) backend.RunRequest {
	return backend.RunRequest{
		ImageID: req.ImageID, Type: req.Type, MinCount: req.MinCount, MaxCount: req.MaxCount, ClientToken: req.ClientToken, InstanceTags: req.InstanceTags,
		VolumeTags: req.VolumeTags, InterfaceTags: req.InterfaceTags, // for what it doesn't list
	}
}

var (
	amiShape      = regexp.MustCompile(`^ami-[0-9a-f]{8,17}$`)
	instanceShape = regexp.MustCompile(`^i-[0-9a-f]{8,17}$`)
)

func (n *notebook) gone(token string) bool {
	return slices.ContainsFunc(n.copies(func(i *backend.Instance) bool { return i.ClientToken == token }), func(i backend.Instance) bool {
		return i.State == backend.InstanceTerminated || i.State == backend.InstanceShuttingDown
	})
}

// becomes are the states that come by themselves, when somebody looks.
var becomes = map[backend.InstanceState]backend.InstanceState{
	backend.InstancePending: backend.InstanceRunning, backend.InstanceStopping: backend.InstanceStopped, backend.InstanceShuttingDown: backend.InstanceTerminated,
}

// copies are the caller's own, so that he may change them.
func (n *notebook) copies(wanted func(*backend.Instance) bool) (all []backend.Instance) {
	for _, id := range n.order {
		if i := n.servers[id]; wanted(i) {
			one := *i
			one.Tags, one.Volumes = maps.Clone(i.Tags), slices.Clone(i.Volumes)
			all = append(all, one)
		}
	}
	return all
}

func (n *notebook) Instances(ctx context.Context, q backend.Query) iter.Seq2[backend.Instance, error] {
	const op = "DescribeInstances"
	return func(yield func(backend.Instance, error) bool) {
		if ctx.Err() != nil {
			yield(backend.Instance{}, &backend.Error{Op: op, Err: ctx.Err()})
			return
		}
		if err := n.byID(op, q.IDs); err != nil {
			yield(backend.Instance{}, err)
			return
		}
		for _, f := range q.Filters {
			if _, known := valuesOf(&backend.Instance{}, f.Name); !known {
				yield(backend.Instance{}, backend.Lacks(op+" by "+f.Name, ""))
				return
			}
		}
		for _, i := range n.copies(func(i *backend.Instance) bool {
			if next, moves := becomes[i.State]; moves {
				i.State = next
			}
			return (len(q.IDs) == 0 || slices.Contains(q.IDs, i.ID)) && !slices.ContainsFunc(q.Filters, func(f backend.Filter) bool { return !matches(i, f) })
		}) {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// valuesOf are what an instance has for a filter.
func valuesOf(i *backend.Instance, filter string) (values []string, known bool) {
	switch filter {
	case "instance-id":
		return []string{i.ID}, true
	case "instance-state-name":
		return []string{string(i.State)}, true
	case "image-id":
		return []string{i.ImageID}, true
	case "client-token":
		return []string{i.ClientToken}, true
	case "tag-key":
		return slices.Collect(maps.Keys(i.Tags)), true
	}
	if key, ok := strings.CutPrefix(filter, "tag:"); ok {
		if v, tagged := i.Tags[key]; tagged {
			values = []string{v}
		}
		return values, true
	}
	return nil, false
}

func matches(i *backend.Instance, f backend.Filter) bool {
	values, _ := valuesOf(i, f.Name)
	return slices.ContainsFunc(values, func(v string) bool {
		return slices.ContainsFunc(f.Values, func(pattern string) bool {
			ok, err := path.Match(pattern, v)
			return err == nil && ok
		})
	})
}

// move is what goes with a state: what it is for, and a public address of one that runs.
func (n *notebook) move(i *backend.Instance, to backend.InstanceState) {
	i.State, i.StateReason, i.PublicIP = to, "Client.UserInitiatedShutdown", ""
	if to == backend.InstancePending {
		n.addresses++
		i.StateReason, i.PublicIP = "", fmt.Sprintf("192.0.2.%d", n.addresses)
	}
	if to == backend.InstanceShuttingDown {
		i.PrivateIP, i.Interfaces, i.Volumes = "", nil, nil
	}
}

// byID finds servers, all of them or none.
func (n *notebook) byID(op string, ids []string) error {
	for _, id := range ids {
		switch {
		case !instanceShape.MatchString(id):
			return refusal(op, id, "InvalidInstanceID.Malformed", backend.ErrInvalid)
		case n.servers[id] == nil:
			return refusal(op, id, "InvalidInstanceID.NotFound", backend.ErrNotFound)
		}
	}
	return nil
}

// change moves servers from one state to another, all of them or none; those in one of the others stay in it.
func (n *notebook) change(op string, ids []string, from []backend.InstanceState, to backend.InstanceState, stay ...backend.InstanceState) (changes []backend.StateChange, err error) {
	if err := n.byID(op, ids); err != nil {
		return nil, err
	}
	for _, id := range ids {
		i := n.servers[id]
		if !slices.Contains(from, i.State) && !slices.Contains(stay, i.State) {
			return nil, refusal(op, id, "IncorrectInstanceState", backend.ErrState)
		}
	}
	for _, id := range ids {
		i, before := n.servers[id], n.servers[id].State
		if slices.Contains(from, before) {
			n.move(i, to)
		}
		changes = append(changes, backend.StateChange{InstanceID: id, Previous: before, Current: i.State})
	}
	return changes, nil
}

func (n *notebook) StartInstances(_ context.Context, ids []string) ([]backend.StateChange, error) {
	return n.change("StartInstances", ids, []backend.InstanceState{backend.InstanceStopped}, backend.InstancePending, backend.InstancePending, backend.InstanceRunning)
}

func (n *notebook) StopInstances(_ context.Context, ids []string, _ backend.StopOptions) ([]backend.StateChange, error) {
	return n.change("StopInstances", ids, []backend.InstanceState{backend.InstanceRunning}, backend.InstanceStopping, backend.InstanceStopping, backend.InstanceStopped)
}

func (n *notebook) TerminateInstances(_ context.Context, ids []string) ([]backend.StateChange, error) {
	alive := []backend.InstanceState{backend.InstancePending, backend.InstanceRunning, backend.InstanceStopping, backend.InstanceStopped}
	return n.change("TerminateInstances", ids, alive, backend.InstanceShuttingDown, backend.InstanceShuttingDown, backend.InstanceTerminated)
}

func (n *notebook) Images(_ context.Context, q backend.ImageQuery) iter.Seq2[backend.Image, error] {
	return func(yield func(backend.Image, error) bool) {
		for _, id := range q.IDs {
			if id != notebookImage {
				yield(backend.Image{}, refusal("DescribeImages", id, "InvalidAMIID.NotFound", backend.ErrNotFound))
				return
			}
		}
		if len(q.Filters) > 0 || len(q.Owners) > 0 {
			yield(backend.Image{}, backend.Lacks("DescribeImages by owners and filters", ""))
			return
		}
		yield(backend.Image{ID: notebookImage, Name: "notebook", Architecture: "x86_64", State: backend.ImageAvailable, RootDevice: "/dev/xvda", Devices: []backend.DeviceMapping{{Device: "/dev/xvda", EBS: &backend.EBSMapping{}}}}, nil)
	}
}

func (n *notebook) CreateTags(_ context.Context, ids []string, tags map[string]string) error {
	for _, id := range ids {
		if !strings.HasPrefix(id, "i-") {
			return backend.Lacks("CreateTags", id)
		}
	}
	if err := n.byID("CreateTags", ids); err != nil {
		return err
	}
	for key := range tags {
		if strings.HasPrefix(key, "aws:") {
			return refusal("CreateTags", key, "InvalidParameterValue", backend.ErrInvalid)
		}
	}
	for _, id := range ids {
		maps.Copy(n.servers[id].Tags, tags)
	}
	return nil
}

// A beginning of a backend passes what it has, and what it lacks is skipped by name.
func TestASecondBackendIsJudgedByWhatItHas(t *testing.T) {
	t.Parallel()
	var passed, skipped int
	for _, b := range backendtest.Behaviours() {
		t.Run(b.Name, func(t *testing.T) {
			r := b.Judge(t.Context(), backendtest.World{Backend: newNotebook(), Image: notebookImage, Wait: []backend.WaitOption{backend.WithInterval(time.Millisecond)}})
			require.Empty(t, r.Violations)
			if r.Skipped != "" {
				t.Log("skipped: " + r.Skipped)
				skipped++
			} else {
				passed++
			}
		})
	}
	t.Logf("%d behaviours hold, %d are of what it lacks", passed, skipped)
	require.GreaterOrEqual(t, passed, 36)
	require.NotZero(t, skipped)
}
