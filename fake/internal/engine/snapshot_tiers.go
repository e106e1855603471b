package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var snapshotTierOperations = []operation{
	writing("SnapshotId StorageTier", (*tx).modifySnapshotTier),
	writing("SnapshotId PermanentRestore TemporaryRestoreDays", (*tx).restoreSnapshotTier),
	reading("Filters{Name Values} MaxResults NextToken", (*view).describeSnapshotTierStatus),
}

// tiering is the last move of a snapshot between the tiers of its storage.
type tiering struct {
	archives  bool
	days      int32 // for which it is restored; 0 for good
	started   time.Time
	takes     time.Duration
	completed time.Time // zero while it goes on
	expires   time.Time // when it is archived again, if it is restored for a while
}

// storageTier is where a snapshot is: in the archive until it has been restored.
func (s *snapshot) storageTier() ec2types.StorageTier {
	if t := s.tiering; t != nil && t.archives == !t.completed.IsZero() {
		return ec2types.StorageTierArchive
	}
	return ec2types.StorageTierStandard
}

func (t *tiering) goesOn() bool { return t != nil && t.completed.IsZero() }

// status reads archival-in-progress, temporary-restore-completed.
func (t *tiering) status() ec2types.TieringOperationStatus {
	what, how := "permanent-restore", "-completed"
	switch {
	case t.archives:
		what = "archival"
	case t.days > 0:
		what = "temporary-restore"
	}
	if t.goesOn() {
		how = "-in-progress"
	}
	return ec2types.TieringOperationStatus(what + how)
}

// modifySnapshotTier archives a snapshot: a completed one of one's own, of which all images are disabled
// (https://docs.aws.amazon.com/ebs/latest/userguide/archive-snapshot.html). The codes are (mem).
func (t *tx) modifySnapshotTier(in *ec2.ModifySnapshotTierInput) (*ec2.ModifySnapshotTierOutput, error) {
	s, err := t.ownSnapshot(deref(in.SnapshotId))
	switch {
	case err != nil:
		return nil, err
	case in.StorageTier != ec2types.TargetStorageTierArchive:
		return nil, badValue("StorageTier", in.StorageTier, "Expecting %s.", ec2types.TargetStorageTierArchive)
	case s.state != ec2types.SnapshotStateCompleted || s.tiering.goesOn() || s.storageTier() == ec2types.StorageTierArchive:
		return nil, fail("IncorrectState", "The snapshot '%s' must be completed and in the standard tier to be archived.", s.id)
	}
	for im := range t.images.By("snapshot", 0, s.id) {
		if im.state != ec2types.ImageStateDisabled {
			return nil, fail("InvalidSnapshot.InUse", "The snapshot %s is currently in use by %s: disable the image first.", s.id, im.id)
		}
	}
	t.move(s, tiering{archives: true})
	return &ec2.ModifySnapshotTierOutput{SnapshotId: ptr(s.id), TieringStartTime: ptr(t.now.UTC().Truncate(time.Second))}, nil
}

// maxRestoreDays is for how long a snapshot can be restored at most
// (https://docs.aws.amazon.com/ebs/latest/userguide/restore-archived-snapshot.html).
const maxRestoreDays = 180

