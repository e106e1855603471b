package engine

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

func TestAScreenshotIsAPictureOfARunningInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	in := &ec2.GetConsoleScreenshotInput{InstanceId: &id, WakeUp: ptr(true)}
	out := must[ec2.GetConsoleScreenshotOutput](w, in)
	require.Equal(t, id, *out.InstanceId)
	raw, err := base64.StdEncoding.DecodeString(*out.ImageData)
	require.NoError(t, err)
	picture, err := jpeg.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, 1024, picture.Bounds().Dx())

	_, err = w.stop(id)
	require.NoError(t, err)
	wantNoChange[ec2.GetConsoleScreenshotOutput](w, in, "IncorrectInstanceState")
	metal := w.launch(func(in *ec2.RunInstancesInput) { in.InstanceType = "m7g.metal" })
	wantNoChange[ec2.GetConsoleScreenshotOutput](w, &ec2.GetConsoleScreenshotInput{InstanceId: &metal}, "UnsupportedOperation")
	wantNoChange[ec2.GetConsoleScreenshotOutput](w, &ec2.GetConsoleScreenshotInput{}, "MissingParameter")
	wantNoChange[ec2.GetConsoleScreenshotOutput](w, &ec2.GetConsoleScreenshotInput{InstanceId: ptr("i-0123456789abcdef0")}, "InvalidInstanceID.NotFound")
}

func TestUEFIDataIsThatOfTheImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	golden := w.image(w.golden())
	register := func(name string, data *string) *string {
		return must[ec2.RegisterImageOutput](w, &ec2.RegisterImageInput{
			Name: &name, Architecture: "arm64", BootMode: "uefi", UefiData: data, RootDeviceName: golden.RootDeviceName, EnaSupport: ptr(true), VirtualizationType: ptr("hvm"),
			BlockDeviceMappings: golden.BlockDeviceMappings[:1],
		}).ImageId
	}
	golden.BlockDeviceMappings[0].Ebs.Encrypted = nil
	with, without := register("with", ptr("QU1aTlVFRkk=")), register("without", nil)
	data := func(image *string) *string {
		id := w.launch(func(in *ec2.RunInstancesInput) { in.ImageId = image })
		return must[ec2.GetInstanceUefiDataOutput](w, &ec2.GetInstanceUefiDataInput{InstanceId: &id}).UefiData
	}
	require.Equal(t, "QU1aTlVFRkk=", *data(with))
	require.Nil(t, data(without))

	old := w.launch(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(linux+"x86_64"), "t2.micro" })
	wantNoChange[ec2.GetInstanceUefiDataOutput](w, &ec2.GetInstanceUefiDataInput{InstanceId: &old}, "UnsupportedOperation")
	wantNoChange[ec2.GetInstanceUefiDataOutput](w, &ec2.GetInstanceUefiDataInput{}, "MissingParameter")
	wantNoChange[ec2.GetInstanceUefiDataOutput](w, &ec2.GetInstanceUefiDataInput{InstanceId: ptr("i-0123456789abcdef0")}, "InvalidInstanceID.NotFound")
}
