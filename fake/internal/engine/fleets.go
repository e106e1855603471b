package engine

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/alike"
)

// maxFleetsDeleted is for instant fleets (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteFleets.html).
const maxFleetsDeleted = 25

// fleetTag tells which fleet launched an instance
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/tag-ec2-fleet.html).
const fleetTag = "aws:ec2:fleet-id"

// fleet is one of the type instant: it launches once, and then tells of what it launched.
type fleet struct {
	id       string
	scope    store.Scope
	created  time.Time
	request  *ec2.CreateFleetInput // its own copy
	launched []fleetPart
	errors   []ec2types.CreateFleetError
	deleted  bool
}

// fleetPart is what a fleet launched from one of its pools.
type fleetPart struct {
	told      ec2types.CreateFleetInstance
	fulfilled float64 // units
}

var fleetSchema = store.Schema[fleet]{
	Name:  "fleets",
	ID:    func(f *fleet) string { return f.id },
	Scope: func(f *fleet) store.Scope { return f.scope },
}

var fleetOperations = []operation{
	writing(fleetFields, (*tx).createFleet),
	writing("FleetIds TerminateInstances", (*tx).deleteFleets),
	reading("Filters{Name Values} FleetId MaxResults NextToken", (*view).describeFleetInstances),
	reading("Filters{Name Values} FleetIds MaxResults NextToken", (*view).describeFleets),
}

var fleetFilters = filterable[fleet]{
	table:    func(s *state) *store.Table[fleet] { return s.fleets },
	id:       func(f *fleet) string { return f.id },
	resource: ec2types.ResourceTypeFleet,
	filters: map[string]filterOn[fleet]{
		"activity-status": one(func(*view, *fleet) string { return string(ec2types.FleetActivityStatusFulfilled) }),
		"excess-capacity-termination-policy": maybe(func(_ *view, f *fleet) string {
			return string(f.request.ExcessCapacityTerminationPolicy)
		}),
		// The words of the filter have a hyphen where those of the state have none.
		"fleet-state":                 one(func(v *view, f *fleet) string { return strings.ReplaceAll(string(v.fleetState(f)), "_", "-") }),
		"replace-unhealthy-instances": one(func(_ *view, f *fleet) string { return boolText(deref(f.request.ReplaceUnhealthyInstances)) }),
		"type":                        one(func(*view, *fleet) string { return string(ec2types.FleetTypeInstant) }),
	},
}

