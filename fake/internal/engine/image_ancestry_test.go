package engine

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func (w *testWorld) ancestry(id string) (lines []string) {
	w.t.Helper()
	for _, e := range must[ec2.GetImageAncestryOutput](w, &ec2.GetImageAncestryInput{ImageId: ptr(id)}).ImageAncestryEntries {
		lines = append(lines, fmt.Sprintln(*e.ImageId, deref(e.ImageOwnerAlias), deref(e.SourceImageId), deref(e.SourceImageRegion), e.CreationDate.Format(time.DateOnly)))
	}
	return lines
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-ancestry.html
func TestAncestryGoesBackOverInstancesCopiesAndRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	made := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("golden")}).ImageId
	w.image(made)
	w.clock.advance(day)
	there := w.in(region.EUWest1)
	copied := *must[ec2.CopyImageOutput](there, copying("us-east-1", made)).ImageId
	there.image(copied)
	w.clock.advance(day)
	back := *must[ec2.CopyImageOutput](w, copying("eu-west-1", copied, func(in *ec2.CopyImageInput) { in.Name = ptr("back") })).ImageId
	w.image(back)
	want := []string{
		fmt.Sprintln(back, "", copied, "eu-west-1", "2026-11-26"),
		fmt.Sprintln(copied, "", made, "us-east-1", "2026-11-25"),
		fmt.Sprintln(made, "", al2023ARM, "us-east-1", "2026-11-24"),
		fmt.Sprintln(al2023ARM, "amazon", "", "", "2026-11-21"),
	}
	require.Equal(t, want, w.ancestry(back))
	require.Equal(t, want[2:], w.ancestry(made))
	require.Equal(t, want[3:], w.ancestry(al2023ARM))

	must[ec2.DeregisterImageOutput](there, &ec2.DeregisterImageInput{ImageId: ptr(copied)})
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(made)})
	require.Equal(t, want, w.ancestry(back), "parents may be gone")
	w.changeImage(back, func(im *image) { im.users = []string{someone} }) // one of its snapshots is under the default key
	require.Equal(t, want, w.as(someone).ancestry(back), "parents may be others'")

	wantNoChange[ec2.GetImageAncestryOutput](w, &ec2.GetImageAncestryInput{}, "MissingParameter")
	wantNoChange[ec2.GetImageAncestryOutput](w, &ec2.GetImageAncestryInput{ImageId: ptr("ami-x")}, "InvalidAMIID.Malformed")
	wantNoChange[ec2.GetImageAncestryOutput](w, &ec2.GetImageAncestryInput{ImageId: ptr(made)}, "InvalidAMIID.NotFound")
	wantNoChange[ec2.GetImageAncestryOutput](w.as(third), &ec2.GetImageAncestryInput{ImageId: ptr(back)}, "InvalidAMIID.NotFound")
	wantNoChange[ec2.GetImageAncestryOutput](w, &ec2.GetImageAncestryInput{ImageId: ptr(back), DryRun: ptr(true)}, "DryRunOperation")
}

func TestAncestryEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	root := w.ownImages("root")[0]
	require.Len(t, w.ancestry(root), 1, "without a recorded parent")
	unknown := w.ownImages("unknown parent")[0]
	w.changeImage(unknown, func(im *image) { im.sourceImage, im.sourceRegion = "ami-00000000", "us-east-1" })
	require.Equal(t, []string{fmt.Sprintln(unknown, "", "ami-00000000", "us-east-1", "2026-11-24")}, w.ancestry(unknown))
	id := root
	for n := range 60 {
		child := w.ownImages(fmt.Sprint("generation ", n))[0]
		w.changeImage(child, func(im *image) { im.sourceImage, im.sourceRegion = id, "us-east-1" })
		id = child
	}
	require.Len(t, w.ancestry(id), 50)
}
