package engine

import (
	"testing"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
func TestLimitsOfVolumeTypes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in      ebsMapping
		code    string // empty if it is fine
		message string
	}{
		"nothing said":            {ebsMapping{}, "", ""},
		"no type said":            {ebsMapping{size: 100000, iops: 1}, "", ""},
		"gp2 smallest":            {ebsMapping{typ: "gp2", size: 1}, "", ""},
		"gp2 largest":             {ebsMapping{typ: "gp2", size: 16384}, "", ""},
		"gp2 too large":           {ebsMapping{typ: "gp2", size: 16385}, "InvalidParameterValue", "Volume of 16385GiB is too large for volume type gp2; maximum is 16384GiB."},
		"gp2 with IOPS":           {ebsMapping{typ: "gp2", size: 1, iops: 3000}, "InvalidParameterCombination", "The parameter iops is not supported for gp2 volumes."},
		"gp2 with throughput":     {ebsMapping{typ: "gp2", size: 1, throughput: 125}, "InvalidParameterCombination", "The parameter throughput is not supported for gp2 volumes."},
		"gp3 largest":             {ebsMapping{typ: "gp3", size: 65536, iops: 80000, throughput: 2000}, "", ""},
		"gp3 smallest":            {ebsMapping{typ: "gp3", size: 1, iops: 3000, throughput: 125}, "", ""},
		"gp3 too large":           {ebsMapping{typ: "gp3", size: 65537}, "InvalidParameterValue", "maximum is 65536GiB"},
		"gp3 too slow":            {ebsMapping{typ: "gp3", iops: 2999}, "InvalidParameterValue", "Volume iops of 2999 is too low; minimum is 3000."},
		"gp3 too fast":            {ebsMapping{typ: "gp3", iops: 200000}, "InvalidParameterValue", "Volume iops of 200000 is too high; maximum is 80000"},
		"gp3 fast for its size":   {ebsMapping{typ: "gp3", size: 10, iops: 5001}, "InvalidParameterValue", "Iops to volume size ratio of 500.100000 is too high; maximum is 500.000000"},
		"gp3 little throughput":   {ebsMapping{typ: "gp3", throughput: 124}, "InvalidParameterValue", "Volume throughput of 124 is too low; minimum is 125."},
		"gp3 much throughput":     {ebsMapping{typ: "gp3", throughput: 2001, iops: 80000}, "InvalidParameterValue", "Volume throughput of 2001 is too high; maximum is 2000."},
		"gp3 throughput for IOPS": {ebsMapping{typ: "gp3", throughput: 751}, "InvalidParameterValue", "Throughput (MiBps) to iops ratio of 0.250333 is too high; maximum is 0.250000 MiBps per iops."},
		"gp3 just enough":         {ebsMapping{typ: "gp3", throughput: 750}, "", ""},
		"io1 smallest":            {ebsMapping{typ: "io1", size: 4, iops: 100}, "", ""},
		"io1 too small":           {ebsMapping{typ: "io1", size: 3, iops: 100}, "InvalidParameterValue", "Volume of 3GiB is too small for volume type io1; minimum is 4GiB."},
		"io1 fastest":             {ebsMapping{typ: "io1", size: 1280, iops: 64000}, "", ""},
		"io1 fast for its size":   {ebsMapping{typ: "io1", size: 4, iops: 201}, "InvalidParameterValue", "maximum is 50.000000"},
		"io2 fastest":             {ebsMapping{typ: "io2", size: 256, iops: 256000}, "", ""},
		"io2 too fast":            {ebsMapping{typ: "io2", size: 65536, iops: 256001}, "InvalidParameterValue", "maximum is 256000"},
		"io2 with throughput":     {ebsMapping{typ: "io2", throughput: 1}, "InvalidParameterCombination", "throughput is not supported for io2"},
		"st1 too small":           {ebsMapping{typ: "st1", size: 124}, "InvalidParameterValue", "minimum is 125GiB"},
		"sc1 with IOPS":           {ebsMapping{typ: "sc1", size: 125, iops: 1}, "InvalidParameterCombination", "iops is not supported for sc1"},
		"standard too large":      {ebsMapping{typ: "standard", size: 1025}, "InvalidParameterValue", "maximum is 1024GiB"},
		"unknown":                 {ebsMapping{typ: "gp1"}, "UnknownVolumeType", "'gp1'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checkMapping(mapping{device: "/dev/sdf", ebs: &tc.in}, false)
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

// https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp2-performance
func TestBaselineOfGP2(t *testing.T) {
	t.Parallel()
	for gib, want := range map[int32]int32{1: 100, 33: 100, 34: 102, 1000: 3000, 5333: 15999, 5334: 16000, 16384: 16000} {
		iops, throughput := (&ebsMapping{typ: ec2types.VolumeTypeGp2, size: gib}).performance()
		require.Equal(t, want, iops, gib)
		require.Zero(t, throughput)
	}
}
