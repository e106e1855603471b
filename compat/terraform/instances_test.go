package terraform_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// device is a volume as aws_instance and aws_ami tell of it.
type device struct {
	Name      string            `json:"device_name"`
	ID        string            `json:"volume_id"`
	Snapshot  string            `json:"snapshot_id"`
	Size      int               `json:"volume_size"`
	Type      string            `json:"volume_type"`
	IOPS      int               `json:"iops"`
	Rate      int               `json:"throughput"`
	Encrypted bool              `json:"encrypted"`
	Deleted   bool              `json:"delete_on_termination"`
	Tags      map[string]string `json:"tags"`
}

type machine struct {
	ID        string            `json:"id"`
	State     string            `json:"instance_state"`
	Type      string            `json:"instance_type"`
	Subnet    string            `json:"subnet_id"`
	PublicIP  string            `json:"public_ip"`
	Key       string            `json:"key_name"`
	Monitored bool              `json:"monitoring"`
	NoStop    bool              `json:"disable_api_stop"`
	Root      []device          `json:"root_block_device"`
	Data      []device          `json:"ebs_block_device"`
	Tags      map[string]string `json:"tags"`
	Metadata  []struct {
		Tokens string `json:"http_tokens"`
		Hops   int    `json:"http_put_response_hop_limit"`
		Tags   string `json:"instance_metadata_tags"`
	} `json:"metadata_options"`
	Credits []struct {
		CPU string `json:"cpu_credits"`
	} `json:"credit_specification"`
}

type image struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Owner       string            `json:"owner_id"`
	BootMode    string            `json:"boot_mode"`
	Devices     []device          `json:"ebs_block_device"`
	Tags        map[string]string `json:"tags"`
}

func TestInstancesAndImages(t *testing.T) {
	t.Parallel()
	w := working(t, "instances")
	client := w.ec2()

	var web, batch machine
	var golden, imageCopy, registered image
	w.lives(map[string]string{
		"aws_instance.web":                       "update",
		"aws_instance.batch":                     "update",
		"aws_key_pair.admin":                     "update",
		"aws_ami_from_instance.golden":           "update",
		"aws_ami_copy.copy":                      "update",
		"aws_ami.registered":                     "update",
		"aws_ami_launch_permission.everybody[0]": "create",
	}, func(a applied) {
		web = output[machine](w, a, "web")
		batch = output[machine](w, a, "batch")
		require.NotEmpty(t, web.Subnet)
		require.NotEmpty(t, web.PublicIP, "the default VPC's subnets are public")
		require.Equal(t, "running", web.State)
		require.Equal(t, "admin", web.Key)
		require.True(t, web.NoStop)
		require.Equal(t, map[string]string{"Name": "web", "release": "1", "old": "yes"}, web.Tags)
		require.Empty(t, cmp.Diff([]device{{
			Name: "/dev/xvda", ID: web.Root[0].ID, Size: 20, Type: "gp3", IOPS: 3000, Rate: 125, Encrypted: true, Deleted: true, Tags: map[string]string{"role": "root"},
		}}, web.Root))
		require.Empty(t, cmp.Diff([]device{{
			Name: "/dev/sdf", ID: web.Data[0].ID, Size: 50, Type: "gp3", IOPS: 3000, Rate: 200, Encrypted: true, Deleted: true, Tags: map[string]string{"role": "data"},
		}}, web.Data))
		require.Equal(t, "#!/bin/sh\necho hello\n", string(userData(t, client, web.ID)))
		unzipped, err := gzip.NewReader(bytes.NewReader(userData(t, client, batch.ID)))
		require.NoError(t, err)
		script, err := io.ReadAll(unzipped)
		require.NoError(t, err)
		require.Equal(t, "#!/bin/sh\necho hello\n", string(script))

		golden = output[image](w, a, "golden")
		imageCopy = output[image](w, a, "image_copy")
		registered = output[image](w, a, "registered")
		require.Len(t, golden.Devices, 2)
		require.Equal(t, "golden-copy", imageCopy.Name)
		require.Equal(t, "uefi-preferred", registered.BootMode)
		require.Equal(t, 12, registered.Devices[0].Size)
		require.Equal(t, []ec2types.LaunchPermission{{UserId: aws.String("210987654321")}}, permissions(t, client, registered.ID))
		require.Contains(t, output[string](w, a, "public_key"), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUU4LYHcGZRSL9C5AK5h1")
	}, func(a applied) {
		before, small := web, batch
		web = output[machine](w, a, "web")
		batch = output[machine](w, a, "batch")
		require.Equal(t, before.ID, web.ID)
		require.Equal(t, small.ID, batch.ID)
		require.Equal(t, "m7i.large", batch.Type)
		require.Equal(t, "running", batch.State)
		require.True(t, web.Monitored)
		require.False(t, web.NoStop)
		require.Equal(t, before.Root[0].ID, web.Root[0].ID)
		require.Equal(t, small.Root[0].ID, batch.Root[0].ID)
		require.Equal(t, 30, batch.Root[0].Size)
		require.Equal(t, 4000, batch.Root[0].IOPS)
		require.Equal(t, 2, web.Metadata[0].Hops)
		require.Equal(t, "required", web.Metadata[0].Tokens)
		require.Equal(t, "enabled", web.Metadata[0].Tags)
		require.Equal(t, "standard", web.Credits[0].CPU)
		require.Equal(t, map[string]string{"Name": "web", "release": "2"}, web.Tags)

		golden = output[image](w, a, "golden")
		require.Equal(t, "The web server, revised", golden.Description)
		require.ElementsMatch(t, []ec2types.LaunchPermission{
			{UserId: aws.String("210987654321")}, {Group: ec2types.PermissionGroupAll},
		}, permissions(t, client, registered.ID))
	})
}

func userData(t *testing.T, client *ec2.Client, id string) []byte {
	t.Helper()
	out, err := client.DescribeInstanceAttribute(t.Context(), &ec2.DescribeInstanceAttributeInput{
		InstanceId: aws.String(id), Attribute: ec2types.InstanceAttributeNameUserData,
	})
	require.NoError(t, err)
	data, err := base64.StdEncoding.DecodeString(aws.ToString(out.UserData.Value))
	require.NoError(t, err)
	return data
}

func permissions(t *testing.T, client *ec2.Client, image string) []ec2types.LaunchPermission {
	t.Helper()
	out, err := client.DescribeImageAttribute(t.Context(), &ec2.DescribeImageAttributeInput{
		ImageId: aws.String(image), Attribute: ec2types.ImageAttributeNameLaunchPermission,
	})
	require.NoError(t, err)
	return out.LaunchPermissions
}
