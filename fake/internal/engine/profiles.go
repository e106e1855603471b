package engine

import (
	"encoding/base32"
	"encoding/binary"
	"hash/fnv"
	"io"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/region"
)

// instanceProfile is an IAM instance profile that an account declared.
type instanceProfile struct {
	id      string // "account/name"; IAM has no regions
	account string
	name    string
	short   string // AIPA…
}

var profileSchema = store.Schema[instanceProfile]{
	Name:  "instance profiles",
	ID:    func(p *instanceProfile) string { return p.id },
	Scope: func(*instanceProfile) store.Scope { return 0 },
}

// AddInstanceProfile declares an instance profile, since IAM isn't served, and gives its ARN. Declared
// again it is the same. In the regions of another partition the ARN begins with that partition.
func (e *Engine) AddInstanceProfile(account, name string) (arn string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &tx{view: view{state: e.state, options: &e.options}}
	p := &instanceProfile{id: profileID(account, name), account: account, name: name, short: t.profileShort(account, name)}
	t.profiles.Put(&t.undo, p)
	return p.arn(region.PartitionStandard)
}

func profileID(account, name string) string { return account + "/" + name }

const profileResource = "instance-profile/"

func (p *instanceProfile) arn(partition region.Partition) string {
	return "arn:" + string(partition) + ":iam::" + p.account + ":" + profileResource + p.name
}

// profileShort gives the unique ID, of the letters that IAM's have
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
func (t *tx) profileShort(account, name string) string {
	return t.uniqueIAM("AIPA", profileID(account, name))
}

// uniqueIAM is one of IAM's unique IDs: a prefix for the sort of thing, and letters that follow from its name.
func (t *tx) uniqueIAM(prefix, name string) string {
	h := fnv.New64a()
	io.WriteString(h, name)
	var b [11]byte
	binary.BigEndian.PutUint64(b[:], scramble(h.Sum64()^t.seed))
	binary.BigEndian.PutUint32(b[7:], uint32(h.Sum64()))
	return prefix + base32.StdEncoding.EncodeToString(b[:])[:17]
}

// profileFor finds the instance profile that a launch names, nil if it names none. The text of the
// refusal is (mem), and what others match on.
func (v *view) profileFor(in *ec2types.IamInstanceProfileSpecification) (*instanceProfile, error) {
	if in == nil {
		return nil, nil
	}
	name, arn := deref(in.Name), deref(in.Arn)
	switch {
	case name != "" && arn != "":
		return nil, fail("InvalidParameterCombination", "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'") // (mem)
	case name != "":
		if p, ok := v.profiles.Get(profileID(v.Account, name)); ok {
			return p, nil
		}
		return nil, badValue("iamInstanceProfile.name", name, "Invalid IAM Instance Profile name")
	case arn != "":
		// The name stands behind the path, which profiles declared here don't have.
		start := "arn:" + string(v.Partition) + ":iam::"
		rest, ok := strings.CutPrefix(arn, start)
		account, named, isProfile := strings.Cut(rest, ":"+profileResource)
		if !ok || !isProfile || named == "" {
			return nil, fail("InvalidIamInstanceProfileArn.Malformed", "The ARN '%s' is not valid: expecting %sACCOUNT:%sNAME", arn, start, profileResource) // text (mem)
		}
		if p, ok := v.profiles.Get(profileID(account, named)); ok && account == v.Account {
			return p, nil
		}
		return nil, badValue("iamInstanceProfile.arn", arn, "Invalid IAM Instance Profile ARN") // (mem)
	}
	return nil, nil
}

func (v *view) renderProfile(id string) *ec2types.IamInstanceProfile {
	p, ok := v.profiles.Get(id)
	if !ok {
		return nil
	}
	return &ec2types.IamInstanceProfile{Arn: ptr(p.arn(v.Partition)), Id: ptr(p.short)}
}
