package ami

import (
	"fmt"
	"strings"

	"github.com/amiclass/amiclass/internal/lines"
	"github.com/amiclass/amiclass/region"
)

// Release is what a publication has come to. Printed, it has a line for each region.
type Release struct {
	Source  Image
	Regions []Published // in the order of the publication
}

// Step is how far a region has come.
type Step string

// The steps. Without one nothing was done.
const (
	StepCopied    Step = "copied"    // its image is available
	StepReady     Step = "ready"     // and tagged, marked and shared
	StepPublished Step = "published" // and what points to images points to it
)

// Published is a region's part of a release.
type Published struct {
	Region region.Region
	Image  Image // the zero Image until it is made
	Step   Step
	Former []Former // where its pointers were before they were moved
	Err    error
}

// Former is where a pointer was before it was moved.
type Former struct {
	Pointer string // "parameter /golden/web", "launch template web"
	Position
}

// In is a region's part, which is zero if the publication isn't for that region.
func (r Release) In(where region.Region) Published {
	for _, p := range r.Regions {
		if p.Region == where {
			return p
		}
	}
	return Published{}
}

// String has a line for each region.
func (r Release) String() string { return lines.Of(r.Regions, "published nowhere") }

// String reads `eu-west-1: published ami-… "web-1" (parameter /golden/web was ami-…)`.
func (p Published) String() string {
	text := p.Region.String() + ": "
	switch {
	case p.Step != "":
		text += string(p.Step) + " "
	case p.Err == nil:
		text += "not begun"
	}
	if p.Image.ID() != "" {
		text += fmt.Sprintf("%s %q", p.Image.ID(), p.Image.Name())
	}
	var were []string
	for _, f := range p.Former {
		were = append(were, f.String())
	}
	if len(were) > 0 {
		text += " (" + strings.Join(were, ", ") + ")"
	}
	if p.Err != nil {
		text = strings.TrimSpace(text) + " failed: " + p.Err.Error()
	}
	return text
}

// String reads "parameter /golden/web was ami-…".
func (f Former) String() string {
	if f.Image == "" {
		return f.Pointer + " is new"
	}
	return f.Pointer + " was " + f.Image
}
