package backendtest

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

var instanceID = regexp.MustCompile(`^i-[0-9a-f]{17}$`)

// idempotency is the page on client tokens.
const idempotency = devguide + "ec2-api-idempotency.html"

func launches() []Behaviour {
	return []Behaviour{
		{"running an instance answers pending", guide + "ec2-instance-lifecycle.html", func(s *scene) {
			req := s.request()
			is, err := s.try(req)
			s.must(err, "launch")
			i := is[0]
			s.equal("the state", i.State, backend.InstancePending)
			s.holds(instanceID.MatchString(i.ID), "the ID is %q", i.ID)
			s.equal("the image", i.ImageID, req.ImageID)
			s.equal("the type", i.Type, req.Type)
			s.equal("the zone's region", i.Zone.Region(), s.Backend.Region())
			s.holds(!i.LaunchTime.IsZero() && i.PrivateIP != "" && i.SubnetID != "" && i.VPCID != "" && i.ReservationID != "",
				"launch time, private address, subnet, VPC or reservation is missing: %+v", i)
		}},
		{"a pending instance comes to run", guide + "ec2-instance-lifecycle.html", func(s *scene) {
			asked := s.launch()
			runs := s.await(asked.ID, backend.InstanceRunning)
			s.equal("the private address", runs.PrivateIP, asked.PrivateIP)
			s.equal("the subnet", runs.SubnetID, asked.SubnetID)
			s.holds(len(runs.Volumes) > 0 && len(runs.Interfaces) > 0, "it runs without volume or interface: %+v", runs)
		}},
		{"instances of one launch share a reservation and count their launch index", guide + "AMI-launch-index-examples.html", func(s *scene) {
			is, err := s.try(s.request(func(r *backend.RunRequest) { r.MinCount, r.MaxCount = 2, 2 }))
			s.must(err, "launch two")
			s.holds(is[0].ID != is[1].ID, "both have the ID %s", is[0].ID)
			s.equal("the second's reservation", is[1].ReservationID, is[0].ReservationID)
			indexes := []int{is[0].LaunchIndex, is[1].LaunchIndex}
			slices.Sort(indexes)
			s.equal("the launch indexes", indexes, []int{0, 1})
		}},
		{"the same client token launches nothing twice", idempotency, func(s *scene) {
			req := s.request(func(r *backend.RunRequest) { r.ClientToken = s.name })
			first, err := s.try(req)
			s.must(err, "launch")
			again, err := s.try(req)
			s.must(err, "launch again by the same token")
			s.equal("the instance that the second call answers", again[0].ID, first[0].ID)
			s.equal("its client token", again[0].ClientToken, s.name)
			s.equal("its reservation", again[0].ReservationID, first[0].ReservationID)
			found := list(s, "list by token", s.Backend.Instances(s.ctx, backend.Query{Filters: []backend.Filter{backend.By("client-token", s.name)}}))
			s.holds(len(found) <= 1, "the token has launched %d instances", len(found))
		}},
		{"the same client token with other parameters is refused", idempotency, func(s *scene) {
			req := s.request(func(r *backend.RunRequest) { r.ClientToken = s.name })
			_, err := s.try(req)
			s.must(err, "launch")
			req.UserData = []byte("#!/bin/sh\n")
			_, err = s.try(req)
			s.refused(err, backend.ErrInvalid, "IdempotentParameterMismatch")
		}},
		{"the client token of a terminated instance launches nothing", errorCodes, func(s *scene) {
			req := s.request(func(r *backend.RunRequest) { r.ClientToken = s.name })
			is, err := s.try(req)
			s.must(err, "launch")
			s.terminate(is[0].ID)
			_, err = s.try(req)
			s.refused(err, backend.ErrState, "IdempotentInstanceTerminated")
		}},
		{"a launch that names no subnet goes to a default subnet and the default group", api + "RunInstances.html", func(s *scene) {
			i := s.launch()
			subnets := list(s, "describe its subnet", s.Backend.Subnets(s.ctx, byID(i.SubnetID)))
			s.holds(len(subnets) == 1 && subnets[0].DefaultForZone, "its subnet is no default one: %+v", subnets)
			s.equal("the subnet's zone", subnets[0].Zone, i.Zone)
			vpcs := list(s, "describe its VPC", s.Backend.VPCs(s.ctx, byID(i.VPCID)))
			s.holds(len(vpcs) == 1 && vpcs[0].Default, "its VPC is not the default one: %+v", vpcs)
			s.holds(len(i.Groups) == 1 && i.Groups[0].Name == "default", "its groups are %+v", i.Groups)
		}},
		{"a launch that names a zone goes there", api + "Placement.html", func(s *scene) {
			req := s.request()
			offered := list(s, "list offerings", s.Backend.Offerings(s.ctx, backend.Query{Filters: []backend.Filter{
				backend.By("instance-type", req.Type)}}))
			s.holds(len(offered) > 0, "%s is offered in no zone", req.Type)
			i := s.launch(func(r *backend.RunRequest) { r.Zone = offered[len(offered)-1].Zone })
			s.equal("the zone", i.Zone, offered[len(offered)-1].Zone)
		}},
	}
}

