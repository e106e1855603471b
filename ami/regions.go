package ami

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Regions are asked at the same time, but not more than these.
const atOnce = 8

// inRegions calls do with the account's backend in each of the regions and the region's number, and joins the errors: one
// region's failure doesn't keep the others from coming to an end.
func inRegions(ctx context.Context, be backend.Backend, regions []region.Region, do func(ctx context.Context, be backend.Backend, n int) error) error {
	errs := make([]error, len(regions))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for n, r := range regions {
		g.Go(func() error {
			there, err := be.In(r)
			if err != nil {
				errs[n] = fmt.Errorf("%s: %w", r, err)
				return nil
			}
			errs[n] = do(ctx, there, n)
			return nil
		})
	}
	return errors.Join(append(errs, g.Wait())...)
}
