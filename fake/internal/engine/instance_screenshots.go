package engine

import (
	"bytes"
	"encoding/base64"
	picture "image"
	"image/color"
	"image/jpeg"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

var screenshotOperations = []operation{
	reading("InstanceId WakeUp", (*view).getConsoleScreenshot),
}

// getConsoleScreenshot shows the screen of a running instance, which here is dark whatever runs on it. Bare metal has
// none (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshoot-unreachable-instance.html).
func (v *view) getConsoleScreenshot(in *ec2.GetConsoleScreenshotInput) (*ec2.GetConsoleScreenshotOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := v.instanceByID(*in.InstanceId)
	switch {
	case err != nil:
		return nil, err
	case bareMetal(i.typ):
		return nil, fail("UnsupportedOperation", "The instance type %s does not support console screenshots.", i.typ) // (mem)
	case i.state != ec2types.InstanceStateNameRunning:
		return nil, fail("IncorrectInstanceState", "The instance '%s' is not in the 'running' state.", i.id) // (mem)
	}
	screen, err := darkScreen()
	if err != nil {
		return nil, err
	}
	return &ec2.GetConsoleScreenshotOutput{ImageData: ptr(screen), InstanceId: ptr(i.id)}, nil
}

// darkScreen is the screen of a system without a user in front of it: a JPEG in base64, 1024 by 768 as EC2's (mem).
var darkScreen = sync.OnceValues(func() (string, error) {
	var b bytes.Buffer
	screen := picture.NewPaletted(picture.Rect(0, 0, 1024, 768), color.Palette{color.Black})
	if err := jpeg.Encode(&b, screen, &jpeg.Options{Quality: 50}); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
})

func bareMetal(typ string) bool {
	t, ok := catalogue.InstanceType(typ)
	return ok && t.BareMetal
}
