package ami_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

const (
	accountID  = "111122223333"
	instanceID = "i-0000000000000000a"
	imageID    = "ami-0000000000000000a"
	madeID     = "ami-00000000000000001"
	copiedID   = "ami-00000000000000002"
	golden     = "golden"
)

// account is a backend with just enough behaviour to be asked and to be made to fail. What it doesn't
// serve panics by the nil Backend.
type account struct {
	backend.Backend
	region region.Region
	*shared
}

type shared struct {
	mu        sync.Mutex
	images    map[region.Region][]backend.Image
	snapshots map[string]bool // by ID; of all regions
	percent   int
	calls     []string
	created   []backend.CreateImageRequest
	copied    []backend.CopyImageRequest
	launched  []backend.RunRequest
	gone      []backend.DeregisterImageRequest
	hidden    int // so many looks at a new image by its ID don't find it

	// refuse and lose hold the errors of the next calls of an operation, before or after the deed.
	refuse, lose map[string][]error
	// during runs in the middle of each call of an operation.
	during map[string]func()
	// outcome is what DeregisterImage says of snapshots, and does; "success" if nil.
	outcome func(id string) string
}

func newAccount(images ...backend.Image) *account {
	s := &shared{images: map[region.Region][]backend.Image{}, snapshots: map[string]bool{}, percent: 100,
		refuse: map[string][]error{}, lose: map[string][]error{}, during: map[string]func(){}}
	a := &account{region: region.USEast1, shared: s}
	a.add(images...)
	return a
}

func (a *account) add(images ...backend.Image) {
	for _, im := range images {
		a.images[a.region] = append(a.images[a.region], im)
		for _, d := range im.Devices {
			a.snapshots[d.EBS.SnapshotID] = true
		}
	}
}

func (a *account) in(r region.Region) *account { return &account{region: r, shared: a.shared} }

func (a *account) Region() region.Region { return a.region }

func (a *account) In(r region.Region) (backend.Backend, error) { return a.in(r), nil }

func (a *account) before(ctx context.Context, op string) error {
	a.mu.Lock()
	a.calls = append(a.calls, op)
	during := a.during[op]
	a.mu.Unlock()
	if during != nil {
		during()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return next(a.refuse, op)
}

// after is for use under the lock.
func (a *account) after(op string) error { return next(a.lose, op) }

func next(errs map[string][]error, op string) error {
	if len(errs[op]) == 0 {
		return nil
	}
	err := errs[op][0]
	errs[op] = errs[op][1:]
	return err
}

func (a *account) count(op string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(a.calls), func(c string) bool { return c != op }))
}

func (a *account) Images(ctx context.Context, q backend.ImageQuery) iter.Seq2[backend.Image, error] {
	return func(yield func(backend.Image, error) bool) {
		if err := a.before(ctx, "DescribeImages"); err != nil {
			yield(backend.Image{}, err)
			return
		}
		a.mu.Lock()
		var found []backend.Image
		for _, im := range a.images[a.region] {
			if matches(im, q) {
				found = append(found, im)
			}
		}
		hide := len(q.IDs) > 0 && a.hidden > 0
		if hide {
			a.hidden--
		}
		a.mu.Unlock()
		if len(q.IDs) > 0 && len(found) == 0 || hide {
			yield(backend.Image{}, noSuchImage(q.IDs[0]))
			return
		}
		for _, im := range found {
			if !yield(im, nil) {
				return
			}
		}
	}
}

func noSuchImage(id string) error {
	return &backend.Error{Op: "DescribeImages", Code: "InvalidAMIID.NotFound", Kind: backend.ErrNotFound,
		Message: fmt.Sprintf("The image id '[%s]' does not exist", id)}
}

func matches(im backend.Image, q backend.ImageQuery) bool {
	if len(q.IDs) > 0 && !slices.Contains(q.IDs, im.ID) {
		return false
	}
	if len(q.Owners) > 0 && !slices.ContainsFunc(q.Owners, func(o string) bool {
		return o == im.OwnerID || o == im.OwnerAlias || o == "self" && im.OwnerID == accountID
	}) {
		return false
	}
	for _, f := range q.Filters {
		if !slices.ContainsFunc(f.Values, func(v string) bool { return has(im, f.Name, v) }) {
			return false
		}
	}
	return q.IncludeDisabled || im.State != backend.ImageDisabled
}

func has(im backend.Image, filter, value string) bool {
	switch filter {
	case "name":
		pattern := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(value))
		return regexp.MustCompile("^" + pattern + "$").MatchString(im.Name)
	case "block-device-mapping.snapshot-id":
		return slices.ContainsFunc(im.Devices, func(d backend.DeviceMapping) bool { return d.EBS.SnapshotID == value })
	}
	panic("filter " + filter)
}

func (a *account) CreateImage(ctx context.Context, req backend.CreateImageRequest) (string, error) {
	return a.make(ctx, "CreateImage", func() string {
		a.created = append(a.created, req)
		a.add(backend.Image{ID: madeID, Name: req.Name, Description: req.Description, Tags: req.ImageTags,
			OwnerID: accountID, State: backend.ImagePending, Architecture: "x86_64", Devices: devices("snap-made")})
		return madeID
	})
}

func (a *account) CopyImage(ctx context.Context, req backend.CopyImageRequest) (string, error) {
	return a.make(ctx, "CopyImage", func() string {
		a.copied = append(a.copied, req)
		a.add(backend.Image{ID: copiedID, Name: req.Name, Description: req.Description, Tags: req.ImageTags,
			OwnerID: accountID, State: backend.ImagePending, Architecture: "x86_64", Devices: devices("snap-copied")})
		return copiedID
	})
}

