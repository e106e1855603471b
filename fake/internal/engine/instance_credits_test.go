package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// credits tells of the instances, "ID option", in order.
func (w *testWorld) credits(ids ...string) (told []string) {
	w.t.Helper()
	out := must[ec2.DescribeInstanceCreditSpecificationsOutput](w, &ec2.DescribeInstanceCreditSpecificationsInput{InstanceIds: ids})
	for _, c := range out.InstanceCreditSpecifications {
		told = append(told, *c.InstanceId+" "+*c.CpuCredits)
	}
	return told
}

func creditsOf(pairs ...string) *ec2.ModifyInstanceCreditSpecificationInput {
	in := &ec2.ModifyInstanceCreditSpecificationInput{}
	for pair := range slices.Chunk(pairs, 2) {
		in.InstanceCreditSpecifications = append(in.InstanceCreditSpecifications,
			ec2types.InstanceCreditSpecificationRequest{InstanceId: text(pair[0]), CpuCredits: text(pair[1])})
	}
	return in
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html
func TestCreditsOfInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	t2, t4 := w.launch(typed("t2.micro", "x86_64", nil)), w.launch(nil)
	m5 := w.launch(typed("m5.large", "x86_64", nil))
	require.Equal(t, []string{t4 + " unlimited"}, w.credits(), "of all, the unlimited ones are told of")
	require.Equal(t, []string{t2 + " standard", t4 + " unlimited", m5 + " standard"}, w.credits(m5, t2, t4))
	must[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf(t2, "unlimited", t4, "standard"))
	require.Equal(t, []string{t2 + " unlimited"}, w.credits())
	_, err := w.stop(t2)
	require.NoError(t, err)
	require.NoError(t, w.resize(t2, "m5.large"))
	require.Equal(t, []string{t2 + " unlimited"}, w.credits(), "configured so before it was resized")
	_, err = w.stop(m5)
	require.NoError(t, err)
	require.NoError(t, w.resize(m5, "t3.large"))
	require.Equal(t, []string{m5 + " unlimited"}, w.credits(m5), "the family's default")
	found := must[ec2.DescribeInstanceCreditSpecificationsOutput](w, &ec2.DescribeInstanceCreditSpecificationsInput{
		Filters: []ec2types.Filter{filter("instance-id", t2, t4)},
	}).InstanceCreditSpecifications
	require.Len(t, found, 1)
	require.Equal(t, t2, *found[0].InstanceId)
}

func TestModifyInstanceCreditSpecificationTellsOfEach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	good, m5 := w.launch(nil), w.launch(typed("m5.large", "x86_64", nil))
	gone := w.launch(nil)
	_, err := w.terminate(gone)
	require.NoError(t, err)
	in := creditsOf(good, "standard", m5, "standard", gone, "standard", "x", "standard", "i-01234567", "standard")
	in.ClientToken = ptr("token")
	for range 2 { // the repetition tells the same
		out := must[ec2.ModifyInstanceCreditSpecificationOutput](w, in)
		require.Len(t, out.SuccessfulInstanceCreditSpecifications, 1)
		require.Equal(t, good, *out.SuccessfulInstanceCreditSpecifications[0].InstanceId)
		want := []struct{ id, code, message string }{
			{m5, "InstanceCreditSpecification.NotSupported", "does not support CPU credits"},
			{gone, "IncorrectInstanceState", "not in the 'running' or 'stopped' state"},
			{"x", "InvalidInstanceID.Malformed", `Invalid id: "x"`},
			{"i-01234567", "InvalidInstanceID.NotFound", "The instance ID 'i-01234567' does not exist"},
		}
		require.Len(t, out.UnsuccessfulInstanceCreditSpecifications, len(want))
		for n, item := range out.UnsuccessfulInstanceCreditSpecifications {
			require.Equal(t, want[n].id, *item.InstanceId)
			require.Equal(t, want[n].code, string(item.Error.Code))
			require.Contains(t, *item.Error.Message, want[n].message)
		}
		require.Equal(t, []string{good + " standard"}, w.credits(good))
	}
	must[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf(good, "unlimited"))
	must[ec2.ModifyInstanceCreditSpecificationOutput](w, in)
	require.Equal(t, []string{good + " unlimited"}, w.credits(good), "a repetition does nothing")
}

func TestCreditOperationsRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	var many []string
	for range 1001 {
		many = append(many, id)
	}
	for name, tc := range map[string]struct {
		call func(w *testWorld) error
		code string
	}{
		"no instances": {func(w *testWorld) error { return failure[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf()) }, "MissingParameter"},
		"no instance": {func(w *testWorld) error {
			return failure[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf("", "standard"))
		}, "MissingParameter"},
		"no option": {func(w *testWorld) error {
			return failure[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf(id, ""))
		}, "MissingParameter"},
		"unknown option": {func(w *testWorld) error {
			return failure[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf(id, "much"))
		}, "InvalidCpuCredits"},
		"one twice": {func(w *testWorld) error {
			return failure[ec2.ModifyInstanceCreditSpecificationOutput](w, creditsOf(id, "standard", id, "standard"))
		}, "InvalidInstanceCreditSpecification.DuplicateInstanceId"},
		"dry run": {func(w *testWorld) error {
			in := creditsOf(id, "standard")
			in.DryRun = ptr(true)
			return failure[ec2.ModifyInstanceCreditSpecificationOutput](w, in)
		}, "DryRunOperation"},
		"no family": {func(w *testWorld) error {
			return failure[ec2.GetDefaultCreditSpecificationOutput](w, &ec2.GetDefaultCreditSpecificationInput{})
		}, "MissingParameter"},
		"unknown family": {func(w *testWorld) error {
			return failure[ec2.GetDefaultCreditSpecificationOutput](w, &ec2.GetDefaultCreditSpecificationInput{InstanceFamily: "m5"})
		}, "InvalidParameterValue"},
		"default of none": {func(w *testWorld) error {
			return failure[ec2.ModifyDefaultCreditSpecificationOutput](w, &ec2.ModifyDefaultCreditSpecificationInput{CpuCredits: ptr("standard")})
		}, "MissingParameter"},
		"default unknown": {func(w *testWorld) error {
			return failure[ec2.ModifyDefaultCreditSpecificationOutput](w, &ec2.ModifyDefaultCreditSpecificationInput{InstanceFamily: "t3", CpuCredits: ptr("much")})
		}, "InvalidCpuCredits"},
		"too many": {func(w *testWorld) error {
			return failure[ec2.DescribeInstanceCreditSpecificationsOutput](w, &ec2.DescribeInstanceCreditSpecificationsInput{InstanceIds: many})
		}, "ResourceCountExceeded"},
		"pages of IDs": {func(w *testWorld) error {
			return failure[ec2.DescribeInstanceCreditSpecificationsOutput](w, &ec2.DescribeInstanceCreditSpecificationsInput{InstanceIds: []string{id}, MaxResults: ptr(int32(5))})
		}, "InvalidParameterCombination"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			w.instanceCount()
			before := w.made()
			wantCode(t, tc.call(w), tc.code)
			require.Equal(t, strings.Split(before, "\n"), strings.Split(w.made(), "\n"))
		})
	}
}

// failure is the error of a call alone.
func failure[Out any](w *testWorld, in any) error {
	w.t.Helper()
	_, err := call[Out](w, in)
	return err
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyDefaultCreditSpecification.html
func TestLaunchesTakeTheAccountsDefaultCredits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	get := func(w *testWorld, family ec2types.UnlimitedSupportedInstanceFamily) string {
		c := must[ec2.GetDefaultCreditSpecificationOutput](w, &ec2.GetDefaultCreditSpecificationInput{InstanceFamily: family}).InstanceFamilyCreditSpecification
		require.Equal(t, family, c.InstanceFamily)
		return *c.CpuCredits
	}
	require.Equal(t, "standard", get(w, "t2"))
	require.Equal(t, "unlimited", get(w, "t4g"))
	out := must[ec2.ModifyDefaultCreditSpecificationOutput](w, &ec2.ModifyDefaultCreditSpecificationInput{InstanceFamily: "t4g", CpuCredits: ptr("standard")})
	require.Equal(t, "standard", *out.InstanceFamilyCreditSpecification.CpuCredits)
	require.Equal(t, "standard", get(w, "t4g"))
	require.Equal(t, "unlimited", get(w, "t3"), "of another family")
	require.Equal(t, "unlimited", get(w.in(region.EUWest1), "t4g"), "in another region")
	require.Equal(t, "unlimited", get(w.as("210987654321"), "t4g"), "of another account")
	id := w.launch(nil)
	require.Equal(t, []string{id + " standard"}, w.credits(id))
	asked := w.launch(func(in *ec2.RunInstancesInput) {
		in.CreditSpecification = &ec2types.CreditSpecificationRequest{CpuCredits: ptr("unlimited")}
	})
	require.Equal(t, []string{asked + " unlimited"}, w.credits(asked))
}
