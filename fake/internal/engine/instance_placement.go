package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// modifyInstancePlacement: there are neither placement groups nor hosts to move to, so that the tenancy alone
// can change, and only between dedicated hardware of two kinds
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-change-tenancy.html).
func (t *tx) modifyInstancePlacement(in *ec2.ModifyInstancePlacementInput) (*ec2.ModifyInstancePlacementOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	if in.Affinity == "" && in.GroupId == nil && in.GroupName == nil && in.HostId == nil &&
		in.HostResourceGroupArn == nil && in.PartitionNumber == nil && in.Tenancy == "" { // text (mem)
		return nil, fail("InvalidParameterCombination", "At least one of affinity, hostId, tenancy and groupName must be specified.")
	}
	// Affinity alone may be changed while the instance runs.
	stopped := in.GroupId != nil || in.GroupName != nil || in.HostId != nil || in.HostResourceGroupArn != nil ||
		in.PartitionNumber != nil || in.Tenancy != ""
	i, err := t.changeableInstance(*in.InstanceId, stopped)
	if err != nil {
		return nil, err
	}
	if err := checkGroupAndHost(&ec2types.Placement{
		GroupId: in.GroupId, GroupName: in.GroupName, HostId: in.HostId, HostResourceGroupArn: in.HostResourceGroupArn,
		PartitionNumber: in.PartitionNumber,
	}); err != nil {
		return nil, err
	}
	if in.Tenancy != "" {
		if err := i.changeTenancy(in.Tenancy); err != nil {
			return nil, err
		}
	}
	if in.Affinity != "" {
		if err := checkWord(in.Affinity, "Affinity"); err != nil {
			return nil, err
		}
		if in.Affinity == ec2types.AffinityHost && i.tenancy != ec2types.TenancyHost { // code and text (mem)
			return nil, fail("InvalidParameterCombination", "Affinity is for instances with the tenancy host only.")
		}
		i.affinity = in.Affinity
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyInstancePlacementOutput{Return: ptr(true)}, nil
}

func (i *instance) changeTenancy(to ec2types.HostTenancy) error {
	if err := checkWord(to, "Tenancy"); err != nil {
		return err
	}
	next := ec2types.Tenancy(to)
	if next != i.tenancy && (next == ec2types.TenancyDefault || i.tenancy == ec2types.TenancyDefault) {
		// The code is that of the operation's documentation; text (mem).
		return fail("InvalidRequest", "The tenancy of the instance '%s' can't be changed from %s to %s.", i.id, i.tenancy, next)
	}
	i.tenancy = next
	return nil
}
