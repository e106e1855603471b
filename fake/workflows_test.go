package fake_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// workflow is something that people do with the model. Its name is that of its row in docs/permissions.md.
type workflow struct {
	name string
	// prepare makes ready what the workflow is done to, and gives its ID.
	prepare func(context.Context, backend.Backend) (id string, err error)
	run     func(ctx context.Context, be backend.Backend, id string) error
}

// ready is a cloud on which the workflow can be run, with the ID of what it is done to.
func (w workflow) ready(t *testing.T) (cloud *fake.Cloud, id string) {
	t.Helper()
	cloud = fake.NewT(t)
	goldenKey(t, cloud, region.USEast1)
	goldenKey(t, cloud, region.EUWest1)
	id, err := w.prepare(t.Context(), cloud.Backend(region.USEast1))
	require.NoError(t, err)
	return cloud, id
}

// eachWorkflow tries all of them, each on a cloud of its own.
func eachWorkflow(t *testing.T, try func(t *testing.T, w workflow, cloud *fake.Cloud, id string)) {
	t.Helper()
	for _, w := range workflows {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			cloud, id := w.ready(t)
			try(t, w, cloud, id)
		})
	}
}

// nothing needs no preparation.
func nothing(context.Context, backend.Backend) (string, error) { return "", nil }

// aServer is a running instance, stoppedServer one that is stopped.
func aServer(ctx context.Context, be backend.Backend) (string, error) {
	server, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("web"))
	if err != nil {
		return "", err
	}
	return server.ID(), server.WaitRunning(ctx)
}

func stoppedServer(ctx context.Context, be backend.Backend) (string, error) {
	id, err := aServer(ctx, be)
	if err != nil {
		return "", err
	}
	return id, server(stop)(ctx, be, id)
}

// plain is a server whose volumes aren't encrypted, so that its images can be shared.
var plain = instance.Spec{}.WithType("t3.micro").WithRootVolume(instance.GP3(8 * instance.GiB).Unencrypted())

// anImage is one of the caller's own, made from a running instance.
func anImage(ctx context.Context, be backend.Backend) (string, error) {
	server, err := ami.NewClass("web", ami.AmazonLinux2023()).Instantiate(ctx, be, plain)
	if err != nil {
		return "", err
	}
	golden, err := ami.FromInstance(ctx, server, "golden")
	if err != nil {
		return "", err
	}
	return golden.ID(), golden.WaitAvailable(ctx)
}

// imageAfter is one of the caller's own after something was done to it.
func imageAfter(do func(context.Context, ami.Image) error) func(context.Context, backend.Backend) (string, error) {
	return func(ctx context.Context, be backend.Backend) (string, error) {
		id, err := anImage(ctx, be)
		if err != nil {
			return "", err
		}
		return id, image(do)(ctx, be, id)
	}
}

// imageAndTemplates is an image, and a launch template in each of two regions.
func imageAndTemplates(ctx context.Context, be backend.Backend) (string, error) {
	there, err := be.In(region.EUWest1)
	if err != nil {
		return "", err
	}
	if err := errors.Join(aTemplate(ctx, be), aTemplate(ctx, there)); err != nil {
		return "", err
	}
	return anImage(ctx, be)
}

// server and image are workflows on what was prepared.
func server(do func(context.Context, *instance.Instance) error) func(context.Context, backend.Backend, string) error {
	return func(ctx context.Context, be backend.Backend, id string) error {
		i, err := instance.Get(ctx, be, id)
		if err != nil {
			return err
		}
		return do(ctx, i)
	}
}

func image(do func(context.Context, ami.Image) error) func(context.Context, backend.Backend, string) error {
	return func(ctx context.Context, be backend.Backend, id string) error {
		im, err := ami.Get(ctx, be, id)
		if err != nil {
			return err
		}
		return do(ctx, im)
	}
}

// launching is a workflow that launches instances of the class web.
func launching(spec instance.Spec, n int, opts ...instance.LaunchOption) func(context.Context, backend.Backend, string) error {
	return func(ctx context.Context, be backend.Backend, _ string) error {
		_, err := web.InstantiateN(ctx, be, spec, n, opts...)
		return err
	}
}

