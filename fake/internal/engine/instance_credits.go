package engine

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// The credit options of burstable types
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html).
const (
	standardCredits  = "standard"
	unlimitedCredits = "unlimited"
)

// creditDefault is what an account has set in a region for a family of burstable types.
type creditDefault struct {
	id      string // scope and family
	scope   store.Scope
	credits string
}

var creditSchema = store.Schema[creditDefault]{
	Name:  "credit defaults",
	ID:    func(d *creditDefault) string { return d.id },
	Scope: func(d *creditDefault) store.Scope { return d.scope },
}

var creditOperations = []operation{
	reading("InstanceIds Filters{Name Values} MaxResults NextToken", (*view).describeInstanceCreditSpecifications),
	writing("InstanceCreditSpecifications{InstanceId CpuCredits} ClientToken", (*tx).modifyInstanceCreditSpecification),
	reading("InstanceFamily", (*view).getDefaultCreditSpecification),
	writing("InstanceFamily CpuCredits", (*tx).modifyDefaultCreditSpecification),
}

func creditDefaultID(scope store.Scope, family string) string { return itoa(int(scope)) + " " + family }

// defaultCredits is what a burstable type is launched with: what the account has set for the family, else
// standard for T2 and unlimited for later ones.
func (v *view) defaultCredits(typ string) string {
	family, _, _ := strings.Cut(typ, ".")
	if d, ok := v.credits.Get(creditDefaultID(v.scope, family)); ok {
		return d.credits
	}
	if family == string(ec2types.UnlimitedSupportedInstanceFamilyT2) {
		return standardCredits
	}
	return unlimitedCredits
}

func (t *tx) chooseCredits(l *launch) error {
	if l.typ.Burstable {
		l.row.credits = t.defaultCredits(l.typ.Name)
	}
	in := l.in.CreditSpecification
	if in == nil {
		return nil
	}
	credits := deref(in.CpuCredits)
	if err := checkCredits(credits, "CreditSpecification.CpuCredits"); err != nil {
		return err
	}
	if !l.typ.Burstable { // text (mem)
		return fail("InstanceCreditSpecification.NotSupported", "The instance type '%s' does not support CPU credits.", l.typ.Name)
	}
	l.row.credits = credits
	return nil
}

func checkCredits(credits, parameter string) error {
	switch credits {
	case standardCredits, unlimitedCredits:
		return nil
	case "":
		return missing(parameter)
	}
	return fail("InvalidCpuCredits", "The CPU credit option '%s' is not valid: expecting standard or unlimited.", credits) // text (mem)
}

var creditFilters = filterable[instance]{
	table: instanceFilters.table,
	id:    instanceID,
	filters: map[string]filterOn[instance]{
		"instance-id": one(func(_ *view, i *instance) string { return i.id }).by(ownID),
	},
}

// describeInstanceCreditSpecifications tells of the instances that are named, else of all that are unlimited,
// also where they have been given a type since that isn't burstable
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html).
func (v *view) describeInstanceCreditSpecifications(in *ec2.DescribeInstanceCreditSpecificationsInput) (*ec2.DescribeInstanceCreditSpecificationsOutput, error) {
	if len(in.InstanceIds) > maxInstanceIDs {
		return nil, tooMany()
	}
	pg, err := usualPaging.at("DescribeInstanceCreditSpecifications", in.MaxResults, in.NextToken, len(in.InstanceIds), "instancesSet")
	if err != nil {
		return nil, err
	}
	told := func(i *instance) bool { return len(in.InstanceIds) > 0 || i.credits == unlimitedCredits }
	rows, next, err := creditFilters.listingOf(told, v, in.Filters, in.InstanceIds, v.instanceByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceCreditSpecificationsOutput{
		NextToken:                    next,
		InstanceCreditSpecifications: make([]ec2types.InstanceCreditSpecification, len(rows)),
	}
	for n, i := range rows {
		credits := i.credits
		if credits == "" {
			credits = standardCredits
		}
		out.InstanceCreditSpecifications[n] = ec2types.InstanceCreditSpecification{CpuCredits: ptr(credits), InstanceId: ptr(i.id)}
	}
	return out, nil
}

// modifyInstanceCreditSpecification does what it can, and tells of each instance whether it could.
func (t *tx) modifyInstanceCreditSpecification(in *ec2.ModifyInstanceCreditSpecificationInput) (*ec2.ModifyInstanceCreditSpecificationOutput, error) {
	if len(in.InstanceCreditSpecifications) == 0 {
		return nil, missing("InstanceCreditSpecification")
	}
	token := deref(in.ClientToken)
	made, err := t.once(in, token)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(in.InstanceCreditSpecifications))
	for _, s := range in.InstanceCreditSpecifications {
		id := deref(s.InstanceId)
		switch {
		case id == "":
			return nil, missing("InstanceCreditSpecification.InstanceId")
		case seen[id]: // text (mem)
			return nil, fail("InvalidInstanceCreditSpecification.DuplicateInstanceId", "The instance '%s' is given more than once.", id)
		}
		seen[id] = true
		if err := checkCredits(deref(s.CpuCredits), "InstanceCreditSpecification.CpuCredits"); err != nil {
			return nil, err
		}
	}
	outcomes := strings.Split(made, " ") // codes of errors, "-" for none, as they were answered first
	if made == "" {
		outcomes = outcomes[:0]
		for _, s := range in.InstanceCreditSpecifications {
			outcomes = append(outcomes, t.setCredits(*s.InstanceId, *s.CpuCredits))
		}
		t.remember(in, token, strings.Join(outcomes, " "))
	}
	out := &ec2.ModifyInstanceCreditSpecificationOutput{}
	for n, s := range in.InstanceCreditSpecifications {
		if outcomes[n] == creditsSet {
			out.SuccessfulInstanceCreditSpecifications = append(out.SuccessfulInstanceCreditSpecifications,
				ec2types.SuccessfulInstanceCreditSpecificationItem{InstanceId: ptr(*s.InstanceId)})
			continue
		}
		out.UnsuccessfulInstanceCreditSpecifications = append(out.UnsuccessfulInstanceCreditSpecifications, notSet(*s.InstanceId, outcomes[n]))
	}
	return out, nil
}