// restoreSnapshotTier brings a snapshot back for good or for some days, and changes for how many one is back
// (https://docs.aws.amazon.com/ebs/latest/userguide/modify-temp-restore-period.html). The codes are (mem).
func (t *tx) restoreSnapshotTier(in *ec2.RestoreSnapshotTierInput) (*ec2.RestoreSnapshotTierOutput, error) {
	s, err := t.ownSnapshot(deref(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	days, forGood := deref(in.TemporaryRestoreDays), deref(in.PermanentRestore)
	switch {
	case forGood && in.TemporaryRestoreDays != nil:
		return nil, fail("InvalidParameterCombination", "The parameter PermanentRestore cannot be used with the parameter TemporaryRestoreDays")
	case !forGood && in.TemporaryRestoreDays == nil:
		return nil, missing("TemporaryRestoreDays")
	case !forGood && (days < 1 || days > maxRestoreDays):
		return nil, badValue("TemporaryRestoreDays", days, "Expecting a value between 1 and %d.", maxRestoreDays)
	}
	back := s.tiering != nil && !s.tiering.expires.IsZero()
	if s.tiering.goesOn() || s.storageTier() != ec2types.StorageTierArchive && !back {
		return nil, fail("IncorrectState", "The snapshot '%s' isn't in the archive tier.", s.id)
	}
	if back { // it needn't be fetched again
		next := *s
		moved := *s.tiering
		moved.started, moved.completed, moved.takes, moved.days, moved.expires = t.now, t.now, 0, days, time.Time{}
		next.tiering = &moved
		t.expire(&next)
		t.snapshots.Put(&t.undo, &next)
	} else {
		t.move(s, tiering{days: days})
	}
	out := &ec2.RestoreSnapshotTierOutput{SnapshotId: ptr(s.id), IsPermanentRestore: ptr(forGood), RestoreStartTime: ptr(t.now.UTC().Truncate(time.Second))}
	if !forGood {
		out.RestoreDuration = ptr(days)
	}
	return out, nil
}

// move begins a move between the tiers, which takes as long as a copy does.
func (t *tx) move(s *snapshot, m tiering) {
	m.started, m.takes = t.now, t.options.Delays.Copy
	next := *s
	next.tiering = &m
	t.snapshots.Put(&t.undo, &next)
	t.plan(m.takes, snapshotMoved, s.id)
}

// snapshotMoved ends a move. What is archived is no longer shared.
func (t *tx) snapshotMoved(at time.Time, id string) {
	s, ok := t.snapshots.Get(id)
	if !ok || !s.tiering.goesOn() || at.Before(s.tiering.started.Add(s.tiering.takes)) {
		return
	}
	next, moved := *s, *s.tiering
	moved.completed = at
	next.tiering = &moved
	if moved.archives {
		next.public, next.users = false, nil
	}
	t.expire(&next)
	t.snapshots.Put(&t.undo, &next)
}

// expire plans that a snapshot restored for some days is archived again.
func (t *tx) expire(s *snapshot) {
	m := s.tiering
	if m.days == 0 {
		return
	}
	m.expires = m.completed.AddDate(0, 0, int(m.days))
	t.plan(m.expires.Sub(t.now), snapshotRearchived, s.id)
}

func (t *tx) snapshotRearchived(at time.Time, id string) {
	s, ok := t.snapshots.Get(id)
	if !ok || s.tiering == nil || s.tiering.expires.IsZero() || at.Before(s.tiering.expires) {
		return
	}
	next := *s
	next.tiering = &tiering{archives: true, started: at, completed: at}
	t.snapshots.Put(&t.undo, &next)
}

var snapshotTierFilters = filterable[snapshot]{
	table:    snapshotListing.table,
	id:       snapshotListing.id,
	resource: ec2types.ResourceTypeSnapshot,
	filters: map[string]filterOn[snapshot]{
		"last-tiering-operation": one(func(_ *view, s *snapshot) string { return string(s.tiering.status()) }),
		"snapshot-id":            snapshotListing.filters["snapshot-id"],
		"volume-id":              snapshotListing.filters["volume-id"],
	},
}

// describeSnapshotTierStatus tells of the caller's snapshots that have ever been moved.
func (v *view) describeSnapshotTierStatus(in *ec2.DescribeSnapshotTierStatusInput) (*ec2.DescribeSnapshotTierStatusOutput, error) {
	pg, err := usualPaging.at("DescribeSnapshotTierStatus", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	s, err := snapshotTierFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	moved := only(s.candidates(v, pg.after), func(r *snapshot) bool { return r.tiering != nil && s.match(v, r) })
	rows, next := cut(pg, moved, snapshotTierFilters.id)
	out := &ec2.DescribeSnapshotTierStatusOutput{NextToken: next, SnapshotTierStatuses: make([]ec2types.SnapshotTierStatus, 0, len(rows))}
	for _, r := range rows {
		out.SnapshotTierStatuses = append(out.SnapshotTierStatuses, v.renderTier(r))
	}
	return out, nil
}

func (v *view) renderTier(s *snapshot) ec2types.SnapshotTierStatus {
	m := s.tiering
	out := ec2types.SnapshotTierStatus{
		LastTieringOperationStatus: m.status(), LastTieringProgress: ptr(int32(100)), LastTieringStartTime: ptr(m.started.UTC()),
		OwnerId: ptr(v.Account), SnapshotId: ptr(s.id), Status: s.state, StorageTier: s.storageTier(), Tags: v.renderTags(s.id), VolumeId: ptr(s.volume),
	}
	if m.goesOn() {
		out.LastTieringProgress = ptr(int32(min(99, 100*v.now.Sub(m.started)/max(1, m.takes))))
	}
	if m.archives && !m.completed.IsZero() {
		out.ArchivalCompleteTime = ptr(m.completed.UTC())
	}
	if !m.expires.IsZero() {
		out.RestoreExpiryTime = ptr(m.expires.UTC())
	}
	return out
}

// checkTier refuses a snapshot that is in the archive: nothing can be made of it before it is restored. The code is (mem).
func (s *snapshot) checkTier() error {
	if s.storageTier() == ec2types.StorageTierArchive {
		return fail("IncorrectState", "The snapshot '%s' is in the %s tier: restore it first.", s.id, ec2types.StorageTierArchive)
	}
	return nil
}
