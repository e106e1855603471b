package engine

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// snapshot is an EBS snapshot.
type snapshot struct {
	id           string
	scope        store.Scope // the owner's
	volume       string
	size         int32 // GiB
	description  string
	started      time.Time
	takes        time.Duration // from started until completed
	completed    time.Time     // zero while pending
	state        ec2types.SnapshotState
	stateMessage string
	encrypted    bool
	kmsKey       string // ARN, if encrypted
	dataKey      string // the same along the lineage
	source       string // ID of the snapshot that it is a copy of
	duration     int32  // minutes in which a copy was asked to complete; 0 for a copy that takes its time
	alias        string // of its owner, if he has one
	seeded       bool   // exists since before the cloud does: started is meaningless, age counts
	age          time.Duration
	public       bool     // anyone may make volumes of it
	users        []string // accounts that may make volumes of it
	refused      string   // why it can't be completed; empty if it can
	written      int64    // bytes of the blocks that were written to the volume, as far as this cloud knows of any
	content      content
	billing      *billing // nil if nothing is known of it
	tiering      *tiering // nil if it has always been in the standard tier
}

var snapshotSchema = store.Schema[snapshot]{
	Name:  "snapshots",
	ID:    func(s *snapshot) string { return s.id },
	Scope: func(s *snapshot) store.Scope { return s.scope },
	Indexes: []store.Index[snapshot]{
		{Name: "volume", Values: func(s *snapshot, add func(string)) { add(s.volume) }},
		{Name: "state", Values: func(s *snapshot, add func(string)) { add(string(s.state)) }},
		{Name: "permitted", Values: func(s *snapshot, add func(string)) { permitted(s.public, s.users, add) }},
	},
}

