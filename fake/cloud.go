package fake

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/fake/internal/engine"
	"github.com/amiclass/amiclass/fake/internal/inprocess"
	"github.com/amiclass/amiclass/region"
)

// DefaultAccount is the account that a cloud's own Config and Backend belong to.
const DefaultAccount = engine.DefaultAccount

// Cloud is an AWS of its own. It is safe for concurrent use by any number of goroutines.
type Cloud struct {
	options options
	engine  *engine.Engine

	mu          sync.Mutex
	log         [][]Call // in parts
	invocations int
	attempts    int
	faults      []*armed
	plan        func(number, attempt int, operation string) outcome // of FailEachCall
}

// New makes a cloud in which nobody has done anything yet. It takes microseconds: the world that all
// clouds begin with is prepared once in a process.
func New(opts ...Option) *Cloud {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return &Cloud{options: o, engine: engine.New(o.engine)}
}

// NewT is New for a test: fields that the cloud doesn't model, noted under [Lenient], go to the test's
// log.
func NewT(t testing.TB, opts ...Option) *Cloud {
	t.Helper()
	return New(append([]Option{func(o *options) { o.log = t.Logf }}, opts...)...)
}

// Fork makes a cloud that is like this one now and goes its own way from here, also in time, seed and
// client tokens. Neither the log of calls nor faults are carried on, and clients made from this cloud
// stay with it. It costs the same however much is in the cloud.
func (c *Cloud) Fork() *Cloud {
	return &Cloud{options: c.options, engine: c.engine.Fork()}
}

// Config is an aws.Config for a region, in the default account. Any real client of EC2, KMS, SSM or STS made
// from it works on this cloud. A region set for one call (o.Region) is honoured.
func (c *Cloud) Config(r region.Region) aws.Config {
	return c.config(DefaultAccount, r)
}

// Backend is the adapter for Amazon EC2 on this cloud: the code that production runs.
func (c *Cloud) Backend(r region.Region) backend.Backend {
	return awsbackend.New(c.Config(r))
}

// Account is the door of one account. The ID has twelve digits; Account panics at one that hasn't.
func (c *Cloud) Account(id string) Account {
	if _, err := engine.AccessKey(id); err != nil {
		panic("fake: " + err.Error())
	}
	return Account{cloud: c, id: id}
}

// Account is one of a cloud's accounts: what it makes the others don't see, but for what is shared.
type Account struct {
	cloud *Cloud
	id    string
}

// ID has twelve digits.
func (a Account) ID() string { return a.id }

// Config is like [Cloud.Config] for this account.
func (a Account) Config(r region.Region) aws.Config { return a.cloud.config(a.id, r) }

// Backend is like [Cloud.Backend] for this account.
func (a Account) Backend(r region.Region) backend.Backend { return awsbackend.New(a.Config(r)) }

// AddInstanceProfile declares an IAM instance profile in the default account and gives its ARN, so
// that launches may name it.
func (c *Cloud) AddInstanceProfile(name string) (arn string) {
	return c.Account(DefaultAccount).AddInstanceProfile(name)
}

// AddInstanceProfile is like [Cloud.AddInstanceProfile] for this account.
func (a Account) AddInstanceProfile(name string) (arn string) {
	return a.cloud.engine.AddInstanceProfile(a.id, name)
}

// JoinOrganization declares that this account is in an organization of AWS Organizations, which isn't
// served, and in units of it, so that images shared with any of them are shared with it. All are given by
// their ARNs, of units the ones above the account's own as well; a malformed one is an error. An account
// is in one organization at a time: it leaves the one it was in
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-organizations-and-OUs.html).
func (a Account) JoinOrganization(organization string, units ...string) error {
	if err := a.cloud.engine.JoinOrganization(a.id, organization, units...); err != nil {
		return fmt.Errorf("fake: %w", err)
	}
	return nil
}

// AddKey makes a KMS key of the default account in a region and gives its ARN, so that volumes, snapshots and copies of
// images may be encrypted with it. The alias, such as "alias/golden", may be empty; one that is there already keeps the
// key that it has. AddKey panics at an alias or a region that can't be. The key that AWS manages for EBS, alias/aws/ebs,
// is there from the start.
func (c *Cloud) AddKey(r region.Region, alias string) (arn string) {
	return c.Account(DefaultAccount).AddKey(r, alias)
}

// AddKey is like [Cloud.AddKey] for this account.
func (a Account) AddKey(r region.Region, alias string) (arn string) {
	arn, err := a.cloud.engine.AddKey(a.id, r, alias)
	if err != nil {
		panic("fake: AddKey: " + err.Error())
	}
	return arn
}

// Subscribe declares that this account has accepted the terms of a product of AWS Marketplace, which isn't
// served, so that it may launch the images that have the product's code. A code that can't be one, of
// more than 25 letters and digits, is an error.
func (a Account) Subscribe(productCode string) error {
	if err := a.cloud.engine.Subscribe(a.id, productCode); err != nil {
		return fmt.Errorf("fake: %w", err)
	}
	return nil
}

func (c *Cloud) config(account string, r region.Region) aws.Config {
	cfg := aws.Config{
		Region:      string(r),
		Credentials: credentials(account),
	}
	if !c.options.backoff {
		cfg.Retryer = func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.Backoff = noBackoff{} })
		}
	}
	inprocess.Attach(&cfg, door{c})
	return cfg
}

func credentials(account string) aws.CredentialsProvider {
	key, err := engine.AccessKey(account)
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: key, SecretAccessKey: "fake", Source: "fake", AccountID: account}, err
	})
}

// String names the cloud in a test's output.
func (c *Cloud) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("fake.Cloud(%d calls)", c.attempts)
}
