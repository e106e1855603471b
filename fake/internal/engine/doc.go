// Package engine is the cloud in memory without its doors: state and behaviour of Amazon EC2, of the
// public parameters of Systems Manager, of KMS' keys and of STS, in terms of the SDK's own input and output types.
//
// [Engine.Call] takes a typed input and gives a typed output or an [*Error] with the code, message and
// HTTP status of the real service. Each resource has one file (or a few, named for their subjects) in
// which its row, its schema, its operations and its checks stand together in that order. An operation
// is one function:
//
//	func (t *tx) createSubnet(in *ec2.CreateSubnetInput) (*ec2.CreateSubnetOutput, error)
//
// listed in the resource's table of operations together with the fields of the input that it serves:
//
//	writing("VpcId CidrBlock AvailabilityZone TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createSubnet)
//
// A field that isn't listed is refused by name before the function runs. Dry runs, the undoing of a
// failed operation, transitions that are due, and the world that an account finds in a region are the
// engine's business, not the operation's.
//
// Rows are immutable once they are in a table: copy, change, put. Outputs are built fresh, and inputs
// are copied, so that nothing a caller holds is ever shared with the state.
package engine