// finding is a workflow that finds the image of a selector.
func finding(s ami.Selector) func(context.Context, backend.Backend, string) error {
	return func(ctx context.Context, be backend.Backend, _ string) error {
		_, err := ami.NewClass("web", s).In(ctx, be)
		return err
	}
}

func stop(ctx context.Context, i *instance.Instance) error {
	if err := i.Stop(ctx); err != nil {
		return err
	}
	return i.WaitStopped(ctx)
}

var firewalled = instance.Spec{}.WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4))

const aLockfile = `{"version":1,"images":[{"region":"us-east-1","class":"web","architecture":"arm64","image":"ami-0123456789abcdef0",
	"name":"al2023","owner":"137112412989","created":"2026-11-21T00:00:00Z"}]}`

const friend = "111122223333"

// windowsKey is the key with which the password of a Windows instance is read.
var windowsKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// openSSH writes a public key as ssh-keygen does.
func openSSH(k *rsa.PublicKey) instance.PublicKey {
	var b []byte
	for _, part := range [][]byte{[]byte("ssh-rsa"), big.NewInt(int64(k.E)).Bytes(), append([]byte{0}, k.N.Bytes()...)} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
	}
	return instance.PublicKey("ssh-rsa " + base64.StdEncoding.EncodeToString(b))
}

