package awsbackend

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

func mappingRequest(d *backend.DeviceMapping) types.BlockDeviceMapping {
	m := types.BlockDeviceMapping{DeviceName: said(d.Device), VirtualName: said(d.VirtualName)}
	if d.NoDevice {
		m.NoDevice = aws.String("") // its presence is what counts
	}
	if e := d.EBS; e != nil {
		m.Ebs = &types.EbsBlockDevice{
			SnapshotId:          said(e.SnapshotID),
			VolumeSize:          number(e.SizeGiB),
			VolumeType:          types.VolumeType(e.Type),
			Iops:                number(e.IOPS),
			Throughput:          number(e.ThroughputMiBps),
			Encrypted:           switched(e.Encrypted),
			KmsKeyId:            said(e.KMSKeyID),
			DeleteOnTermination: switched(e.DeleteOnTermination),
		}
	}
	return m
}

func mapping(m *types.BlockDeviceMapping) backend.DeviceMapping {
	d := backend.DeviceMapping{
		Device:      told(m.DeviceName),
		NoDevice:    m.NoDevice != nil,
		VirtualName: told(m.VirtualName),
	}
	if e := m.Ebs; e != nil {
		d.EBS = &backend.EBSMapping{
			SnapshotID:          told(e.SnapshotId),
			SizeGiB:             int(told(e.VolumeSize)),
			Type:                string(e.VolumeType),
			IOPS:                int(told(e.Iops)),
			ThroughputMiBps:     int(told(e.Throughput)),
			Encrypted:           switched(e.Encrypted),
			KMSKeyID:            told(e.KmsKeyId),
			DeleteOnTermination: switched(e.DeleteOnTermination),
		}
	}
	return d
}
