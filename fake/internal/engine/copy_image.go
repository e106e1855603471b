package engine

import (
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

const copyImageFields = `Name SourceImageId SourceRegion ClientToken CopyImageTags Description
	DestinationAvailabilityZone DestinationAvailabilityZoneId DestinationOutpostArn Encrypted KmsKeyId
	SnapshotCopyCompletionDurationMinutes TagSpecifications{ResourceType Tags{Key Value}}`

// arbitraryVolume is what a snapshot says for its volume if it was copied (mem).
const arbitraryVolume = "vol-ffffffff"

// copyImage copies an image, with snapshots of its own, into the region where it is called
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/CopyingAMIs.html).
func (t *tx) copyImage(in *ec2.CopyImageInput) (*ec2.CopyImageOutput, error) {
	if made, err := t.once(in, deref(in.ClientToken)); err != nil || made != "" {
		return &ec2.CopyImageOutput{ImageId: text(made)}, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeImage, ec2types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	if err := t.checkDestination(in); err != nil {
		return nil, err
	}
	minutes, err := copyDuration(in)
	if err != nil {
		return nil, err
	}
	if err := t.checkImageName(deref(in.Name)); err != nil {
		return nil, err
	}
	if err := checkImageDescription(deref(in.Description)); err != nil {
		return nil, err
	}
	// Also if there is nothing to encrypt.
	if _, _, err := t.encryption(nil, in.Encrypted, deref(in.KmsKeyId)); err != nil {
		return nil, err
	}
	source, src, err := t.copySource(in)
	if err != nil {
		return nil, err
	}
	im := t.copyOf(src, source.Region, in)
	made, err := t.copySnapshots(source, src, im, in)
	if err != nil {
		return nil, err
	}
	takes := t.options.Delays.Copy
	if minutes > 0 {
		takes = min(takes, time.Duration(minutes)*time.Minute)
	}
	for _, s := range made {
		s.duration = minutes
	}
	if err := t.beginImage(im, made, tags, takes); err != nil {
		return nil, err
	}
	if deref(in.CopyImageTags) {
		if err := t.copyTags(source, src, im, tags[ec2types.ResourceTypeImage]); err != nil {
			return nil, err
		}
	}
	t.remember(in, deref(in.ClientToken), im.id)
	return &ec2.CopyImageOutput{ImageId: ptr(im.id)}, nil
}

// copyOf is the copy with all that it has from the source image but its snapshots: not who may launch
// it, nor when it becomes deprecated.
func (t *tx) copyOf(src *image, from region.Region, in *ec2.CopyImageInput) *image {
	im := *src
	im.id, im.scope = t.newID(kindImage), t.scope
	im.name, im.description = *in.Name, deref(in.Description)
	im.state = ec2types.ImageStatePending
	im.created, im.seeded, im.age, im.deprecateAfter, im.deprecated = t.now, false, 0, 0, time.Time{}
	im.ownerAlias, im.public, im.users, im.organizations = "", false, nil, nil
	im.protection = protection{}
	im.sourceImage, im.sourceRegion, im.sourceInstance = src.id, string(from), ""
	im.mappings = slices.Clone(src.mappings)
	return &im
}

// copySnapshots begins a copy of each snapshot of the source image and puts it in its place in the copy.
func (t *tx) copySnapshots(source *view, src, im *image, in *ec2.CopyImageInput) ([]*snapshot, error) {
	var made []*snapshot
	for n, m := range im.mappings {
		if m.ebs == nil || m.ebs.snapshot == "" {
			continue
		}
		at := slices.IndexFunc(made, func(c *snapshot) bool { return c.source == m.ebs.snapshot })
		if at < 0 {
			c, err := t.snapshotCopy(source, src, m.ebs.snapshot, im, in)
			if err != nil {
				return nil, err
			}
			at, made = len(made), append(made, c)
		}
		e := *m.ebs
		e.snapshot, e.encrypted = made[at].id, ptr(made[at].encrypted)
		im.mappings[n].ebs = &e
	}
	return made, nil
}

// copyTags gives the copy the caller's own tags of the source image. What the request says wins.
func (t *tx) copyTags(source *view, src, im *image, given []ec2types.Tag) error {
	return t.setTags(ec2types.ResourceTypeImage, im.id, source.tagsToCopy(src.id, given))
}

// copySource finds the image to be copied, as the caller sees it in its region.
func (t *tx) copySource(in *ec2.CopyImageInput) (*view, *image, error) {
	r := region.Region(deref(in.SourceRegion))
	switch {
	case r == "":
		return nil, nil, missing("SourceRegion")
	case deref(in.SourceImageId) == "":
		return nil, nil, missing("SourceImageId")
	}
	// Other partitions are other worlds (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html).
	if _, ok := catalogue.RegionNamed(r); !ok || r.Partition() != t.Partition {
		return nil, nil, fail("InvalidRegion", "The region '%s' does not exist.", r) // the text is (mem)
	}
	t.furnish(r) // nobody may have been there yet
	source := t.from(r)
	im, err := source.imageByID(*in.SourceImageId)
	if err != nil {
		return nil, nil, err
	}
	if err := im.usable(); err != nil {
		return nil, nil, err
	}
	return source, im, source.copyable(im)
}

// copyable refuses to copy another's image that is paid for, but for Amazon's own: it has to be launched, and an
// image made of the instance (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ami-copy-works.html; the code
// and the texts are (mem)).
func (v *view) copyable(im *image) error {
	switch {
	case im.scope == v.scope:
		return nil
	case im.ownerAlias == marketplaceAlias || len(im.marketplaceCodes()) > 0:
		return fail("InvalidRequest", "Images from AWS Marketplace cannot be copied to another AWS account")
	case im.ownerAlias != amazonAlias && im.usageOperation != plainBilling.usageOperation && im.usageOperation != "":
		return fail("InvalidRequest", "Images with EC2 BillingProduct codes cannot be copied to another AWS account")
	}
	return nil
}

// usable refuses an image in a state in which nothing can be done with it
// (the text for pending ones was recorded; that it is the same for the others is (mem)).
func (im *image) usable() error {
	if im.state == ec2types.ImageStateAvailable {
		return nil
	}
	return unavailable(im)
}

func unavailable(im *image) error {
	return fail("InvalidAMIID.Unavailable", "The AMI ID '%s' is currently %s and may not be used for this operation", im.id, im.state)
}

// snapshotCopy begins a copy of one of the source image's snapshots. An image that is shared can be
// launched without its snapshots' being shared, but not copied; Amazon's can be copied by everybody.
func (t *tx) snapshotCopy(source *view, src *image, id string, im *image, in *ec2.CopyImageInput) (*snapshot, error) {
	from, ok := source.snapshots.Get(id)
	if !ok || !source.seesSnapshot(from) && src.ownerAlias != amazonAlias {
		return nil, fail("InvalidRequest", "You do not have permission to access the storage of this ami") // (mem)
	}
	encrypted, key, err := t.encryption(from, in.Encrypted, deref(in.KmsKeyId))
	if err != nil {
		return nil, err
	}
	c := &snapshot{
		id:     t.newID(kindSnapshot),
		scope:  t.scope,
		volume: arbitraryVolume,
		size:   from.size,
		description: "Copied for DestinationAmi " + im.id + " from SourceAmi " + src.id + " for SourceSnapshot " + id +
			". Task created on " + grouped(t.now.UnixMilli()) + ".", // (mem)
		started:   t.now,
		state:     ec2types.SnapshotStatePending,
		encrypted: encrypted,
		kmsKey:    key,
		source:    id,
		content:   from.content,
		billing:   t.billingOf(from),
		written:   from.written,
	}
	switch {
	case encrypted && from.encrypted && key == from.kmsKey:
		c.dataKey = from.dataKey
	case encrypted:
		c.dataKey = newDataKey(c.id)
	}
	if !source.readable(from) {
		c.refused = keyInaccessible
	}
	return c, nil
}

// checkDestination answers for destinations beyond a region: there are neither Outposts nor Local Zones
// here. The codes and texts are (mem).
func (v *view) checkDestination(in *ec2.CopyImageInput) error {
	given := 0
	for _, p := range []*string{in.DestinationAvailabilityZone, in.DestinationAvailabilityZoneId, in.DestinationOutpostArn} {
		if p != nil {
			given++
		}
	}
	switch {
	case given == 0:
		return nil
	case given > 1:
		return fail("InvalidParameterCombination",
			"Only one of DestinationAvailabilityZone, DestinationAvailabilityZoneId and DestinationOutpostArn can be specified.")
	case in.SnapshotCopyCompletionDurationMinutes != nil:
		return fail("InvalidParameterCombination",
			"SnapshotCopyCompletionDurationMinutes is not supported for a copy to a Local Zone or an Outpost.")
	case in.DestinationOutpostArn != nil:
		return badValue("DestinationOutpostArn", *in.DestinationOutpostArn, "The account has no such Outpost.")
	}
	zone := deref(in.DestinationAvailabilityZone) + deref(in.DestinationAvailabilityZoneId)
	here, _ := catalogue.RegionNamed(v.Region)
	if slices.ContainsFunc(here.Zones, func(z catalogue.Zone) bool { return string(z.Name) == zone || z.ID == zone }) {
		return fail("InvalidParameterValue", "The zone '%s' is not a Local Zone.", zone)
	}
	return fail("InvalidZone.NotFound", "The zone '%s' does not exist.", zone)
}

// copyDuration is in how many minutes a copy has to be complete; 0 if it may take its time
// (https://docs.aws.amazon.com/ebs/latest/userguide/time-based-copies.html).
func copyDuration(in *ec2.CopyImageInput) (int32, error) {
	if in.SnapshotCopyCompletionDurationMinutes == nil {
		return 0, nil
	}
	n := *in.SnapshotCopyCompletionDurationMinutes
	if n < 15 || n > 48*60 || n%15 != 0 {
		return 0, badValue("SnapshotCopyCompletionDurationMinutes", n, "Expecting a multiple of 15 between 15 and 2880.")
	}
	return int32(n), nil
}

// grouped writes a number with a comma between each three digits.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
