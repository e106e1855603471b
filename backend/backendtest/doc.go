// Package backendtest says what a backend is: a suite of behaviours of Amazon EC2 that every
// [backend.Backend] must show. It needs nothing but that interface, so it runs alike on a cloud in
// memory, on an emulator over HTTP and on a real account:
//
//	func TestConformance(t *testing.T) {
//		backendtest.Run(t, func(t *testing.T) backendtest.World {
//			return backendtest.World{Backend: newBackend(t), Sister: region.EUWest1}
//		})
//	}
//
// Each [Behaviour] is a test of its own, named for what EC2 does, and says when it fails what was
// seen instead and on which page of the documentation to read about it. It asks the harness for a
// world of its own, and all run in parallel: a harness may give each the same account, or a fork of
// one prepared cloud.
//
// What a backend says that it doesn't have, by an error that matches [backend.ErrUnsupported] or by lacking an optional
// interface, is skipped by name: a backend in the making embeds [backend.Unsupported] and watches what is skipped become
// what passes. docs/writing-a-backend.md goes that way step by step.
//
// # On a real account
//
// The suite costs a few cents and makes only small things: the smallest instance types, a few GiB of
// storage, private images. Everything it makes bears the tag [TagKey] and is removed at the end of its
// test, also when that fails; a test whose context ended early, or a killed process, may leave some,
// which the tag finds. It needs a default VPC with its default subnets, and room in the quotas: run it
// with -parallel 2 in a new account, whose quota of vCPUs is 5
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html), and with
// -timeout 2h.
//
// EC2 is eventually consistent, and so is the suite's patience: what was just made may be unknown for
// a minute before that counts as a violation
// (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
//
// # Adding a behaviour
//
// A behaviour goes into the file of its subject: a name, a page, and a function that asks a scene for
// what it needs. The name is a sentence about EC2; the page is where that sentence comes from.
package backendtest
