package engine

import (
	"strconv"
	"strings"
)

// checkMapping checks one entry of a block device mapping as far as it says something, and completes
// nothing: sizes, IOPS and throughput of the volume type, device names. root tells whether it is the
// root device. Texts are (mem) unless the sources have them.
func checkMapping(m mapping, root bool) error {
	if m.device == "" {
		return missing("BlockDeviceMapping.DeviceName")
	}
	if !isDeviceName(m.device) {
		return badMapping("Invalid device name %s", m.device)
	}
	switch {
	case m.noDevice:
		if root {
			return badMapping("The root device '%s' can't be left out.", m.device)
		}
		return nil
	case m.virtualName != "":
		return checkVirtualName(m, root)
	case m.ebs == nil:
		return badMapping("The mapping of device '%s' has neither ebs nor virtualName nor noDevice.", m.device)
	}
	e := m.ebs
	if root && volumeTypes[e.typ].noBoot {
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/RootDeviceStorage.html
		return fail("BootForVolumeTypeUnsupported", "The volume type '%s' can't be that of a root device.", e.typ)
	}
	if err := checkVolume(e); err != nil {
		return err
	}
	if e.kmsKey != "" && !deref(e.encrypted) {
		return fail("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")
	}
	if rate := e.initializationRate; rate != 0 && (rate < 100 || rate > 300) {
		return badValue("VolumeInitializationRate", rate, "The rate must be between 100 and 300 MiB/s.")
	}
	return nil
}

func checkVirtualName(m mapping, root bool) error {
	switch {
	case !isEphemeral(m.virtualName):
		return badMapping("The virtual name '%s' is not valid: expecting ephemeral0 to ephemeral23.", m.virtualName)
	case m.ebs != nil:
		return badMapping("The mapping of device '%s' has both ebs and virtualName.", m.device)
	case root:
		return badMapping("The root device '%s' can't be an instance store volume of the mapping.", m.device)
	}
	return nil
}

// isDeviceName accepts what any kind of instance can have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html).
func isDeviceName(name string) bool {
	name = strings.TrimPrefix(name, "/dev/")
	if letters, ok := strings.CutPrefix(name, "xvd"); ok {
		// xvda to xvdz, xvdaa to xvddx; a partition's number behind the first letter on old kernels.
		switch {
		case len(letters) == 0 || !isLetter(letters[0]):
			return false
		case len(letters) == 2 && isLetter(letters[1]):
			return letters[0] <= 'c' || letters[0] == 'd' && letters[1] <= 'x'
		}
		return isPartition(letters[1:])
	}
	for _, prefix := range [...]string{"sd", "hd"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return len(rest) > 0 && isLetter(rest[0]) && isPartition(rest[1:])
		}
	}
	return false
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

// isPartition accepts nothing, and 1 to 15.
func isPartition(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 15 && s[0] != '0' && s[0] != '+'
}
