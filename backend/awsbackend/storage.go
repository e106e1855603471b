package awsbackend

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Volumes lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html).
func (b *Backend) Volumes(ctx context.Context, q backend.Query) iter.Seq2[backend.Volume, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeVolumesOutput, types.Volume, backend.Volume]{
		op: "DescribeVolumes", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeVolumesOutput] {
			return ec2.NewDescribeVolumesPaginator(b.ec2,
				&ec2.DescribeVolumesInput{VolumeIds: ids, Filters: fs, MaxResults: limit})
		},
		items:   func(out *ec2.DescribeVolumesOutput) []types.Volume { return out.Volumes },
		convert: sure(volume),
	})
}

// DeleteVolume deletes a volume that isn't attached
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVolume.html).
func (b *Backend) DeleteVolume(ctx context.Context, id string) error {
	_, err := call(ctx, b, "DeleteVolume", id, b.ec2.DeleteVolume, &ec2.DeleteVolumeInput{VolumeId: said(id)})
	return err
}

// Snapshots lists by ID, owner and filters. Without IDs and owners EC2 would list all the world's
// public snapshots, so then the owner is "self"
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html).
func (b *Backend) Snapshots(ctx context.Context, q backend.SnapshotQuery) iter.Seq2[backend.Snapshot, error] {
	fs, owners := filters(q.Filters), texts(q.Owners)
	if len(q.IDs) == 0 && len(owners) == 0 {
		owners = []string{"self"}
	}
	return list(ctx, b, q.IDs, listing[ec2.DescribeSnapshotsOutput, types.Snapshot, backend.Snapshot]{
		op: "DescribeSnapshots", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeSnapshotsOutput] {
			return ec2.NewDescribeSnapshotsPaginator(b.ec2,
				&ec2.DescribeSnapshotsInput{SnapshotIds: ids, OwnerIds: owners, Filters: fs, MaxResults: limit})
		},
		items:   func(out *ec2.DescribeSnapshotsOutput) []types.Snapshot { return out.Snapshots },
		convert: snapshot,
	})
}

// DeleteSnapshot deletes a snapshot that no registered image uses
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html).
func (b *Backend) DeleteSnapshot(ctx context.Context, id string) error {
	_, err := call(ctx, b, "DeleteSnapshot", id, b.ec2.DeleteSnapshot, &ec2.DeleteSnapshotInput{SnapshotId: said(id)})
	return err
}

func volume(v *types.Volume) backend.Volume {
	return backend.Volume{
		ID:              told(v.VolumeId),
		State:           string(v.State),
		Zone:            region.Zone(told(v.AvailabilityZone)),
		SizeGiB:         int(told(v.Size)),
		Type:            string(v.VolumeType),
		IOPS:            int(told(v.Iops)),
		ThroughputMiBps: int(told(v.Throughput)),
		Encrypted:       told(v.Encrypted),
		KMSKeyID:        told(v.KmsKeyId),
		SnapshotID:      told(v.SnapshotId),
		Created:         told(v.CreateTime),
		Attachments: each(v.Attachments, func(a *types.VolumeAttachment) backend.VolumeAttachment {
			return backend.VolumeAttachment{
				InstanceID:          told(a.InstanceId),
				Device:              told(a.Device),
				State:               string(a.State),
				DeleteOnTermination: told(a.DeleteOnTermination),
			}
		}),
		Tags: tagMap(v.Tags),
	}
}

func snapshot(s *types.Snapshot) (backend.Snapshot, error) {
	percent, err := progress(told(s.Progress))
	if err != nil {
		return backend.Snapshot{}, fmt.Errorf("snapshot %s: %w", told(s.SnapshotId), err)
	}
	return backend.Snapshot{
		ID:          told(s.SnapshotId),
		State:       string(s.State),
		Percent:     percent,
		OwnerID:     told(s.OwnerId),
		OwnerAlias:  told(s.OwnerAlias),
		VolumeID:    told(s.VolumeId),
		SizeGiB:     int(told(s.VolumeSize)),
		Encrypted:   told(s.Encrypted),
		KMSKeyID:    told(s.KmsKeyId),
		Description: told(s.Description),
		Started:     told(s.StartTime),
		Tags:        tagMap(s.Tags),
	}, nil
}

// progress reads "42%". It is empty while a snapshot has just begun.
func progress(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "%"))
	if err != nil || n < 0 || n > 100 {
		return 0, fmt.Errorf("progress %q: expected a percentage", s)
	}
	return n, nil
}
