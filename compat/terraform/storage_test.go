package terraform_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

type snapshot struct {
	ID        string            `json:"id"`
	Volume    string            `json:"volume_id"`
	Size      int               `json:"volume_size"`
	Owner     string            `json:"owner_id"`
	Encrypted bool              `json:"encrypted"`
	State     string            `json:"state"`
	Tags      map[string]string `json:"tags"`
}

func TestVolumesAndSnapshots(t *testing.T) {
	t.Parallel()
	w := working(t, "storage")
	client := w.ec2()

	type volume struct {
		ID        string            `json:"id"`
		Size      int               `json:"size"`
		Type      string            `json:"type"`
		IOPS      int               `json:"iops"`
		Rate      int               `json:"throughput"`
		Encrypted bool              `json:"encrypted"`
		Tags      map[string]string `json:"tags"`
	}
	var data volume
	var host string
	attached := func() []string {
		out, err := client.DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{VolumeIds: []string{data.ID}})
		require.NoError(t, err)
		var to []string
		for _, a := range out.Volumes[0].Attachments {
			to = append(to, aws.ToString(a.InstanceId)+" "+aws.ToString(a.Device)+" "+string(a.State))
		}
		return to
	}
	w.lives(updates(
		"aws_ebs_volume.data", "aws_ebs_snapshot.data", "aws_ebs_snapshot_copy.data", "aws_volume_attachment.data", "aws_instance.host",
	), func(a applied) {
		data = output[volume](w, a, "data")
		host = output[string](w, a, "host")
		require.Equal(t, volume{ID: data.ID, Size: 100, Type: "gp3", IOPS: 3000, Rate: 125, Encrypted: true, Tags: map[string]string{"Name": "data"}}, data)
		require.Equal(t, []string{host + " /dev/sdg attached"}, attached())
		first, second := output[snapshot](w, a, "snapshot"), output[snapshot](w, a, "snapshot_copy")
		found := output[snapshot](w, a, "found_snapshot")
		require.Equal(t, 100, first.Size)
		require.Equal(t, data.ID, first.Volume)
		require.True(t, first.Encrypted)
		require.Equal(t, "vol-ffffffff", second.Volume)
		require.Equal(t, first.ID, found.ID)
		require.Equal(t, "completed", found.State)
	}, func(a applied) {
		before := data
		data = output[volume](w, a, "data")
		require.Equal(t, volume{ID: before.ID, Size: 200, Type: "gp3", IOPS: 5000, Rate: 250, Encrypted: true, Tags: map[string]string{"Name": "data-2"}}, data)
		require.Equal(t, []string{host + " /dev/sdg attached"}, attached())
		require.Equal(t, "#!/bin/sh\n: new\n", string(userData(t, client, host)))
	})
}
