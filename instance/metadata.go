package instance

import (
	"cmp"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

// MetadataOptions configure the metadata service of an instance. A zero field says nothing: then
// account, image and EC2 decide, in that order, except for the tokens, which a launch requires
// unless the spec says otherwise
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html).
type MetadataOptions struct {
	Tokens   Tokens `json:"tokens,omitempty"`
	Endpoint Switch `json:"endpoint,omitempty"` // the service itself
	IPv6     Switch `json:"ipv6,omitempty"`     // the service's IPv6 endpoint
	Tags     Switch `json:"tags,omitempty"`     // whether the service shows the instance's tags
	HopLimit int    `json:"hopLimit,omitempty"` // how far a reply with a token travels, 1 to 64 hops; containers need 2
}

// Tokens tells whether the metadata service insists on session tokens.
type Tokens string

// IMDSv2 only, or IMDSv1 as well.
const (
	TokensRequired Tokens = "required"
	TokensOptional Tokens = "optional"
)

// Switch is a setting that the metadata service spells out.
type Switch string

// The positions of a Switch.
const (
	Enabled  Switch = "enabled"
	Disabled Switch = "disabled"
)

// WithMetadata says how the metadata service shall be, where the options say anything.
func (s Spec) WithMetadata(o MetadataOptions) Spec { s.metadata = s.metadata.merge(o); return s }

// Metadata are the options of the metadata service, as far as the spec says them.
func (s Spec) Metadata() MetadataOptions { return s.metadata }

func (o MetadataOptions) merge(over MetadataOptions) MetadataOptions {
	return MetadataOptions{
		Tokens:   cmp.Or(over.Tokens, o.Tokens),
		Endpoint: cmp.Or(over.Endpoint, o.Endpoint),
		IPv6:     cmp.Or(over.IPv6, o.IPv6),
		Tags:     cmp.Or(over.Tags, o.Tags),
		HopLimit: cmp.Or(over.HopLimit, o.HopLimit),
	}
}

// request completes the options for a launch.
func (o MetadataOptions) request() backend.MetadataOptions {
	o.Tokens = cmp.Or(o.Tokens, TokensRequired)
	return o.plain()
}

func (o MetadataOptions) plain() backend.MetadataOptions {
	return backend.MetadataOptions{
		HTTPTokens:           string(o.Tokens),
		HTTPEndpoint:         string(o.Endpoint),
		HTTPProtocolIPv6:     string(o.IPv6),
		InstanceMetadataTags: string(o.Tags),
		HopLimit:             o.HopLimit,
	}
}

func metadataOf(o backend.MetadataOptions) MetadataOptions {
	return MetadataOptions{
		Tokens: Tokens(o.HTTPTokens), Endpoint: Switch(o.HTTPEndpoint), IPv6: Switch(o.HTTPProtocolIPv6), Tags: Switch(o.InstanceMetadataTags), HopLimit: o.HopLimit,
	}
}

func (o MetadataOptions) check(f *faults, path string) {
	checkOneOf(f, path+".tokens", o.Tokens, TokensRequired, TokensOptional)
	checkOneOf(f, path+".endpoint", o.Endpoint, Enabled, Disabled)
	checkOneOf(f, path+".ipv6", o.IPv6, Enabled, Disabled)
	checkOneOf(f, path+".tags", o.Tags, Enabled, Disabled)
	if o.HopLimit < 0 || o.HopLimit > 64 {
		f.add(path+".hopLimit", fmt.Sprintf("is %d", o.HopLimit), "use 1 to 64")
	}
}
