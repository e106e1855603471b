package fake_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestDeny(t *testing.T) {
	t.Parallel()
	prepared := fake.NewT(t, fake.Seed(1))
	ids := launch(t, prepared, 2)
	stop := func(id string) func(*testing.T, *ec2.Client) error {
		return func(t *testing.T, c *ec2.Client) error {
			_, err := c.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{id}})
			return err
		}
	}
	for name, tc := range map[string]struct {
		fault  fake.Fault
		do     func(*testing.T, *ec2.Client) error
		denied bool
	}{
		"an action on everything":     {fake.Deny("ec2:StopInstances", "*"), stop(ids[0]), true},
		"another action":              {fake.Deny("ec2:StartInstances", "*"), stop(ids[0]), false},
		"a pattern of actions":        {fake.Deny("ec2:St*", "*"), stop(ids[0]), true},
		"another service":             {fake.Deny("ssm:*", "*"), stop(ids[0]), false},
		"a resource by its ARN":       {fake.Deny("ec2:*", "arn:aws:ec2:us-east-1:123456789012:instance/"+ids[0]), stop(ids[0]), true},
		"another resource":            {fake.Deny("ec2:*", "arn:aws:ec2:us-east-1:123456789012:instance/"+ids[0]), stop(ids[1]), false},
		"a resource by its ID":        {fake.Deny("ec2:*", ids[0]), stop(ids[0]), true},
		"a pattern of resources":      {fake.Deny("ec2:*", "arn:aws:ec2:*:*:instance/*"), stop(ids[1]), true},
		"resources of another region": {fake.Deny("ec2:*", "arn:aws:ec2:eu-west-1:*:instance/*"), stop(ids[1]), false},
		"what another account asks":   {fake.Deny("ec2:*", "*").By("111122223333"), stop(ids[0]), false},
		"what one account asks":       {fake.Deny("ec2:*", "*").By(fake.DefaultAccount), stop(ids[0]), true},
		"the first time":              {fake.Deny("ec2:StopInstances", "*").Times(1), stop(ids[0]), true},
		"a dry run": {fake.Deny("ec2:StopInstances", "*"), func(t *testing.T, c *ec2.Client) error {
			_, err := c.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: ids, DryRun: aws.Bool(true)})
			return err
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := prepared.Fork()
			cloud.Inject(tc.fault)
			err := tc.do(t, client(cloud))
			if !tc.denied {
				require.NoError(t, err)
				return
			}
			var api smithy.APIError
			require.ErrorAs(t, err, &api)
			require.Equal(t, "UnauthorizedOperation", api.ErrorCode())
			require.Contains(t, api.ErrorMessage(), "arn:aws:iam::123456789012:root is not authorized to perform: ec2:StopInstances on resource: arn:aws:ec2:us-east-1:123456789012:instance/i-")
			require.Len(t, cloud.Calls(), 1, "a denial isn't tried again")
		})
	}
}

func TestDenyOfAnotherServiceAnswersAsThatServiceDoes(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	cloud.Inject(fake.Deny("ssm:GetParameter", "*"))
	_, err := ssm.NewFromConfig(cloud.Config(region.USEast1)).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/x")})
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, "AccessDeniedException", api.ErrorCode())
	_, err = cloud.Backend(region.USEast1).(backend.Parameters).Parameter(t.Context(), "/x")
	require.ErrorIs(t, err, backend.ErrDenied)
}

func TestDenyRefusesWhatCouldNeverHappen(t *testing.T) {
	t.Parallel()
	for fault, says := range map[fake.Fault]string{
		fake.Deny("ec2:MakeCoffee", "*"):    "no action that is served fits",
		fake.Deny("RunInstances", "*"):      "no action that is served fits",
		fake.Deny("ec2:RunInstances", ""):   "the resource is empty",
		fake.Deny("s3:*", "*"):              "no action that is served fits",
		fake.Deny("ec2:*", "*").LoseReply(): "say one",
	} {
		require.PanicsWithError(t, "", func() {
			defer func() {
				r := recover()
				require.Contains(t, r, says)
				panic(errEmpty{})
			}()
			fake.New().Inject(fault)
		})
	}
}

type errEmpty struct{}

func (errEmpty) Error() string { return "" }
