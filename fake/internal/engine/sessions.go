package engine

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// session is a role that somebody has assumed.
type session struct {
	accessKey string
	account   string
	role      string // name, without its path
	roleID    string
	name      string
	expires   time.Time
}

var sessionSchema = store.Schema[session]{
	Name:  "sessions",
	ID:    func(s *session) string { return s.accessKey },
	Scope: func(*session) store.Scope { return 0 },
}

var (
	roleShape    = regexp.MustCompile(`^arn:([a-z-]+):iam::(\d{12}):role/(?:[\x21-\x7e]*/)?([A-Za-z0-9_+=,.@-]{1,64})$`)
	sessionShape = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{2,64}$`)
)

// Lifetimes of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, in seconds.
const minSession, usualSession, maxSession = 900, 3600, 43200

// assumeRole lets everybody assume every role of every account: IAM isn't served, and so no role has a policy that
// says who may. What would take permissions away from the session isn't listed, since nothing is denied here.
func (t *tx) assumeRole(in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	m := roleShape.FindStringSubmatch(deref(in.RoleArn))
	seconds := int32(usualSession)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	switch { // texts (mem)
	case m == nil || m[1] != string(t.Partition):
		return nil, fail("ValidationError", "%s is invalid", deref(in.RoleArn))
	case !sessionShape.MatchString(deref(in.RoleSessionName)):
		return nil, fail("ValidationError", "1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", deref(in.RoleSessionName))
	case seconds < minSession || seconds > maxSession:
		return nil, fail("ValidationError", "1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value between %d and %d", seconds, minSession, maxSession)
	case in.SourceIdentity != nil && !sessionShape.MatchString(*in.SourceIdentity):
		return nil, fail("ValidationError", "1 validation error detected: Value '%s' at 'sourceIdentity' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", *in.SourceIdentity)
	}
	t.counters[kindSession]++
	n := t.counters[kindSession]
	key, err := sessionKey(m[2], n)
	if err != nil {
		return nil, fail("ValidationError", "%s is invalid", *in.RoleArn)
	}
	s := &session{accessKey: key, account: m[2], role: m[3], roleID: t.uniqueIAM("AROA", "role/"+m[2]+"/"+m[3]), name: *in.RoleSessionName, expires: t.now.Add(time.Duration(seconds) * time.Second).Truncate(time.Second)}
	t.sessions.Put(&t.undo, s)
	secret := uuid("secret", key, string(appendHex(nil, t.seed, 16)))
	return &sts.AssumeRoleOutput{
		AssumedRoleUser: &ststypes.AssumedRoleUser{Arn: ptr(t.sessionARN(s)), AssumedRoleId: ptr(s.roleID + ":" + s.name)},
		Credentials: &ststypes.Credentials{
			AccessKeyId:     ptr(key),
			Expiration:      ptr(s.expires.UTC()),
			SecretAccessKey: ptr(secret + "fake"), // forty characters, as AWS's have
			SessionToken:    ptr("fake/" + secret),
		},
		SourceIdentity: clonePtr(in.SourceIdentity),
	}, nil
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	return ptr(*p)
}

func (v *view) sessionARN(s *session) string {
	return "arn:" + string(v.Partition) + ":sts::" + s.account + ":assumed-role/" + s.role + "/" + s.name
}

// getAccessKeyInfo tells of every key whose it is, since each carries it.
func (v *view) getAccessKeyInfo(in *sts.GetAccessKeyInfoInput) (*sts.GetAccessKeyInfoOutput, error) {
	key := deref(in.AccessKeyId)
	if len(key) < 16 || len(key) > 128 || !slices.Contains(accessKeyPrefixes, key[:4]) || strings.Trim(key[4:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return nil, fail("ValidationError", "Invalid Access Key ID format")
	}
	return &sts.GetAccessKeyInfoOutput{Account: ptr(AccountOf(key))}, nil
}

// checkSession refuses the key of a session that is over: EC2 in its own words, the other services in those that they
// share (https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html).
func (e *Engine) checkSession(op *operation, accessKey string) error {
	if !strings.HasPrefix(accessKey, sessionPrefix) {
		return nil
	}
	now := e.options.Now()
	e.mu.RLock()
	defer e.mu.RUnlock()
	s, ok := e.state.sessions.Get(accessKey)
	switch {
	case !ok || now.Before(s.expires):
		return nil
	case path.Base(op.input.PkgPath()) == "ec2":
		return fail("RequestExpired", "Request has expired.")
	}
	return &Error{Code: "ExpiredTokenException", Message: "The security token included in the request is expired", Status: 403}
}
