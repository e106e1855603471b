package ami

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/lines"
	"github.com/amiclass/amiclass/internal/strictjson"
	"github.com/amiclass/amiclass/region"
)

// Lockfile says which images classes resolved to, for a file under version control: [Lock] makes it, [Class.Pinned] binds a
// class to it, so that the same commit always launches the same images, and [Lockfile.Verify] tells which of these can't be
// relied on any more. It is an immutable value; the zero Lockfile has locked nothing.
//
// As JSON, in which [ReadLockfile] and [Lockfile.WriteTo] and package encoding/json have it, it is
//
//	{
//	  "version": 1,
//	  "images": [
//	    {
//	      "region": "us-east-1",
//	      "class": "server > web",
//	      "architecture": "arm64",
//	      "image": "ami-0123456789abcdef0",
//	      "name": "al2023-ami-2023.6.20241121.0-kernel-6.1-arm64",
//	      "owner": "137112412989",
//	      "created": "2026-11-21T00:00:00Z"
//	    }
//	  ]
//	}
//
// in the order of regions and classes, so that the same images make the same file.
type Lockfile struct{ images []LockedImage }

// LockedImage is what a class resolved to in a region.
type LockedImage struct {
	Region       region.Region         `json:"region"`
	Class        string                `json:"class"` // with its parents: "server > web"
	Architecture instance.Architecture `json:"architecture"`
	ID           string                `json:"image"`
	Name         string                `json:"name"`
	Owner        string                `json:"owner"` // the account
	Created      time.Time             `json:"created"`
}

// String reads `web in us-east-1: ami-… "al2023-…" of 2026-11-21, owned by 137112412989`.
func (l LockedImage) String() string {
	return fmt.Sprintf("%s in %s: %s", l.Class, l.Region, l.image())
}

func (l LockedImage) image() string {
	return fmt.Sprintf("%s %q of %s, owned by %s", l.ID, l.Name, l.Created.UTC().Format(time.DateOnly), l.Owner)
}

// Images are the locked images in the order of their regions and classes.
func (l Lockfile) Images() []LockedImage { return slices.Clone(l.images) }

// Of is what the class is locked to in a region.
func (l Lockfile) Of(c Class, r region.Region) (locked LockedImage, ok bool) {
	return l.of(c.pathText(), r)
}

func (l Lockfile) of(class string, r region.Region) (LockedImage, bool) {
	i := slices.IndexFunc(l.images, func(im LockedImage) bool { return im.Class == class && im.Region == r })
	if i < 0 {
		return LockedImage{}, false
	}
	return l.images[i], true
}

// String is a line for each image.
func (l Lockfile) String() string { return lines.Of(l.images, "nothing is locked") }

func byPlace(a, b LockedImage) int {
	return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Class, b.Class))
}

const lockVersion = 1

type lockJSON struct {
	Version int           `json:"version"`
	Images  []LockedImage `json:"images"`
}

// MarshalJSON is the file's form.
func (l Lockfile) MarshalJSON() ([]byte, error) {
	images := l.images
	if images == nil {
		images = []LockedImage{}
	}
	return json.Marshal(lockJSON{lockVersion, images})
}

// UnmarshalJSON reads the file's form. What is damaged, of another version, or has anything in it that this version doesn't
// know, is an error, and the Lockfile stays as it was.
func (l *Lockfile) UnmarshalJSON(text []byte) error {
	var version struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return fmt.Errorf("lockfile: %w", err)
	}
	switch {
	case version.Version == nil:
		return fmt.Errorf("lockfile: %w", fault("version", "is missing", "use a file that Lockfile.WriteTo has written"))
	case *version.Version != lockVersion:
		return fmt.Errorf("lockfile: %w", fault("version", fmt.Sprintf("is %d, and this release reads %d", *version.Version, lockVersion),
			"use the release of this module that wrote it, or lock anew"))
	}
	var file lockJSON
	if err := strictjson.Decode(text, &file); err != nil {
		return fmt.Errorf("lockfile: %w", err)
	}
	var errs []error
	for i, im := range file.Images {
		errs = append(errs, im.check(fmt.Sprintf("images[%d]", i)))
	}
	slices.SortStableFunc(file.Images, byPlace)
	for i := 1; i < len(file.Images); i++ {
		if one := file.Images[i]; byPlace(file.Images[i-1], one) == 0 {
			errs = append(errs, fault("images", fmt.Sprintf("have %s in %s twice", one.Class, one.Region), "leave one out"))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("lockfile: %w", err)
	}
	l.images = file.Images
	return nil
}

func (l LockedImage) check(path string) error {
	errs := []error{checkArchitecture(l.Architecture)}
	if l.Class == "" {
		errs = append(errs, fault(path+".class", "is empty", "name the class with its parents"))
	}
	if _, err := region.Parse(string(l.Region)); err != nil {
		errs = append(errs, fault(path+".region", fmt.Sprintf("%q is no region", string(l.Region)), "use a name such as us-east-1"))
	}
	errs = append(errs, checkID(path+".image", l.ID))
	if !accountShape.MatchString(l.Owner) {
		errs = append(errs, fault(path+".owner", fmt.Sprintf("%q is no account", l.Owner), "give the 12 digits of the image's owner"))
	}
	return errors.Join(errs...)
}

// ReadLockfile reads a file that [Lockfile.WriteTo] has written.
func ReadLockfile(r io.Reader) (Lockfile, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Lockfile{}, fmt.Errorf("lockfile: %w", err)
	}
	var l Lockfile
	// json.Unmarshal reports bad syntax before UnmarshalJSON sees it.
	if err := l.UnmarshalJSON(text); err != nil {
		return Lockfile{}, err
	}
	return l, nil
}

// WriteTo writes the file, indented, with a newline at its end.
func (l Lockfile) WriteTo(w io.Writer) (int64, error) {
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("lockfile: %w", err)
	}
	n, err := w.Write(append(text, '\n'))
	return int64(n), err
}
