package ami

import (
	"fmt"
	"html"
	"strings"
)

// Mermaid is the graph as a flowchart that Mermaid draws, as GitHub does in Markdown
// (https://mermaid.js.org/syntax/flowchart.html).
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	text := func(title string, lines []string) string {
		all := []string{"<b>" + mermaidText(title) + "</b>"}
		for _, l := range lines {
			all = append(all, mermaidText(l))
		}
		return strings.Join(all, "<br/>")
	}
	for _, im := range g.Images {
		fmt.Fprintf(&b, "    %s[\"%s\"]\n", node(im.ID), text(im.title(), g.lines(im)))
	}
	for _, i := range g.Instances {
		fmt.Fprintf(&b, "    %s([\"%s\"])\n", node(i.ID), text(g.objectTitle(i), g.objectLines(i)))
	}
	for _, i := range g.Instances {
		fmt.Fprintf(&b, "    %s --> %s\n", node(i.ImageID), node(i.ID))
	}
	for _, im := range g.Images {
		from, how := g.above(im)
		switch {
		case from == "":
		case g.abroad(im):
			fmt.Fprintf(&b, "    %s -. \"%s to %s\" .-> %s\n", node(from), mermaidText(how), im.Region, node(im.ID))
		default:
			fmt.Fprintf(&b, "    %s -- \"%s\" --> %s\n", node(from), mermaidText(how), node(im.ID))
		}
	}
	return b.String()
}

// node is an ID as Mermaid and DOT take it without quotes.
func node(id string) string { return strings.ReplaceAll(id, "-", "_") }

// mermaidText has no letter that Mermaid or its HTML would take for theirs.
func mermaidText(s string) string {
	return strings.NewReplacer("&", "#amp;", "\"", "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "\n", " ").Replace(s)
}

// DOT is the graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html).
func (g Graph) DOT() string {
	var b strings.Builder
	b.WriteString("digraph lineage {\n  node [fontname=\"Helvetica\" fontsize=11 shape=plaintext];\n  edge [fontname=\"Helvetica\" fontsize=9 color=\"#55606e\"];\n")
	box := func(id, style, title string, lines []string) {
		fmt.Fprintf(&b, "  %s [label=<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\" %s><tr><td>%s</td></tr>", node(id), style, title)
		for _, l := range lines {
			fmt.Fprintf(&b, "<tr><td align=\"left\">%s</td></tr>", html.EscapeString(l))
		}
		b.WriteString("</table>>];\n")
	}
	for _, im := range g.Images {
		box(im.ID, "color=\"#24405e\" bgcolor=\"#eef3f9\"", "<b>"+html.EscapeString(im.title())+"</b>", g.lines(im))
	}
	for _, i := range g.Instances {
		box(i.ID, "style=\"rounded\" color=\"#2f6b4f\" bgcolor=\"#eef8f2\"", "<u>"+html.EscapeString(g.objectTitle(i))+"</u>", g.objectLines(i))
	}
	for _, i := range g.Instances {
		fmt.Fprintf(&b, "  %s -> %s [arrowhead=none];\n", node(i.ImageID), node(i.ID))
	}
	for _, im := range g.Images {
		if from, how := g.above(im); from != "" {
			style := ""
			if g.abroad(im) {
				style = " style=dashed"
			}
			fmt.Fprintf(&b, "  %s -> %s [label=%q%s];\n", node(from), node(im.ID), how, style)
		}
	}
	b.WriteString("}\n")
	return b.String()
}
