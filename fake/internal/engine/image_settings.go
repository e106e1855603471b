package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// imageSettings are an account's own in a region. What isn't set is as it is for a new account.
type imageSettings struct {
	scope     store.Scope
	unblocked bool                                       // images may be made public
	allowed   ec2types.AllowedImagesSettingsEnabledState // "" for disabled
	criteria  []imageCriterion
}

var imageSettingsSchema = store.Schema[imageSettings]{
	Name:  "image settings",
	ID:    func(s *imageSettings) string { return itoa(int(s.scope)) },
	Scope: func(s *imageSettings) store.Scope { return s.scope },
}

var imageSettingOperations = []operation{
	writing("ImageBlockPublicAccessState", (*tx).enableImageBlockPublicAccess),
	writing("", (*tx).disableImageBlockPublicAccess),
	reading("", (*view).getImageBlockPublicAccessState),
	writing("AllowedImagesSettingsState", (*tx).enableAllowedImagesSettings),
	writing("", (*tx).disableAllowedImagesSettings),
	reading("", (*view).getAllowedImagesSettings),
	writing(imageCriteriaFields, (*tx).replaceImageCriteriaInAllowedImagesSettings),
}

// imageSettings are the caller's: a copy, to be changed.
func (v *view) imageSettings() *imageSettings {
	if s, ok := v.state.imageSettings.Get(itoa(int(v.scope))); ok {
		next := *s
		return &next
	}
	return &imageSettings{scope: v.scope}
}

// enableImageBlockPublicAccess keeps images from being made public from now on; EC2 may take ten minutes
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html). It is on for new accounts.
func (t *tx) enableImageBlockPublicAccess(in *ec2.EnableImageBlockPublicAccessInput) (*ec2.EnableImageBlockPublicAccessOutput, error) {
	const block = ec2types.ImageBlockPublicAccessEnabledStateBlockNewSharing
	switch in.ImageBlockPublicAccessState {
	case block:
	case "":
		return nil, missing("ImageBlockPublicAccessState")
	default:
		return nil, badValue("ImageBlockPublicAccessState", in.ImageBlockPublicAccessState, "Expecting %s.", block)
	}
	s := t.imageSettings()
	s.unblocked = false
	t.state.imageSettings.Put(&t.undo, s)
	return &ec2.EnableImageBlockPublicAccessOutput{ImageBlockPublicAccessState: block}, nil
}

func (t *tx) disableImageBlockPublicAccess(*ec2.DisableImageBlockPublicAccessInput) (*ec2.DisableImageBlockPublicAccessOutput, error) {
	s := t.imageSettings()
	s.unblocked = true
	t.state.imageSettings.Put(&t.undo, s)
	return &ec2.DisableImageBlockPublicAccessOutput{ImageBlockPublicAccessState: ec2types.ImageBlockPublicAccessDisabledStateUnblocked}, nil
}

func (v *view) getImageBlockPublicAccessState(*ec2.GetImageBlockPublicAccessStateInput) (*ec2.GetImageBlockPublicAccessStateOutput, error) {
	state := string(ec2types.ImageBlockPublicAccessEnabledStateBlockNewSharing)
	if v.imageSettings().unblocked {
		state = string(ec2types.ImageBlockPublicAccessDisabledStateUnblocked)
	}
	return &ec2.GetImageBlockPublicAccessStateOutput{ImageBlockPublicAccessState: ptr(state), ManagedBy: ec2types.ManagedByAccount}, nil
}
