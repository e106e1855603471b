package terraform_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// mirrorEnv names the environment variable that says where the provider is: the directory in which
// registry.terraform.io is.
const mirrorEnv = "AMICLASS_TERRAFORM_PLUGINS"

// filesystemMirror reads the paths of mirrors in terraform's own configuration
// (https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation).
var filesystemMirror = regexp.MustCompile(`(?s)filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"`)

// findMirror gives the directory in which the provider is, or "": the one that the environment says, those of
// terraform's configuration, those in which terraform looks by itself, and those that machines are prepared with.
func findMirror(env func(string) string) string {
	if named := env(mirrorEnv); named != "" {
		return named
	}
	var candidates []string
	home := env("HOME")
	for _, config := range []string{env("TF_CLI_CONFIG_FILE"), filepath.Join(home, ".terraformrc")} {
		content, err := os.ReadFile(config)
		if err != nil {
			continue // terraform carries on without it as well
		}
		for _, path := range filesystemMirror.FindAllSubmatch(content, -1) {
			candidates = append(candidates, string(path[1]))
		}
	}
	candidates = append(candidates,
		filepath.Join(home, ".terraform.d", "plugins"),
		filepath.Join(home, ".local", "share", "terraform", "plugins"),
		"/usr/local/share/terraform/plugins",
		"/usr/share/terraform/plugins",
		env("TF_PLUGIN_CACHE_DIR"),
		filepath.Join(home, ".terraform.d", "plugin-cache"),
	)
	for _, root := range []string{"/opt", "/opt/*", "/usr/lib/*", "/srv/*"} {
		found, err := filepath.Glob(filepath.Join(root, registry))
		if err != nil {
			panic(err) // of the pattern
		}
		for _, dir := range found {
			candidates = append(candidates, filepath.Dir(dir))
		}
	}
	for _, dir := range candidates {
		if dir != "" && hasProvider(dir) {
			return dir
		}
	}
	return ""
}

const registry = "registry.terraform.io"

func hasProvider(mirror string) bool {
	info, err := os.Stat(filepath.Join(mirror, registry, "hashicorp", "aws"))
	return err == nil && info.IsDir()
}

func TestMirrorIsFoundWhereTerraformIsToldToLook(t *testing.T) {
	t.Parallel()
	place := func(t *testing.T, parts ...string) string {
		dir := filepath.Join(append([]string{t.TempDir()}, parts...)...)
		require.NoError(t, os.MkdirAll(filepath.Join(dir, registry, "hashicorp", "aws"), 0o700))
		return dir
	}
	lookup := func(env map[string]string) string {
		return findMirror(func(name string) string { return env[name] })
	}
	named, implied := place(t), place(t, ".terraform.d", "plugins")
	config := filepath.Join(t.TempDir(), "rc")
	require.NoError(t, os.WriteFile(config, []byte("provider_installation {\n  filesystem_mirror {\n    include = [\"*/*/*\"]\n    path = \""+named+"\"\n  }\n}\n"), 0o600))
	home := filepath.Dir(filepath.Dir(implied))

	require.Equal(t, "/elsewhere", lookup(map[string]string{mirrorEnv: "/elsewhere", "HOME": home, "TF_CLI_CONFIG_FILE": config}))
	require.Equal(t, named, lookup(map[string]string{"HOME": home, "TF_CLI_CONFIG_FILE": config}))
	require.Equal(t, implied, lookup(map[string]string{"HOME": home}))
}
