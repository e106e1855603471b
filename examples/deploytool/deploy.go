// Package deploytool is an internal deployment tool as a team would write it, so short that its unit test is the longer part:
// deploy_test.go runs it on a cloud in memory, prepared once and forked for each row, with faults as data.
package deploytool

import (
	"context"
	"fmt"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// Web is what the team's servers are.
var Web = ami.NewClass("web", ami.AmazonLinux2023()).
	WithArchitecture(ami.ARM64).
	WithDefaults(instance.Spec{}.
		WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
		WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4)).
		WithTag("service", "web"))

// Deploy launches n servers of a release, or as many as are missing of it, and waits until they pass their checks. An error
// carries what there is of the release ([backend.Leftovers]).
func Deploy(ctx context.Context, be backend.Backend, n int, release string) (_ []*instance.Instance, err error) {
	ctx, journal := backend.Track(ctx)
	defer func() { err = journal.Wrap(err) }()
	fleet, err := Web.InstantiateN(ctx, be, instance.Spec{}.WithTag("release", release), n, instance.Key("web "+release))
	if err != nil {
		return nil, fmt.Errorf("deploy %s: %w", release, err)
	}
	for _, i := range fleet {
		if err := i.WaitStatusOK(ctx); err != nil {
			return nil, fmt.Errorf("deploy %s: %w", release, err)
		}
	}
	return fleet, nil
}

// Undeploy terminates the servers of a release, and gives how many there were.
func Undeploy(ctx context.Context, be backend.Backend, release string) (int, error) {
	n := 0
	for i, err := range instance.List(ctx, be, instance.Tagged("release", release), instance.InState(backend.InstancePending, backend.InstanceRunning)) {
		if err == nil {
			err = i.Terminate(ctx)
		}
		if err != nil {
			return n, fmt.Errorf("undeploy %s: %w", release, err)
		}
		n++
	}
	return n, nil
}
