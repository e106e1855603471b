package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// volumeLimits are what a type of volume can have
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html). IOPS and throughput
// are 0 where they can't be asked for.
type volumeLimits struct {
	minSize, maxSize             int32 // GiB
	minIOPS, maxIOPS, iopsPerGiB int32
	minThroughput, maxThroughput int32 // MiB/s
	noBoot                       bool
}

var volumeTypes = map[ec2types.VolumeType]volumeLimits{
	ec2types.VolumeTypeGp2: {minSize: 1, maxSize: 16384},
	ec2types.VolumeTypeGp3: {minSize: 1, maxSize: 65536, minIOPS: 3000, maxIOPS: 80000, iopsPerGiB: 500, minThroughput: 125, maxThroughput: 2000},
	ec2types.VolumeTypeIo1: {minSize: 4, maxSize: 16384, minIOPS: 100, maxIOPS: 64000, iopsPerGiB: 50},
	ec2types.VolumeTypeIo2: {minSize: 4, maxSize: 65536, minIOPS: 100, maxIOPS: 256000, iopsPerGiB: 1000},
	ec2types.VolumeTypeSt1: {minSize: 125, maxSize: 16384, noBoot: true},
	ec2types.VolumeTypeSc1: {minSize: 125, maxSize: 16384, noBoot: true},
	// The limits of a previous generation
	// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html#previous-generation-volumes).
	ec2types.VolumeTypeStandard: {minSize: 1, maxSize: 1024},
}

// usualVolumeType is what a volume is when nobody says
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html).
const usualVolumeType = ec2types.VolumeTypeGp2

// gp3 without a word has these.
const (
	usualIOPS       = 3000
	usualThroughput = 125
	iopsPerMiBps    = 4 // a gp3 volume has at most a MiB/s for so many IOPS
)

// checkVolume checks what is said of a volume; what isn't is zero. The texts are those of recorded
// replies, as far as there are any, and (mem) otherwise.
func checkVolume(e *ebsMapping) error {
	if e.size < 0 {
		return fail("InvalidParameterValue", "Volume of %dGiB is too small; minimum is 1GiB.", e.size)
	}
	if e.typ == "" {
		return nil
	}
	l, ok := volumeTypes[e.typ]
	if !ok {
		return fail("UnknownVolumeType", "The volume type '%s' is unknown: it must be one of gp2, gp3, io1, io2, st1, sc1, standard.", e.typ)
	}
	if e.size != 0 && e.size < l.minSize {
		return fail("InvalidParameterValue", "Volume of %dGiB is too small for volume type %s; minimum is %dGiB.", e.size, e.typ, l.minSize)
	}
	if e.size > l.maxSize {
		return fail("InvalidParameterValue", "Volume of %dGiB is too large for volume type %s; maximum is %dGiB.", e.size, e.typ, l.maxSize)
	}
	if err := l.checkIOPS(e); err != nil {
		return err
	}
	return l.checkThroughput(e)
}

func (l volumeLimits) checkIOPS(e *ebsMapping) error {
	switch {
	case e.iops == 0:
		return nil
	case l.maxIOPS == 0:
		return fail("InvalidParameterCombination", "The parameter iops is not supported for %s volumes.", e.typ)
	case e.iops < l.minIOPS:
		return fail("InvalidParameterValue", "Volume iops of %d is too low; minimum is %d.", e.iops, l.minIOPS)
	case e.iops > l.maxIOPS:
		return fail("InvalidParameterValue", "Volume iops of %d is too high; maximum is %d", e.iops, l.maxIOPS)
	case e.size != 0 && e.iops > l.minIOPS && int64(e.iops) > int64(e.size)*int64(l.iopsPerGiB):
		return fail("InvalidParameterValue", "Iops to volume size ratio of %.6f is too high; maximum is %d.000000",
			float64(e.iops)/float64(e.size), l.iopsPerGiB)
	}
	return nil
}

func (l volumeLimits) checkThroughput(e *ebsMapping) error {
	iops := e.iops
	if iops == 0 {
		iops = usualIOPS
	}
	switch {
	case e.throughput == 0:
		return nil
	case l.maxThroughput == 0:
		return fail("InvalidParameterCombination", "The parameter throughput is not supported for %s volumes.", e.typ)
	case e.throughput < l.minThroughput:
		return fail("InvalidParameterValue", "Volume throughput of %d is too low; minimum is %d.", e.throughput, l.minThroughput)
	case e.throughput > l.maxThroughput:
		return fail("InvalidParameterValue", "Volume throughput of %d is too high; maximum is %d.", e.throughput, l.maxThroughput)
	case e.throughput*iopsPerMiBps > iops:
		return fail("InvalidParameterValue", "Throughput (MiBps) to iops ratio of %.6f is too high; maximum is %.6f MiBps per iops.",
			float64(e.throughput)/float64(iops), 1/float64(iopsPerMiBps))
	}
	return nil
}

// performance is what a volume of known type and size has: the IOPS and throughput that were asked
// for, the defaults of gp3, the baseline of gp2; 0 where DescribeVolumes tells nothing.
func (e *ebsMapping) performance() (iops, throughput int32) {
	switch e.typ {
	case ec2types.VolumeTypeGp2:
		// https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp2-performance
		return min(max(3*e.size, 100), 16000), 0
	case ec2types.VolumeTypeGp3:
		iops, throughput = usualIOPS, usualThroughput
		if e.iops != 0 {
			iops = e.iops
		}
		if e.throughput != 0 {
			throughput = e.throughput
		}
		return iops, throughput
	case ec2types.VolumeTypeIo1, ec2types.VolumeTypeIo2:
		return e.iops, 0
	}
	return 0, 0
}
