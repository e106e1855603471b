package engine

import (
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// metadataOptions configure the instance metadata service of an instance.
type metadataOptions struct {
	tokens   ec2types.HttpTokensState
	endpoint ec2types.InstanceMetadataEndpointState
	ipv6     ec2types.InstanceMetadataProtocolState
	tags     ec2types.InstanceMetadataTagsState
	hopLimit int32
}

// The service's own defaults (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html);
// the hop limit is (mem).
var usualMetadata = metadataOptions{
	tokens:   ec2types.HttpTokensStateOptional,
	endpoint: ec2types.InstanceMetadataEndpointStateEnabled,
	ipv6:     ec2types.InstanceMetadataProtocolStateDisabled,
	tags:     ec2types.InstanceMetadataTagsStateDisabled,
	hopLimit: 1,
}

const maxHopLimit = 64

// chooseMetadata takes each option from the launch, else from the account, else from the image, else from
// the service
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html#instance-metadata-options-order-of-precedence).
func (v *view) chooseMetadata(in *ec2types.InstanceMetadataOptionsRequest, im *image) (metadataOptions, error) {
	m, defaults := usualMetadata, v.metadataDefaults()
	if im.imdsSupport == ec2types.ImdsSupportValuesV20 {
		m.tokens, m.hopLimit = ec2types.HttpTokensStateRequired, 2
	}
	defaults.over(&m)
	if err := m.choose(in); err != nil {
		return m, err
	}
	return m, defaults.checkEnforced(&m)
}

// choose takes what a request says.
func (m *metadataOptions) choose(in *ec2types.InstanceMetadataOptionsRequest) error {
	if in == nil {
		return nil
	}
	if err := chooseWord(&m.tokens, in.HttpTokens, "HttpTokens"); err != nil {
		return err
	}
	if err := chooseWord(&m.endpoint, in.HttpEndpoint, "HttpEndpoint"); err != nil {
		return err
	}
	if err := chooseWord(&m.ipv6, in.HttpProtocolIpv6, "HttpProtocolIpv6"); err != nil {
		return err
	}
	if err := chooseWord(&m.tags, in.InstanceMetadataTags, "InstanceMetadataTags"); err != nil {
		return err
	}
	if in.HttpPutResponseHopLimit == nil {
		return nil
	}
	m.hopLimit = *in.HttpPutResponseHopLimit
	return checkHopLimit(m.hopLimit)
}

func checkHopLimit(hops int32) error {
	if hops < 1 || hops > maxHopLimit {
		return badValue("HttpPutResponseHopLimit", hops, "The hop limit must be between 1 and %d.", maxHopLimit)
	}
	return nil
}

// chooseWord replaces a default by what the request says, which must be one of the type's words.
func chooseWord[W interface {
	~string
	Values() []W
}](chosen *W, asked W, parameter string) error {
	if asked == "" {
		return nil
	}
	if err := checkWord(asked, parameter); err != nil {
		return err
	}
	*chosen = asked
	return nil
}

// checkWord refuses what isn't one of the words of its type.
func checkWord[W interface {
	~string
	Values() []W
}](asked W, parameter string) error {
	words := asked.Values()
	for _, w := range words {
		if asked == w {
			return nil
		}
	}
	return badValue(parameter, asked, "Expecting one of %v.", words)
}

// checkTags refuses tags that an instance with tags in its metadata can't have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions); code and text (mem).
func (m metadataOptions) checkTags(tags []ec2types.Tag) error {
	if m.tags != ec2types.InstanceMetadataTagsStateEnabled {
		return nil
	}
	for _, g := range tags {
		if key := deref(g.Key); !isMetadataKey(key) {
			return fail("InvalidParameterValue",
				"'%s' is not a valid tag key: with instance tags in the metadata, keys have letters, digits and the characters + - = . , _ : @ only, and aren't '.', '..' or '_index'.", key)
		}
	}
	return nil
}

func isMetadataKey(key string) bool {
	switch key {
	case ".", "..", "_index":
		return false
	}
	for i := range len(key) {
		c := key[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte("+-=.,_:@", c) < 0 {
			return false
		}
	}
	return true
}
