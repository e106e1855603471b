package engine

import (
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

const copySnapshotFields = `SourceRegion SourceSnapshotId CompletionDurationMinutes Description DestinationAvailabilityZone
	DestinationOutpostArn Encrypted KmsKeyId PresignedUrl TagSpecifications{ResourceType Tags{Key Value}}`

// copySnapshot begins a copy, in the region where it is called, of a snapshot of the caller's or one that is
// shared with him (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html).
func (t *tx) copySnapshot(in *ec2.CopySnapshotInput) (*ec2.CopySnapshotOutput, error) {
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	minutes, err := t.checkSnapshotCopy(in)
	if err != nil {
		return nil, err
	}
	r, from, err := t.snapshotToCopy(in)
	if err != nil {
		return nil, err
	}
	encrypted, key, err := t.encryption(from, in.Encrypted, deref(in.KmsKeyId))
	if err != nil {
		return nil, err
	}
	c := &snapshot{
		id: t.newID(kindSnapshot), scope: t.scope, volume: arbitraryVolume, size: from.size, description: deref(in.Description),
		started: t.now, state: ec2types.SnapshotStatePending, encrypted: encrypted, kmsKey: key, source: from.id, duration: minutes,
		takes: t.options.Delays.Copy, written: from.written, billing: t.billingOf(from), content: from.content,
	}
	if minutes > 0 {
		c.takes = min(c.takes, time.Duration(minutes)*time.Minute)
	}
	switch {
	case encrypted && from.encrypted && key == from.kmsKey:
		c.dataKey = from.dataKey
	case encrypted:
		c.dataKey = newDataKey(c.id)
	}
	if !t.from(r).readable(from) {
		c.refused = keyInaccessible
	}
	if in.PresignedUrl != nil && !presigns(*in.PresignedUrl, r, from.id) {
		c.refused = "The presigned URL is not valid for this copy" // the text is (mem)
	}
	t.snapshots.Put(&t.undo, c)
	t.plan(c.takes, snapshotCompleted, c.id)
	if err := t.setTags(ec2types.ResourceTypeSnapshot, c.id, tags[ec2types.ResourceTypeSnapshot]); err != nil {
		return nil, err
	}
	return &ec2.CopySnapshotOutput{SnapshotId: ptr(c.id), Tags: t.renderTags(c.id)}, nil
}

// checkSnapshotCopy checks what doesn't depend on the source and gives the minutes in which the copy has to
// be complete, 0 if it may take its time.
func (t *tx) checkSnapshotCopy(in *ec2.CopySnapshotInput) (int32, error) {
	if err := t.checkDestination(&ec2.CopyImageInput{
		DestinationAvailabilityZone: in.DestinationAvailabilityZone, DestinationOutpostArn: in.DestinationOutpostArn,
	}); err != nil {
		return 0, err
	}
	if err := checkSnapshotDescription(deref(in.Description)); err != nil {
		return 0, err
	}
	if in.Encrypted != nil && !*in.Encrypted { // code and text (mem)
		return 0, badValue("Encrypted", false, "The parameter can't be set to false.")
	}
	if in.CompletionDurationMinutes == nil {
		return 0, nil
	}
	n := *in.CompletionDurationMinutes
	if n < 15 || n > 48*60 || n%15 != 0 { // https://docs.aws.amazon.com/ebs/latest/userguide/time-based-copies.html
		return 0, badValue("CompletionDurationMinutes", n, "Expecting a multiple of 15 between 15 and 2880.")
	}
	return n, nil
}

// snapshotToCopy finds the source, as the caller sees it in its region.
func (t *tx) snapshotToCopy(in *ec2.CopySnapshotInput) (region.Region, *snapshot, error) {
	r := region.Region(deref(in.SourceRegion))
	switch {
	case r == "":
		return "", nil, missing("SourceRegion")
	case deref(in.SourceSnapshotId) == "":
		return "", nil, missing("SourceSnapshotId")
	}
	if _, ok := catalogue.RegionNamed(r); !ok || r.Partition() != t.Partition {
		return "", nil, fail("InvalidRegion", "The region '%s' does not exist.", r) // the text is (mem)
	}
	t.furnish(r) // nobody may have been there yet
	s, err := t.from(r).snapshotByID(*in.SourceSnapshotId)
	if err != nil {
		return "", nil, err
	}
	return r, s, s.restorable()
}

// presigns tells whether a URL is a request for the copy, as its source's region wants to see it. A bad one
// makes the copy fail later (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html).
func presigns(raw string, from region.Region, id string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	q := u.Query()
	return q.Get("Action") == "CopySnapshot" && q.Get("SourceRegion") == string(from) && q.Get("SourceSnapshotId") == id
}
