package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html
func TestOwnersAreToldWhenTheirImagesWereLastLaunched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownImages("golden", "other")
	id := ids[0]
	w.changeImage(id, func(im *image) { im.enaSupport = true })
	w.share(id, user(someone))
	launch := func(w *testWorld) {
		must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" }))
	}
	told := func(want string) {
		t.Helper()
		require.Equal(t, want, deref(w.image(id).LastLaunchedTime))
		require.Equal(t, want, deref(w.imageAttribute(id, "lastLaunchedTime").LastLaunchedTime.Value))
		require.Nil(t, w.image(ids[1]).LastLaunchedTime)
		require.Nil(t, w.as(someone).image(id).LastLaunchedTime, "owners only")
	}
	told("")
	launch(w)
	launch(w)
	w.clock.advance(day - time.Second)
	told("")
	w.clock.advance(time.Second)
	told("2026-11-24T12:00:00Z")
	w.clock.advance(time.Hour)
	launch(w.as(someone))
	w.clock.advance(time.Hour)
	launch(w)
	told("2026-11-24T12:00:00Z")
	w.clock.advance(day - time.Hour)
	told("2026-11-25T13:00:00Z")
	w.clock.advance(time.Hour)
	told("2026-11-25T14:00:00Z")
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)})
	require.Zero(t, w.engine.state.imageLaunches.Len())
}
