package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// slow are delays during which an instance can be looked at in every state.
var slow = Delays{Launch: time.Minute, Stop: time.Minute, Terminate: time.Minute, Checks: time.Minute, Terminated: time.Hour}

const (
	pending      = ec2types.InstanceStateNamePending
	running      = ec2types.InstanceStateNameRunning
	stopping     = ec2types.InstanceStateNameStopping
	stopped      = ec2types.InstanceStateNameStopped
	shuttingDown = ec2types.InstanceStateNameShuttingDown
	terminated   = ec2types.InstanceStateNameTerminated
)

func (w *testWorld) start(ids ...string) (*ec2.StartInstancesOutput, error) {
	return call[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: ids})
}

func (w *testWorld) stop(ids ...string) (*ec2.StopInstancesOutput, error) {
	return call[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: ids})
}

func (w *testWorld) terminate(ids ...string) (*ec2.TerminateInstancesOutput, error) {
	return call[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: ids})
}

// instanceIn launches an instance and brings it into a state, in a world of slow transitions.
func (w *testWorld) instanceIn(state ec2types.InstanceStateName, change func(*ec2.RunInstancesInput)) string {
	w.t.Helper()
	id := w.launch(change)
	if state == pending {
		return id
	}
	w.clock.advance(slow.Launch)
	var err error
	switch state {
	case stopping, stopped:
		_, err = w.stop(id)
	case shuttingDown, terminated:
		_, err = w.terminate(id)
	}
	require.NoError(w.t, err)
	if state == stopped || state == terminated {
		w.clock.advance(time.Minute)
	}
	require.Equal(w.t, state, w.instance(id).State.Name)
	return id
}

func TestWhatEachCallAnswersInEachState(t *testing.T) {
	t.Parallel()
	const (
		noStart  = "The instance 'ID' is not in a state from which it can be started."
		noStop   = "This instance 'ID' is not in a state from which it can be stopped."
		noReboot = "The instance 'ID' is not in a state from which it can be rebooted."
	)
	calls := map[string]func(w *testWorld, id string) ([]ec2types.InstanceStateChange, error){
		"start": func(w *testWorld, id string) ([]ec2types.InstanceStateChange, error) {
			out, err := w.start(id)
			if err != nil {
				return nil, err
			}
			return out.StartingInstances, nil
		},
		"stop": func(w *testWorld, id string) ([]ec2types.InstanceStateChange, error) {
			out, err := w.stop(id)
			if err != nil {
				return nil, err
			}
			return out.StoppingInstances, nil
		},
		"stop by force": func(w *testWorld, id string) ([]ec2types.InstanceStateChange, error) {
			out, err := call[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{id}, Force: ptr(true)})
			if err != nil {
				return nil, err
			}
			return out.StoppingInstances, nil
		},
		"terminate": func(w *testWorld, id string) ([]ec2types.InstanceStateChange, error) {
			out, err := w.terminate(id)
			if err != nil {
				return nil, err
			}
			return out.TerminatingInstances, nil
		},
		"reboot": func(w *testWorld, id string) ([]ec2types.InstanceStateChange, error) {
			_, err := call[ec2.RebootInstancesOutput](w, &ec2.RebootInstancesInput{InstanceIds: []string{id}})
			return nil, err
		},
	}
	type cell struct {
		to      ec2types.InstanceStateName // after the call
		refusal string                     // the message of IncorrectInstanceState
	}
	for _, row := range []struct {
		call  string
		cells map[ec2types.InstanceStateName]cell
	}{
		{"start", map[ec2types.InstanceStateName]cell{
			pending: {to: pending}, running: {to: running}, stopped: {to: pending},
			stopping: {refusal: noStart}, shuttingDown: {refusal: noStart}, terminated: {refusal: noStart},
		}},
		{"stop", map[ec2types.InstanceStateName]cell{
			pending: {refusal: noStop}, running: {to: stopping}, stopping: {to: stopping}, stopped: {to: stopped},
			shuttingDown: {refusal: noStop}, terminated: {refusal: noStop},
		}},
		{"stop by force", map[ec2types.InstanceStateName]cell{
			pending: {to: stopping}, running: {to: stopping}, stopping: {to: stopping}, stopped: {to: stopped},
			shuttingDown: {refusal: noStop}, terminated: {refusal: noStop},
		}},
		{"terminate", map[ec2types.InstanceStateName]cell{
			pending: {to: shuttingDown}, running: {to: shuttingDown}, stopping: {to: shuttingDown}, stopped: {to: shuttingDown},
			shuttingDown: {to: shuttingDown}, terminated: {to: terminated},
		}},
		{"reboot", map[ec2types.InstanceStateName]cell{
			pending: {to: pending}, running: {to: running}, terminated: {to: terminated},
			stopping: {refusal: noReboot}, stopped: {refusal: noReboot}, shuttingDown: {refusal: noReboot},
		}},
	} {
		require.Len(t, row.cells, len(stateCodes))
		for state, want := range row.cells {
			t.Run(row.call+" "+string(state), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, Options{Delays: slow})
				id := w.instanceIn(state, nil)
				changes, err := calls[row.call](w, id)
				if want.refusal != "" {
					e := wantCode(t, err, "IncorrectInstanceState")
					require.Equal(t, want.refusal, replaceID(e.Message, id))
					require.Equal(t, 400, e.Status)
					require.Equal(t, state, w.instance(id).State.Name)
					return
				}
				require.NoError(t, err)
				for _, c := range changes {
					require.Equal(t, id, *c.InstanceId)
					require.Equal(t, state, c.PreviousState.Name)
					require.Equal(t, stateCodes[state], *c.PreviousState.Code)
					require.Equal(t, want.to, c.CurrentState.Name)
					require.Equal(t, stateCodes[want.to], *c.CurrentState.Code)
				}
				require.Equal(t, row.call != "reboot", len(changes) == 1)
				require.Equal(t, want.to, w.instance(id).State.Name)
			})
		}
	}
}

