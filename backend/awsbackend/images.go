package awsbackend

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Images lists by ID, owner and filters, all pages of it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
func (b *Backend) Images(ctx context.Context, q backend.ImageQuery) iter.Seq2[backend.Image, error] {
	fs, owners := filters(q.Filters), texts(q.Owners)
	return list(ctx, b, q.IDs, listing[ec2.DescribeImagesOutput, types.Image, backend.Image]{
		op: "DescribeImages", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeImagesOutput] {
			return ec2.NewDescribeImagesPaginator(b.ec2, &ec2.DescribeImagesInput{
				ImageIds: ids, Owners: owners, Filters: fs, MaxResults: limit,
				IncludeDeprecated: said(q.IncludeDeprecated),
				IncludeDisabled:   said(q.IncludeDisabled),
			})
		},
		items:   func(out *ec2.DescribeImagesOutput) []types.Image { return out.Images },
		convert: image,
	})
}

// CreateImage begins an image of an instance
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html).
func (b *Backend) CreateImage(ctx context.Context, req backend.CreateImageRequest) (string, error) {
	in := &ec2.CreateImageInput{
		InstanceId:          said(req.InstanceID),
		Name:                said(req.Name),
		Description:         said(req.Description),
		NoReboot:            said(req.NoReboot),
		BlockDeviceMappings: each(req.Devices, mappingRequest),
		TagSpecifications: tagSpecifications(
			tagsFor{types.ResourceTypeImage, req.ImageTags},
			tagsFor{types.ResourceTypeSnapshot, req.SnapshotTags},
		),
	}
	for _, f := range b.onCreateImage {
		f(in)
	}
	out, err := call(ctx, b, "CreateImage", req.InstanceID, b.ec2.CreateImage, in)
	if err != nil {
		return "", err
	}
	return told(out.ImageId), nil
}

// CopyImage begins a copy into this backend's region
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html).
func (b *Backend) CopyImage(ctx context.Context, req backend.CopyImageRequest) (string, error) {
	in := &ec2.CopyImageInput{
		SourceRegion:  said(string(req.SourceRegion)),
		SourceImageId: said(req.SourceImageID),
		Name:          said(req.Name),
		Description:   said(req.Description),
		ClientToken:   said(req.ClientToken),
		Encrypted:     said(req.Encrypted),
		KmsKeyId:      said(req.KMSKeyID),
		CopyImageTags: said(req.CopyTags),
		TagSpecifications: tagSpecifications(
			tagsFor{types.ResourceTypeImage, req.ImageTags},
			tagsFor{types.ResourceTypeSnapshot, req.SnapshotTags},
		),
	}
	for _, f := range b.onCopyImage {
		f(in)
	}
	out, err := call(ctx, b, "CopyImage", req.SourceImageID, b.ec2.CopyImage, in)
	if err != nil {
		return "", err
	}
	return told(out.ImageId), nil
}

// DeregisterImage takes an image away, with its snapshots if the request says so
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeregisterImage.html).
func (b *Backend) DeregisterImage(ctx context.Context, req backend.DeregisterImageRequest) ([]backend.SnapshotDeletion, error) {
	out, err := call(ctx, b, "DeregisterImage", req.ImageID, b.ec2.DeregisterImage, &ec2.DeregisterImageInput{
		ImageId: said(req.ImageID), DeleteAssociatedSnapshots: said(req.DeleteSnapshots),
	})
	if err != nil {
		return nil, err
	}
	return each(out.DeleteSnapshotResults, func(r *types.DeleteSnapshotReturnCode) backend.SnapshotDeletion {
		return backend.SnapshotDeletion{SnapshotID: told(r.SnapshotId), Outcome: string(r.ReturnCode)}
	}), nil
}

func image(i *types.Image) (backend.Image, error) {
	created, err := date("creation date", i.CreationDate)
	if err != nil {
		return backend.Image{}, fmt.Errorf("image %s: %w", told(i.ImageId), err)
	}
	deprecated, err := date("deprecation time", i.DeprecationTime)
	if err != nil {
		return backend.Image{}, fmt.Errorf("image %s: %w", told(i.ImageId), err)
	}
	launched, err := date("last launched time", i.LastLaunchedTime)
	if err != nil {
		return backend.Image{}, fmt.Errorf("image %s: %w", told(i.ImageId), err)
	}
	return backend.Image{
		ID:                told(i.ImageId),
		Name:              told(i.Name),
		Description:       told(i.Description),
		OwnerID:           told(i.OwnerId),
		OwnerAlias:        told(i.ImageOwnerAlias),
		Public:            told(i.Public),
		State:             backend.ImageState(i.State),
		StateReason:       reason(i.StateReason),
		Created:           created,
		Deprecated:        deprecated,
		Architecture:      string(i.Architecture),
		Platform:          platform(i.Platform),
		PlatformDetails:   told(i.PlatformDetails),
		RootDevice:        told(i.RootDeviceName),
		RootDeviceType:    string(i.RootDeviceType),
		Devices:           each(i.BlockDeviceMappings, mapping),
		Virtualization:    string(i.VirtualizationType),
		Hypervisor:        string(i.Hypervisor),
		BootMode:          string(i.BootMode),
		TPM:               string(i.TpmSupport),
		ENA:               told(i.EnaSupport),
		SRIOV:             told(i.SriovNetSupport),
		Protection:        told(i.DeregistrationProtection),
		LastLaunched:      launched,
		IMDSSupport:       string(i.ImdsSupport),
		ProductCodes:      each(i.ProductCodes, func(c *types.ProductCode) string { return told(c.ProductCodeId) }),
		SourceImageID:     told(i.SourceImageId),
		SourceImageRegion: region.Region(told(i.SourceImageRegion)),
		SourceInstanceID:  told(i.SourceInstanceId),
		Watermarks:        each(i.ImageWatermarks, watermark),
		Allowed:           switched(i.ImageAllowed),
		SupportedTypes:    typePatterns(told(i.InstanceTypeSpecification).SupportedInstanceTypes),
		UnsupportedTypes:  typePatterns(told(i.InstanceTypeSpecification).UnsupportedInstanceTypes),
		Tags:              tagMap(i.Tags),
	}, nil
}

// date reads the dates that EC2 gives as text. What can't be read is an error: choosing the newest
// image by a wrong date would be worse.
func date(what string, s *string) (time.Time, error) {
	if told(s) == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, *s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", what, err)
	}
	return t, nil
}
