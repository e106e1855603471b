// Package instance describes servers and handles them: a [Spec] is what a server shall be, an
// [Instance] is one that exists.
//
// Most users launch through package ami, whose classes bring image and defaults. What they write of
// this package is the spec, and what they get from it is the object:
//
//	spec := instance.Spec{}.
//		WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
//		WithRootVolume(instance.GP3(30 * instance.GiB)).
//		WithUserData(instance.Script("#!/bin/sh\ndnf install -y httpd\n")).
//		WithName("web-1")
//	server, err := image.Instantiate(ctx, spec)
//	err = server.WaitRunning(ctx)
//
// # Specs
//
// A spec has two halves. Hardware is an instance type or needs, and storage; logical configuration is
// the place in the network, firewall, authentication, user data, the metadata service and tags. It is an
// immutable value and says only what it was told, so specs are laid over each other with [Spec.Merge]:
// a class has one, a subclass says what differs, a call says the rest. WithoutX says that there shall
// be no X, even if a spec below has one.
//
// A spec that is wrong is refused before any call. [Spec.Validate] tells all that is wrong with it by
// itself, [Spec.Preview] all that is wrong with it for one image, each fault as a [FieldError] with the
// path of its field and a remedy. Preview also shows the request that a launch would send.
//
// What no spec says is completed by safe defaults: the metadata service takes IMDSv2 only, and every
// volume is encrypted. [MetadataOptions] and [Volume.Unencrypted] say otherwise.
//
// [Needs] say what EC2's instance requirements can say, and more, and are a line of text for flags and files as well
// ([ParseNeeds]): "vcpus=4.. memory=16GiB.. burstable=excluded accelerator-kind=gpu". [Needs.Types] lists the types that
// meet them, [Needs.Explain] what ruled out each other one, and [Like] gives the needs that a type meets just so.
//
// # What a launch makes first
//
// A spec can declare what others have to set up beforehand: a [Firewall], a [PublicKey], and [Subnets] by
// what they are tagged with. A launch looks for what there is, makes what is missing, and names what it
// made in the error if it fails:
//
//	instance.Spec{}.
//		WithSubnets(instance.SubnetsTagged("tier", "private")).
//		WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4)).
//		WithPublicKey("ssh-ed25519 AAAA… ops@example.com")
//
// Security groups and key pairs are named for their content, so equal specs share them, in any number of
// launches. They stay when the instances go: [PruneFirewalls] finds the groups that nothing uses any more.
//
// A spec has a JSON form, so that it can stand in a file ([Spec.MarshalJSON]), with a schema for editors ([SpecSchema]).
//
// # Launching
//
// [Launch] makes an instance, [LaunchN] several, and they return while these are pending. They launch at
// most once, even if the reply is lost, and an error of theirs, or of a wait for what they launched, names
// the instances that exist now: see [backend.Leftovers]. A [Key] names the intent: under the same key a
// repeated call launches nothing twice, whoever makes it.
//
// EC2 hasn't always room. A [Plan] says what else will do (types, zones and subnets, as Spot Instances first or on demand, as
// many as can be had or all of them), and a launch goes through it until it has enough:
//
//	var memory = instance.NewCapacityMemory(3 * time.Minute) // of what had no capacity lately, for the whole program
//
//	spec = spec.WithPlan(instance.SpotFirst().WithTypes("m7g.large", "m6g.large").Remember(memory))
//
// A [LaunchError] has every attempt, and what runs in spite of it.
//
// # Instances
//
// [Get] and [List] find instances. An object remembers what was last seen, [Instance.Refresh] and the
// waits look again. [Instance.Spec] reads the configuration back, so an instance is a template for
// further ones, [Instance.Diff] tells how two differ, also across regions, and [Instance.Drift] in what one isn't what was
// said of it.
package instance