var snapshotOperations = []operation{
	reading("Filters{Name Values} MaxResults NextToken OwnerIds RestorableByUserIds SnapshotIds", (*view).describeSnapshots),
	writing("VolumeId Description Location OutpostArn TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createSnapshot),
	writing(createSnapshotsFields, (*tx).createSnapshots),
	writing(copySnapshotFields, (*tx).copySnapshot),
	writing("SnapshotId", (*tx).deleteSnapshot),
	reading("Attribute SnapshotId", (*view).describeSnapshotAttribute),
	writing(modifySnapshotFields, (*tx).modifySnapshotAttribute),
	writing("Attribute SnapshotId", (*tx).resetSnapshotAttribute),
}

var snapshotListing = filterable[snapshot]{
	table:    func(s *state) *store.Table[snapshot] { return s.snapshots },
	id:       func(s *snapshot) string { return s.id },
	resource: ec2types.ResourceTypeSnapshot,
	filters: map[string]filterOn[snapshot]{
		"description":   one(func(_ *view, s *snapshot) string { return s.description }),
		"encrypted":     one(func(_ *view, s *snapshot) string { return boolText(s.encrypted) }),
		"owner-alias":   maybe(func(_ *view, s *snapshot) string { return s.alias }),
		"owner-id":      ofOwner(snapshotSchema, func(v *view, owner store.Scope) string { return v.places[owner].Account }),
		"progress":      one((*view).snapshotProgress),
		"snapshot-id":   one(func(_ *view, s *snapshot) string { return s.id }).by(ownID),
		"start-time":    one(func(v *view, s *snapshot) string { return v.snapshotStarted(s).UTC().Format(filterTime) }),
		"status":        one(func(_ *view, s *snapshot) string { return string(s.state) }).byMany("state"),
		"storage-tier":  one(func(_ *view, s *snapshot) string { return string(s.storageTier()) }),
		"transfer-type": maybe(func(_ *view, s *snapshot) string { return string(s.transferType()) }),
		"volume-id":     one(func(_ *view, s *snapshot) string { return s.volume }).by("volume"),
		"volume-size":   one(func(_ *view, s *snapshot) string { return itoa(int(s.size)) }),
	},
}

// More than 1000 are answered with 1000, and IDs exclude pages (both (mem)).
var snapshotPaging = paging{min: 5, max: 1000, clamps: true, badToken: usualPaging.badToken}

// describeSnapshots lists what the caller may make volumes of: his own, public ones, and those shared
// with him. IDs of others' snapshots are left out silently.
func (v *view) describeSnapshots(in *ec2.DescribeSnapshotsInput) (*ec2.DescribeSnapshotsOutput, error) {
	pg, err := snapshotPaging.at("DescribeSnapshots", in.MaxResults, in.NextToken, len(in.SnapshotIds), "snapshotSet")
	if err != nil {
		return nil, err
	}
	owners, err := v.accountsOf(in.OwnerIds, amazonAlias)
	if err != nil {
		return nil, err
	}
	users, err := v.accountsOf(in.RestorableByUserIds, everybody)
	if err != nil {
		return nil, err
	}
	sel, err := snapshotListing.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	rows := visible(v, sel, snapshotSchema.Scope, owners.own(v), owners.others(v), pg.after)
	if len(in.SnapshotIds) > 0 {
		ids := slices.DeleteFunc(slices.Clone(in.SnapshotIds), v.isOthersSnapshot)
		named, err := snapshotListing.findAll(ids, v.snapshotByID)
		if err != nil {
			return nil, err
		}
		rows = matching(v, sel, named, pg.after)
	}
	rows = only(rows, func(s *snapshot) bool {
		return v.seesSnapshot(s) && owners.owner(v.places[s.scope].Account, s.alias) &&
			(users.permits(s.public, s.users) || s.scope == v.scope && users.own(v))
	})
	found, next := cut(pg, rows, snapshotListing.id)
	out := &ec2.DescribeSnapshotsOutput{NextToken: next, Snapshots: make([]ec2types.Snapshot, len(found))}
	for i, s := range found {
		out.Snapshots[i] = v.renderSnapshot(s)
	}
	return out, nil
}

// isOthersSnapshot tells of an ID that it is that of a snapshot here which the caller has no access to.
func (v *view) isOthersSnapshot(id string) bool {
	s, ok := v.snapshots.Get(id)
	return ok && v.places[s.scope].Region == v.Region && !v.seesSnapshot(s)
}

func (v *view) renderSnapshot(s *snapshot) ec2types.Snapshot {
	out := ec2types.Snapshot{
		Description:             ptr(s.description),
		FullSnapshotSizeInBytes: ptr(s.written),
		Encrypted:               ptr(s.encrypted),
		OwnerId:                 ptr(v.places[s.scope].Account),
		OwnerAlias:              text(s.alias),
		Progress:                ptr(v.snapshotProgress(s)),
		SnapshotId:              ptr(s.id),
		StartTime:               ptr(v.snapshotStarted(s).UTC()),
		State:                   s.state,
		StateMessage:            text(s.stateMessage),
		StorageTier:             s.storageTier(),
		Tags:                    v.renderTags(s.id),
		TransferType:            s.transferType(),
		VolumeId:                ptr(s.volume),
		VolumeSize:              ptr(s.size),
	}
	if s.encrypted {
		out.KmsKeyId, out.DataEncryptionKeyId = ptr(s.kmsKey), ptr(s.dataKey)
	}
	if s.tiering != nil && !s.tiering.expires.IsZero() {
		out.RestoreExpiryTime = ptr(s.tiering.expires.UTC())
	}
	if s.duration > 0 {
		out.CompletionDurationMinutes = ptr(s.duration)
	}
	switch {
	case s.seeded:
		out.CompletionTime = out.StartTime
	case !s.completed.IsZero():
		out.CompletionTime = ptr(s.completed.UTC())
	}
	return out
}

func (s *snapshot) transferType() ec2types.TransferType {
	switch {
	case s.duration > 0:
		return ec2types.TransferTypeTimeBased
	case s.source != "":
		return ec2types.TransferTypeStandard
	}
	return ""
}

func (v *view) snapshotStarted(s *snapshot) time.Time {
	if s.seeded {
		return v.seededAt(s.age)
	}
	return s.started
}

// snapshotProgress goes evenly from 0% to 99% while the snapshot is pending.
func (v *view) snapshotProgress(s *snapshot) string {
	switch {
	case s.state == ec2types.SnapshotStateCompleted:
		return "100%"
	case s.state != ec2types.SnapshotStatePending || s.takes <= 0:
		return "0%"
	}
	percent := int(100 * float64(v.now.Sub(s.started)) / float64(s.takes))
	return itoa(min(max(percent, 0), 99)) + "%"
}

// restorable refuses a snapshot of which no volume can be made now.
func (s *snapshot) restorable() error {
	if s.state != ec2types.SnapshotStateCompleted { // text (mem)
		return fail("IncorrectState", "Snapshot '%s' is in the '%s' state.", s.id, s.state)
	}
	return s.checkTier()
}

// deleteSnapshot refuses to delete what an image needs, pending or disabled ones too
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html).
func (t *tx) deleteSnapshot(in *ec2.DeleteSnapshotInput) (*ec2.DeleteSnapshotOutput, error) {
	s, err := t.ownSnapshot(deref(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	id := s.id
	for im := range t.images.By("snapshot", 0, id) {
		return nil, fail("InvalidSnapshot.InUse", "The snapshot %s is currently in use by %s", id, im.id)
	}
	t.dropSnapshot(id)
	return &ec2.DeleteSnapshotOutput{}, nil
}

func (t *tx) dropSnapshot(id string) {
	t.snapshots.Delete(&t.undo, id)
	t.dropTags(id)
}

// keyInaccessible is why a snapshot can't be completed (mem).
const keyInaccessible = "Given key ID is not accessible"

// snapshotCompleted ends a snapshot's making. Its key is looked for only now (see keyUsable).
func (t *tx) snapshotCompleted(at time.Time, id string) {
	s, ok := t.snapshots.Get(id)
	if !ok || s.state != ec2types.SnapshotStatePending {
		return
	}
	next := *s
	if s.refused != "" {
		next.state, next.stateMessage = ec2types.SnapshotStateError, s.refused
	} else if s.encrypted && !t.at(s.scope).keyUsable(s.kmsKey) {
		next.state, next.stateMessage = ec2types.SnapshotStateError, keyInaccessible
	} else {
		next.state, next.completed = ec2types.SnapshotStateCompleted, at
	}
	t.snapshots.Put(&t.undo, &next)
}
