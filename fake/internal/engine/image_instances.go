package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// instanceImageFilters has the filters of
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceImageMetadata.html: owners are those of
// the image, tags those of the instance.
var instanceImageFilters = filterable[instance]{
	table:    instanceFilters.table,
	id:       instanceFilters.id,
	resource: instanceFilters.resource,
	filters: map[string]filterOn[instance]{
		"availability-zone":   instanceZone,
		"image-allowed":       ofImage(func(v *view, im *image) string { return boolText(v.isAllowed(im)) }),
		"instance-id":         instanceFilters.filters["instance-id"],
		"instance-state-name": instanceStateName,
		"instance-type":       instanceFilters.filters["instance-type"],
		"launch-time":         instanceFilters.filters["launch-time"],
		"owner-alias":         ofImage(func(_ *view, im *image) string { return im.ownerAlias }),
		"owner-id":            ofImage(func(v *view, im *image) string { return v.places[im.scope].Account }),
		"zone-id":             instanceZoneID,
	},
}

func ofImage(value func(v *view, im *image) string) filterOn[instance] {
	return maybe(func(v *view, i *instance) string {
		im, ok := v.imageOrFormer(i.image)
		if !ok {
			return ""
		}
		return value(v, im)
	})
}

// describeInstanceImageMetadata tells which images the caller's instances were launched from, though these
// may be deprecated, deregistered, private by now, or not allowed.
func (v *view) describeInstanceImageMetadata(in *ec2.DescribeInstanceImageMetadataInput) (*ec2.DescribeInstanceImageMetadataOutput, error) {
	pg, err := usualPaging.at("DescribeInstanceImageMetadata", in.MaxResults, in.NextToken, len(in.InstanceIds), "instancesSet")
	if err != nil {
		return nil, err
	}
	rows, next, err := instanceImageFilters.listing(v, in.Filters, in.InstanceIds, v.instanceByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceImageMetadataOutput{NextToken: next, InstanceImageMetadata: make([]ec2types.InstanceImageMetadata, len(rows))}
	for n, i := range rows {
		out.InstanceImageMetadata[n] = ec2types.InstanceImageMetadata{
			AvailabilityZone: ptr(i.zone),
			ImageMetadata:    v.imageMetadata(i.image),
			InstanceId:       ptr(i.id),
			InstanceType:     ec2types.InstanceType(i.typ),
			LaunchTime:       ptr(i.launched.UTC()),
			Operator:         &ec2types.OperatorResponse{Managed: ptr(false)},
			OwnerId:          ptr(v.Account),
			State:            renderState(i.state),
			Tags:             v.renderTags(i.id),
			ZoneId:           ptr(v.zoneID(i.zone)),
		}
	}
	return out, nil
}

func (v *view) imageMetadata(id string) *ec2types.ImageMetadata {
	im, ok := v.imageOrFormer(id)
	if !ok {
		return &ec2types.ImageMetadata{ImageId: ptr(id)}
	}
	out := &ec2types.ImageMetadata{
		CreationDate:    ptr(v.imageCreated(im)),
		ImageAllowed:    ptr(v.isAllowed(im)),
		ImageId:         ptr(im.id),
		ImageOwnerAlias: text(im.ownerAlias),
		ImageWatermarks: im.renderWatermarks(),
		IsPublic:        ptr(im.public),
		Name:            ptr(im.name),
		OwnerId:         ptr(v.places[im.scope].Account),
		State:           im.state,
	}
	if at := v.imageDeprecates(im); !at.IsZero() {
		out.DeprecationTime = ptr(at.UTC().Format(filterTime))
	}
	return out
}
