package engine

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake/internal/store"
)

// image is an Amazon Machine Image.
type image struct {
	id              string
	scope           store.Scope // the owner's
	name            string
	description     string
	state           ec2types.ImageState
	reasonCode      string
	reasonMessage   string
	created         time.Time
	seeded          bool          // exists since before the cloud does: age counts, not created
	age             time.Duration // of a seeded one, at the cloud's start
	deprecateAfter  time.Duration // of a seeded one, from its release; 0 for never
	deprecated      time.Time     // of any other; zero for never
	protection      protection    // against being deregistered
	ownerAlias      string
	architecture    ec2types.ArchitectureValues
	platform        ec2types.PlatformValues
	platformDetails string
	usageOperation  string
	virtualization  ec2types.VirtualizationType
	rootDevice      string
	rootDeviceType  ec2types.DeviceType
	mappings        []mapping
	bootMode        ec2types.BootModeValues
	tpmSupport      ec2types.TpmSupportValues
	imdsSupport     ec2types.ImdsSupportValues
	enaSupport      bool
	sriovNetSupport string
	kernel, ramdisk string
	uefiData        string // base64
	productCodes    []ec2types.ProductCode
	public          bool
	users           []string // accounts that may launch it
	organizations   []string // ARNs of organizations and of their units whose accounts may launch it
	sourceImage     string
	sourceRegion    string
	sourceInstance  string
	watermarks      []watermark
	supportedTypes  []string // patterns of those that it may be launched on; empty for any
	refusedTypes    []string
}

var imageSchema = store.Schema[image]{
	Name:  "images",
	ID:    func(i *image) string { return i.id },
	Scope: func(i *image) store.Scope { return i.scope },
	Indexes: []store.Index[image]{
		{Name: "name", Values: func(i *image, add func(string)) { add(i.name) }},
		{Name: "state", Values: func(i *image, add func(string)) { add(string(i.state)) }},
		{Name: "permitted", Values: func(i *image, add func(string)) {
			permitted(i.public, i.users, add)
			for _, arn := range i.organizations {
				add(arn)
			}
		}},
		{Name: "snapshot", Global: true, Values: func(i *image, add func(string)) {
			for _, m := range i.mappings {
				if m.ebs != nil && m.ebs.snapshot != "" {
					add(m.ebs.snapshot)
				}
			}
		}},
	},
}

var imageOperations = []operation{
	reading("ExecutableUsers Filters{Name Values} ImageIds IncludeDeprecated IncludeDisabled MaxResults NextToken Owners",
		(*view).describeImages),
	writing(createImageFields, (*tx).createImage),
	writing(copyImageFields, (*tx).copyImage),
	writing(registerImageFields, (*tx).registerImage),
	writing("ImageId DeleteAssociatedSnapshots", (*tx).deregisterImage),
	reading("ImageId", (*view).getImageAncestry),
	reading("Filters{Name Values} InstanceIds MaxResults NextToken", (*view).describeInstanceImageMetadata),
}

