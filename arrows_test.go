package amiclass_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/amiclass/amiclass"

// Who may import whom, as docs/architecture.md draws it. A package that isn't listed may be imported by
// nobody and is an error of this test.
var arrows = map[string][]string{
	"region":                     {},
	"backend":                    {"region"},
	"internal/aftermath":         {"backend"},
	"internal/catalogue":         {"backend", "region"},
	"internal/catalogue/refresh": {"internal/catalogue", "region"},
	"internal/fit":               {"backend"},
	"internal/alike":             {},
	"internal/glob":              {},
	"internal/keypolicy":         {},
	"internal/lines":             {},
	"internal/strictjson":        {},
	"internal/writeschemas":      {"ami", "instance"},
	"internal/tooltest":          {},
	"instance":                   {"backend", "region", "internal/aftermath", "internal/catalogue", "internal/fit", "internal/lines", "internal/strictjson"},
	"ami":                        {"instance", "backend", "region", "internal/aftermath", "internal/catalogue", "internal/glob", "internal/keypolicy", "internal/lines", "internal/strictjson"},
	"backend/awsbackend":         {"backend", "region", "internal/alike"},
	"backend/backendtest":        {"backend", "region"},
	"fake":                       {"backend", "backend/awsbackend", "region", "fake/internal/engine", "fake/internal/inprocess", "fake/internal/wire"},
	"fake/internal/document":     {"fake/internal/engine"},
	"fake/internal/engine":       {"backend", "region", "fake/internal/store", "internal/alike", "internal/catalogue", "internal/fit", "internal/glob", "internal/keypolicy"},
	"fake/internal/inprocess":    {"region"},
	"fake/internal/store":        {},
	"fake/internal/wire":         {"region", "fake/internal/engine"},
	"fake/internal/wire/names":   {},
	"cmd/ec2fake":                {"fake", "region"},
	"compat/moto":                {},
	"compat/terraform":           {},
	"examples/employeedirectory": {"ami", "instance", "backend", "backend/awsbackend", "fake", "region"},
	"examples/bluegreen":         {"ami", "instance", "backend", "fake", "region"},
	"examples/deploytool":        {"ami", "instance", "backend"},
	"examples/familypicture":     {"ami", "instance", "backend", "fake", "region"},
	"examples/goldenpipeline":    {"ami", "instance", "backend", "fake", "region"},
	"examples/rolling":           {"ami", "instance", "backend", "fake", "region"},
	"examples/spotfallback":      {"ami", "instance", "backend", "fake", "region"},
	"":                           {},
}

// These reach no AWS SDK package, however far one goes: another backend must not have to compile it.
var withoutSDK = []string{"region", "backend", "instance", "ami", "internal/catalogue", "internal/fit", "internal/aftermath", "internal/glob", "internal/keypolicy", "internal/lines", "internal/strictjson", "backend/backendtest", "fake/internal/store"}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) map[string]listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	require.NoError(t, err)
	all := make(map[string]listed)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")] = p
	}
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		may, known := arrows[name]
		if !known {
			t.Errorf("package %q isn't in the picture: draw it in docs/architecture.md and list its arrows here", name)
			continue
		}
		for _, imp := range p.Imports {
			if to, ours := strings.CutPrefix(imp, module+"/"); ours && !slices.Contains(may, to) {
				t.Errorf("%s imports %s: that arrow isn't in the design", name, to)
			}
		}
	}
}

func TestModelReachesNoSDK(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, name := range withoutSDK {
		p, ok := all[name]
		require.True(t, ok, "package %s is gone", name)
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, "github.com/aws/") {
				t.Errorf("%s reaches %s", name, dep)
			}
		}
	}
}
