package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// metadataDefaults are what an account has set in a region for the metadata options of its launches. What
// isn't set is empty.
type metadataDefaults struct {
	scope    store.Scope
	tokens   ec2types.HttpTokensState
	endpoint ec2types.InstanceMetadataEndpointState
	tags     ec2types.InstanceMetadataTagsState
	hopLimit int32
	enforced ec2types.HttpTokensEnforcedState // whether no instance may go without required tokens
}

var metadataDefaultsSchema = store.Schema[metadataDefaults]{
	Name:  "metadata defaults",
	ID:    func(d *metadataDefaults) string { return itoa(int(d.scope)) },
	Scope: func(d *metadataDefaults) store.Scope { return d.scope },
}

// noPreference takes a default away, as -1 does for the hop limit.
const (
	noPreference = "no-preference"
	noHopLimit   = -1
)

func (v *view) metadataDefaults() metadataDefaults {
	if d, ok := v.state.metadataDefaults.Get(itoa(int(v.scope))); ok {
		return *d
	}
	return metadataDefaults{scope: v.scope}
}

// over lays what the account has set over other options.
func (d *metadataDefaults) over(m *metadataOptions) {
	if d.tokens != "" {
		m.tokens = d.tokens
	}
	if d.endpoint != "" {
		m.endpoint = d.endpoint
	}
	if d.tags != "" {
		m.tags = d.tags
	}
	if d.hopLimit != 0 {
		m.hopLimit = d.hopLimit
	}
}

// checkEnforced refuses options with which the account lets no instance be
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html); text (mem).
func (d *metadataDefaults) checkEnforced(m *metadataOptions) error {
	if d.enforced == ec2types.HttpTokensEnforcedStateEnabled && m.tokens != ec2types.HttpTokensStateRequired {
		return fail("UnsupportedOperation", "The account enforces IMDSv2 in this Region: HttpTokens must be set to required.")
	}
	return nil
}

func (t *tx) modifyInstanceMetadataDefaults(in *ec2.ModifyInstanceMetadataDefaultsInput) (*ec2.ModifyInstanceMetadataDefaultsOutput, error) {
	d := t.metadataDefaults()
	if err := chooseDefault(&d.tokens, in.HttpTokens, "HttpTokens"); err != nil {
		return nil, err
	}
	if err := chooseDefault(&d.endpoint, in.HttpEndpoint, "HttpEndpoint"); err != nil {
		return nil, err
	}
	if err := chooseDefault(&d.tags, in.InstanceMetadataTags, "InstanceMetadataTags"); err != nil {
		return nil, err
	}
	if err := chooseDefault(&d.enforced, in.HttpTokensEnforced, "HttpTokensEnforced"); err != nil {
		return nil, err
	}
	switch hops := in.HttpPutResponseHopLimit; {
	case hops == nil:
	case *hops == noHopLimit:
		d.hopLimit = 0
	default:
		if err := checkHopLimit(*hops); err != nil {
			return nil, err
		}
		d.hopLimit = *hops
	}
	t.state.metadataDefaults.Put(&t.undo, &d)
	return &ec2.ModifyInstanceMetadataDefaultsOutput{Return: ptr(true)}, nil
}

// chooseDefault replaces a default by what the request says, or takes it away.
func chooseDefault[D ~string, W interface {
	~string
	Values() []W
}](chosen *D, asked W, parameter string) error {
	switch asked {
	case "":
		return nil
	case noPreference:
		*chosen = ""
		return nil
	}
	if err := checkWord(asked, parameter); err != nil {
		return err
	}
	*chosen = D(asked)
	return nil
}

func (v *view) getInstanceMetadataDefaults(*ec2.GetInstanceMetadataDefaultsInput) (*ec2.GetInstanceMetadataDefaultsOutput, error) {
	d := v.metadataDefaults()
	out := &ec2types.InstanceMetadataDefaultsResponse{
		HttpEndpoint:         d.endpoint,
		HttpTokens:           d.tokens,
		HttpTokensEnforced:   d.enforced,
		InstanceMetadataTags: d.tags,
		ManagedBy:            ec2types.ManagedByAccount,
	}
	if d.hopLimit != 0 {
		out.HttpPutResponseHopLimit = ptr(d.hopLimit)
	}
	return &ec2.GetInstanceMetadataDefaultsOutput{AccountLevel: out}, nil
}
