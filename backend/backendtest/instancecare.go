package backendtest

import "github.com/amiclass/amiclass/backend"

func instanceCare() []Behaviour {
	const modify = api + "ModifyInstanceAttribute.html"
	yes, no := true, false
	return []Behaviour{
		{"an instance that is protected from termination isn't terminated until that is taken back", guide + "Using_ChangingDisableAPITermination.html", func(s *scene) {
			changes := s.changes()
			i := s.run()
			s.must(changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{TerminationProtected: &yes}), "protect")
			_, err := s.Backend.TerminateInstances(s.ctx, []string{i.ID})
			s.must(changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{TerminationProtected: &no}), "unprotect")
			s.refused(err, nil, "OperationNotPermitted")
			s.terminate(i.ID)
		}},
		{"an instance that is protected from stopping isn't stopped until that is taken back", guide + "ec2-stop-protection.html", func(s *scene) {
			changes := s.changes()
			i := s.run()
			s.must(changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{StopProtected: &yes}), "protect")
			_, err := s.Backend.StopInstances(s.ctx, []string{i.ID}, backend.StopOptions{})
			s.must(changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{StopProtected: &no}), "unprotect")
			s.refused(err, nil, "OperationNotPermitted")
			s.stop(i.ID)
		}},
		{"the type of a running instance can't be changed", guide + "ec2-instance-resize.html", func(s *scene) {
			changes := s.changes()
			i := s.run()
			s.refused(changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{Type: i.Type}), backend.ErrState, "IncorrectInstanceState")
		}},
		{"the user data of a running instance can't be changed", guide + "user-data.html", func(s *scene) {
			changes := s.changes()
			i := s.run()
			err := changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{UserData: []byte("#!/bin/sh\n")})
			s.refused(err, backend.ErrState, "IncorrectInstanceState")
		}},
		{"an unknown instance can't be changed", errorCodes, func(s *scene) {
			err := s.changes().ModifyInstance(s.ctx, s.unknown("i"), backend.InstanceChange{ShutdownBehavior: "terminate"})
			s.refused(err, backend.ErrNotFound, "InvalidInstanceID.NotFound")
		}},
		{"a shutdown behaviour that EC2 doesn't know is refused", modify, func(s *scene) {
			changes := s.changes()
			i := s.run()
			s.refused(changes.ModifyInstance(s.ctx, i.ID, backend.InstanceChange{ShutdownBehavior: "explode"}), backend.ErrInvalid)
		}},
		{"an unknown instance can't be monitored", errorCodes, func(s *scene) {
			s.refused(s.changes().SetMonitoring(s.ctx, []string{s.unknown("i")}, true), backend.ErrNotFound, "InvalidInstanceID.NotFound")
		}},
		{"an unknown instance has no console", errorCodes, func(s *scene) {
			_, err := s.consoles().ConsoleOutput(s.ctx, s.unknown("i"), false)
			s.refused(err, backend.ErrNotFound, "InvalidInstanceID.NotFound")
		}},
		{"an unknown instance has no password", errorCodes, func(s *scene) {
			_, err := s.consoles().PasswordData(s.ctx, s.unknown("i"))
			s.refused(err, backend.ErrNotFound, "InvalidInstanceID.NotFound")
		}},
		{"an instance of Linux has no password", api + "GetPasswordData.html", func(s *scene) {
			consoles := s.consoles()
			password, err := consoles.PasswordData(s.ctx, s.run().ID)
			s.must(err, "ask for the password")
			s.holds(len(password) == 0, "it has a password of %d bytes", len(password))
		}},
	}
}
