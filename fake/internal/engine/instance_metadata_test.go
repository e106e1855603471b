package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html
func TestMetadataOptionsAreModified(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	modify := func(in *ec2.ModifyInstanceMetadataOptionsInput) *ec2types.InstanceMetadataOptionsResponse {
		in.InstanceId = ptr(id)
		out := must[ec2.ModifyInstanceMetadataOptionsOutput](w, in)
		require.Equal(t, id, *out.InstanceId)
		return out.InstanceMetadataOptions
	}
	w.instanceCount()
	told := modify(&ec2.ModifyInstanceMetadataOptionsInput{HttpTokens: "optional", HttpPutResponseHopLimit: ptr(int32(5)), InstanceMetadataTags: "enabled"})
	want := &ec2types.InstanceMetadataOptionsResponse{
		HttpEndpoint: "enabled", HttpProtocolIpv6: "disabled", HttpPutResponseHopLimit: ptr(int32(5)), HttpTokens: "optional",
		InstanceMetadataTags: "enabled", State: "pending",
	}
	require.Empty(t, cmp.Diff(want, told, unexported))
	want.State = "applied"
	require.Empty(t, cmp.Diff(want, w.instance(id).MetadataOptions, unexported), "of a running one, soon")
	_, err := w.stop(id)
	require.NoError(t, err)
	modify(&ec2.ModifyInstanceMetadataOptionsInput{HttpEndpoint: "disabled", HttpProtocolIpv6: "enabled"})
	want.State, want.HttpEndpoint, want.HttpProtocolIpv6 = "pending", "disabled", "enabled"
	require.Empty(t, cmp.Diff(want, w.instance(id).MetadataOptions, unexported), "of a stopped one, when it starts")
	_, err = w.start(id)
	require.NoError(t, err)
	want.State = "applied"
	require.Empty(t, cmp.Diff(want, w.instance(id).MetadataOptions, unexported))
}

func TestModifyInstanceMetadataOptionsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "a b", "c")
	})
	gone := w.launch(nil)
	_, err := w.terminate(gone)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		in   ec2.ModifyInstanceMetadataOptionsInput
		code string
	}{
		"no instance":          {ec2.ModifyInstanceMetadataOptionsInput{}, "MissingParameter"},
		"unknown ID":           {ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr("i-01234567")}, "InvalidInstanceID.NotFound"},
		"terminated":           {ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(gone)}, "IncorrectInstanceState"},
		"unknown word":         {ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(id), HttpTokens: "never"}, "InvalidParameterValue"},
		"too many hops":        {ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(id), HttpPutResponseHopLimit: ptr(int32(65))}, "InvalidParameterValue"},
		"tags that don't suit": {ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(id), InstanceMetadataTags: "enabled"}, "InvalidParameterValue"},
		"dry run":              {ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(id), DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.ModifyInstanceMetadataOptionsOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html#instance-metadata-options-order-of-precedence
func TestTheAccountsMetadataDefaultsStandBetweenLaunchAndImage(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	older := prepared.imageLike("arm64", func(im *image) { im.imdsSupport = "" })
	newer := prepared.imageLike("arm64", func(im *image) { im.imdsSupport = ec2types.ImdsSupportValuesV20 })
	type defaults = ec2.ModifyInstanceMetadataDefaultsInput
	type options = ec2types.InstanceMetadataOptionsRequest
	for name, tc := range map[string]struct {
		account defaults
		image   string
		launch  options
		tokens  ec2types.HttpTokensState
		hops    int32
	}{
		"the account over the service":   {defaults{HttpTokens: "required"}, older, options{}, "required", 1},
		"the account over the image":     {defaults{HttpTokens: "optional", HttpPutResponseHopLimit: ptr(int32(9))}, newer, options{}, "optional", 9},
		"the launch over the account":    {defaults{HttpTokens: "required", HttpPutResponseHopLimit: ptr(int32(9))}, older, options{HttpTokens: "optional"}, "optional", 9},
		"no preference leaves the image": {defaults{HttpTokens: "no-preference", HttpPutResponseHopLimit: ptr(int32(-1))}, newer, options{}, "required", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := prepared.forkWithin(t)
			require.True(t, *must[ec2.ModifyInstanceMetadataDefaultsOutput](w, &tc.account).Return)
			m := w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.ImageId, in.MetadataOptions = ptr(tc.image), &tc.launch })).MetadataOptions
			require.Equal(t, tc.tokens, m.HttpTokens)
			require.Equal(t, tc.hops, *m.HttpPutResponseHopLimit)
		})
	}
}

func TestMetadataDefaultsAreSetAndTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	get := func(w *testWorld) *ec2types.InstanceMetadataDefaultsResponse {
		return must[ec2.GetInstanceMetadataDefaultsOutput](w, &ec2.GetInstanceMetadataDefaultsInput{}).AccountLevel
	}
	same := cmpopts.IgnoreUnexported(ec2types.InstanceMetadataDefaultsResponse{})
	none := &ec2types.InstanceMetadataDefaultsResponse{ManagedBy: "account"}
	require.Empty(t, cmp.Diff(none, get(w), same))
	must[ec2.ModifyInstanceMetadataDefaultsOutput](w, &ec2.ModifyInstanceMetadataDefaultsInput{
		HttpEndpoint: "disabled", HttpPutResponseHopLimit: ptr(int32(3)), HttpTokens: "required", HttpTokensEnforced: "enabled", InstanceMetadataTags: "enabled",
	})
	all := &ec2types.InstanceMetadataDefaultsResponse{
		HttpEndpoint: "disabled", HttpPutResponseHopLimit: ptr(int32(3)), HttpTokens: "required", HttpTokensEnforced: "enabled",
		InstanceMetadataTags: "enabled", ManagedBy: "account",
	}
	require.Empty(t, cmp.Diff(all, get(w), same))
	require.Empty(t, cmp.Diff(none, get(w.in(region.EUWest1)), same))
	m := w.instance(w.launch(nil)).MetadataOptions
	require.Equal(t, []string{"disabled", "enabled"}, []string{string(m.HttpEndpoint), string(m.InstanceMetadataTags)})
	must[ec2.ModifyInstanceMetadataDefaultsOutput](w, &ec2.ModifyInstanceMetadataDefaultsInput{
		HttpEndpoint: "no-preference", HttpPutResponseHopLimit: ptr(int32(-1)), HttpTokens: "no-preference", HttpTokensEnforced: "no-preference", InstanceMetadataTags: "no-preference",
	})
	require.Empty(t, cmp.Diff(none, get(w), same))
	wantNoChange[ec2.ModifyInstanceMetadataDefaultsOutput](w, &ec2.ModifyInstanceMetadataDefaultsInput{HttpTokens: "never"}, "InvalidParameterValue")
	wantNoChange[ec2.ModifyInstanceMetadataDefaultsOutput](w, &ec2.ModifyInstanceMetadataDefaultsInput{HttpPutResponseHopLimit: ptr(int32(0))}, "InvalidParameterValue")
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html#enforce-imdsv2-at-the-account-level
func TestEnforcedTokensKeepInstancesFromGoingWithout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	must[ec2.ModifyInstanceMetadataDefaultsOutput](w, &ec2.ModifyInstanceMetadataDefaultsInput{HttpTokensEnforced: "enabled"})
	older := w.imageLike("arm64", func(im *image) { im.imdsSupport = "" })
	without := launchOf(func(in *ec2.RunInstancesInput) { in.ImageId = ptr(older) })
	wantNoChange[ec2.RunInstancesOutput](w, without, "UnsupportedOperation")
	wantNoChange[ec2.ModifyInstanceMetadataOptionsOutput](w, &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(id), HttpTokens: "optional"}, "UnsupportedOperation")
	without.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{HttpTokens: "required"}
	must[ec2.RunInstancesOutput](w, without)
	must[ec2.ModifyInstanceMetadataOptionsOutput](w, &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: ptr(id), HttpTokens: "required"})
}
