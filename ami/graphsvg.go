package ami

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amiclass/amiclass/region"
)

// Sizes of the picture, in pixels.
const (
	pictureMargin = 24
	boxGap        = 28 // between neighbours
	levelGap      = 58 // between generations
	titleHeight   = 30
	lineHeight    = 18
	boxPadding    = 12
	titleLetter   = 8.0 // how wide a letter is on average, at most
	lineLetter    = 6.6
	legendHeight  = 34
	legendWidth   = 140
)

// The colours of regions, in the order in which they come.
var regionColours = []string{"#24405e", "#8a4b12", "#4b2e6b", "#1f5c5a", "#7a2440", "#4d5a1c"}

// box is a node of the picture: an image or an instance, with what hangs on it.
type box struct {
	title  string
	lines  []string
	object bool
	colour string
	above  *box
	how    string // what led here from above
	dashed bool
	below  []*box
	level  int

	x, y, w, h float64 // its upper left corner, and its size
	span       float64 // how wide it is with all that hangs on it
}

// SVG is the graph as a picture: an image is a class, a box with its attributes below its name; an instance is an object, its
// name underlined; what was copied from another region hangs on a dashed line. Colours tell regions.
func (g Graph) SVG() string {
	all := g.boxes()
	heights := map[int]float64{}
	for _, b := range all {
		heights[b.level] = max(heights[b.level], b.h)
	}
	x, width, height := float64(pictureMargin), 0.0, 0.0
	for _, b := range all {
		if b.above == nil {
			b.measure()
			b.place(x, pictureMargin, heights)
			x += b.span + boxGap
		}
	}
	for _, b := range all {
		width, height = max(width, b.x+b.w), max(height, b.y+b.h)
	}
	regions := g.regions()
	width, height = max(width, float64(pictureMargin+len(regions)*legendWidth))+pictureMargin, height+pictureMargin+legendHeight
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">`+"\n", int(width), int(height))
	s.WriteString(`<rect width="100%" height="100%" fill="#ffffff"/>` + "\n")
	for _, b := range all {
		b.drawLine(&s)
	}
	for _, b := range all {
		b.draw(&s)
	}
	for i, r := range regions {
		x, y := float64(pictureMargin+i*legendWidth), height-pictureMargin
		fmt.Fprintf(&s, `<rect x="%.1f" y="%.1f" width="12" height="12" rx="2" fill="%s"/>`, x, y-10, regionColours[i%len(regionColours)])
		fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" font-size="12" fill="#333d48">%s</text>`+"\n", x+18, y, html.EscapeString(string(r)))
	}
	s.WriteString("</svg>\n")
	return s.String()
}

// regions are those of the images, in their order.
func (g Graph) regions() []region.Region {
	var all []region.Region
	for _, im := range g.Images {
		if !slices.Contains(all, im.Region) {
			all = append(all, im.Region)
		}
	}
	return all
}

// boxes are the nodes, each below what it hangs on, instances before images.
func (g Graph) boxes() []*box {
	regions := g.regions()
	at := map[string]*box{}
	var all []*box
	add := func(id string, r region.Region, b *box) {
		i := max(0, slices.Index(regions, r))
		b.colour = regionColours[i%len(regionColours)]
		b.w = float64(utf8.RuneCountInString(b.title)) * titleLetter
		for _, l := range b.lines {
			b.w = max(b.w, float64(utf8.RuneCountInString(l))*lineLetter)
		}
		b.w += 2 * boxPadding
		b.h = titleHeight + float64(len(b.lines))*lineHeight + boxPadding
		at[id] = b
		all = append(all, b)
	}
	for _, im := range g.Images {
		add(im.ID, im.Region, &box{title: im.title(), lines: g.lines(im)})
	}
	for _, i := range g.Instances {
		add(i.ID, i.Region, &box{title: g.objectTitle(i), lines: g.objectLines(i), object: true})
	}
	for _, i := range g.Instances {
		at[i.ID].hang(at[i.ImageID], "", false)
	}
	for _, im := range g.Images {
		from, how := g.above(im)
		at[im.ID].hang(at[from], how, g.abroad(im))
	}
	for _, b := range all {
		for up := b.above; up != nil; up = up.above {
			b.level++
		}
	}
	return all
}

// hang puts the box below another, unless that would make a ring.
func (b *box) hang(above *box, how string, dashed bool) {
	for up := above; up != nil; up = up.above {
		if up == b {
			return
		}
	}
	if above == nil {
		return
	}
	b.above, b.how, b.dashed = above, how, dashed
	above.below = append(above.below, b)
}

func (b *box) measure() {
	inner := 0.0
	for i, c := range b.below {
		c.measure()
		if i > 0 {
			inner += boxGap
		}
		inner += c.span
	}
	b.span = max(b.w, inner)
}

// place puts the box over the middle of what hangs on it.
func (b *box) place(left, top float64, heights map[int]float64) {
	b.x, b.y = left+(b.span-b.w)/2, top
	inner := -float64(boxGap)
	for _, c := range b.below {
		inner += c.span + boxGap
	}
	x := left + (b.span-max(inner, 0))/2
	for _, c := range b.below {
		c.place(x, top+heights[b.level]+levelGap, heights)
		x += c.span + boxGap
	}
}

func (b *box) drawLine(s *strings.Builder) {
	if b.above == nil {
		return
	}
	x1, y1 := b.above.x+b.above.w/2, b.above.y+b.above.h
	x2, y2 := b.x+b.w/2, b.y
	turn := y2 - levelGap/2
	dash := ""
	if b.dashed {
		dash = ` stroke-dasharray="6 5"`
	}
	fmt.Fprintf(s, `<path d="M%.1f %.1f V%.1f H%.1f V%.1f" fill="none" stroke="#7b8794" stroke-width="1.5"%s/>`+"\n", x1, y1, turn, x2, y2, dash)
	if !b.object { // an arrow to what was made
		fmt.Fprintf(s, `<path d="M%.1f %.1f l-4.5 -9 h9 z" fill="#7b8794"/>`+"\n", x2, y2)
	}
	if b.how != "" {
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" font-size="11" fill="#55606e" text-anchor="middle" stroke="#ffffff" stroke-width="4" paint-order="stroke">%s</text>`+"\n",
			x2, turn+15, html.EscapeString(b.how))
	}
}

func (b *box) draw(s *strings.Builder) {
	round, fill, title := 3, "#ffffff", `font-weight="bold" fill="#ffffff"`
	if b.object {
		round, fill, title = 14, "#f6f8fa", `text-decoration="underline" fill="#1d242c"`
	}
	fmt.Fprintf(s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%d" fill="%s" stroke="%s" stroke-width="1.5"/>`+"\n", b.x, b.y, b.w, b.h, round, fill, b.colour)
	if !b.object {
		fmt.Fprintf(s, `<path d="M%.1f %.1f h%.1f v%d h-%.1f z" fill="%s"/>`+"\n", b.x, b.y, b.w, titleHeight, b.w, b.colour)
	}
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f" font-size="14" text-anchor="middle" %s>%s</text>`+"\n", b.x+b.w/2, b.y+20, title, html.EscapeString(b.title))
	for i, l := range b.lines {
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" font-size="12" fill="#333d48">%s</text>`+"\n", b.x+boxPadding, b.y+titleHeight+float64(i+1)*lineHeight-1, html.EscapeString(l))
	}
}