func (t *tx) createFleet(in *ec2.CreateFleetInput) (*ec2.CreateFleetOutput, error) {
	made, err := t.once(in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if made != "" {
		f, err := t.fleetByID(made)
		if err != nil {
			return nil, err
		}
		return createdFleet(f), nil
	}
	plan, err := t.planFleet(in)
	if err != nil {
		return nil, err
	}
	f := &fleet{id: "fleet-" + uuid(t.newID(kindFleet)), scope: t.scope, created: t.now, request: alike.To[ec2.CreateFleetInput](in)}
	plan.system = []ec2types.Tag{{Key: ptr(fleetTag), Value: ptr(f.id)}}
	t.fulfil(plan, f)
	t.fleets.Put(&t.undo, f)
	if err := t.setTags(ec2types.ResourceTypeFleet, f.id, plan.tags[ec2types.ResourceTypeFleet]); err != nil {
		return nil, err
	}
	t.remember(in, deref(in.ClientToken), f.id)
	return createdFleet(f), nil
}

func createdFleet(f *fleet) *ec2.CreateFleetOutput {
	out := &ec2.CreateFleetOutput{FleetId: ptr(f.id)}
	for _, p := range f.launched {
		out.Instances = append(out.Instances, *alike.To[ec2types.CreateFleetInstance](p.told))
	}
	for _, e := range f.errors {
		out.Errors = append(out.Errors, *alike.To[ec2types.CreateFleetError](e))
	}
	return out
}

// describeFleets tells of instant fleets only by ID
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFleets.html).
func (v *view) describeFleets(in *ec2.DescribeFleetsInput) (*ec2.DescribeFleetsOutput, error) {
	pg, err := paging{min: 1, max: 1000, clamps: true, badToken: "InvalidNextToken"}.at("DescribeFleets", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := fleetFilters.listingOf(func(*fleet) bool { return len(in.FleetIds) > 0 }, v, in.Filters, in.FleetIds, v.fleetByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeFleetsOutput{NextToken: next, Fleets: make([]ec2types.FleetData, 0, len(rows))}
	for _, f := range rows {
		out.Fleets = append(out.Fleets, v.renderFleet(f))
	}
	return out, nil
}

// describeFleetInstances isn't for instant fleets, of which DescribeFleets tells
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFleetInstances.html); code and text (mem).
func (v *view) describeFleetInstances(in *ec2.DescribeFleetInstancesInput) (*ec2.DescribeFleetInstancesOutput, error) {
	if _, err := fleetInstanceFilters.parse(in.Filters); err != nil {
		return nil, err
	}
	if deref(in.FleetId) == "" {
		return nil, missing("FleetId")
	}
	f, err := v.fleetByID(*in.FleetId)
	if err != nil {
		return nil, err
	}
	return nil, fail("InvalidParameterValue", "The fleet '%s' is of the type instant: DescribeFleets tells of its instances.", f.id)
}

var fleetInstanceFilters = filterable[instance]{
	filters: map[string]filterOn[instance]{"instance-type": instanceType},
}

func (t *tx) deleteFleets(in *ec2.DeleteFleetsInput) (*ec2.DeleteFleetsOutput, error) {
	switch {
	case len(in.FleetIds) == 0:
		return nil, missing("FleetId")
	case in.TerminateInstances == nil:
		return nil, missing("TerminateInstances")
	case len(in.FleetIds) > maxFleetsDeleted: // code and text (mem)
		return nil, badValue("FleetId", len(in.FleetIds), "At most %d instant fleets can be deleted at once.", maxFleetsDeleted)
	case !*in.TerminateInstances: // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteFleets.html; code and text (mem)
		return nil, fail("InvalidParameterCombination", "The instances of instant fleets are terminated with them: set TerminateInstances.")
	}
	out := &ec2.DeleteFleetsOutput{}
	for _, id := range in.FleetIds {
		done, refused, err := t.deleteFleet(id)
		switch {
		case err != nil:
			return nil, err
		case refused != nil:
			out.UnsuccessfulFleetDeletions = append(out.UnsuccessfulFleetDeletions, ec2types.DeleteFleetErrorItem{FleetId: ptr(id), Error: refused})
		default:
			out.SuccessfulFleetDeletions = append(out.SuccessfulFleetDeletions, *done)
		}
	}
	return out, nil
}

func (t *tx) deleteFleet(id string) (*ec2types.DeleteFleetSuccessItem, *ec2types.DeleteFleetError, error) {
	f, err := t.fleetByID(id)
	if err != nil {
		code := ec2types.DeleteFleetErrorCodeFleetIdDoesNotExist
		if isCode(err, kindNames[kindFleet].malformed) {
			code = ec2types.DeleteFleetErrorCodeFleetIdMalformed
		}
		return nil, &ec2types.DeleteFleetError{Code: code, Message: ptr(err.(*Error).Message)}, nil
	}
	before := t.fleetState(f)
	if f.deleted {
		return nil, &ec2types.DeleteFleetError{
			Code: ec2types.DeleteFleetErrorCodeFleetNotInDeletableState, Message: ptr("The fleet '" + f.id + "' is " + string(before) + "."), // text (mem)
		}, nil
	}
	if ids := t.livingOf(f); len(ids) > 0 {
		if _, err := t.terminateInstances(&ec2.TerminateInstancesInput{InstanceIds: ids}); err != nil {
			return nil, nil, err
		}
	}
	next := *f
	next.deleted = true
	t.fleets.Put(&t.undo, &next)
	return &ec2types.DeleteFleetSuccessItem{FleetId: ptr(f.id), PreviousFleetState: before, CurrentFleetState: t.fleetState(&next)}, nil, nil
}

// livingOf are the fleet's instances that aren't terminated.
func (v *view) livingOf(f *fleet) (ids []string) {
	for _, p := range f.launched {
		for _, id := range p.told.InstanceIds {
			if i, ok := v.instances.Get(id); ok && i.state != ec2types.InstanceStateNameTerminated {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (v *view) fleetState(f *fleet) ec2types.FleetStateCode {
	switch {
	case !f.deleted:
		return ec2types.FleetStateCodeActive
	case len(v.livingOf(f)) > 0:
		return ec2types.FleetStateCodeDeletedTerminatingInstances
	}
	return ec2types.FleetStateCodeDeleted
}

func (v *view) fleetByID(id string) (*fleet, error) {
	return owned(v, v.fleets, fleetSchema.Scope, kindFleet, id)
}

func (v *view) renderFleet(f *fleet) ec2types.FleetData {
	out := *alike.To[ec2types.FleetData](f.request)
	out.FleetId, out.CreateTime, out.Tags = ptr(f.id), ptr(f.created.UTC().Truncate(time.Second)), v.renderTags(f.id)
	out.FleetState, out.ActivityStatus = v.fleetState(f), ec2types.FleetActivityStatusFulfilled // the only one of instant fleets
	var onDemand, all float64
	for _, p := range f.launched {
		out.Instances = append(out.Instances, *alike.To[ec2types.DescribeFleetsInstances](p.told))
		if all += p.fulfilled; p.told.Lifecycle == ec2types.InstanceLifecycleOnDemand {
			onDemand += p.fulfilled
		}
	}
	for _, e := range f.errors {
		out.Errors = append(out.Errors, *alike.To[ec2types.DescribeFleetError](e))
	}
	out.FulfilledCapacity, out.FulfilledOnDemandCapacity = &all, &onDemand
	return out
}
