package awsbackend

import (
	"context"
	"encoding/base64"
	"fmt"
	"iter"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// StartInstances starts stopped instances: all of them, or none if one can't be
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartInstances.html).
func (b *Backend) StartInstances(ctx context.Context, ids []string) ([]backend.StateChange, error) {
	out, err := call(ctx, b, "StartInstances", names(ids), b.ec2.StartInstances,
		&ec2.StartInstancesInput{InstanceIds: texts(ids)}, elsewhereRather)
	if err != nil {
		return nil, err
	}
	return each(out.StartingInstances, stateChange), nil
}

// StopInstances stops running instances
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html).
func (b *Backend) StopInstances(ctx context.Context, ids []string, opts backend.StopOptions) ([]backend.StateChange, error) {
	out, err := call(ctx, b, "StopInstances", names(ids), b.ec2.StopInstances, &ec2.StopInstancesInput{
		InstanceIds:    texts(ids),
		Force:          said(opts.Force),
		Hibernate:      said(opts.Hibernate),
		SkipOsShutdown: said(opts.SkipOSShutdown),
	})
	if err != nil {
		return nil, err
	}
	return each(out.StoppingInstances, stateChange), nil
}

// RebootInstances asks for a reboot, which EC2 carries out later
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RebootInstances.html).
func (b *Backend) RebootInstances(ctx context.Context, ids []string) error {
	_, err := call(ctx, b, "RebootInstances", names(ids), b.ec2.RebootInstances,
		&ec2.RebootInstancesInput{InstanceIds: texts(ids)})
	return err
}

// TerminateInstances terminates at most 1,000 instances: the list isn't split, because one bad ID
// fails the whole call (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
func (b *Backend) TerminateInstances(ctx context.Context, ids []string) ([]backend.StateChange, error) {
	out, err := call(ctx, b, "TerminateInstances", names(ids), b.ec2.TerminateInstances,
		&ec2.TerminateInstancesInput{InstanceIds: texts(ids)})
	if err != nil {
		return nil, err
	}
	return each(out.TerminatingInstances, stateChange), nil
}

func stateChange(c *types.InstanceStateChange) backend.StateChange {
	return backend.StateChange{
		InstanceID: told(c.InstanceId),
		Previous:   state(c.PreviousState),
		Current:    state(c.CurrentState),
	}
}

// statusesAtOnce is how many IDs DescribeInstanceStatus takes
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html).
const statusesAtOnce = 100

// InstanceStatuses lists the status checks, of instances in every state.
func (b *Backend) InstanceStatuses(ctx context.Context, q backend.Query) iter.Seq2[backend.InstanceStatus, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeInstanceStatusOutput, types.InstanceStatus, backend.InstanceStatus]{
		op: "DescribeInstanceStatus", atOnce: statusesAtOnce,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeInstanceStatusOutput] {
			return ec2.NewDescribeInstanceStatusPaginator(b.ec2, &ec2.DescribeInstanceStatusInput{
				InstanceIds: ids, Filters: fs, MaxResults: limit,
				IncludeAllInstances: aws.Bool(true), // else only running ones
			})
		},
		items: func(out *ec2.DescribeInstanceStatusOutput) []types.InstanceStatus { return out.InstanceStatuses },
		convert: sure(func(s *types.InstanceStatus) backend.InstanceStatus {
			return backend.InstanceStatus{
				InstanceID: told(s.InstanceId),
				Zone:       region.Zone(told(s.AvailabilityZone)),
				State:      state(s.InstanceState),
				Instance:   string(told(s.InstanceStatus).Status),
				System:     string(told(s.SystemStatus).Status),
				EBS:        string(told(s.AttachedEbsStatus).Status),
			}
		}),
	})
}

// InstanceAttribute reads one of the attributes that package backend names
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html).
func (b *Backend) InstanceAttribute(ctx context.Context, id string, attr backend.InstanceAttribute) (string, error) {
	const op = "DescribeInstanceAttribute"
	read, ok := attributes[attr]
	if !ok {
		return "", invalid(op, id, fmt.Errorf("attribute %q: read %s, %s, %s or %s", attr, backend.AttributeUserData,
			backend.AttributeDisableAPITermination, backend.AttributeDisableAPIStop, backend.AttributeShutdownBehavior))
	}
	out, err := call(ctx, b, op, id, b.ec2.DescribeInstanceAttribute, &ec2.DescribeInstanceAttributeInput{
		InstanceId: said(id), Attribute: types.InstanceAttributeName(attr),
	})
	if err != nil {
		return "", err
	}
	v, err := read(out)
	if err != nil {
		return "", &backend.Error{Op: op, Resource: id, Err: err}
	}
	return v, nil
}

var attributes = map[backend.InstanceAttribute]func(*ec2.DescribeInstanceAttributeOutput) (string, error){
	backend.AttributeUserData: func(out *ec2.DescribeInstanceAttributeOutput) (string, error) {
		data, err := base64.StdEncoding.DecodeString(told(told(out.UserData).Value))
		if err != nil {
			return "", fmt.Errorf("user data: %w", err)
		}
		return string(data), nil
	},
	backend.AttributeDisableAPITermination: func(out *ec2.DescribeInstanceAttributeOutput) (string, error) {
		return strconv.FormatBool(told(told(out.DisableApiTermination).Value)), nil
	},
	backend.AttributeDisableAPIStop: func(out *ec2.DescribeInstanceAttributeOutput) (string, error) {
		return strconv.FormatBool(told(told(out.DisableApiStop).Value)), nil
	},
	backend.AttributeShutdownBehavior: func(out *ec2.DescribeInstanceAttributeOutput) (string, error) {
		return told(told(out.InstanceInitiatedShutdownBehavior).Value), nil
	},
}
