package main

import (
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFamilyPicture(t *testing.T) {
	t.Parallel()
	draw := func(args ...string) string {
		var out strings.Builder
		require.NoError(t, run(t.Context(), args, &out))
		return out.String()
	}
	svg := draw()
	shown, err := os.ReadFile("../../docs/family.svg")
	require.NoError(t, err)
	require.Equal(t, string(shown), svg, "draw docs/family.svg anew: go run ./examples/familypicture > docs/family.svg")
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
	}
	for _, text := range []string{">directory<", ">directory-2 : directory<", ">image of<", ">copy<", "stroke-dasharray", ">eu-west-1<"} {
		require.Contains(t, svg, text)
	}
	require.Equal(t, 2, strings.Count(svg, ">directory-3 : directory<"))
	require.Contains(t, draw("-form", "mermaid"), "directory-1 : al2023-ami-")
	require.Contains(t, draw("-form", "dot"), "style=dashed")
	require.NoError(t, run(t.Context(), []string{"-h"}, io.Discard))
	require.ErrorContains(t, run(t.Context(), []string{"-form", "oil"}, io.Discard), `-form: "oil" is none`)
}