func (a *account) make(ctx context.Context, op string, deed func() string) (string, error) {
	if err := a.before(ctx, op); err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	id := deed()
	if err := a.after(op); err != nil {
		return "", err
	}
	return id, nil
}

func (a *account) DeregisterImage(ctx context.Context, req backend.DeregisterImageRequest) ([]backend.SnapshotDeletion, error) {
	if err := a.before(ctx, "DeregisterImage"); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gone = append(a.gone, req)
	var out []backend.SnapshotDeletion
	a.images[a.region] = slices.DeleteFunc(a.images[a.region], func(im backend.Image) bool {
		if im.ID != req.ImageID {
			return false
		}
		for _, d := range im.Devices {
			outcome := "success"
			if a.outcome != nil {
				outcome = a.outcome(d.EBS.SnapshotID)
			}
			if outcome == "success" && req.DeleteSnapshots {
				delete(a.snapshots, d.EBS.SnapshotID)
			}
			if outcome != "" && req.DeleteSnapshots {
				out = append(out, backend.SnapshotDeletion{SnapshotID: d.EBS.SnapshotID, Outcome: outcome})
			}
		}
		return true
	})
	if err := a.after("DeregisterImage"); err != nil {
		return nil, err
	}
	return out, nil
}

func (a *account) Snapshots(ctx context.Context, q backend.SnapshotQuery) iter.Seq2[backend.Snapshot, error] {
	return func(yield func(backend.Snapshot, error) bool) {
		if err := a.before(ctx, "DescribeSnapshots"); err != nil {
			yield(backend.Snapshot{}, err)
			return
		}
		ids := q.IDs
		for _, f := range q.Filters {
			ids = append(ids, f.Values...)
		}
		a.mu.Lock()
		all, percent := maps.Clone(a.snapshots), a.percent
		a.mu.Unlock()
		for _, id := range ids {
			if all[id] && !yield(backend.Snapshot{ID: id, Percent: percent, SizeGiB: 8}, nil) {
				return
			}
		}
	}
}

func (a *account) DeleteSnapshot(ctx context.Context, id string) error {
	if err := a.before(ctx, "DeleteSnapshot"); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.snapshots, id)
	return a.after("DeleteSnapshot")
}

func (a *account) RunInstances(ctx context.Context, req backend.RunRequest) ([]backend.Instance, error) {
	if err := a.before(ctx, "RunInstances"); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.launched = append(a.launched, req)
	return []backend.Instance{{ID: instanceID, ImageID: req.ImageID, Type: req.Type, State: backend.InstancePending}}, nil
}

// set changes the state of an image.
func (a *account) set(id string, state backend.ImageState, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.images[a.region] {
		if im := &a.images[a.region][i]; im.ID == id {
			im.State, im.StateReason = state, reason
		}
	}
}

// withParameters is an account that reads parameters too.
type withParameters struct {
	*account
	values map[string]string
}

func (p withParameters) Parameter(ctx context.Context, name string) (string, error) {
	if err := p.before(ctx, "GetParameter"); err != nil {
		return "", err
	}
	if v, ok := p.values[name]; ok {
		return v, nil
	}
	return "", &backend.Error{Op: "GetParameter", Resource: name, Code: "ParameterNotFound", Kind: backend.ErrNotFound}
}

func devices(snapshots ...string) []backend.DeviceMapping {
	all := make([]backend.DeviceMapping, len(snapshots))
	for i, id := range snapshots {
		encrypted := true
		all[i] = backend.DeviceMapping{Device: fmt.Sprintf("/dev/sd%c", 'a'+i), EBS: &backend.EBSMapping{SnapshotID: id, Encrypted: &encrypted}}
	}
	return all
}

func own(id, name string, change ...func(*backend.Image)) backend.Image {
	im := backend.Image{ID: id, Name: name, OwnerID: accountID, State: backend.ImageAvailable, Architecture: "x86_64",
		RootDevice: "/dev/sda", RootDeviceType: "ebs", Virtualization: "hvm", ENA: true, Created: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Devices: devices("snap-root", "snap-data")}
	for _, c := range change {
		c(&im)
	}
	return im
}

func inState(s backend.ImageState, reason string) func(*backend.Image) {
	return func(im *backend.Image) { im.State, im.StateReason = s, reason }
}

func tagged(from string) func(*backend.Image) {
	return func(im *backend.Image) { im.Tags = map[string]string{"amiclass:from": from} }
}

func server(a *account) *instance.Instance {
	return instance.New(a, backend.Instance{ID: instanceID, RootDevice: "/dev/xvda", State: backend.InstanceRunning})
}

func get(t testing.TB, a *account, id string) ami.Image {
	t.Helper()
	im, err := ami.Get(t.Context(), a, id)
	require.NoError(t, err)
	return im
}

// leftovers lists what an error says is left, as "image ami-… in us-east-1".
func leftovers(err error) []string {
	var names []string
	for _, l := range backend.Leftovers(err) {
		names = append(names, l.String())
	}
	return names
}

func refused(code string) error {
	return &backend.Error{Op: "test", Code: code, Message: "refused", Kind: backend.KindOf(code)}
}

func lost() error { return fmt.Errorf("reply lost: %w", context.DeadlineExceeded) }