const (
	creditsSet          = "-"
	creditsNotSupported = string(ec2types.UnsuccessfulInstanceCreditSpecificationErrorCodeInstanceCreditSpecificationNotSupported)
	creditsWrongState   = string(ec2types.UnsuccessfulInstanceCreditSpecificationErrorCodeIncorrectInstanceState)
)

// setCredits gives an instance a credit option, or the code of the reason why it can't. What other states than
// running and stopped answer is (mem).
func (t *tx) setCredits(id, credits string) (outcome string) {
	i, err := t.instanceByID(id)
	if err != nil {
		return err.(*Error).Code
	}
	typ, ok := catalogue.InstanceType(i.typ)
	switch {
	case !ok || !typ.Burstable:
		return creditsNotSupported
	case i.state != ec2types.InstanceStateNameRunning && i.state != ec2types.InstanceStateNameStopped:
		return creditsWrongState
	}
	next := *i
	next.credits = credits
	t.instances.Put(&t.undo, &next)
	return creditsSet
}

// Texts are (mem) but for those of the IDs.
func notSet(id, code string) ec2types.UnsuccessfulInstanceCreditSpecificationItem {
	var message string
	switch code {
	case creditsNotSupported:
		message = "The instance '" + id + "' does not support CPU credits."
	case creditsWrongState:
		message = "The instance '" + id + "' is not in the 'running' or 'stopped' state."
	case kindNames[kindInstance].malformed:
		message = checkID(kindInstance, id).(*Error).Message
	default:
		message = notFound(kindInstance, id).Message
	}
	return ec2types.UnsuccessfulInstanceCreditSpecificationItem{
		InstanceId: ptr(id),
		Error: &ec2types.UnsuccessfulInstanceCreditSpecificationItemError{
			Code: ec2types.UnsuccessfulInstanceCreditSpecificationErrorCode(code), Message: ptr(message),
		},
	}
}

func (v *view) getDefaultCreditSpecification(in *ec2.GetDefaultCreditSpecificationInput) (*ec2.GetDefaultCreditSpecificationOutput, error) {
	if err := checkFamily(in.InstanceFamily); err != nil {
		return nil, err
	}
	return &ec2.GetDefaultCreditSpecificationOutput{InstanceFamilyCreditSpecification: v.renderCreditDefault(in.InstanceFamily)}, nil
}

// modifyDefaultCreditSpecification takes effect at once; EC2 says within five minutes.
func (t *tx) modifyDefaultCreditSpecification(in *ec2.ModifyDefaultCreditSpecificationInput) (*ec2.ModifyDefaultCreditSpecificationOutput, error) {
	if err := checkFamily(in.InstanceFamily); err != nil {
		return nil, err
	}
	credits := deref(in.CpuCredits)
	if err := checkCredits(credits, "CpuCredits"); err != nil {
		return nil, err
	}
	t.credits.Put(&t.undo, &creditDefault{id: creditDefaultID(t.scope, string(in.InstanceFamily)), scope: t.scope, credits: credits})
	return &ec2.ModifyDefaultCreditSpecificationOutput{InstanceFamilyCreditSpecification: t.renderCreditDefault(in.InstanceFamily)}, nil
}

func checkFamily(f ec2types.UnlimitedSupportedInstanceFamily) error {
	if f == "" {
		return missing("InstanceFamily")
	}
	return checkWord(f, "InstanceFamily") // (mem)
}

func (v *view) renderCreditDefault(f ec2types.UnlimitedSupportedInstanceFamily) *ec2types.InstanceFamilyCreditSpecification {
	return &ec2types.InstanceFamilyCreditSpecification{CpuCredits: ptr(v.defaultCredits(string(f))), InstanceFamily: f}
}
