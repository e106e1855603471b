package ami

import (
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func fault(path, problem, remedy string) error {
	return &instance.FieldError{Path: path, Problem: problem, Remedy: remedy}
}

func checkBackend(be backend.Backend) error {
	if be == nil {
		return fault("backend", "is nil", "give the backend of the region that is meant")
	}
	return nil
}

func checkArchitecture(a Architecture) error {
	if a == "" || slices.Contains([]Architecture{I386, X8664, ARM64, X8664Mac, ARM64Mac}, a) {
		return nil
	}
	return fault("architecture", fmt.Sprintf("is %q", string(a)), "use i386, x86_64, arm64, x86_64_mac or arm64_mac")
}

// checkNeeds refuses hardware of another architecture than that of what shall run on it.
func checkNeeds(have Architecture, whose string, spec instance.Spec) error {
	needs, ok := spec.Needs()
	if !ok || needs.Architecture == "" || have == "" || needs.Architecture == have {
		return nil
	}
	return fault("spec.needs.architecture", fmt.Sprintf("is %s, but %s is for %s", needs.Architecture, whose, have),
		"leave it out of the needs, or use one for "+string(needs.Architecture))
}
