package backendtest

import (
	"context"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

func lifecycle() []Behaviour {
	const stopStart = guide + "how-ec2-instance-stop-start-works.html"
	return []Behaviour{
		{"stopping a running instance goes over stopping to stopped", stopStart, func(s *scene) {
			i := s.run()
			changes, err := s.Backend.StopInstances(s.ctx, []string{i.ID}, backend.StopOptions{})
			s.must(err, "stop")
			s.equal("the change", changes, []backend.StateChange{{InstanceID: i.ID, Previous: backend.InstanceRunning, Current: backend.InstanceStopping}})
			stopped := s.await(i.ID, backend.InstanceStopped)
			s.holds(stopped.StateReason != "", "it doesn't say why it is stopped")
		}},
		{"a stopped instance can be started again", stopStart, func(s *scene) {
			i := s.run()
			s.stop(i.ID)
			changes, err := s.Backend.StartInstances(s.ctx, []string{i.ID})
			s.must(err, "start")
			s.equal("the change", changes, []backend.StateChange{{InstanceID: i.ID, Previous: backend.InstanceStopped, Current: backend.InstancePending}})
			again := s.await(i.ID, backend.InstanceRunning)
			s.equal("the private address", again.PrivateIP, i.PrivateIP)
			s.equal("the volumes", again.Volumes, i.Volumes)
			s.holds(!again.LaunchTime.Before(i.LaunchTime), "the launch time went from %s back to %s", i.LaunchTime, again.LaunchTime)
		}},
		{"the public address changes over stop and start", guide + "using-instance-addressing.html", func(s *scene) {
			i := s.run()
			s.holds(i.PublicIP != "", "it runs in a default subnet without a public address")
			s.equal("the public address when stopped", s.stop(i.ID).PublicIP, "")
			again := s.start(i.ID)
			s.holds(again.PublicIP != "" && again.PublicIP != i.PublicIP, "the public address is %q, and was %q before", again.PublicIP, i.PublicIP)
		}},
		{"a rebooted instance goes on running and keeps its addresses", guide + "ec2-instance-reboot.html", func(s *scene) {
			i := s.run()
			s.must(s.Backend.RebootInstances(s.ctx, []string{i.ID}), "reboot")
			again := s.instance(i.ID)
			s.equal("the state", again.State, backend.InstanceRunning)
			s.equal("the private address", again.PrivateIP, i.PrivateIP)
			s.equal("the public address", again.PublicIP, i.PublicIP)
		}},
		{"a terminated instance goes over shutting-down and is shown for a while", guide + "how-ec2-instance-termination-works.html", func(s *scene) {
			i := s.run()
			changes, err := s.Backend.TerminateInstances(s.ctx, []string{i.ID})
			s.must(err, "terminate")
			s.equal("the change", changes, []backend.StateChange{{InstanceID: i.ID, Previous: backend.InstanceRunning, Current: backend.InstanceShuttingDown}})
			gone := s.await(i.ID, backend.InstanceTerminated)
			s.holds(gone.StateReason != "", "it doesn't say why it is terminated")
			s.equal("the public address", gone.PublicIP, "")
		}},
		{"terminating is idempotent", api + "TerminateInstances.html", func(s *scene) {
			i := s.launch()
			s.terminate(i.ID)
			changes, err := s.Backend.TerminateInstances(s.ctx, []string{i.ID})
			s.must(err, "terminate again")
			s.equal("the change", changes, []backend.StateChange{{InstanceID: i.ID, Previous: backend.InstanceTerminated, Current: backend.InstanceTerminated}})
		}},
		{"a stopped instance can be terminated", guide + "ec2-instance-lifecycle.html", func(s *scene) {
			i := s.run()
			s.stop(i.ID)
			s.terminate(i.ID)
		}},
		{"a terminated instance can be neither started nor stopped", errorCodes, func(s *scene) {
			i := s.launch()
			s.terminate(i.ID)
			_, err := s.Backend.StartInstances(s.ctx, []string{i.ID})
			s.refused(err, backend.ErrState, "IncorrectInstanceState")
			_, err = s.Backend.StopInstances(s.ctx, []string{i.ID}, backend.StopOptions{})
			s.refused(err, backend.ErrState, "IncorrectInstanceState")
		}},
		{"status checks are told of instances in every state", api + "DescribeInstanceStatus.html", func(s *scene) {
			i := s.run()
			status := s.status(i.ID, backend.InstanceRunning)
			s.equal("the zone", status.Zone, i.Zone)
			s.holds(status.Instance != "" && status.System != "", "a check says nothing: %+v", status)
			s.stop(i.ID)
			s.status(i.ID, backend.InstanceStopped)
		}},
	}
}

// status is the outcome of an instance's status checks once it is told together with a state.
func (s *scene) status(id string, state backend.InstanceState) (status backend.InstanceStatus) {
	s.Helper()
	s.eventually(func(ctx context.Context) error {
		found, err := all(s.Backend.InstanceStatuses(ctx, byID(id)))
		if err != nil {
			return err
		}
		if len(found) != 1 || found[0].InstanceID != id || found[0].State != state {
			return fmt.Errorf("the status of %s, which is %s, is told as %+v", id, state, found)
		}
		status = found[0]
		return nil
	})
	return status
}

func instanceIDs() []Behaviour {
	operations := map[string]func(s *scene, id string) error{
		"describe": func(s *scene, id string) error {
			_, err := all(s.Backend.Instances(s.ctx, byID(id)))
			return err
		},
		"describe its status": func(s *scene, id string) error {
			_, err := all(s.Backend.InstanceStatuses(s.ctx, byID(id)))
			return err
		},
		"read an attribute": func(s *scene, id string) error {
			_, err := s.Backend.InstanceAttribute(s.ctx, id, backend.AttributeUserData)
			return err
		},
		"start": func(s *scene, id string) error {
			_, err := s.Backend.StartInstances(s.ctx, []string{id})
			return err
		},
		"stop": func(s *scene, id string) error {
			_, err := s.Backend.StopInstances(s.ctx, []string{id}, backend.StopOptions{})
			return err
		},
		"reboot": func(s *scene, id string) error { return s.Backend.RebootInstances(s.ctx, []string{id}) },
		"terminate": func(s *scene, id string) error {
			_, err := s.Backend.TerminateInstances(s.ctx, []string{id})
			return err
		},
	}
	return []Behaviour{
		{"an unknown instance is InvalidInstanceID.NotFound to every operation", errorCodes, func(s *scene) {
			for name, do := range operations {
				s.Logf("%s an unknown instance", name)
				s.refused(do(s, s.unknown("i")), backend.ErrNotFound, "InvalidInstanceID.NotFound")
			}
		}},
		{"a malformed instance ID is InvalidInstanceID.Malformed to every operation", errorCodes, func(s *scene) {
			for name, do := range operations {
				s.Logf("%s an instance by a malformed ID", name)
				s.refused(do(s, "i-nosuch"), backend.ErrInvalid, "InvalidInstanceID.Malformed")
			}
		}},
		{"one unknown instance among others fails the whole call", api + "TerminateInstances.html", func(s *scene) {
			i := s.run()
			_, err := s.Backend.TerminateInstances(s.ctx, []string{i.ID, s.unknown("i")})
			s.refused(err, backend.ErrNotFound, "InvalidInstanceID.NotFound")
			s.equal("the other one's state", s.instance(i.ID).State, backend.InstanceRunning)
		}},
	}
}
