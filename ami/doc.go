// Package ami models Amazon Machine Images as classes: a class describes servers, [Class.Instantiate]
// makes an object of it, and [FromInstance] makes an image, and so a new class, of an object.
//
//	var Web = ami.NewClass("web", ami.AmazonLinux2023()).
//		WithArchitecture(ami.ARM64).
//		WithDefaults(instance.Spec{}.WithType("t4g.small"))
//
//	server, err := Web.Instantiate(ctx, be, instance.Spec{}.WithName("web-1"))
//	golden, err := ami.FromInstance(ctx, server, "web-2026-11-24")
//	twin, err := golden.Instantiate(ctx, instance.Spec{}.WithType("t4g.small"))
//
// # Selectors: which image is meant
//
// A class is free of regions, accounts and IDs. Which image it starts from is the business of its
// [Selector], which looks in the region at hand. A selector always says whose image may answer, since
// anybody can publish an image of any name:
//
//	ami.AmazonLinux2023()                  // Quick Start, published by AWS
//	ami.AmazonLinux2023().Minimal()        // a variant of it
//	ami.Ubuntu("24.04")                    // likewise Debian, RHEL, SUSE, WindowsServer, MacOS
//	ami.Marketplace("4p9z0w6h2r7k…")       // by product code
//	ami.Community("792107900819", "Rocky-9-*") // one account's public images
//	ami.Own("web-*")                       // the newest of one's own images of these names
//	ami.ByParameter("/golden/web")         // the ID that a Systems Manager parameter holds
//	ami.ByID("ami-0123456789abcdef0")      // one known image
//
// [Selector.Resolve] and [Class.Resolve] give a [Resolution], which explains itself when printed: the
// image, the other candidates in their order, and what was refused and why.
//
// # Classes: what a launch says unless it is told otherwise
//
// A [Class] is an immutable value. [Class.WithDefaults] and [Class.WithArchitecture] derive a class that
// says more, [Class.Extend] a subclass, which knows its parents. What a launch says goes before what
// the subclass says, that before the class, and that before what the image brings; what is still open
// is completed by safe defaults (see package instance).
//
// [Class.Preflight] finds what would keep a launch from succeeding, without launching anything: all faults at once, down to
// permissions and free addresses. [Class.TrustingOwners] narrows down whose images a class starts from, for selectors that
// leave that to others, and [Class.WithFreshness] warns of families that nobody builds any more.
//
// A class has a JSON form, so that it can stand in a file ([Class.MarshalJSON]), with a schema for editors ([ClassSchema]).
//
// # Images: one in one region
//
// An [Image] comes from [Get], [Class.In], [FromInstance] or [Image.CopyTo]. A new one is pending for
// minutes: [Image.WaitAvailable] waits and tells how far it is, [Image.Instantiate] and
// [Image.CopyTo] wait by themselves. [Image.Deregister] takes an image away with its snapshots.
//
// # The life of a class
//
// [Lock] writes down which images classes resolve to, for a file under version control; a class that is [Class.Pinned] to it
// always starts from those, and [Lockfile.Verify] finds what can't be relied on any more:
//
//	lock, changes, err := ami.Lock(ctx, be, old, []region.Region{region.USEast1, region.EUWest1}, Web)
//	server, err := Web.Pinned(lock).Instantiate(ctx, be, instance.Spec{})
//
// [Image.Publish] tests an image, copies it to several regions, shares it, and moves what points to the current image,
// parameters and launch templates, only when every region is ready; called again it goes on where it stopped:
//
//	release, err := golden.Publish(ctx, ami.ToRegions(region.USEast1, region.EUWest1).Parameter("/golden/web"))
//
// [Retire] plans which of one's own images can go, prints why the others can't, and changes nothing until it is applied:
//
//	plan, err := ami.Retire(ctx, be, ami.Own("web-*"), ami.KeepNewest(5))
//	fmt.Println(plan)
//	err = plan.Apply(ctx)
//
// [PruneSnapshots] plans the same for what images that are long gone have left.
//
// [Class.Template] writes what a launch of a class says into a launch template, for Auto Scaling and fleets, and
// [FromTemplate] makes a class of one.
//
// [Image.Lineage] draws up the family of an image, classes and their objects, and [Graph] gives it as a picture.
//
// [Class.Drift] tells in what an instance isn't what its class would make now: its image superseded, or changed by hand.
//
// # Calling again, and what a failure leaves
//
// EC2 has no token that would make creating an image safe to repeat, so its name is the key: asked
// again for an image that they made already, of the same source, [FromInstance] and [Image.CopyTo]
// give that one; they know it by its tag amiclass:from. Where a reply is lost they look for what it
// was about. An error of any workflow here carries what it made and what exists
// ([backend.Leftovers]), with a way to remove it.
package ami