// workflows are those of the model: each method of ami and instance that asks the backend is in one.
var workflows = []workflow{
	{"find an image by its family", nothing, finding(ami.Ubuntu("24.04"))},
	{"find the newest Amazon Linux", nothing, finding(ami.AmazonLinux2023())},
	{"find an image by a parameter", nothing, finding(ami.ByParameter("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"))},
	{"lock classes", nothing, func(ctx context.Context, be backend.Backend, _ string) error {
		_, _, err := ami.Lock(ctx, be, ami.Lockfile{}, []region.Region{region.USEast1, region.EUWest1}, web)
		return err
	}},
	{"verify a lockfile", nothing, func(ctx context.Context, be backend.Backend, _ string) error {
		var locked ami.Lockfile
		if err := json.Unmarshal([]byte(aLockfile), &locked); err != nil {
			return err
		}
		problems, err := locked.Verify(ctx, be)
		if err == nil && len(problems) != 1 {
			err = fmt.Errorf("an image that never was has the problems %v", problems)
		}
		return err
	}},
	{"find an image by its ID", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Refresh(ctx) })},

	{"find instance types by needs", nothing, func(ctx context.Context, be backend.Backend, _ string) error {
		_, err := instance.Needs{VCPUs: instance.Exactly(2)}.TypesOn(ctx, be, nil)
		return err
	}},
	{"launch an instance", nothing, func(ctx context.Context, be backend.Backend, _ string) error {
		i, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("web").WithTag("role", "web"))
		if err != nil {
			return err
		}
		return i.WaitRunning(ctx)
	}},
	{"look whether a launch would succeed", nothing, func(ctx context.Context, be backend.Backend, _ string) error {
		spec := firewalled.WithGroups("default").WithPublicKey(publicKey).WithRootVolume(instance.Volume{}.EncryptedWith("alias/golden"))
		_, err := web.Preflight(ctx, be, spec)
		return err
	}},
	{"launch several instances", nothing, launching(instance.Spec{}, 3)},
	{"launch several instances under a key", nothing, launching(instance.Spec{}, 3, instance.Key("r1"))},
	{"launch the rest of a key's instances", func(ctx context.Context, be backend.Backend) (string, error) {
		return "", launching(instance.Spec{}, 2, instance.Key("r1"))(ctx, be, "")
	}, launching(instance.Spec{}, 3, instance.Key("r1"))},
	{"launch several instances by a plan", nothing, launching(instance.Spec{}.WithPlan(instance.SpotFirst().WithOnDemand(1).WithZones("us-east-1a", "us-east-1b")), 3, instance.Key("r1"))},
	{"launch behind a declared firewall", nothing, launching(firewalled, 1)},
	{"launch with a public key", nothing, launching(instance.Spec{}.WithPublicKey(publicKey), 1)},
	{"launch the same server again", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		spec, err := i.Spec(ctx)
		if err != nil {
			return err
		}
		twin, err := web.Instantiate(ctx, i.Backend(), spec.WithName("twin"))
		if err != nil {
			return err
		}
		_, err = i.Diff(ctx, twin)
		return err
	})},

	{"write a launch template", nothing, func(ctx context.Context, be backend.Backend, _ string) error {
		_, err := web.Template(ctx, be, "web", instance.Spec{})
		return err
	}},
	{"write a version of a launch template", func(ctx context.Context, be backend.Backend) (string, error) {
		_, err := web.Template(ctx, be, "web", instance.Spec{})
		return "", err
	}, func(ctx context.Context, be backend.Backend, _ string) error {
		_, err := web.Template(ctx, be, "web", instance.Spec{}.WithName("web"), ami.AsDefault())
		return err
	}},
	{"read a launch template as a class", func(ctx context.Context, be backend.Backend) (string, error) {
		_, err := web.Template(ctx, be, "web", instance.Spec{})
		return "", err
	}, func(ctx context.Context, be backend.Backend, _ string) error {
		_, _, err := ami.FromTemplate(ctx, be, "web", "web", backend.DefaultVersion)
		return err
	}},

	{"tell an instance's drift", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		drift, err := web.Drift(ctx, i, instance.Spec{}.WithName("web"))
		if err == nil && !drift.Empty() {
			err = fmt.Errorf("it has drifted: %s", drift)
		}
		return err
	})},
	{"list instances", aServer, func(ctx context.Context, be backend.Backend, _ string) (err error) {
		for _, one := range instance.List(ctx, be, backend.Filter{Name: "instance-state-name", Values: []string{"running"}}) {
			err = errors.Join(err, one)
		}
		return err
	}},
	{"look at an instance again", aServer, server(func(ctx context.Context, i *instance.Instance) error { return i.Refresh(ctx) })},
	{"wait for passed status checks", aServer, server(func(ctx context.Context, i *instance.Instance) error { return i.WaitStatusOK(ctx) })},
	{"start an instance", stoppedServer, server(func(ctx context.Context, i *instance.Instance) error {
		if err := i.Start(ctx); err != nil {
			return err
		}
		return i.WaitRunning(ctx)
	})},
	{"stop an instance", aServer, server(stop)},
	{"reboot an instance", aServer, server(func(ctx context.Context, i *instance.Instance) error { return i.Reboot(ctx) })},
	{"terminate an instance", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		if err := i.Terminate(ctx); err != nil {
			return err
		}
		return i.WaitTerminated(ctx)
	})},
	{"tag an instance", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		return i.Tag(ctx, map[string]string{"role": "web"})
	})},
	{"untag an instance", aServer, server(func(ctx context.Context, i *instance.Instance) error { return i.Untag(ctx, "Name") })},
	{"change an instance's type", stoppedServer, server(func(ctx context.Context, i *instance.Instance) error { return i.ChangeType(ctx, "t3.small") })},
	{"protect an instance from termination", aServer, server(func(ctx context.Context, i *instance.Instance) error { return i.SetTerminationProtection(ctx, true) })},
	{"protect an instance from stopping", aServer, server(func(ctx context.Context, i *instance.Instance) error { return i.SetStopProtection(ctx, true) })},
	{"set what shutting down does", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		return i.SetShutdownBehavior(ctx, instance.ShutdownTerminates)
	})},
	{"switch detailed monitoring", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		if err := i.SetMonitoring(ctx, true); err != nil {
			return err
		}
		return i.SetMonitoring(ctx, false)
	})},
	{"set an instance's metadata options", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		return i.SetMetadata(ctx, instance.MetadataOptions{HopLimit: 3})
	})},
	{"read the console", aServer, server(func(ctx context.Context, i *instance.Instance) error { _, err := i.ConsoleOutput(ctx); return err })},
	{"read a Windows password", func(ctx context.Context, be backend.Backend) (string, error) {
		spec := instance.Spec{}.WithType("m7i.large").WithPublicKey(openSSH(&windowsKey().PublicKey))
		i, err := ami.NewClass("desk", ami.WindowsServer("2022")).Instantiate(ctx, be, spec)
		if err != nil {
			return "", err
		}
		return i.ID(), i.WaitRunning(ctx)
	}, server(func(ctx context.Context, i *instance.Instance) error {
		waited, err := i.WaitPassword(ctx, windowsKey())
		if err != nil {
			return err
		}
		if read, err := i.Password(ctx, windowsKey()); err != nil || read != waited {
			return fmt.Errorf("another password: %w", err)
		}
		return nil
	})},
	{"remove unused firewalls", func(ctx context.Context, be backend.Backend) (string, error) {
		i, err := web.Instantiate(ctx, be, firewalled)
		if err != nil {
			return "", err
		}
		if err := i.Terminate(ctx); err != nil {
			return "", err
		}
		return "", i.WaitTerminated(ctx)
	}, func(ctx context.Context, be backend.Backend, _ string) error {
		plan, err := instance.PruneFirewalls(ctx, be)
		if err != nil {
			return err
		}
		return plan.Apply(ctx)
	}},

	{"make an image of an instance", aServer, server(func(ctx context.Context, i *instance.Instance) error {
		golden, err := ami.FromInstance(ctx, i, "golden", ami.WithTags(map[string]string{"team": "web"}))
		if err != nil {
			return err
		}
		return golden.WaitAvailable(ctx)
	})},
	{"launch an image", anImage, image(func(ctx context.Context, im ami.Image) error {
		_, err := im.Instantiate(ctx, instance.Spec{}.WithType("t3.micro"))
		return err
	})},
	{"copy an image to another region", anImage, image(func(ctx context.Context, im ami.Image) error {
		there, err := im.CopyTo(ctx, region.EUWest1)
		if err != nil {
			return err
		}
		return there.WaitAvailable(ctx)
	})},
	{"share an image", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Share(ctx, ami.Account(friend)) })},
	{"unshare an image", imageAfter(func(ctx context.Context, im ami.Image) error { return im.Share(ctx, ami.Account(friend)) }),
		image(func(ctx context.Context, im ami.Image) error { return im.Unshare(ctx, ami.Account(friend)) })},
	{"list whom an image is shared with", anImage, image(func(ctx context.Context, im ami.Image) error { _, err := im.SharedWith(ctx); return err })},
	{"limit the types of an image", anImage, image(func(ctx context.Context, im ami.Image) error { return im.LimitTypes(ctx, []string{"t3.*"}, nil) })},
	{"deprecate an image", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Deprecate(ctx, time.Now().Add(time.Hour)) })},
	{"take back an image's deprecation", imageAfter(func(ctx context.Context, im ami.Image) error { return im.Deprecate(ctx, time.Now().Add(time.Hour)) }),
		image(func(ctx context.Context, im ami.Image) error { return im.Undeprecate(ctx) })},
	{"disable an image", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Disable(ctx) })},
	{"enable an image", imageAfter(func(ctx context.Context, im ami.Image) error { return im.Disable(ctx) }),
		image(func(ctx context.Context, im ami.Image) error { return im.Enable(ctx) })},
	{"protect an image", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Protect(ctx) })},
	{"unprotect an image", imageAfter(func(ctx context.Context, im ami.Image) error { return im.Protect(ctx) }),
		image(func(ctx context.Context, im ami.Image) error { return im.Unprotect(ctx) })},
	{"deregister an image with its snapshots", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Deregister(ctx) })},
	{"deregister an image and keep its snapshots", anImage, image(func(ctx context.Context, im ami.Image) error { return im.Deregister(ctx, ami.KeepSnapshots()) })},
	{"retire images", anImage, func(ctx context.Context, be backend.Backend, _ string) error {
		plan, err := ami.Retire(ctx, be, ami.Own("golden*"), ami.KeepNewest(0))
		if err != nil {
			return err
		}
		return plan.Apply(ctx)
	}},
	{"retire images that others don't use", imageAfter(func(ctx context.Context, im ami.Image) error { return im.Share(ctx, ami.Account(friend)) }),
		func(ctx context.Context, be backend.Backend, _ string) error {
			plan, err := ami.Retire(ctx, be, ami.Own("golden*"), ami.ByUsageReports())
			if err != nil {
				return err
			}
			return plan.Apply(ctx)
		}},
	{"prune snapshots of images that are gone", func(ctx context.Context, be backend.Backend) (string, error) {
		if _, err := web.Template(ctx, be, "web", instance.Spec{}); err != nil {
			return "", err
		}
		return imageAfter(func(ctx context.Context, im ami.Image) error { return im.Deregister(ctx, ami.KeepSnapshots()) })(ctx, be)
	}, func(ctx context.Context, be backend.Backend, _ string) error {
		plan, err := ami.PruneSnapshots(ctx, be, 0)
		if err == nil && len(plan.Snapshots) != 1 {
			err = fmt.Errorf("the plan is %s", plan)
		}
		if err != nil {
			return err
		}
		return plan.Apply(ctx)
	}},
	{"publish an image", imageAndTemplates, image(func(ctx context.Context, im ami.Image) error {
		_, err := im.Publish(ctx, ami.ToRegions(region.USEast1, region.EUWest1).Unencrypted().Parameter("/golden/web").LaunchTemplate("web"))
		return err
	})},
	{"publish an image, tested, encrypted and shared", anImage, image(func(ctx context.Context, im ami.Image) error {
		_, err := im.Publish(ctx, ami.ToRegions(region.USEast1, region.EUWest1).EncryptedWith("alias/golden").SharedWith(friend).Watermarked("golden").
			Tested(runs, instance.Spec{}.WithType("t3.micro")))
		return err
	})},
	{"draw up an image's family", anImage, image(func(ctx context.Context, im ami.Image) error {
		family, err := im.Lineage(ctx)
		if err == nil && (len(family.Images) != 2 || len(family.Instances) != 1) {
			err = fmt.Errorf("it isn't whole: %s", family.Mermaid())
		}
		return err
	})},
	{"trace an image's ancestry", anImage, image(func(ctx context.Context, im ami.Image) error { _, err := im.Ancestry(ctx); return err })},
}

