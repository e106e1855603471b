package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestTheGoldenPipeline(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	var out strings.Builder
	require.NoError(t, run(t.Context(), cloud.Backend(region.USEast1), &out))
	require.Equal(t, `web-1 is published in 2 regions
  locked web in eu-west-1: "" -> "web-1"
  locked web in us-east-1: "" -> "web-1"
web-2 is published in 2 regions
  locked web in eu-west-1: "web-1" -> "web-2"
  locked web in us-east-1: "web-1" -> "web-2"
web-3 is published in 2 regions
  locked web in eu-west-1: "web-2" -> "web-3"
  locked web in us-east-1: "web-2" -> "web-3"
a server runs from web-3: true
  web-3 goes: false
  web-2 goes: false
  web-1 goes: true
`, out.String())
	running := 0
	for _, r := range cloud.Inventory() {
		if r.Kind == "instance" && r.State == "running" {
			running++
		}
	}
	require.Equal(t, 1, running, "builders and tested servers are gone")
}

func TestABrokenPipelineSaysWhatItLeaves(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	cloud.Inject(fake.On("CreateImage").Fail("InternalError"))
	err := run(t.Context(), cloud.Backend(region.USEast1), &strings.Builder{})
	require.ErrorContains(t, err, "CreateImage")
	left := backend.Leftovers(err)
	require.Len(t, left, 1)
	require.NoError(t, left.Cleanup(t.Context()))
}
