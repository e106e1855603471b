package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

const (
	keyID  = "1234abcd-12ab-34cd-56ef-1234567890ab"
	keyHas = "arn:aws:kms:us-east-1:" + DefaultAccount + ":key/"
)

// here runs f with a view of the world's account in its region.
func (w *testWorld) here(f func(*view)) {
	w.t.Helper()
	w.alter(func(t *tx) { f(&t.view) })
}

func TestEncryptionFollowsTheTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.as(someone).ownImages("x")
	w.in(region.EUWest1).ownImages("x")
	w.here(func(v *view) {
		theirs := v.scopes[placeKey{someone, region.USEast1}]
		plain := &snapshot{scope: v.scope}
		own := &snapshot{scope: v.scope, encrypted: true, kmsKey: keyHas + "own"}
		elsewhere := &snapshot{scope: v.elsewhere(region.EUWest1), encrypted: true, kmsKey: "arn:aws:kms:eu-west-1:" + DefaultAccount + ":key/own"}
		shared := &snapshot{scope: theirs, encrypted: true, kmsKey: "arn:aws:kms:us-east-1:" + someone + ":key/theirs"}
		yes, no := ptr(true), ptr(false)
		for name, tc := range map[string]struct {
			from      *snapshot
			encrypted *bool
			key       string
			want      string // the key; "" for none
		}{
			"empty volume":                          {nil, nil, "", ""},
			"empty volume, not encrypted":           {nil, no, "", ""},
			"empty volume, encrypted":               {nil, yes, "", v.defaultKey()},
			"empty volume, by key":                  {nil, yes, keyID, keyHas + keyID},
			"plain":                                 {plain, nil, "", ""},
			"plain, not encrypted":                  {plain, no, "", ""},
			"plain, encrypted":                      {plain, yes, "", v.defaultKey()},
			"plain, by key":                         {plain, yes, keyID, keyHas + keyID},
			"own":                                   {own, nil, "", own.kmsKey},
			"own, not encrypted is not to be had":   {own, no, "", own.kmsKey},
			"own, encrypted":                        {own, yes, "", own.kmsKey},
			"own, by key":                           {own, yes, keyID, keyHas + keyID},
			"shared":                                {shared, nil, "", v.defaultKey()},
			"shared, encrypted":                     {shared, yes, "", v.defaultKey()},
			"shared, by key":                        {shared, yes, keyID, keyHas + keyID},
			"own of another region":                 {elsewhere, nil, "", v.defaultKey()},
			"own of another region, by default key": {elsewhere, yes, "alias/aws/ebs", v.defaultKey()},
		} {
			encrypted, key, err := v.encryption(tc.from, tc.encrypted, tc.key)
			require.NoError(t, err, name)
			require.Equal(t, tc.want, key, name)
			require.Equal(t, tc.want != "", encrypted, name)
		}
		for _, encrypted := range []*bool{nil, no} {
			_, _, err := v.encryption(own, encrypted, keyID)
			e := wantCode(t, err, "InvalidParameterDependency")
			require.Equal(t, "The parameter KmsKeyId requires the parameter Encrypted to be set.", e.Message)
		}
	})
}

func TestKeysAreNamedInFourWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	golden := w.addKey("alias/golden")
	w.here(func(v *view) {
		require.Regexp(t, `^`+keyHas+`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, golden)
		const mrk = "mrk-1234abcd12ab34cd56ef1234567890ab"
		for in, want := range map[string]string{
			keyID:           keyHas + keyID,
			mrk:             keyHas + mrk,
			keyHas + keyID:  keyHas + keyID,
			"alias/aws/ebs": v.defaultKey(),
			"arn:aws:kms:us-east-1:" + DefaultAccount + ":alias/golden": golden,
			"alias/golden": golden,
			"alias/none":   "arn:aws:kms:us-east-1:" + DefaultAccount + ":alias/none",
			"arn:aws:kms:eu-west-1:" + someone + ":key/" + keyID:       "arn:aws:kms:eu-west-1:" + someone + ":key/" + keyID,
			"arn:aws:kms:eu-west-1:" + someone + ":" + defaultKeyAlias: Place{region.PartitionStandard, someone, region.EUWest1}.defaultKey(),
		} {
			got, err := v.keyARN(in)
			require.NoError(t, err, in)
			require.Equal(t, want, got, in)
		}
		for _, in := range []string{"golden", "alias/", "alias/a b", "1234", keyID + "0", "arn:", "arn:aws:kms", "arn:aws:kms:us-east-1:1:key/" + keyID,
			"arn:aws:s3:us-east-1:" + DefaultAccount + ":key/" + keyID, "arn:aws:kms:us-east-1:" + DefaultAccount + ":" + keyID,
			keyHas + "alias/golden", "key/" + keyID} {
			_, err := v.keyARN(in)
			e := wantCode(t, err, "InvalidParameterValue")
			require.Equal(t, "Value ("+in+") for parameter KmsKeyId is invalid. Expecting a key ID, a key alias, or the ARN of either.", e.Message)
		}
	})
}

func TestDefaultKeysDifferByAccountAndRegion(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, account := range []string{DefaultAccount, someone} {
		for _, r := range []region.Region{region.USEast1, region.EUWest1} {
			p := Place{r.Partition(), account, r}
			key := p.defaultKey()
			require.Equal(t, key, p.defaultKey())
			require.False(t, seen[key], key)
			newWorld(t, Options{}).as(account).in(r).here(func(v *view) { require.True(t, v.keyUsable(key)) })
			newWorld(t, Options{}).as(account).in(region.SAEast1).here(func(v *view) { require.False(t, v.keyUsable(key)) })
			seen[key] = true
		}
	}
}

func TestOnlyCustomersKeysAreShareable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.addKey("")
	w.here(func(v *view) {
		require.True(t, v.shareable(own))
		require.False(t, v.shareable(v.defaultKey()))
		require.False(t, v.shareable(Place{region.PartitionStandard, someone, region.EUWest1}.defaultKey()))
		require.False(t, v.shareable(""))
	})
}

// A key's ARN names itself, whatever named it first.
func FuzzKeyARN(f *testing.F) {
	for _, s := range []string{keyID, "alias/aws/ebs", keyHas + keyID, "arn:aws:kms:us-east-1:" + DefaultAccount + ":alias/golden", "arn:aws", "mrk-"} {
		f.Add(s)
	}
	v := &view{state: newState(0, time.Time{}), Place: Place{region.PartitionStandard, DefaultAccount, region.USEast1}}
	f.Fuzz(func(t *testing.T, name string) {
		arn, err := v.keyARN(name)
		if err != nil {
			wantCode(t, err, "InvalidParameterValue")
			return
		}
		again, err := v.keyARN(arn)
		require.NoError(t, err)
		require.Equal(t, arn, again)
	})
}
