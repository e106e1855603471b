package ami

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// Grantee is who may launch an image besides its owner: see [Account], [Organization],
// [OrganizationalUnit] and [Everyone].
type Grantee = backend.LaunchPermission

// Account is one AWS account, by its ID of twelve digits.
func Account(id string) Grantee { return Grantee{AccountID: id} }

// Organization is all accounts of an organization, by its ARN; the ID alone isn't enough
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-organizations-and-OUs.html).
func Organization(arn string) Grantee { return Grantee{OrganizationARN: arn} }

// OrganizationalUnit is all accounts of an organizational unit, by its ARN.
func OrganizationalUnit(arn string) Grantee { return Grantee{OrganizationalUnitARN: arn} }

// Everyone is every AWS account: the image is public. Most accounts block that until they are told
// otherwise (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html).
func Everyone() Grantee { return Grantee{Everyone: true} }

var (
	accountShape      = regexp.MustCompile(`^\d{12}$`)
	organizationShape = regexp.MustCompile(`^arn:aws[a-z-]*:organizations::\d{12}:organization/o-[a-z0-9]{10,32}$`)
	unitShape         = regexp.MustCompile(`^arn:aws[a-z-]*:organizations::\d{12}:ou/o-[a-z0-9]{10,32}/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$`)
)

// Share lets others launch the image, in its region, besides those who may already. To share an image
// that is still pending waits for it. The snapshots stay one's own: whoever launches needs no access to
// them.
//
// An image whose snapshots are encrypted can be shared only if that was done with a customer managed
// key, which must be shared too, by its own policy, and it can't be public; the same goes for public
// images with product codes. That is found out, and refused with every fault, before anything is
// changed (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html). [EncryptedWith]
// makes a copy under another key.
//
// A backend without the ability is [backend.ErrUnsupported].
func (im Image) Share(ctx context.Context, with ...Grantee) error {
	return im.permit(ctx, "share", with, func(ctx context.Context, be backend.ImageSharing) error {
		if err := im.await(ctx, nil); err != nil {
			return err
		}
		if err := im.checkShareable(ctx, with); err != nil {
			return err
		}
		return be.ModifyImagePermissions(ctx, im.seen.id, with, nil)
	})
}

// Unshare takes permissions away. That there is no such permission is fine, and so is that an account
// can still launch the image through its organization.
func (im Image) Unshare(ctx context.Context, from ...Grantee) error {
	return im.permit(ctx, "unshare", from, func(ctx context.Context, be backend.ImageSharing) error {
		return be.ModifyImagePermissions(ctx, im.seen.id, nil, from)
	})
}

// SharedWith lists who may launch the image besides its owner, which only the owner is told.
func (im Image) SharedWith(ctx context.Context) ([]Grantee, error) {
	if err := im.check(); err != nil {
		return nil, err
	}
	be, err := backend.Ability[backend.ImageSharing](im.seen.be, "DescribeImageAttribute", im.seen.id)
	if err != nil {
		return nil, err
	}
	return be.ImagePermissions(ctx, im.seen.id)
}

func (im Image) permit(ctx context.Context, verb string, whom []Grantee, do func(context.Context, backend.ImageSharing) error) error {
	if err := im.check(); err != nil {
		return err
	}
	if len(whom) == 0 {
		return nil
	}
	be, err := backend.Ability[backend.ImageSharing](im.seen.be, "ModifyImageAttribute", im.seen.id)
	if err == nil {
		err = checkGrantees(whom)
	}
	if err == nil {
		err = do(ctx, be)
	}
	if err != nil {
		return fmt.Errorf("%s %s in %s: %w", verb, im.ID(), im.Region(), err)
	}
	return nil
}

func checkGrantees(whom []Grantee) error {
	var errs []error
	for i, g := range whom {
		path := fmt.Sprintf("grantees[%d]", i)
		set := 0
		for _, s := range []string{g.AccountID, g.OrganizationARN, g.OrganizationalUnitARN} {
			if s != "" {
				set++
			}
		}
		if g.Everyone {
			set++
		}
		switch {
		case set != 1:
			errs = append(errs, fault(path, fmt.Sprintf("names %d grantees", set), "make it with Account, Organization, OrganizationalUnit or Everyone"))
		case g.AccountID != "" && !accountShape.MatchString(g.AccountID):
			errs = append(errs, fault(path, fmt.Sprintf("%q is no account ID", g.AccountID), "give its twelve digits"))
		case g.OrganizationARN != "" && !organizationShape.MatchString(g.OrganizationARN):
			errs = append(errs, fault(path, fmt.Sprintf("%q is no ARN of an organization", g.OrganizationARN), "give one such as arn:aws:organizations::111122223333:organization/o-exampleorg1"))
		case g.OrganizationalUnitARN != "" && !unitShape.MatchString(g.OrganizationalUnitARN):
			errs = append(errs, fault(path, fmt.Sprintf("%q is no ARN of an organizational unit", g.OrganizationalUnitARN), "give one such as arn:aws:organizations::111122223333:ou/o-exampleorg1/ou-ex1a-example2"))
		}
	}
	return errors.Join(errs...)
}

// checkShareable tells why the image can't be shared with these.
func (im Image) checkShareable(ctx context.Context, with []Grantee) error {
	public := false
	for _, g := range with {
		public = public || g.Everyone
	}
	var errs []error
	if codes := im.last().ProductCodes; public && len(codes) > 0 {
		errs = append(errs, fault("image", "has the product code "+strings.Join(codes, ", "), "an image with product codes can't be public: share it with accounts"))
	}
	ids := snapshotIDs(im.last())
	if len(ids) == 0 {
		return errors.Join(errs...)
	}
	managed := make(map[string]bool) // by AWS, by key
	for s, err := range im.seen.be.Snapshots(ctx, backend.SnapshotQuery{IDs: ids}) {
		if err != nil {
			return err
		}
		if !s.Encrypted {
			continue
		}
		if public {
			errs = append(errs, fault("image", "has the encrypted snapshot "+s.ID, "encrypted images can't be public: share a plain copy"))
			continue
		}
		byAWS, known := managed[s.KMSKeyID]
		if !known {
			var err error
			if byAWS, err = im.managedByAWS(ctx, s.KMSKeyID); err != nil {
				return err
			}
			managed[s.KMSKeyID] = byAWS
			if !byAWS {
				errs = append(errs, keyFaults(ctx, im.seen.be, "image", s.KMSKeyID, accountsOf(with)))
			}
		}
		if byAWS {
			errs = append(errs, fault("image", fmt.Sprintf("has the snapshot %s, encrypted with the key %s, which AWS manages and nobody can share", s.ID, s.KMSKeyID),
				"share a copy made with EncryptedWith a customer managed key"))
		}
	}
	return errors.Join(errs...)
}

// managedByAWS tells whether a key can't be shared. Where nobody says, EC2 shall decide.
func (im Image) managedByAWS(ctx context.Context, key string) (bool, error) {
	k, known, err := keyNamed(ctx, im.seen.be, key)
	return known && !k.CustomerManaged, unlessUntold(err)
}
