package ami_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// A class that is pinned starts from the images that the lockfile has, whatever is published since.
func ExampleLock() {
	ctx := context.Background()
	be := fake.New().Backend(region.USEast1)
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))

	var old ami.Lockfile // read from the repository with ami.ReadLockfile
	lock, changes, err := ami.Lock(ctx, be, old, []region.Region{region.EUWest1, region.USEast1}, web)
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range changes {
		fmt.Println(c.New.Class, c.New.Region, c.Old.ID == "")
	}
	server, err := web.Pinned(lock).Instantiate(ctx, be, instance.Spec{})
	if err != nil {
		log.Fatal(err)
	}
	locked, _ := lock.Of(web, region.USEast1)
	fmt.Println(server.ImageID() == locked.ID)

	problems, err := lock.Verify(ctx, be)
	fmt.Println(len(problems), err)
	// Output:
	// web eu-west-1 true
	// web us-east-1 true
	// true
	// 0 <nil>
}

// A plan says what it would do, and why not more, before it does anything.
func ExampleRetire() {
	ctx := context.Background()
	be := fake.New().Backend(region.USEast1)
	server, err := ami.NewClass("web", ami.AmazonLinux2023()).
		Instantiate(ctx, be, instance.Spec{}.WithType("t3.micro"))
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"web-1", "web-2", "web-3"} {
		im, err := ami.FromInstance(ctx, server, name)
		if err != nil {
			log.Fatal(err)
		}
		if name == "web-2" { // it is in use
			if _, err := im.Instantiate(ctx, instance.Spec{}.WithType("t3.micro")); err != nil {
				log.Fatal(err)
			}
		}
	}

	plan, err := ami.Retire(ctx, be, ami.Own("web-*"), ami.KeepNewest(1))
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range plan.Images {
		fmt.Println(r.Image.Name, r.Goes(), len(r.Kept))
	}
	fmt.Println(plan.Apply(ctx))
	// Output:
	// web-3 false 1
	// web-2 false 1
	// web-1 true 0
	// <nil>
}

// What points to images is moved last, and only if every region has its copy.
func ExampleImage_Publish() {
	ctx := context.Background()
	cloud := fake.New()
	server, err := ami.NewClass("web", ami.AmazonLinux2023()).
		Instantiate(ctx, cloud.Backend(region.USEast1), instance.Spec{}.WithType("t3.micro"))
	if err != nil {
		log.Fatal(err)
	}
	golden, err := ami.FromInstance(ctx, server, "web-1")
	if err != nil {
		log.Fatal(err)
	}
	release, err := golden.Publish(ctx, ami.ToRegions(region.USEast1, region.EUWest1).
		Parameter("/golden/web").
		Tested(func(ctx context.Context, i *instance.Instance) error { return i.WaitStatusOK(ctx) },
			instance.Spec{}.WithType("t3.small")))
	if err != nil {
		log.Fatal(err, release)
	}
	for _, at := range release.Regions {
		fmt.Println(at.Region, at.Step, at.Former[0].Pointer)
	}
	there, err := ami.NewClass("web", ami.ByParameter("/golden/web")).In(ctx, cloud.Backend(region.EUWest1))
	fmt.Println(there.ID() == release.In(region.EUWest1).Image.ID(), err)
	// Output:
	// us-east-1 published parameter /golden/web
	// eu-west-1 published parameter /golden/web
	// true <nil>
}

// A class and a launch template are two forms of the same thing.
func ExampleClass_Template() {
	ctx := context.Background()
	be := fake.New().Backend(region.USEast1)
	web := ami.NewClass("web", ami.AmazonLinux2023()).
		WithDefaults(instance.Spec{}.WithType("t3.micro").WithTag("role", "web"))

	made, err := web.Template(ctx, be, "web", instance.Spec{}, ami.AsDefault())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Version, made.Default)
	again, beyond, err := ami.FromTemplate(ctx, be, "again", "web", backend.DefaultVersion)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Defaults().Type(), again.Defaults().Tags(), len(beyond))
	// Output:
	// 1 true
	// t3.micro map[role:web] 0
}

// Everything that is wrong, before anything is launched.
func ExampleClass_Preflight() {
	be := fake.New().Backend(region.USEast1)
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))

	_, err := web.Preflight(context.Background(), be, instance.Spec{}.
		WithKeyName("ops").
		WithRootVolume(instance.GP3(30*instance.GiB).EncryptedWith("alias/golden")))
	_, faults, _ := strings.Cut(err.Error(), ": ") // behind which image it is of
	fmt.Println(faults)
	fmt.Println(errors.Is(err, backend.ErrNotFound))
	// Output:
	// spec.keyName: there is no key pair "ops" in us-east-1; import it, or use WithPublicKey
	// spec.rootVolume.encrypted: there is no key alias/golden in us-east-1; name another
	// true
}
