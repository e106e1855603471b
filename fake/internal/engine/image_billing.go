package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// billing is what an image's operating system costs and whose software is in it. Snapshots of root volumes
// carry it, so that an image registered from one is billed alike
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html). It never changes.
type billing struct {
	platform        ec2types.PlatformValues
	platformDetails string
	usageOperation  string
	productCodes    []ec2types.ProductCode
}

var plainBilling = &billing{platformDetails: "Linux/UNIX", usageOperation: "RunInstances"}

// billingOf is that of a snapshot, as it tells itself or as an image of which it is the root, or the
// snapshot that it is a copy of, tells; a snapshot of an empty volume is plain.
func (v *view) billingOf(s *snapshot) *billing {
	if s.billing != nil {
		return s.billing
	}
	for im := range v.images.By("snapshot", 0, s.id) {
		if im.rootSnapshot() == s.id {
			return &billing{im.platform, im.platformDetails, im.usageOperation, im.productCodes}
		}
	}
	if from, ok := v.snapshots.Get(s.source); ok {
		return v.billingOf(from)
	}
	return plainBilling
}

// billingOfVolume is that of the instance whose root the volume is, or of the snapshot it was made from.
func (v *view) billingOfVolume(vol *volume) *billing {
	for _, a := range vol.attachments {
		if i, ok := v.instances.Get(a.instance); ok && i.rootDevice == a.device {
			return &billing{i.platform, i.platformDetails, i.usageOperation, i.productCodes}
		}
	}
	if s, ok := v.snapshots.Get(vol.snapshot); ok {
		return v.billingOf(s)
	}
	return nil
}

func (im *image) rootSnapshot() string {
	for _, m := range im.mappings {
		if m.device == im.rootDevice && m.ebs != nil {
			return m.ebs.snapshot
		}
	}
	return ""
}