func replaceID(message, id string) string { return strings.ReplaceAll(message, id, "ID") }

func TestTransitionsGoOnByThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	id := w.launch(nil)
	look := func() ec2types.InstanceStateName { return w.instance(id).State.Name }
	w.clock.advance(slow.Launch - 1)
	require.Equal(t, pending, look())
	w.clock.advance(1)
	require.Equal(t, running, look())
	_, err := w.stop(id)
	require.NoError(t, err)
	w.clock.advance(slow.Stop - 1)
	require.Equal(t, stopping, look())
	w.clock.advance(1)
	require.Equal(t, stopped, look())
	_, err = w.start(id)
	require.NoError(t, err)
	require.Equal(t, pending, look())
	w.clock.advance(slow.Launch)
	require.Equal(t, running, look())
	_, err = w.terminate(id)
	require.NoError(t, err)
	require.Equal(t, shuttingDown, look())
	w.clock.advance(slow.Terminate)
	require.Equal(t, terminated, look())
	w.clock.advance(slow.Terminated - 1)
	require.Equal(t, terminated, look())
	w.clock.advance(1)
	wantNoChange[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{InstanceIds: []string{id}}, "InvalidInstanceID.NotFound")
}

// All that is due happens in order of time, even if nobody looks for long.
func TestWhatFollowsOnALateTransitionIsDueFromItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	id := w.launch(nil)
	_, err := w.terminate(id)
	require.NoError(t, err)
	w.clock.advance(slow.Terminate + slow.Terminated)
	_, err = call[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	wantCode(t, err, "InvalidInstanceID.NotFound")
}

// A start that was cut short by a stop must not let the next one be over too early.
func TestAnOlderTransitionDoesNotEndALaterOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Launch: time.Minute}})
	id := w.launch(nil)
	_, err := call[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{id}, Force: ptr(true)})
	require.NoError(t, err)
	w.clock.advance(30 * time.Second)
	_, err = w.start(id)
	require.NoError(t, err)
	w.clock.advance(30 * time.Second) // the launch would be over
	require.Equal(t, pending, w.instance(id).State.Name)
	w.clock.advance(30 * time.Second)
	require.Equal(t, running, w.instance(id).State.Name)
}

func TestWithoutDelaysTheNextLookSeesTheOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	require.Equal(t, running, w.as("210987654321").in(region.EUWest1).fork().as(DefaultAccount).in(region.USEast1).instance(id).State.Name)
	require.Equal(t, running, w.instance(id).State.Name)
	stop, err := w.stop(id)
	require.NoError(t, err)
	require.Equal(t, stopping, stop.StoppingInstances[0].CurrentState.Name)
	require.Equal(t, stopped, w.instance(id).State.Name)
	start, err := w.start(id)
	require.NoError(t, err)
	require.Equal(t, pending, start.StartingInstances[0].CurrentState.Name)
	require.Equal(t, running, w.instance(id).State.Name)
	end, err := w.terminate(id)
	require.NoError(t, err)
	require.Equal(t, shuttingDown, end.TerminatingInstances[0].CurrentState.Name)
	require.Equal(t, terminated, w.instance(id).State.Name)
}

func TestReasonsOfStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	id := w.launch(nil)
	i := w.instance(id)
	require.Equal(t, "pending", *i.StateReason.Code)
	require.Empty(t, *i.StateTransitionReason)
	w.clock.advance(slow.Launch)
	i = w.instance(id)
	require.Nil(t, i.StateReason)
	require.Empty(t, *i.StateTransitionReason)
	_, err := w.stop(id)
	require.NoError(t, err)
	for range 2 { // stopping, stopped
		i = w.instance(id)
		require.Equal(t, "Client.UserInitiatedShutdown", *i.StateReason.Code)
		require.Equal(t, "Client.UserInitiatedShutdown: User initiated shutdown", *i.StateReason.Message)
		require.Equal(t, "User initiated (2026-11-24 12:01:00 GMT)", *i.StateTransitionReason)
		w.clock.advance(slow.Stop)
	}
}

func TestRequestsThatNameInstancesBadly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	good := w.launch(nil)
	elsewhere := w.in(region.EUWest1).launch(nil)
	another := w.as("210987654321").launch(nil)
	const unknown, malformed = "i-0123456789abcdef0", "i-x"
	many := make([]string, maxInstanceIDs+1)
	for name, tc := range map[string]struct {
		ids     []string
		code    string
		message string
	}{
		"none":                 {nil, "MissingParameter", "The request must contain the parameter InstanceId"},
		"malformed":            {[]string{good, malformed}, "InvalidInstanceID.Malformed", `Invalid id: "i-x" (expecting "i-...")`},
		"unknown":              {[]string{good, unknown}, "InvalidInstanceID.NotFound", "The instance ID 'i-0123456789abcdef0' does not exist"},
		"in another region":    {[]string{elsewhere}, "InvalidInstanceID.NotFound", "The instance ID '" + elsewhere + "' does not exist"},
		"of another account":   {[]string{another}, "InvalidInstanceID.NotFound", "The instance ID '" + another + "' does not exist"},
		"too many in one call": {many, "ResourceCountExceeded", "You have exceeded the number of resources allowed in a single call of this type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			_, start := w.start(tc.ids...)
			_, stop := w.stop(tc.ids...)
			_, reboot := call[ec2.RebootInstancesOutput](w, &ec2.RebootInstancesInput{InstanceIds: tc.ids})
			_, terminate := w.terminate(tc.ids...)
			for _, err := range []error{start, stop, reboot, terminate} {
				require.Equal(t, tc.message, wantCode(t, err, tc.code).Message)
			}
			require.Equal(t, running, w.instance(good).State.Name)
		})
	}
}

func TestOneInstanceInAWrongStateStopsTheWholeCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	stopped := w.instanceIn(stopped, nil)
	gone := w.instanceIn(terminated, nil)
	wantNoChange[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: []string{stopped, gone}}, "IncorrectInstanceState")
}

func TestInstancesAreAnsweredInTheOrderOfTheRequestEachOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a, b, c := w.launch(nil), w.launch(nil), w.launch(nil)
	for _, ids := range [][]string{{a, b, c}, {c, a, b, a}} {
		out, err := w.start(ids...)
		require.NoError(t, err)
		require.Len(t, out.StartingInstances, 3)
		for i, change := range out.StartingInstances {
			require.Equal(t, ids[i], *change.InstanceId)
		}
	}
}

func TestDryRunsOfTheLifeCycleChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids, dry := []string{w.launch(nil)}, ptr(true)
	wantNoChange[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: ids, DryRun: dry}, "DryRunOperation")
	wantNoChange[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: ids, DryRun: dry}, "DryRunOperation")
	wantNoChange[ec2.RebootInstancesOutput](w, &ec2.RebootInstancesInput{InstanceIds: ids, DryRun: dry}, "DryRunOperation")
	wantNoChange[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: ids, DryRun: dry}, "DryRunOperation")
}
