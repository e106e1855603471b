// Package backend is what the classes and objects of this module stand on: the [Backend] interface,
// the plain data that it carries, the errors it gives, and the bookkeeping of what a workflow made.
//
// Most users need three things from here. An error says what kind it is:
//
//	_, err := ami.Get(ctx, be, "ami-0123456789abcdef0")
//	if errors.Is(err, backend.ErrNotFound) { … }
//
// A wait can tell how far it is:
//
//	err := image.WaitAvailable(ctx, backend.WithProgress(func(p backend.Progress) { fmt.Println(p) }))
//
// And a workflow that failed or was cancelled half way names what exists now and can remove it:
//
//	if err != nil {
//		for _, l := range backend.Leftovers(err) { log.Println("left:", l) }
//		err = errors.Join(err, backend.Leftovers(err).Cleanup(context.WithoutCancel(ctx)))
//	}
//
// A workflow of several steps keeps one account of all that its steps made with a [Journal].
//
// # Writing a backend
//
// A backend is bound to one account and one region, and knows its sisters in other regions
// ([Backend.In]). It passes client tokens through, maps errors to [Error], walks pages, and does
// nothing else: defaults, merging, tokens, waiting and leftovers are written once, in the packages
// instance and ami, above this interface. Data is plain: strings, numbers, slices and maps, with the
// zero value for "not said". What it returns belongs to the caller, what it gets it doesn't keep.
//
// Abilities that not every backend has are small interfaces of their own, such as [Parameters];
// packages above ask for them with [Ability] and say clearly when one is missing. A backend in the
// making embeds [Unsupported]. The suite in backendtest decides what a backend is;
// docs/writing-a-backend.md is the way there.
package backend
