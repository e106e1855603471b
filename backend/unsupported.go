package backend

import (
	"context"
	"fmt"
	"iter"
)

// Unsupported is a backend's abilities, none of which it has: every method answers [ErrUnsupported] and names its
// operation. A backend that is in the making embeds it and overrides what it can do, one method after the other; what
// it can't do is then refused by name, and skipped by name in its conformance suite.
type Unsupported struct{}

// Lacks is the error of a backend that has no such operation; the resource may be empty.
func Lacks(op, resource string) error {
	return &Error{Op: op, Resource: resource, Kind: ErrUnsupported, Message: "this backend doesn't have it"}
}

// Ability gives a backend's optional interface, such as [Firewalls]. One that it doesn't have is [ErrUnsupported], of
// the operation on the resource that it was wanted for.
func Ability[A any](be Backend, op, resource string) (A, error) {
	a, ok := be.(A)
	if !ok {
		return a, &Error{Op: op, Resource: resource, Kind: ErrUnsupported, Message: fmt.Sprintf("the backend %T lacks this ability", be)}
	}
	return a, nil
}

func none[T any](op string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, Lacks(op, ""))
	}
}

// The operations of Instances.

// RunInstances is [ErrUnsupported].
func (Unsupported) RunInstances(context.Context, RunRequest) ([]Instance, error) {
	return nil, Lacks("RunInstances", "")
}

// Instances is [ErrUnsupported].
func (Unsupported) Instances(context.Context, Query) iter.Seq2[Instance, error] {
	return none[Instance]("DescribeInstances")
}

// InstanceStatuses is [ErrUnsupported].
func (Unsupported) InstanceStatuses(context.Context, Query) iter.Seq2[InstanceStatus, error] {
	return none[InstanceStatus]("DescribeInstanceStatus")
}

// InstanceAttribute is [ErrUnsupported].
func (Unsupported) InstanceAttribute(_ context.Context, id string, _ InstanceAttribute) (string, error) {
	return "", Lacks("DescribeInstanceAttribute", id)
}

// StartInstances is [ErrUnsupported].
func (Unsupported) StartInstances(context.Context, []string) ([]StateChange, error) {
	return nil, Lacks("StartInstances", "")
}

// StopInstances is [ErrUnsupported].
func (Unsupported) StopInstances(context.Context, []string, StopOptions) ([]StateChange, error) {
	return nil, Lacks("StopInstances", "")
}

// RebootInstances is [ErrUnsupported].
func (Unsupported) RebootInstances(context.Context, []string) error {
	return Lacks("RebootInstances", "")
}

// TerminateInstances is [ErrUnsupported].
func (Unsupported) TerminateInstances(context.Context, []string) ([]StateChange, error) {
	return nil, Lacks("TerminateInstances", "")
}

// The operations of Images.

// Images is [ErrUnsupported].
func (Unsupported) Images(context.Context, ImageQuery) iter.Seq2[Image, error] {
	return none[Image]("DescribeImages")
}

// CreateImage is [ErrUnsupported].
func (Unsupported) CreateImage(_ context.Context, req CreateImageRequest) (string, error) {
	return "", Lacks("CreateImage", req.InstanceID)
}

// CopyImage is [ErrUnsupported].
func (Unsupported) CopyImage(context.Context, CopyImageRequest) (string, error) {
	return "", Lacks("CopyImage", "")
}

// DeregisterImage is [ErrUnsupported].
func (Unsupported) DeregisterImage(context.Context, DeregisterImageRequest) ([]SnapshotDeletion, error) {
	return nil, Lacks("DeregisterImage", "")
}

// The operations of Storage.

// Volumes is [ErrUnsupported].
func (Unsupported) Volumes(context.Context, Query) iter.Seq2[Volume, error] {
	return none[Volume]("DescribeVolumes")
}

// DeleteVolume is [ErrUnsupported].
func (Unsupported) DeleteVolume(_ context.Context, id string) error { return Lacks("DeleteVolume", id) }

// Snapshots is [ErrUnsupported].
func (Unsupported) Snapshots(context.Context, SnapshotQuery) iter.Seq2[Snapshot, error] {
	return none[Snapshot]("DescribeSnapshots")
}

// DeleteSnapshot is [ErrUnsupported].
func (Unsupported) DeleteSnapshot(_ context.Context, id string) error {
	return Lacks("DeleteSnapshot", id)
}

// The operations of Network.

// VPCs is [ErrUnsupported].
func (Unsupported) VPCs(context.Context, Query) iter.Seq2[VPC, error] {
	return none[VPC]("DescribeVpcs")
}

// Subnets is [ErrUnsupported].
func (Unsupported) Subnets(context.Context, Query) iter.Seq2[Subnet, error] {
	return none[Subnet]("DescribeSubnets")
}

// SecurityGroups is [ErrUnsupported].
func (Unsupported) SecurityGroups(context.Context, Query) iter.Seq2[SecurityGroup, error] {
	return none[SecurityGroup]("DescribeSecurityGroups")
}

// Interfaces is [ErrUnsupported].
func (Unsupported) Interfaces(context.Context, Query) iter.Seq2[Interface, error] {
	return none[Interface]("DescribeNetworkInterfaces")
}

// Zones is [ErrUnsupported].
func (Unsupported) Zones(context.Context) ([]Zone, error) {
	return nil, Lacks("DescribeAvailabilityZones", "")
}

// The operations of Offers and of Tags.

// InstanceTypes is [ErrUnsupported].
func (Unsupported) InstanceTypes(context.Context, Query) iter.Seq2[InstanceType, error] {
	return none[InstanceType]("DescribeInstanceTypes")
}

// Offerings is [ErrUnsupported].
func (Unsupported) Offerings(context.Context, Query) iter.Seq2[Offering, error] {
	return none[Offering]("DescribeInstanceTypeOfferings")
}

// CreateTags is [ErrUnsupported].
func (Unsupported) CreateTags(context.Context, []string, map[string]string) error {
	return Lacks("CreateTags", "")
}

// DeleteTags is [ErrUnsupported].
func (Unsupported) DeleteTags(context.Context, []string, []string) error {
	return Lacks("DeleteTags", "")
}
