package fake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

var web = ami.NewClass("web", ami.AmazonLinux2023()).
	WithDefaults(instance.Spec{}.WithType("t3.micro").WithVolume("/dev/sdf", instance.GP3(20*instance.GiB)))

// tale is the whole story, up to the step at which it ends.
func tale(ctx context.Context, be backend.Backend, steps int) (err error) {
	ctx, journal := backend.Track(ctx)
	defer func() { err = journal.Wrap(err) }()

	first, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("one"))
	if err != nil || steps == 1 {
		return err
	}
	if err := first.WaitRunning(ctx); err != nil || steps == 2 {
		return err
	}
	golden, err := ami.FromInstance(ctx, first, "golden")
	if err != nil || steps == 3 {
		return err
	}
	if err := golden.WaitAvailable(ctx); err != nil {
		return err
	}
	spec, err := first.Spec(ctx)
	if err != nil {
		return err
	}
	twin, err := golden.Instantiate(ctx, spec.WithName("two"))
	if err != nil || steps == 4 {
		return err
	}
	there, err := golden.CopyTo(ctx, region.EUWest1)
	if err != nil || steps == 5 {
		return err
	}
	far, err := there.Instantiate(ctx, instance.Spec{}.WithType("t3.micro"))
	if err != nil || steps == 6 {
		return err
	}
	for _, i := range []*instance.Instance{first, twin, far} {
		if err := i.Terminate(ctx); err != nil {
			return err
		}
		if err := i.WaitTerminated(ctx); err != nil {
			return err
		}
	}
	return errors.Join(golden.Deregister(ctx), there.Deregister(ctx))
}

func TestTheStorysWorkflowsNeverLoseTrack(t *testing.T) {
	t.Parallel()
	for steps, name := range []string{
		1: "instantiate", 2: "wait", 3: "image of an instance", 4: "instantiate the image",
		5: "copy", 6: "instantiate the copy", 7: "take everything away",
	} {
		if name == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake.FailEachCall(t, fake.NewT(t), func(ctx context.Context, cloud *fake.Cloud) error {
				return tale(ctx, cloud.Backend(region.USEast1), steps)
			})
		})
	}
}

// recorder is a test that fails without failing this one.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	problems []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

// leaked is never closed: what waits for it is a leak.
var leaked = make(chan struct{})

func TestFailEachCallFindsWhatAWorkflowForgets(t *testing.T) {
	t.Parallel()
	request := func(t *testing.T, cloud *fake.Cloud) backend.RunRequest {
		return backend.RunRequest{ImageID: imageID(t, cloud, region.USEast1), Type: "t3.micro", MinCount: 1, MaxCount: 1}
	}
	for name, tc := range map[string]struct {
		workflow func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error
		says     string
	}{
		"an instance that the error doesn't name": {func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error {
			be := cloud.Backend(region.USEast1)
			is, err := be.RunInstances(ctx, req)
			if err != nil {
				return err
			}
			_, err = be.CreateImage(ctx, backend.CreateImageRequest{InstanceID: is[0].ID, Name: "golden"})
			return err
		}, "but the error doesn't name it"},
		"a second launch": {func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error {
			be := cloud.Backend(region.USEast1)
			_, err := be.RunInstances(ctx, req)
			if err != nil {
				_, err = be.RunInstances(context.WithoutCancel(ctx), req)
			}
			return err
		}, "2 instances were launched, 1 in the undisturbed run"},
		"success without the deed": {func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error {
			_, _ = cloud.Backend(region.USEast1).RunInstances(ctx, req)
			return nil
		}, "it succeeded, but not with what the undisturbed run made"},
		"a goroutine": {func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error {
			go func() { <-leaked }()
			_, err := cloud.Backend(region.USEast1).RunInstances(ctx, req)
			return err
		}, ": a goroutine is left\n"},
		"a deadline taken for something else": {func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error {
			ctx, cancel := context.WithCancel(ctx) // what is derived ends for the same reason
			defer cancel()
			_, err := cloud.Backend(region.USEast1).RunInstances(ctx, req)
			if errors.Is(ctx.Err(), context.DeadlineExceeded) && errors.Is(err, context.DeadlineExceeded) {
				return nil
			}
			return err
		}, "deadline passed before the deed: it succeeded, but not with"},
		"no capacity taken for success": {func(ctx context.Context, cloud *fake.Cloud, req backend.RunRequest) error {
			_, err := cloud.Backend(region.USEast1).RunInstances(ctx, req)
			if errors.Is(err, backend.ErrCapacity) {
				return nil
			}
			return err
		}, "no capacity: it succeeded, but not with"},
		"a workflow that fails by itself": {func(context.Context, *fake.Cloud, backend.RunRequest) error {
			return errors.New("broken")
		}, "fails undisturbed: broken"},
		"a workflow that never calls": {func(context.Context, *fake.Cloud, backend.RunRequest) error { return nil }, "made no call"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			req := request(t, cloud)
			r := &recorder{TB: t}
			fake.FailEachCall(r, cloud, func(ctx context.Context, cloud *fake.Cloud) error { return tc.workflow(ctx, cloud, req) })
			require.Contains(t, strings.Join(r.problems, "\n"), tc.says)
		})
	}
}
