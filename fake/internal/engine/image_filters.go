package engine

import (
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// imageListing has the filters of
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html.
var imageListing = filterable[image]{
	table:    func(s *state) *store.Table[image] { return s.images },
	id:       func(im *image) string { return im.id },
	resource: ec2types.ResourceTypeImage,
	sees:     (*view).seesImage,
	filters: map[string]filterOn[image]{
		"architecture": one(func(_ *view, im *image) string { return string(im.architecture) }),
		"block-device-mapping.delete-on-termination": onVolumes(func(e *ebsMapping) string { return boolText(deref(e.deleteOnTermination)) }),
		"block-device-mapping.device-name": some(func(_ *view, im *image, add func(string)) {
			for _, m := range im.mappings {
				add(m.device)
			}
		}),
		"block-device-mapping.encrypted":   onVolumes(func(e *ebsMapping) string { return boolText(deref(e.encrypted)) }),
		"block-device-mapping.snapshot-id": onVolumes(func(e *ebsMapping) string { return e.snapshot }),
		"block-device-mapping.volume-size": onVolumes(func(e *ebsMapping) string { return itoa(int(e.size)) }),
		"block-device-mapping.volume-type": onVolumes(func(e *ebsMapping) string { return string(e.typ) }),
		"boot-mode":                        maybe(func(_ *view, im *image) string { return string(im.bootMode) }),
		"creation-date":                    one((*view).imageCreated),
		"description":                      maybe(func(_ *view, im *image) string { return im.description }),
		"ena-support":                      one(func(_ *view, im *image) string { return boolText(im.enaSupport) }),
		"free-tier-eligible":               one(func(_ *view, im *image) string { return boolText(im.freeTier()) }),
		"hypervisor":                       one(func(*view, *image) string { return string(ec2types.HypervisorTypeXen) }),
		"image-allowed":                    one(func(v *view, im *image) string { return boolText(v.isAllowed(im)) }),
		"image-id":                         one(func(_ *view, im *image) string { return im.id }).by(ownID),
		"image-type":                       one(func(*view, *image) string { return string(ec2types.ImageTypeValuesMachine) }),
		"is-public":                        one(func(_ *view, im *image) string { return boolText(im.public) }),
		"kernel-id":                        maybe(func(_ *view, im *image) string { return im.kernel }),
		"manifest-location":                one((*view).imageLocation),
		"name":                             one(func(_ *view, im *image) string { return im.name }).by("name"),
		"owner-alias":                      maybe(func(_ *view, im *image) string { return im.ownerAlias }),
		"owner-id":                         ofOwner(imageSchema, func(v *view, owner store.Scope) string { return v.places[owner].Account }),
		"platform":                         maybe(func(_ *view, im *image) string { return strings.ToLower(string(im.platform)) }),
		"product-code":                     onProductCodes(func(c ec2types.ProductCode) string { return deref(c.ProductCodeId) }),
		"product-code.type":                onProductCodes(func(c ec2types.ProductCode) string { return string(c.ProductCodeType) }),
		"public-ssm-parameter-name": some(func(v *view, im *image, add func(string)) {
			for _, name := range v.imageParameters(im) {
				add(name)
				add(strings.TrimPrefix(name, "/")) // the documentation names it without
			}
		}),
		"ramdisk-id":           maybe(func(_ *view, im *image) string { return im.ramdisk }),
		"root-device-name":     maybe(func(_ *view, im *image) string { return im.rootDevice }),
		"root-device-type":     one(func(_ *view, im *image) string { return string(im.rootDeviceType) }),
		"source-image-id":      maybe(func(_ *view, im *image) string { return im.sourceImage }),
		"source-image-region":  maybe(func(_ *view, im *image) string { return im.sourceRegion }),
		"source-instance-id":   maybe(func(_ *view, im *image) string { return im.sourceInstance }),
		"sriov-net-support":    maybe(func(_ *view, im *image) string { return im.sriovNetSupport }),
		"state":                one(func(_ *view, im *image) string { return string(im.state) }).byMany("state"),
		"state-reason-code":    maybe(func(_ *view, im *image) string { return im.reasonCode }),
		"state-reason-message": maybe(func(_ *view, im *image) string { return im.reasonMessage }),
		"image-watermark.source-image-creation-time": onWatermarks(func(w *watermark) string { return w.imageCreated.UTC().Format(filterTime) }),
		"image-watermark.source-image-id":            onWatermarks(func(w *watermark) string { return w.image }),
		"image-watermark.source-image-region":        onWatermarks(func(w *watermark) string { return w.region }),
		"image-watermark.watermark-creation-time":    onWatermarks(func(w *watermark) string { return w.attachedSince.UTC().Format(filterTime) }),
		"image-watermark.watermark-key":              onWatermarks(func(w *watermark) string { return w.key }),
		"virtualization-type":                        one(func(_ *view, im *image) string { return string(im.virtualization) }),

		// No image here has a list of instance types, or was scanned.
		"instance-type-specification.supported-instance-type":   never[image](),
		"instance-type-specification.unsupported-instance-type": never[image](),
		"scan-result.critical-fix-available-since":              never[image](),
		"scan-result.finding-scan-date":                         never[image](),
		"scan-result.high-fix-available-since":                  never[image](),
		"scan-result.highest-finding-severity-label":            never[image](),
		"scan-result.informational-fix-available-since":         never[image](),
		"scan-result.low-fix-available-since":                   never[image](),
		"scan-result.medium-fix-available-since":                never[image](),
	},
}

func onVolumes(value func(*ebsMapping) string) filterOn[image] {
	return some(func(_ *view, im *image, add func(string)) {
		for _, m := range im.mappings {
			if m.ebs != nil {
				add(value(m.ebs))
			}
		}
	})
}

func onProductCodes(value func(ec2types.ProductCode) string) filterOn[image] {
	return some(func(_ *view, im *image, add func(string)) {
		for _, c := range im.productCodes {
			add(value(c))
		}
	})
}
