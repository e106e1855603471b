package ami

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// CopyTo copies the image into a region of the same account, where it gets another ID. It waits for
// the source if that is still pending, since EC2 copies only what is there, but not for the copy;
// [Image.WaitAvailable] and [Image.Instantiate] do.
//
// The copy has the source's name, description and tags unless options say otherwise, and the class's
// defaults. It is encrypted: with the key that [EncryptedWith] names, else with the account's default
// key for EBS in that region; [Unencrypted] leaves it plain. Launch permissions aren't copied
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ami-copy-works.html).
//
// Calling again is safe: an image of that name there that an earlier call copied from this one is
// adopted as it is; any other is [backend.ErrAlreadyExists]. An error carries the copy as a leftover
// if it exists.
func (im Image) CopyTo(ctx context.Context, r region.Region, opts ...CopyOption) (Image, error) {
	if err := im.check(); err != nil {
		return Image{}, err
	}
	m := making{name: im.Name()}
	for _, o := range opts {
		if o != nil {
			o.applyCopy(&m)
		}
	}
	if _, err := region.Parse(string(r)); err != nil {
		m.fault("region", fmt.Sprintf("%q is no name of a region", string(r)), "give one such as region.EUWest1")
	}
	if r == im.Region() && m.name == im.Name() {
		m.fault("name", "is that of the source, which is in the same region", "name the copy with WithName")
	}
	copied, err := im.copy(ctx, r, m)
	if err != nil {
		return Image{}, fmt.Errorf("copy of %s from %s to %s: %w", im.ID(), im.Region(), r, err)
	}
	return copied, nil
}

func (im Image) copy(ctx context.Context, r region.Region, m making) (Image, error) {
	if err := m.validate(); err != nil {
		return Image{}, err
	}
	there, err := im.Backend().In(r)
	if err != nil {
		return Image{}, err
	}
	if err := im.WaitAvailable(ctx, m.wait...); err != nil {
		return Image{}, err
	}
	source := im.last()
	m.inherit(source)
	if err := m.validate(); err != nil {
		return Image{}, err
	}
	tags := m.marked(source.ID)
	req := backend.CopyImageRequest{
		SourceRegion:  im.Region(),
		SourceImageID: source.ID,
		Name:          m.name,
		Description:   *m.description,
		ClientToken:   "amiclass-" + rand.Text(),
		// An image whose root is in an instance store has no volumes to encrypt.
		Encrypted:    !m.plain && (m.key != "" || source.RootDeviceType != "instance-store"),
		KMSKeyID:     m.key,
		ImageTags:    tags,
		SnapshotTags: tags,
	}
	copied, err := creation{
		be: there, op: "CopyImage", name: m.name, from: source.ID,
		tries: 2, // the second with the same token, so that it can't copy twice
		call:  func(ctx context.Context) (string, error) { return there.CopyImage(ctx, req) },
	}.run(ctx)
	return copied.WithDefaults(im.defaults), err
}

// inherit takes over from the source what no option says.
func (m *making) inherit(source backend.Image) {
	if m.description == nil {
		m.description = &source.Description
	}
	tags := map[string]string{}
	for key, value := range source.Tags {
		if !strings.HasPrefix(key, "aws:") && !strings.HasPrefix(key, ownKeys) {
			tags[key] = value
		}
	}
	maps.Copy(tags, m.tags)
	m.tags = tags
	for _, d := range source.Devices {
		if m.plain && d.EBS != nil && d.EBS.Encrypted != nil && *d.EBS.Encrypted {
			m.fault("unencrypted", fmt.Sprintf("the source's snapshot of %s is encrypted", d.Device), "leave Unencrypted out")
		}
	}
}
