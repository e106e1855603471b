package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// snapshotSettings are an account's in a region. One without a row blocks nothing.
type snapshotSettings struct {
	scope store.Scope
	block ec2types.SnapshotBlockPublicAccessState // "" for unblocked
}

var snapshotSettingsSchema = store.Schema[snapshotSettings]{
	Name:  "snapshot settings",
	ID:    func(s *snapshotSettings) string { return itoa(int(s.scope)) },
	Scope: func(s *snapshotSettings) store.Scope { return s.scope },
}

var snapshotSettingOperations = []operation{
	writing("State", (*tx).enableSnapshotBlockPublicAccess),
	writing("", (*tx).disableSnapshotBlockPublicAccess),
	reading("", (*view).getSnapshotBlockPublicAccessState),
}

// blocksPublicSnapshots is how an account keeps its snapshots in a region from being public; "" if it doesn't.
func (v *view) blocksPublicSnapshots(scope store.Scope) ec2types.SnapshotBlockPublicAccessState {
	if s, ok := v.snapshotSettings.Get(itoa(int(scope))); ok {
		return s.block
	}
	return ""
}

// seesSnapshot tells whether the caller may use a snapshot by itself: his own, one that is shared with him, or a
// public one whose owner doesn't have all public ones treated as private.
func (v *view) seesSnapshot(s *snapshot) bool {
	public := s.public && v.blocksPublicSnapshots(s.scope) != ec2types.SnapshotBlockPublicAccessStateBlockAllSharing
	return v.sees(s.scope, public, s.users)
}

// enableSnapshotBlockPublicAccess keeps snapshots from being made public; block-all-sharing hides those that are, too,
// whose permissions stay (https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html).
func (t *tx) enableSnapshotBlockPublicAccess(in *ec2.EnableSnapshotBlockPublicAccessInput) (*ec2.EnableSnapshotBlockPublicAccessOutput, error) {
	switch in.State {
	case ec2types.SnapshotBlockPublicAccessStateBlockAllSharing, ec2types.SnapshotBlockPublicAccessStateBlockNewSharing:
	case "":
		return nil, missing("State")
	default:
		return nil, badValue("State", in.State, "Expecting block-all-sharing or block-new-sharing.") // text (mem)
	}
	t.snapshotSettings.Put(&t.undo, &snapshotSettings{scope: t.scope, block: in.State})
	return &ec2.EnableSnapshotBlockPublicAccessOutput{State: in.State}, nil
}

func (t *tx) disableSnapshotBlockPublicAccess(*ec2.DisableSnapshotBlockPublicAccessInput) (*ec2.DisableSnapshotBlockPublicAccessOutput, error) {
	t.snapshotSettings.Put(&t.undo, &snapshotSettings{scope: t.scope})
	return &ec2.DisableSnapshotBlockPublicAccessOutput{State: ec2types.SnapshotBlockPublicAccessStateUnblocked}, nil
}

func (v *view) getSnapshotBlockPublicAccessState(*ec2.GetSnapshotBlockPublicAccessStateInput) (*ec2.GetSnapshotBlockPublicAccessStateOutput, error) {
	out := &ec2.GetSnapshotBlockPublicAccessStateOutput{State: v.blocksPublicSnapshots(v.scope), ManagedBy: ec2types.ManagedByAccount}
	if out.State == "" {
		out.State = ec2types.SnapshotBlockPublicAccessStateUnblocked
	}
	return out, nil
}
