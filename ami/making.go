package ami

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// ImageOption says what [FromInstance] shall do otherwise than it does by itself.
type ImageOption interface{ applyImage(*making) }

// CopyOption says what [Image.CopyTo] shall do otherwise than it does by itself.
type CopyOption interface{ applyCopy(*making) }

// MakeOption is an option for whatever makes an image.
type MakeOption interface {
	ImageOption
	CopyOption
}

type (
	imageOption func(*making)
	copyOption  func(*making)
	makeOption  func(*making)
)

func (o imageOption) applyImage(m *making) { o(m) }
func (o copyOption) applyCopy(m *making)   { o(m) }
func (o makeOption) applyImage(m *making)  { o(m) }
func (o makeOption) applyCopy(m *making)   { o(m) }

// WithDescription describes the new image. A copy has its source's description without it.
func WithDescription(text string) MakeOption {
	return makeOption(func(m *making) { m.description = &text })
}

// WithTags tags the new image and its snapshots with all of these, besides what other options say.
// Keys beginning with "amiclass:" are this module's own.
func WithTags(tags map[string]string) MakeOption {
	tags = maps.Clone(tags)
	return makeOption(func(m *making) {
		if m.tags == nil {
			m.tags = map[string]string{}
		}
		maps.Copy(m.tags, tags)
	})
}

// NoReboot leaves a running instance running while its image is made. Nobody vouches then for the
// file systems in the image
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html).
func NoReboot() ImageOption { return imageOption(func(m *making) { m.noReboot = true }) }

// WithoutVolume leaves the volume under a device, such as "/dev/sdf", out of the image. The root
// volume can't be left out.
func WithoutVolume(device string) ImageOption {
	return imageOption(func(m *making) {
		if strings.TrimSpace(device) == "" {
			m.fault("withoutVolume", "names no device", "give a device name such as /dev/sdf")
			return
		}
		m.devices = append(m.devices, backend.DeviceMapping{Device: device, NoDevice: true})
	})
}

// WithName names the copy otherwise than its source. A copy within a region needs it.
func WithName(name string) CopyOption { return copyOption(func(m *making) { m.name = name }) }

// EncryptedWith encrypts the copy's snapshots with this KMS key (ID, ARN, or alias as "alias/golden")
// of the region to which it is copied, instead of the account's default key for EBS there. Only an
// image under a key of one's own can be shared with other accounts.
func EncryptedWith(key string) CopyOption {
	return copyOption(func(m *making) {
		if strings.TrimSpace(key) == "" {
			m.fault("key", "is empty", "name a key of the region to which the image is copied, or leave EncryptedWith out")
		}
		m.key = key
	})
}

// Unencrypted leaves the copy's snapshots unencrypted, as far as the account lets it. The snapshots of
// the source mustn't be encrypted, since nothing takes encryption away
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html).
func Unencrypted() CopyOption { return copyOption(func(m *making) { m.plain = true }) }

// making is what the options say of an image to be made.
type making struct {
	name        string
	description *string
	tags        map[string]string
	noReboot    bool
	devices     []backend.DeviceMapping
	key         string
	plain       bool
	wait        []backend.WaitOption
	faults      []error
}

func (m *making) fault(path, problem, remedy string) {
	m.faults = append(m.faults, fault(path, problem, remedy))
}

// The characters and lengths of an image's name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html).
var nameShape = regexp.MustCompile(`^[A-Za-z0-9()\[\] ./\-'@_]{3,128}$`)

// The keys of tags that belong to this module.
const ownKeys = "amiclass:"

// validate gives every fault, joined.
func (m *making) validate() error {
	errs := slices.Clone(m.faults)
	if !nameShape.MatchString(m.name) {
		errs = append(errs, fault("name", fmt.Sprintf("%q is no name for an image", m.name),
			"use 3 to 128 letters, digits, spaces and ( ) [ ] . / - ' @ _"))
	}
	if m.plain && m.key != "" {
		errs = append(errs, fault("key", "is named for a copy that shall be unencrypted", "leave out EncryptedWith or Unencrypted"))
	}
	for _, key := range slices.Sorted(maps.Keys(m.tags)) {
		if strings.HasPrefix(key, ownKeys) {
			errs = append(errs, fault(fmt.Sprintf("tags[%q]", key), "has a key of this module's own", "use another prefix than "+ownKeys))
		}
	}
	return errors.Join(append(errs, tagFaults(m.marked("-"))...)...)
}

// marked are the tags together with the workflow's own.
func (m *making) marked(from string) map[string]string {
	tags := map[string]string{fromTag: from}
	maps.Copy(tags, m.tags)
	return tags
}

// tagFaults checks tags by the rules that hold for those of an instance.
func tagFaults(tags map[string]string) []error {
	joined, ok := instance.Spec{}.WithTags(tags).Validate().(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var errs []error
	for _, err := range joined.Unwrap() {
		var f *instance.FieldError
		if errors.As(err, &f) {
			err = fault(strings.TrimPrefix(f.Path, "spec."), f.Problem, f.Remedy)
		}
		errs = append(errs, err)
	}
	return errs
}
