package fake_test

import (
	"testing"

	"github.com/amiclass/amiclass/backend/backendtest"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	backendtest.Run(t, func(t *testing.T) backendtest.World {
		return backendtest.World{
			Backend: fake.NewT(t).Backend(region.USEast1),
			Sister:  region.EUWest1, OtherAccount: "111122223333",
		}
	})
}
