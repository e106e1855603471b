// Package fit tells whether an instance of a type can be launched from an image, and if not, why and
// what to do about it:
//
//	for _, m := range fit.Check(&image, &instanceType) {
//		fmt.Println(m) // architecture: image arm64, instance type x86_64; choose …
//	}
//
// The same answer serves the choice of a type, the check before a launch and the cloud in memory.
//
// The rules are Amazon EC2's: the architecture, the virtualization type and the kind of root volume
// must be among those of the type; the image must have a driver for the Elastic Network Adapter where
// the type has no other network; the boot mode must be one that the type has; and an image that wants
// a Trusted Platform Module must get one; and its owner may have said on which types it may run. An empty word on either side is not judged. That
// Windows runs on x86_64 only, and macOS on Macs only, follows from the architecture.
//
// What depends on more than the two is not here: the zones that offer a type, Marketplace
// subscriptions, the Dedicated Host that a Mac needs.
package fit
