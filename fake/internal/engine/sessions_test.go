package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"
)

func assuming(role, name string, change ...func(*sts.AssumeRoleInput)) *sts.AssumeRoleInput {
	in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: &name}
	for _, f := range change {
		f(in)
	}
	return in
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func TestAssumedRolesActInTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	const role = "arn:aws:iam::" + someone + ":role/path/builder"
	out := must[sts.AssumeRoleOutput](w, assuming(role, "me@work", func(in *sts.AssumeRoleInput) { in.SourceIdentity = ptr("me") }))
	const arn = "arn:aws:sts::" + someone + ":assumed-role/builder/me@work"
	require.Equal(t, arn, *out.AssumedRoleUser.Arn)
	require.Regexp(t, `^AROA[A-Z2-7]{17}:me@work$`, *out.AssumedRoleUser.AssumedRoleId)
	require.Regexp(t, `^ASIA[A-Z2-7]{16}$`, *out.Credentials.AccessKeyId)
	require.Len(t, *out.Credentials.SecretAccessKey, 40)
	require.NotEmpty(t, *out.Credentials.SessionToken)
	require.Equal(t, w.clock.now().Add(time.Hour), *out.Credentials.Expiration)
	require.Equal(t, "me", *out.SourceIdentity)

	with := func(key *string, in any) any {
		out, err := w.engine.Call(Call{Region: w.region, AccessKey: *key, Input: in})
		require.NoError(t, err)
		return out
	}
	me := with(out.Credentials.AccessKeyId, &sts.GetCallerIdentityInput{}).(*sts.GetCallerIdentityOutput)
	require.Equal(t, someone, *me.Account)
	require.Equal(t, arn, *me.Arn)
	require.Equal(t, *out.AssumedRoleUser.AssumedRoleId, *me.UserId)
	vpcs := with(out.Credentials.AccessKeyId, &ec2.DescribeVpcsInput{}).(*ec2.DescribeVpcsOutput)
	require.Equal(t, someone, *vpcs.Vpcs[0].OwnerId)

	again := must[sts.AssumeRoleOutput](w, assuming(role, "other", func(in *sts.AssumeRoleInput) { in.DurationSeconds = ptr(int32(900)) }))
	require.NotEqual(t, *out.Credentials.AccessKeyId, *again.Credentials.AccessKeyId)
	require.Equal(t, w.clock.now().Add(15*time.Minute), *again.Credentials.Expiration)
	require.Equal(t, me.Arn, with(out.Credentials.AccessKeyId, &sts.GetCallerIdentityInput{}).(*sts.GetCallerIdentityOutput).Arn)
	require.Equal(t, someone, *must[sts.GetAccessKeyInfoOutput](w, &sts.GetAccessKeyInfoInput{AccessKeyId: again.Credentials.AccessKeyId}).Account)
	key, err := AccessKey(DefaultAccount)
	require.NoError(t, err)
	require.Equal(t, DefaultAccount, *must[sts.GetAccessKeyInfoOutput](w.as(someone), &sts.GetAccessKeyInfoInput{AccessKeyId: &key}).Account)
}

func TestAssumeRoleRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	const role = "arn:aws:iam::" + someone + ":role/builder"
	for name, in := range map[string]*sts.AssumeRoleInput{
		"nothing":              {},
		"no role":              assuming("builder", "me"),
		"a user":               assuming("arn:aws:iam::"+someone+":user/builder", "me"),
		"another partition":    assuming("arn:aws-cn:iam::"+someone+":role/builder", "me"),
		"account zero":         assuming("arn:aws:iam::000000000000:role/builder", "me"),
		"a short session name": assuming(role, "m"),
		"a blank":              assuming(role, "me myself"),
		"a short session":      assuming(role, "me", func(in *sts.AssumeRoleInput) { in.DurationSeconds = ptr(int32(899)) }),
		"a long session":       assuming(role, "me", func(in *sts.AssumeRoleInput) { in.DurationSeconds = ptr(int32(43201)) }),
		"a wrong identity":     assuming(role, "me", func(in *sts.AssumeRoleInput) { in.SourceIdentity = ptr(" ") }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[sts.AssumeRoleOutput](w.forkWithin(t), in, "ValidationError")
		})
	}
	for _, key := range []string{"", "x", "AKIA", "AKIA0000000000000000", "XXXXAAAAAAAAAAAAAAAA"} {
		wantNoChange[sts.GetAccessKeyInfoOutput](w, &sts.GetAccessKeyInfoInput{AccessKeyId: &key}, "ValidationError")
	}
}

func TestASessionIsOverWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[sts.AssumeRoleOutput](w, assuming("arn:aws:iam::"+someone+":role/builder", "me", func(in *sts.AssumeRoleInput) { in.DurationSeconds = ptr(int32(900)) }))
	with := func(in any) error {
		_, err := w.engine.Call(Call{Region: w.region, AccessKey: *out.Credentials.AccessKeyId, Input: in})
		return err
	}
	w.clock.advance(15*time.Minute - time.Second)
	require.NoError(t, with(&ec2.DescribeVpcsInput{}))
	w.clock.advance(time.Second)
	wantCode(t, with(&ec2.DescribeVpcsInput{}), "RequestExpired")
	wantCode(t, with(&ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16")}), "RequestExpired")
	e := wantCode(t, with(&sts.GetCallerIdentityInput{}), "ExpiredTokenException")
	require.Equal(t, 403, e.Status)
}
