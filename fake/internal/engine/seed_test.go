package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// The world of the first call is made once for all clouds: it must be what this cloud would have made by itself.
func TestAHomeThatWasMadeAlreadyIsTheSame(t *testing.T) {
	t.Parallel()
	moved, made := newWorld(t, Options{}), newWorld(t, Options{})
	made.engine.state.profiles.Put(&(&tx{}).undo, &instanceProfile{id: "AIPA"}) // no longer bare
	require.False(t, made.engine.state.tables.bare())
	must[ec2.DescribeVpcsOutput](moved, &ec2.DescribeVpcsInput{})
	must[ec2.DescribeVpcsOutput](made, &ec2.DescribeVpcsInput{})
	made.engine.state.profiles.Delete(&(&tx{}).undo, "AIPA")
	if diff := cmp.Diff(made.dump(), moved.dump()); diff != "" {
		t.Errorf("-made here +moved into:\n%.2000s", diff)
	}
}

// What was declared before the first call stays.
func TestACloudWithDeclarationsDoesNotMove(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arn := w.engine.AddInstanceProfile(DefaultAccount, "web")
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.IamInstanceProfile = &ec2types.IamInstanceProfileSpecification{Arn: &arn}
	})
	require.Equal(t, arn, *w.instance(id).IamInstanceProfile.Arn)
}
