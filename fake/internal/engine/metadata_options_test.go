package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html#instance-metadata-options-order-of-precedence
func TestPrecedenceOfMetadataOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	older := w.imageLike("arm64", func(im *image) { im.imdsSupport = "" })
	newer := w.imageLike("arm64", func(im *image) { im.imdsSupport = ec2types.ImdsSupportValuesV20 })
	for name, tc := range map[string]struct {
		image  string
		launch ec2types.InstanceMetadataOptionsRequest
		tokens ec2types.HttpTokensState
		hops   int32
	}{
		"nobody says":             {older, ec2types.InstanceMetadataOptionsRequest{}, "optional", 1},
		"the image says":          {newer, ec2types.InstanceMetadataOptionsRequest{}, "required", 2},
		"the launch says":         {older, ec2types.InstanceMetadataOptionsRequest{HttpTokens: "required"}, "required", 1},
		"the launch overrules":    {newer, ec2types.InstanceMetadataOptionsRequest{HttpTokens: "optional"}, "optional", 2},
		"each field by itself":    {newer, ec2types.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(64))}, "required", 64},
		"an option of other kind": {newer, ec2types.InstanceMetadataOptionsRequest{HttpEndpoint: "disabled"}, "required", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			m := w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.ImageId, in.MetadataOptions = ptr(tc.image), &tc.launch })).MetadataOptions
			require.Equal(t, tc.tokens, m.HttpTokens)
			require.Equal(t, tc.hops, *m.HttpPutResponseHopLimit)
			require.Equal(t, tc.launch.HttpEndpoint == "disabled", m.HttpEndpoint == "disabled")
		})
	}
}

func TestKeysOfTagsInTheMetadata(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"Name": true, "a+-=.,_:@Z9": true, ".": false, "..": false, "_index": false, "a b": false, "a/b": false, "ä": false, "...": true,
	} {
		require.Equal(t, want, isMetadataKey(key), key)
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
func TestTagsAddedLaterSuitTheMetadataToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	told := w.launch(func(in *ec2.RunInstancesInput) {
		in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{InstanceMetadataTags: "enabled"}
	})
	plain := w.launch(nil)
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{plain}, Tags: tags("a b", "c")})
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{told}, Tags: tags("a.b", "c")})
	wantNoChange[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{plain, told}, Tags: tags("a b", "d")}, "InvalidParameterValue")
}
