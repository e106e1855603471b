package ami_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

var drawnAt = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// aFamily is an ancestor that is gone, an image made of a server of it that is gone too, and a copy abroad with a server.
func aFamily() ami.Graph {
	plain := []backend.DeviceMapping{{Device: "/dev/xvda", EBS: &backend.EBSMapping{SizeGiB: 8, Type: "gp3"}}, {Device: "/dev/sdb", VirtualName: "ephemeral0"}}
	return ami.Graph{At: drawnAt, Images: []ami.GraphImage{
		{Image: backend.Image{ID: "ami-1", OwnerAlias: "amazon"}, Region: region.USEast1},
		{Image: backend.Image{ID: "ami-2", Name: `web "1" & <co>`, Architecture: "arm64", State: "available", Created: drawnAt.Add(-72 * time.Hour), Devices: plain,
			Deprecated: drawnAt.Add(-time.Hour)}, Region: region.USEast1, Parent: "ami-1", Instance: "i-1", Known: true},
		{Image: backend.Image{ID: "ami-3", Name: "web-1", Architecture: "arm64", State: "pending", Created: drawnAt.Add(-5 * time.Hour)}, Region: region.EUWest1, Parent: "ami-2", Known: true},
		{Image: backend.Image{ID: "ami-4", Name: "web-2", State: "available", Created: drawnAt}, Region: region.EUWest1, Parent: "ami-3", Instance: "i-2", Known: true},
	}, Instances: []ami.GraphInstance{
		{Instance: backend.Instance{ID: "i-2", ImageID: "ami-3", Type: "m7g.large", State: "running", Zone: "eu-west-1a", Tags: map[string]string{"Name": "web"}}, Region: region.EUWest1},
	}}
}

func TestMermaid(t *testing.T) {
	t.Parallel()
	require.Empty(t, cmp.Diff(`flowchart TD
    ami_1["<b>ami-1</b><br/>ami-1 · us-east-1<br/>not to be seen any more"]
    ami_2["<b>web #quot;1#quot; #amp; #lt;co#gt;</b><br/>ami-2 · us-east-1<br/>arm64 · 8 GiB gp3<br/>available · 3 days old · deprecated"]
    ami_3["<b>web-1</b><br/>ami-3 · eu-west-1<br/>arm64<br/>pending · 5 hours old"]
    ami_4["<b>web-2</b><br/>ami-4 · eu-west-1<br/>available · new"]
    i_2(["<b>web : web-1</b><br/>i-2 · eu-west-1a<br/>m7g.large · running"])
    ami_3 --> i_2
    ami_1 -- "image of i-1" --> ami_2
    ami_2 -. "copy to eu-west-1" .-> ami_3
    i_2 -- "image of" --> ami_4
`, aFamily().Mermaid()))
	require.Equal(t, "flowchart TD\n", ami.Graph{}.Mermaid())
}

func TestDOT(t *testing.T) {
	t.Parallel()
	got := aFamily().DOT()
	for _, line := range []string{
		`<b>web &#34;1&#34; &amp; &lt;co&gt;</b>`, `  ami_1 -> ami_2 [label="image of i-1"];`, `  ami_2 -> ami_3 [label="copy" style=dashed];`,
		`  ami_3 -> i_2 [arrowhead=none];`, `  i_2 -> ami_4 [label="image of"];`, `<u>web : web-1</u>`,
	} {
		require.Contains(t, got, line)
	}
	require.Equal(t, strings.Count(got, "{"), strings.Count(got, "}"))
}

type rect struct{ x, y, w, h float64 }

// drawn gives the texts and boxes of a picture, which has to be whole.
func drawn(t require.TestingT, svg string) (texts []string, boxes []rect, dashed int) {
	d := xml.NewDecoder(strings.NewReader(svg))
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, boxes, dashed
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			attrs := map[string]string{}
			for _, a := range e.Attr {
				attrs[a.Name.Local] = a.Value
			}
			number := func(name string) float64 {
				n, err := strconv.ParseFloat(attrs[name], 64)
				require.NoError(t, err)
				return n
			}
			inText = e.Name.Local == "text"
			if e.Name.Local == "rect" && attrs["stroke"] != "" {
				boxes = append(boxes, rect{number("x"), number("y"), number("width"), number("height")})
			}
			if attrs["stroke-dasharray"] != "" {
				dashed++
			}
		case xml.CharData:
			if inText {
				texts = append(texts, string(e))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

func TestSVG(t *testing.T) {
	t.Parallel()
	texts, boxes, dashed := drawn(t, aFamily().SVG())
	require.Len(t, boxes, 5)
	require.Equal(t, 1, dashed)
	for _, text := range []string{`web "1" & <co>`, "web : web-1", "ami-2 · us-east-1", "arm64 · 8 GiB gp3", "image of i-1", "copy", "us-east-1", "eu-west-1"} {
		require.Contains(t, texts, text)
	}
	drawn(t, ami.Graph{}.SVG())
}

// However a family branches, no two boxes lie on each other, and all are in the picture.
func TestNoTwoBoxesOfAPictureOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var g ami.Graph
		for n := range rapid.IntRange(0, 30).Draw(t, "images") {
			im := ami.GraphImage{Image: backend.Image{ID: fmt.Sprintf("ami-%d", n), Name: rapid.StringMatching(`[a-z]{0,30}`).Draw(t, "name")},
				Region: rapid.SampledFrom([]region.Region{region.USEast1, region.EUWest1}).Draw(t, "region"), Known: rapid.Bool().Draw(t, "known")}
			im.Parent = fmt.Sprintf("ami-%d", rapid.IntRange(0, 31).Draw(t, "parent")) // itself, rings, and none among them
			if rapid.Bool().Draw(t, "of an instance") {
				im.Instance = fmt.Sprintf("i-%d", rapid.IntRange(0, 10).Draw(t, "instance"))
			}
			g.Images = append(g.Images, im)
		}
		for n := range rapid.IntRange(0, 10).Draw(t, "instances") {
			g.Instances = append(g.Instances, ami.GraphInstance{Instance: backend.Instance{ID: fmt.Sprintf("i-%d", n), ImageID: fmt.Sprintf("ami-%d", rapid.IntRange(0, 31).Draw(t, "image"))}})
		}
		_, boxes, _ := drawn(t, g.SVG())
		require.Len(t, boxes, len(g.Images)+len(g.Instances))
		for i, a := range boxes {
			for _, b := range boxes[:i] {
				apart := a.x+a.w <= b.x || b.x+b.w <= a.x || a.y+a.h <= b.y || b.y+b.h <= a.y
				require.True(t, apart, "%v on %v", a, b)
			}
		}
		require.NotEmpty(t, g.DOT()+g.Mermaid())
	})
}
