package ami

import (
	"context"
	"fmt"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// FromInstance makes an image of an instance: the object becomes a class. It returns as soon as EC2
// knows the image; [Image.WaitAvailable] and [Image.Instantiate] wait for it.
//
// EC2 makes one snapshot of each attached volume and, unless told otherwise by [NoReboot], reboots a
// running instance for that, so that its file systems are whole
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating-an-ami-ebs.html). The instance must
// be running or stopped.
//
// The name is 3 to 128 characters and unique in account and region. Calling again is safe: an image
// of that name that an earlier call made from this instance is adopted as it is; any other is
// [backend.ErrAlreadyExists]. An error carries the image as a leftover if it exists.
func FromInstance(ctx context.Context, i *instance.Instance, name string, opts ...ImageOption) (Image, error) {
	m := making{name: name}
	for _, o := range opts {
		if o != nil {
			o.applyImage(&m)
		}
	}
	if i == nil || i.Backend() == nil {
		m.fault("instance", "is nil", "give the instance that the image is to be made of")
		return Image{}, m.validate()
	}
	seen := i.Data()
	for _, d := range m.devices {
		if d.Device == seen.RootDevice {
			m.fault("withoutVolume", d.Device+" is the root volume", "leave it in: an image needs its root volume")
		}
	}
	if err := m.validate(); err != nil {
		return Image{}, fmt.Errorf("image %q of %s: %w", name, i.ID(), err)
	}
	be, tags := i.Backend(), m.marked(i.ID())
	var description string
	if m.description != nil {
		description = *m.description
	}
	return creation{
		be: be, op: "CreateImage", name: name, from: i.ID(),
		// Not repeated: it would reboot the instance once more.
		tries: 1,
		call: func(ctx context.Context) (string, error) {
			return be.CreateImage(ctx, backend.CreateImageRequest{
				InstanceID:   i.ID(),
				Name:         name,
				Description:  description,
				NoReboot:     m.noReboot,
				Devices:      m.devices,
				ImageTags:    tags,
				SnapshotTags: tags,
			})
		},
	}.run(ctx)
}
