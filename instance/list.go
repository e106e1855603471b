package instance

import (
	"context"
	"iter"

	"github.com/amiclass/amiclass/backend"
)

// List gives the instances for which every filter holds, in any state unless a filter says which; EC2
// still lists terminated ones for about an hour. It asks for further pages as they are needed, and
// ends after an error.
//
//	for server, err := range instance.List(ctx, be, instance.Tagged("role", "web"), instance.InState(backend.InstanceRunning)) {
func List(ctx context.Context, be backend.Backend, filters ...backend.Filter) iter.Seq2[*Instance, error] {
	return func(yield func(*Instance, error) bool) {
		for data, err := range be.Instances(ctx, backend.Query{Filters: filters}) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(New(be, data), nil) {
				return
			}
		}
	}
}

// Tagged holds for instances with a tag of this key and value. In the value "*" stands for any
// characters and "?" for one.
func Tagged(key, value string) backend.Filter { return backend.ByTag(key, value) }

// OfKey holds for the instances of a [Key].
func OfKey(key string) backend.Filter { return backend.ByTag(keyTag, wildcards.Replace(key)) }

// InState holds for instances in one of the states.
func InState(states ...backend.InstanceState) backend.Filter {
	names := make([]string, len(states))
	for i, s := range states {
		names[i] = string(s)
	}
	return backend.By("instance-state-name", names...)
}
