package ami

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// keepUsed keeps what a usage report says that others use.
func (p *Retirement) keepUsed(ctx context.Context, r *Retiree) error {
	uses, err := usage(ctx, p.be, r.Image.ID, p.wait)
	if err != nil {
		return fmt.Errorf("usage report on %s: %w", r.Image.ID, err)
	}
	var by []string
	for _, u := range uses {
		by = append(by, fmt.Sprintf("account %s (%d %s)", u.AccountID, u.Count, u.Kind))
	}
	if len(by) > 0 {
		r.stays("used by %s", strings.Join(by, ", "))
	}
	return nil
}

// usage has EC2 report on an image, and takes the report away when it is read. An error carries it while it exists.
func usage(ctx context.Context, be backend.Backend, image string, wait []backend.WaitOption) (uses []backend.ImageUse, err error) {
	reports, err := backend.Ability[backend.ImageUsage](be, "CreateImageUsageReport", image)
	if err != nil {
		return nil, err
	}
	ctx, journal := backend.Track(ctx)
	defer func() { err = journal.Wrap(err) }()
	id, err := beginReport(ctx, reports, image)
	if id != "" {
		backend.Made(ctx, be, backend.KindUsageReport, id)
	}
	if err != nil {
		return nil, err
	}
	if err := waitForReport(ctx, reports, id, wait); err != nil {
		return nil, err
	}
	for u, err := range reports.ImageUsageReportEntries(ctx, id) {
		if err != nil {
			return nil, err
		}
		uses = append(uses, u)
	}
	if err := reports.DeleteImageUsageReport(ctx, id); err != nil && !errors.Is(err, backend.ErrNotFound) {
		return nil, err
	}
	backend.Removed(ctx, be, backend.KindUsageReport, id)
	return uses, nil
}

// beginReport asks again with the same token where it isn't certain that there is no report, which then says which it is.
func beginReport(ctx context.Context, reports backend.ImageUsage, image string) (id string, err error) {
	token := "amiclass-" + rand.Text()
	id, err = reports.CreateImageUsageReport(ctx, image, token)
	if !aftermath.Uncertain(err) {
		return id, err
	}
	lookErr := aftermath.Look(ctx, func(ctx context.Context) (_ bool, err error) {
		id, err = reports.CreateImageUsageReport(ctx, image, token)
		return id != "", err
	})
	switch {
	case lookErr != nil:
		return "", errors.Join(err, fmt.Errorf("a report with the client token %s may exist: %w", token, lookErr))
	case ctx.Err() != nil:
		return id, errors.Join(err, context.Cause(ctx))
	}
	return id, nil
}

func waitForReport(ctx context.Context, reports backend.ImageUsage, id string, wait []backend.WaitOption) error {
	return backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		state, reason, err := reports.ImageUsageReport(ctx, id)
		if err == nil && state == "error" {
			err = &backend.Error{Op: "DescribeImageUsageReports", Resource: id, Kind: backend.ErrState, Message: "the report failed: " + reason}
		}
		return backend.Progress{Resource: "usage report " + id, State: state, Want: "available", Percent: -1}, state == "available", err
	}, wait...)
}
