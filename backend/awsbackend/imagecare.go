package awsbackend

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// ImagePermissions lists who may launch an image, besides its owner
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageAttribute.html).
func (b *Backend) ImagePermissions(ctx context.Context, imageID string) ([]backend.LaunchPermission, error) {
	out, err := call(ctx, b, "DescribeImageAttribute", imageID, b.ec2.DescribeImageAttribute, &ec2.DescribeImageAttributeInput{
		ImageId: said(imageID), Attribute: types.ImageAttributeNameLaunchPermission,
	})
	if err != nil {
		return nil, err
	}
	return each(out.LaunchPermissions, func(p *types.LaunchPermission) backend.LaunchPermission {
		return backend.LaunchPermission{
			AccountID:             told(p.UserId),
			OrganizationARN:       told(p.OrganizationArn),
			OrganizationalUnitARN: told(p.OrganizationalUnitArn),
			Everyone:              p.Group == types.PermissionGroupAll,
		}
	}), nil
}

// ModifyImagePermissions gives and takes permissions
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html).
func (b *Backend) ModifyImagePermissions(ctx context.Context, imageID string, add, remove []backend.LaunchPermission) error {
	_, err := call(ctx, b, "ModifyImageAttribute", imageID, b.ec2.ModifyImageAttribute, &ec2.ModifyImageAttributeInput{
		ImageId: said(imageID),
		LaunchPermission: &types.LaunchPermissionModifications{
			Add: each(add, launchPermission), Remove: each(remove, launchPermission),
		},
	})
	return err
}

func launchPermission(p *backend.LaunchPermission) types.LaunchPermission {
	all := types.LaunchPermission{
		UserId:                said(p.AccountID),
		OrganizationArn:       said(p.OrganizationARN),
		OrganizationalUnitArn: said(p.OrganizationalUnitARN),
	}
	if p.Everyone {
		all.Group = types.PermissionGroupAll
	}
	return all
}

// DeprecateImage sets the date from which on an image is deprecated, or takes it away
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html).
func (b *Backend) DeprecateImage(ctx context.Context, imageID string, at time.Time) error {
	if at.IsZero() {
		_, err := call(ctx, b, "DisableImageDeprecation", imageID, b.ec2.DisableImageDeprecation,
			&ec2.DisableImageDeprecationInput{ImageId: said(imageID)})
		return err
	}
	_, err := call(ctx, b, "EnableImageDeprecation", imageID, b.ec2.EnableImageDeprecation,
		&ec2.EnableImageDeprecationInput{ImageId: said(imageID), DeprecateAt: said(at)})
	return err
}

// DisableImage keeps an image from being launched
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableImage.html).
func (b *Backend) DisableImage(ctx context.Context, imageID string) error {
	_, err := call(ctx, b, "DisableImage", imageID, b.ec2.DisableImage, &ec2.DisableImageInput{ImageId: said(imageID)})
	return err
}

// EnableImage lets a disabled image be launched again
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImage.html).
func (b *Backend) EnableImage(ctx context.Context, imageID string) error {
	_, err := call(ctx, b, "EnableImage", imageID, b.ec2.EnableImage, &ec2.EnableImageInput{ImageId: said(imageID)})
	return err
}

// ProtectImage keeps an image from being deregistered
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeregistrationProtection.html).
func (b *Backend) ProtectImage(ctx context.Context, imageID string, cooldown bool) error {
	_, err := call(ctx, b, "EnableImageDeregistrationProtection", imageID, b.ec2.EnableImageDeregistrationProtection,
		&ec2.EnableImageDeregistrationProtectionInput{ImageId: said(imageID), WithCooldown: said(cooldown)})
	return err
}

// UnprotectImage takes the protection away, with a cooldown from 24 hours on
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableImageDeregistrationProtection.html).
func (b *Backend) UnprotectImage(ctx context.Context, imageID string) error {
	_, err := call(ctx, b, "DisableImageDeregistrationProtection", imageID, b.ec2.DisableImageDeregistrationProtection,
		&ec2.DisableImageDeregistrationProtectionInput{ImageId: said(imageID)})
	return err
}

// ImageAncestry lists what an image descends from, itself first
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetImageAncestry.html).
func (b *Backend) ImageAncestry(ctx context.Context, imageID string) ([]backend.ImageAncestor, error) {
	out, err := call(ctx, b, "GetImageAncestry", imageID, b.ec2.GetImageAncestry, &ec2.GetImageAncestryInput{ImageId: said(imageID)})
	if err != nil {
		return nil, err
	}
	return each(out.ImageAncestryEntries, func(e *types.ImageAncestryEntry) backend.ImageAncestor {
		return backend.ImageAncestor{
			ID: told(e.ImageId), OwnerAlias: told(e.ImageOwnerAlias), Created: told(e.CreationDate),
			SourceID: told(e.SourceImageId), SourceRegion: region.Region(told(e.SourceImageRegion)),
		}
	}), nil
}