func TestWorkflowsNeverLoseTrack(t *testing.T) {
	t.Parallel()
	eachWorkflow(t, func(t *testing.T, w workflow, cloud *fake.Cloud, id string) {
		fake.FailEachCall(t, cloud, func(ctx context.Context, cloud *fake.Cloud) error {
			ctx, journal := backend.Track(ctx)
			return journal.Wrap(w.run(ctx, cloud.Backend(region.USEast1), id))
		})
	})
}

// Methods that need no workflow of their own: what a workflow calls them under.
var partOf = map[string]string{
	"Resolve": "In", "Launch": "Instantiate", "LaunchN": "InstantiateN", "ToTemplate": "Template",
}

func TestEveryMethodThatAsksTheBackendIsInAWorkflow(t *testing.T) {
	t.Parallel()
	called := map[string]bool{}
	for _, file := range []string{"workflows_test.go", "failures_test.go"} {
		ast.Inspect(parse(t, file), func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				called[s.Sel.Name] = true
			}
			return true
		})
	}
	asking := 0
	for _, dir := range []string{"../ami", "../instance"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, decl := range parse(t, file).Decls {
				f, ok := decl.(*ast.FuncDecl)
				if !ok || !f.Name.IsExported() || !takesContext(f) {
					continue
				}
				asking++
				require.True(t, called[f.Name.Name] || called[partOf[f.Name.Name]], "%s: %s is in no workflow", file, f.Name.Name)
			}
		}
	}
	require.Greater(t, asking, 40)
}

func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	return tree
}

func takesContext(f *ast.FuncDecl) bool {
	params := f.Type.Params.List
	if len(params) == 0 {
		return false
	}
	s, ok := params[0].Type.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Context"
}
