package awsbackend

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Backend is one account in one region of Amazon EC2. It is safe for concurrent use and holds nothing
// that would have to be closed.
type Backend struct {
	region region.Region
	ec2    EC2
	ssm    SSM
	sts    STS
	kms    KMS

	onRunInstances []func(*ec2.RunInstancesInput)
	onCreateImage  []func(*ec2.CreateImageInput)
	onCopyImage    []func(*ec2.CopyImageInput)

	unusable error // why no call can succeed; nil for a backend that can be used
}

var (
	_ backend.Backend         = (*Backend)(nil)
	_ backend.Parameters      = (*Backend)(nil)
	_ backend.Identity        = (*Backend)(nil)
	_ backend.Firewalls       = (*Backend)(nil)
	_ backend.KeyPairs        = (*Backend)(nil)
	_ backend.Credits         = (*Backend)(nil)
	_ backend.ImageSharing    = (*Backend)(nil)
	_ backend.ImageRetirement = (*Backend)(nil)
	_ backend.ImageAncestry   = (*Backend)(nil)
	_ backend.InstanceChanges = (*Backend)(nil)
	_ backend.Consoles        = (*Backend)(nil)
	_ backend.EncryptionKeys  = (*Backend)(nil)
)

// New is the backend for a configuration, in the configuration's region. Where cfg.Region is empty or
// no region's name, every call fails with [backend.ErrInvalid] and says so.
func New(cfg aws.Config, opts ...Option) *Backend {
	b := &Backend{
		region: region.Region(cfg.Region),
		ec2:    ec2.NewFromConfig(cfg),
		ssm:    ssm.NewFromConfig(cfg),
		sts:    sts.NewFromConfig(cfg),
		kms:    kms.NewFromConfig(cfg),
	}
	if _, err := region.Parse(cfg.Region); err != nil {
		b.unusable = fmt.Errorf("aws.Config.Region: %w; set it, or AWS_REGION before config.LoadDefaultConfig", err)
	}
	b.apply(opts)
	return b
}

// FromClients is the backend that calls client, in region r whatever the client's own region is.
// [WithSSM], [WithSTS] and [WithKMS] add what [Backend.Parameter], [Backend.Account] and
// [Backend.EncryptionKey] need.
func FromClients(r region.Region, client EC2, opts ...Option) (*Backend, error) {
	if _, err := region.Parse(string(r)); err != nil {
		return nil, invalid("FromClients", string(r), err)
	}
	if client == nil {
		return nil, invalid("FromClients", "", fmt.Errorf("client is nil: pass an *ec2.Client, or a value with the methods of awsbackend.EC2"))
	}
	b := &Backend{region: r, ec2: client}
	b.apply(opts)
	return b, nil
}

func (b *Backend) apply(opts []Option) {
	for _, o := range opts {
		o(b)
	}
}

// Region is where this backend's resources are.
func (b *Backend) Region() region.Region { return b.region }

// In gives the same account's backend in another region, over the same clients. It makes no call:
// whether the account has enabled the region shows in the first one. A malformed name is
// [backend.ErrInvalid].
func (b *Backend) In(r region.Region) (backend.Backend, error) {
	if _, err := region.Parse(string(r)); err != nil {
		return nil, invalid("In", string(r), err)
	}
	sister := *b
	sister.region, sister.unusable = r, nil
	return &sister, nil
}

// Option changes what a backend is made of or sends.
type Option func(*Backend)

// WithSSM sets the client that [Backend.Parameter] calls.
func WithSSM(client SSM) Option { return func(b *Backend) { b.ssm = client } }

// WithSTS sets the client that [Backend.Account] calls.
func WithSTS(client STS) Option { return func(b *Backend) { b.sts = client } }

// WithKMS sets the client that [Backend.EncryptionKey] calls.
func WithKMS(client KMS) Option { return func(b *Backend) { b.kms = client } }

// WithRunInstances lets f change each launch just before it is sent, for request fields that the
// model has no word for. Several are applied in their order.
func WithRunInstances(f func(*ec2.RunInstancesInput)) Option {
	return func(b *Backend) { b.onRunInstances = append(b.onRunInstances, f) }
}

// WithCreateImage does for making an image what [WithRunInstances] does for a launch.
func WithCreateImage(f func(*ec2.CreateImageInput)) Option {
	return func(b *Backend) { b.onCreateImage = append(b.onCreateImage, f) }
}

// WithCopyImage does for copying an image what [WithRunInstances] does for a launch.
func WithCopyImage(f func(*ec2.CopyImageInput)) Option {
	return func(b *Backend) { b.onCopyImage = append(b.onCopyImage, f) }
}
