package instance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/instance"
)

func TestUserData(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		data instance.UserData
		want string
	}{
		"a script that says its shell":   {instance.Script("#!/bin/bash\necho"), "#!/bin/bash\necho"},
		"a script that doesn't":          {instance.Script("echo"), "#!/bin/sh\necho"},
		"a script for Windows":           {instance.Script("<powershell>x</powershell>"), "<powershell>x</powershell>"},
		"a cloud-config with its line":   {instance.CloudConfig("#cloud-config\npackages: [httpd]\n"), "#cloud-config\npackages: [httpd]\n"},
		"a cloud-config without":         {instance.CloudConfig("packages: [httpd]\n"), "#cloud-config\npackages: [httpd]\n"},
		"a comment that begins likewise": {instance.CloudConfig("#cloud-config-extra\n"), "#cloud-config\n#cloud-config-extra\n"},
		"bytes are left as they are":     {instance.Bytes([]byte{0, 1}), "\x00\x01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, string(tc.data.Bytes()))
			require.Equal(t, len(tc.want), tc.data.Len())
		})
	}
}

func TestUserDataNeverShowsItsContent(t *testing.T) {
	t.Parallel()
	s := instance.Spec{}.WithUserData(instance.Script("#!/bin/sh\nexport PASSWORD=secret\n"))
	for _, text := range []string{s.String(), s.UserData().String(), s.LogValue().String()} {
		require.NotContains(t, text, "secret")
		require.Contains(t, text, "33 bytes")
	}
	require.Equal(t, "empty", instance.UserData{}.String())
}