// describeImages lists what the caller may launch: his own images, public ones, and those shared with
// him. Others' deprecated images are left out unless named or asked for. IDs don't exclude pages.
func (v *view) describeImages(in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
	pg, err := usualPaging.at("DescribeImages", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	owners, err := v.accountsOf(in.Owners, ownerAliases...)
	if err != nil {
		return nil, err
	}
	users, err := v.accountsOf(in.ExecutableUsers, everybody)
	if err != nil {
		return nil, err
	}
	sel, err := imageListing.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	if owners.given && len(owners.aliases) == 0 {
		sel.accounts = owners.ids
	}
	rows := visible(v, sel, imageSchema.Scope, owners.own(v), owners.others(v), pg.after)
	if len(in.ImageIds) > 0 {
		named, err := imageListing.findAll(slices.DeleteFunc(slices.Clone(in.ImageIds), v.remembersImage), v.imageByID)
		if err != nil {
			return nil, err
		}
		rows = matching(v, sel, named, pg.after)
	}
	deprecated := deref(in.IncludeDeprecated) || len(in.ImageIds) > 0
	rows = only(rows, func(im *image) bool {
		return owners.owner(v.places[im.scope].Account, im.ownerAlias) &&
			(users.permits(im.public, im.users) || users.lists(v.Account) && v.belongsTo(im.organizations)) &&
			(im.state != ec2types.ImageStateDisabled || deref(in.IncludeDisabled)) &&
			(deprecated || im.scope == v.scope || !v.isDeprecated(im)) &&
			!v.hides(im)
	})
	found, next := cut(pg, rows, imageListing.id)
	out := &ec2.DescribeImagesOutput{NextToken: next, Images: make([]ec2types.Image, len(found))}
	for i, im := range found {
		out.Images[i] = v.renderImage(im)
	}
	return out, nil
}

// remembersImage tells of an ID that it is that of a deregistered image of which the caller still has
// instances. To describe it is no error, and tells nothing
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
func (v *view) remembersImage(id string) bool {
	_, registered := v.images.Get(id)
	return !registered && exists(v.instances.By("image", v.scope, id))
}

func (v *view) renderImage(im *image) ec2types.Image {
	out := ec2types.Image{
		Architecture:              im.architecture,
		BlockDeviceMappings:       renderMappings(im.mappings),
		BootMode:                  im.bootMode,
		CreationDate:              ptr(v.imageCreated(im)),
		DeregistrationProtection:  ptr(im.protection.at(v.now)),
		Description:               text(im.description),
		EnaSupport:                ptr(im.enaSupport),
		FreeTierEligible:          ptr(im.freeTier()),
		Hypervisor:                ec2types.HypervisorTypeXen,
		ImageAllowed:              ptr(v.isAllowed(im)),
		ImageId:                   ptr(im.id),
		ImageLocation:             ptr(v.imageLocation(im)),
		ImageOwnerAlias:           text(im.ownerAlias),
		ImageType:                 ec2types.ImageTypeValuesMachine,
		ImageWatermarks:           im.renderWatermarks(),
		ImdsSupport:               im.imdsSupport,
		InstanceTypeSpecification: im.renderTypes(),
		KernelId:                  text(im.kernel),
		LastLaunchedTime:          text(v.lastLaunched(im)),
		Name:                      ptr(im.name),
		OwnerId:                   ptr(v.places[im.scope].Account),
		Platform:                  im.platform,
		PlatformDetails:           text(im.platformDetails),
		ProductCodes:              copyProductCodes(im.productCodes),
		Public:                    ptr(im.public),
		RamdiskId:                 text(im.ramdisk),
		RootDeviceName:            text(im.rootDevice),
		RootDeviceType:            im.rootDeviceType,
		SourceImageId:             text(im.sourceImage),
		SourceImageRegion:         text(im.sourceRegion),
		SourceInstanceId:          text(im.sourceInstance),
		SriovNetSupport:           text(im.sriovNetSupport),
		State:                     im.state,
		Tags:                      v.renderTags(im.id),
		TpmSupport:                im.tpmSupport,
		UsageOperation:            text(im.usageOperation),
		VirtualizationType:        im.virtualization,
	}
	if at := v.imageDeprecates(im); !at.IsZero() {
		out.DeprecationTime = ptr(at.UTC().Format(filterTime))
	}
	if im.reasonCode != "" {
		out.StateReason = &ec2types.StateReason{Code: ptr(im.reasonCode), Message: ptr(im.reasonMessage)}
	}
	if names := v.imageParameters(im); len(names) > 0 {
		out.PublicSsmParameterName = ptr(names[0])
	}
	return out
}

// text is a string as outputs have it: nil if there is nothing to tell.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func copyProductCodes(in []ec2types.ProductCode) []ec2types.ProductCode {
	var out []ec2types.ProductCode
	for _, c := range in {
		out = append(out, ec2types.ProductCode{ProductCodeId: text(deref(c.ProductCodeId)), ProductCodeType: c.ProductCodeType})
	}
	return out
}

func (v *view) imageLocation(im *image) string {
	if im.ownerAlias != "" {
		return im.ownerAlias + "/" + im.name
	}
	return v.places[im.scope].Account + "/" + im.name
}

// imageCreated is when the image was made, as replies and filters write it.
func (v *view) imageCreated(im *image) string { return v.imageCreatedAt(im).UTC().Format(filterTime) }

func (v *view) imageCreatedAt(im *image) time.Time {
	if im.seeded {
		return v.seededAt(im.age)
	}
	return im.created
}

// imageDeprecates is when the image becomes or became deprecated, to the minute; zero for never.
func (v *view) imageDeprecates(im *image) time.Time {
	if im.seeded && im.deprecateAfter > 0 {
		return v.seededAt(im.age).Add(im.deprecateAfter).Round(time.Minute)
	}
	return im.deprecated
}

func (v *view) isDeprecated(im *image) bool {
	at := v.imageDeprecates(im)
	return !at.IsZero() && !v.now.Before(at)
}

// freeTier goes by the platform, as long as there are no codes of the Marketplace (mem).
func (im *image) freeTier() bool {
	return len(im.productCodes) == 0 && (im.platformDetails == "Linux/UNIX" || im.platformDetails == "Windows")
}

// fitted is the image as the checks of package fit see it. A launch makes one, so it has no more than
// they look at.
func (i *image) fitted() *backend.Image {
	return &backend.Image{
		ID:             i.id,
		Architecture:   string(i.architecture),
		Platform:       string(i.platform),
		RootDevice:     i.rootDevice,
		RootDeviceType: string(i.rootDeviceType),
		Virtualization: string(i.virtualization),
		BootMode:       string(i.bootMode),
		TPM:            string(i.tpmSupport),
		ENA:            i.enaSupport,
		SRIOV:          i.sriovNetSupport,

		SupportedTypes: i.supportedTypes, UnsupportedTypes: i.refusedTypes,
	}
}

// imageCompleted ends an image's making, after its snapshots': with it, or with the failure of one.
func (t *tx) imageCompleted(_ time.Time, id string) {
	im, ok := t.images.Get(id)
	if !ok || im.state != ec2types.ImageStatePending {
		return
	}
	next := *im
	next.state = ec2types.ImageStateAvailable
	for _, m := range im.mappings {
		if m.ebs == nil || m.ebs.snapshot == "" {
			continue
		}
		if s, ok := t.snapshots.Get(m.ebs.snapshot); ok && s.state == ec2types.SnapshotStateError {
			next.state = ec2types.ImageStateFailed
			next.reasonCode, next.reasonMessage = "Client.InternalError", "Client.InternalError: "+s.stateMessage // (mem)
		}
	}
	t.images.Put(&t.undo, &next)
}
