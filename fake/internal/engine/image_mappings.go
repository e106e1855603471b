package engine

import (
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// mapping is one entry of a block device mapping: of an image, or of a launch.
type mapping struct {
	device      string
	noDevice    bool
	virtualName string
	ebs         *ebsMapping
}

// ebsMapping describes a volume to be made. The pointer fields tell "not said" from zero.
type ebsMapping struct {
	snapshot            string
	size                int32
	typ                 ec2types.VolumeType
	iops, throughput    int32
	encrypted           *bool
	kmsKey              string
	deleteOnTermination *bool
	initializationRate  int32
}

// readMapping copies one entry of a request. Nothing is checked.
func readMapping(in *ec2types.BlockDeviceMapping) mapping {
	m := mapping{
		device:      deref(in.DeviceName),
		noDevice:    in.NoDevice != nil,
		virtualName: deref(in.VirtualName),
	}
	if e := in.Ebs; e != nil {
		m.ebs = &ebsMapping{
			snapshot:            deref(e.SnapshotId),
			size:                deref(e.VolumeSize),
			typ:                 e.VolumeType,
			iops:                deref(e.Iops),
			throughput:          deref(e.Throughput),
			encrypted:           copyOf(e.Encrypted),
			kmsKey:              deref(e.KmsKeyId),
			deleteOnTermination: copyOf(e.DeleteOnTermination),
			initializationRate:  deref(e.VolumeInitializationRate),
		}
	}
	return m
}

// copyOf is another pointer to the same value.
func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return ptr(*p)
}

// renderMappings gives an image's mappings. Which key encrypts a snapshot is the snapshot's to tell.
func renderMappings(in []mapping) []ec2types.BlockDeviceMapping {
	var out []ec2types.BlockDeviceMapping
	for _, m := range in {
		r := ec2types.BlockDeviceMapping{DeviceName: text(m.device), VirtualName: text(m.virtualName)}
		if m.noDevice {
			r.NoDevice = ptr("")
		}
		if e := m.ebs; e != nil {
			r.Ebs = &ec2types.EbsBlockDevice{
				DeleteOnTermination: copyOf(e.deleteOnTermination),
				Encrypted:           ptr(deref(e.encrypted)),
				Iops:                number(e.iops),
				SnapshotId:          text(e.snapshot),
				Throughput:          number(e.throughput),
				VolumeSize:          number(e.size),
				VolumeType:          e.typ,
			}
		}
		out = append(out, r)
	}
	return out
}

// number is an int as outputs have it: nil if there is nothing to tell.
func number(n int32) *int32 {
	if n == 0 {
		return nil
	}
	return &n
}

// readMappings copies the entries of a request, in which each device has its name and is named once.
func readMappings(in []ec2types.BlockDeviceMapping) ([]mapping, error) {
	out := make([]mapping, 0, len(in))
	seen := make(map[string]bool, len(in))
	for i := range in {
		m := readMapping(&in[i])
		switch {
		case m.device == "":
			return nil, missing("BlockDeviceMapping." + itoa(i+1) + ".DeviceName")
		case seen[m.device]:
			return nil, badMapping("The device '%s' is used in more than one block-device mapping", m.device) // (mem)
		}
		seen[m.device] = true
		out = append(out, m)
	}
	return out, nil
}

func badMapping(format string, args ...any) *Error {
	return fail("InvalidBlockDeviceMapping", format, args...)
}

// isEphemeral tells the names of instance store volumes: ephemeral0 to ephemeral23.
func isEphemeral(name string) bool {
	n, ok := strings.CutPrefix(name, "ephemeral")
	return ok && len(n) > 0 && len(n) <= 2 && strings.Trim(n, "0123456789") == "" && (len(n) == 1 || n[0] != '0' && n <= "23")
}