// refusedLaunch is a launch that EC2 refuses, with one of the codes where they are documented.
func refusedLaunch(name, page string, kind error, change func(*scene, *backend.RunRequest), codes ...string) Behaviour {
	return Behaviour{name, page, func(s *scene) {
		req := s.request()
		change(s, &req)
		_, err := s.try(req)
		s.refused(err, kind, codes...)
	}}
}

func refusedLaunches() []Behaviour {
	const run = api + "RunInstances.html"
	return []Behaviour{
		refusedLaunch("an unknown image is InvalidAMIID.NotFound", errorCodes, backend.ErrNotFound,
			func(s *scene, r *backend.RunRequest) { r.ImageID = s.unknown("ami") }, "InvalidAMIID.NotFound"),
		refusedLaunch("a malformed image ID is InvalidAMIID.Malformed", errorCodes, backend.ErrInvalid,
			func(_ *scene, r *backend.RunRequest) { r.ImageID = "ami-nosuch" }, "InvalidAMIID.Malformed"),
		refusedLaunch("a launch of an unknown type is refused", run, backend.ErrInvalid,
			func(_ *scene, r *backend.RunRequest) { r.Type = "t1.nosuch" }), // InvalidParameterValue, from memory
		refusedLaunch("a type of another architecture than the image's is refused", guide+"instance-types.html", backend.ErrInvalid,
			func(s *scene, r *backend.RunRequest) {
				other := map[string]string{x86: arm, arm: x86}[s.image().Architecture]
				r.Type = s.typeFor(other)
			}, "InvalidParameterValue"),
		refusedLaunch("a launch into an unknown subnet is InvalidSubnetID.NotFound", errorCodes, backend.ErrNotFound,
			func(s *scene, r *backend.RunRequest) { r.SubnetID = s.unknown("subnet") }, "InvalidSubnetID.NotFound"),
		refusedLaunch("a launch with an unknown security group is InvalidGroup.NotFound", errorCodes, backend.ErrNotFound,
			func(s *scene, r *backend.RunRequest) { r.GroupIDs = []string{s.unknown("sg")} }, "InvalidGroup.NotFound"),
		refusedLaunch("a launch with an unknown key pair is InvalidKeyPair.NotFound", errorCodes, backend.ErrNotFound,
			func(s *scene, r *backend.RunRequest) { r.KeyName = s.name }, "InvalidKeyPair.NotFound"),
		refusedLaunch("a launch of more at least than at most is refused", run, backend.ErrInvalid,
			func(_ *scene, r *backend.RunRequest) { r.MinCount, r.MaxCount = 2, 1 }), // which code isn't documented
		refusedLaunch("user data over 16 KiB is refused", guide+"instancedata-add-user-data.html", backend.ErrInvalid,
			func(_ *scene, r *backend.RunRequest) { r.UserData = make([]byte, 16<<10+1) }, "InvalidParameterValue", "InvalidUserData.Malformed"),
		refusedLaunch("a volume smaller than its snapshot is refused", guide+"block-device-mapping-concepts.html", backend.ErrInvalid,
			func(s *scene, r *backend.RunRequest) {
				image := s.image()
				for _, d := range image.Devices {
					if d.Device == image.RootDevice && d.EBS != nil && d.EBS.SizeGiB > 1 {
						r.Devices = []backend.DeviceMapping{{Device: d.Device, EBS: &backend.EBSMapping{SizeGiB: d.EBS.SizeGiB - 1}}}
						return
					}
				}
				s.Skipf("%s has no root volume of more than 1 GiB to ask less for", image.ID)
			}, "InvalidBlockDeviceMapping"),
		refusedLaunch("a root volume of a type that can't boot is refused", "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html", backend.ErrInvalid,
			func(s *scene, r *backend.RunRequest) {
				r.Devices = []backend.DeviceMapping{{Device: s.image().RootDevice, EBS: &backend.EBSMapping{Type: "st1", SizeGiB: 125}}}
			}),
		refusedLaunch("a volume of an unknown snapshot is InvalidSnapshot.NotFound", errorCodes, backend.ErrNotFound,
			func(s *scene, r *backend.RunRequest) {
				r.Devices = []backend.DeviceMapping{{Device: unlikelyDevice, EBS: &backend.EBSMapping{SnapshotID: s.unknown("snap")}}}
			}, "InvalidSnapshot.NotFound"),
		refusedLaunch("a device that is named twice is refused", guide+"troubleshooting-launch.html", backend.ErrInvalid,
			func(_ *scene, r *backend.RunRequest) { withVolume(true)(r); withVolume(true)(r) }),
		refusedLaunch("a launch with more than 50 tags is TagLimitExceeded", guide+"Using_Tags.html", backend.ErrQuota,
			func(_ *scene, r *backend.RunRequest) {
				for n := range 51 {
					r.InstanceTags[fmt.Sprintf("tag-%d", n)] = ""
				}
			}, "TagLimitExceeded"),
	}
}
