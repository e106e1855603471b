package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
func TestDeviceNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"/dev/sda1": true, "/dev/sda": true, "/dev/sdz": true, "/dev/sdf15": true, "/dev/hda1": true, "sdf": true,
		"/dev/xvda": true, "/dev/xvdaa": true, "/dev/xvdcz": true, "/dev/xvddx": true, "xvdf": true, "xvda1": true,
		"/dev/xvddy": false, "/dev/xvdea": false, "/dev/xvd": false, "/dev/xvdaaa": false, "/dev/sd": false, "/dev/sdaa": false,
		"/dev/sda0": false, "/dev/sda16": false, "/dev/sda01": false, "/dev/sda+1": false, "/dev/nvme0n1": false, "/dev/SDA": false,
		"": false, "/dev/": false, "sda1 ": false, "/dev/sd1": false,
	} {
		require.Equal(t, want, isDeviceName(name), name)
	}
}

// What is refused says so with EC2's error; nothing panics.
func FuzzDeviceNames(f *testing.F) {
	for _, s := range []string{"/dev/sda1", "xvdcz", "", "/dev/sd", "/dev/xvd", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		err := checkMapping(mapping{device: name, ebs: &ebsMapping{size: 1}}, false)
		if name != "" && isDeviceName(name) != (err == nil) {
			t.Fatalf("%q: %v", name, err)
		}
	})
}
