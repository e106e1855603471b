package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// ebsSettings are an account's own in a region. What isn't set is as it is for a new account
// (https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html).
type ebsSettings struct {
	scope   store.Scope
	encrypt bool   // whatever is made, if it isn't asked for
	key     string // ARN; empty for the key that AWS manages
}

var ebsSettingsSchema = store.Schema[ebsSettings]{
	Name:  "EBS settings",
	ID:    func(s *ebsSettings) string { return itoa(int(s.scope)) },
	Scope: func(s *ebsSettings) store.Scope { return s.scope },
}

var ebsSettingOperations = []operation{
	writing("", (*tx).disableEbsEncryptionByDefault),
	writing("", (*tx).enableEbsEncryptionByDefault),
	reading("", (*view).getEbsDefaultKmsKeyID),
	reading("", (*view).getEbsEncryptionByDefault),
	writing("KmsKeyId", (*tx).modifyEbsDefaultKmsKeyID),
	writing("", (*tx).resetEbsDefaultKmsKeyID),
}

// ebsSettings are the caller's: a copy, to be changed.
func (v *view) ebsSettings() *ebsSettings {
	if s, ok := v.state.ebsSettings.Get(itoa(int(v.scope))); ok {
		next := *s
		return &next
	}
	return &ebsSettings{scope: v.scope}
}

// ebsKey is the ARN of the key that encrypts where none is named.
func (v *view) ebsKey() string {
	if s, ok := v.state.ebsSettings.Get(itoa(int(v.scope))); ok && s.key != "" {
		return s.key
	}
	return v.defaultKey()
}

// encryptsByDefault tells whether what is made is encrypted though nobody asks for it.
func (v *view) encryptsByDefault() bool {
	s, ok := v.state.ebsSettings.Get(itoa(int(v.scope)))
	return ok && s.encrypt
}

func (t *tx) enableEbsEncryptionByDefault(*ec2.EnableEbsEncryptionByDefaultInput) (*ec2.EnableEbsEncryptionByDefaultOutput, error) {
	s := t.ebsSettings()
	s.encrypt = true
	t.state.ebsSettings.Put(&t.undo, s)
	return &ec2.EnableEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: ptr(true)}, nil
}

func (t *tx) disableEbsEncryptionByDefault(*ec2.DisableEbsEncryptionByDefaultInput) (*ec2.DisableEbsEncryptionByDefaultOutput, error) {
	s := t.ebsSettings()
	s.encrypt = false
	t.state.ebsSettings.Put(&t.undo, s)
	return &ec2.DisableEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: ptr(false)}, nil
}

// getEbsEncryptionByDefault leaves out SseType, which is reserved for future use.
func (v *view) getEbsEncryptionByDefault(*ec2.GetEbsEncryptionByDefaultInput) (*ec2.GetEbsEncryptionByDefaultOutput, error) {
	return &ec2.GetEbsEncryptionByDefaultOutput{EbsEncryptionByDefault: ptr(v.encryptsByDefault())}, nil
}

func (v *view) getEbsDefaultKmsKeyID(*ec2.GetEbsDefaultKmsKeyIdInput) (*ec2.GetEbsDefaultKmsKeyIdOutput, error) {
	return &ec2.GetEbsDefaultKmsKeyIdOutput{KmsKeyId: ptr(v.toldEBSKey())}, nil
}

// toldEBSKey is how the default key is named: the one that AWS manages by its alias (mem).
func (v *view) toldEBSKey() string {
	if key := v.ebsKey(); key != v.defaultKey() {
		return key
	}
	return defaultKeyAlias
}

// modifyEbsDefaultKmsKeyID doesn't look for the key: a wrong one fails when it comes to be used
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html).
func (t *tx) modifyEbsDefaultKmsKeyID(in *ec2.ModifyEbsDefaultKmsKeyIdInput) (*ec2.ModifyEbsDefaultKmsKeyIdOutput, error) {
	if deref(in.KmsKeyId) == "" {
		return nil, missing("KmsKeyId")
	}
	key, err := t.keyARN(*in.KmsKeyId)
	if err != nil {
		return nil, err
	}
	s := t.ebsSettings()
	s.key = key
	t.state.ebsSettings.Put(&t.undo, s)
	return &ec2.ModifyEbsDefaultKmsKeyIdOutput{KmsKeyId: ptr(t.toldEBSKey())}, nil
}

func (t *tx) resetEbsDefaultKmsKeyID(*ec2.ResetEbsDefaultKmsKeyIdInput) (*ec2.ResetEbsDefaultKmsKeyIdOutput, error) {
	s := t.ebsSettings()
	s.key = ""
	t.state.ebsSettings.Put(&t.undo, s)
	return &ec2.ResetEbsDefaultKmsKeyIdOutput{KmsKeyId: ptr(t.toldEBSKey())}, nil
}
