package backendtest

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

func configuration() []Behaviour {
	const attribute = api + "DescribeInstanceAttribute.html"
	return []Behaviour{
		{"user data comes back as given", attribute, func(s *scene) {
			const given = "#!/bin/sh\necho 'naïve ✓'\n"
			i := s.launch(func(r *backend.RunRequest) { r.UserData = []byte(given) })
			s.equal("the user data", s.attribute(i.ID, backend.AttributeUserData), given)
		}},
		{"an instance without user data has none", attribute, func(s *scene) {
			s.equal("the user data", s.attribute(s.launch().ID, backend.AttributeUserData), "")
		}},
		{"an instance is unprotected and stops on shutdown unless its launch says otherwise", attribute, func(s *scene) {
			id := s.launch().ID
			s.equal(string(backend.AttributeDisableAPITermination), s.attribute(id, backend.AttributeDisableAPITermination), "false")
			s.equal(string(backend.AttributeDisableAPIStop), s.attribute(id, backend.AttributeDisableAPIStop), "false")
			s.equal(string(backend.AttributeShutdownBehavior), s.attribute(id, backend.AttributeShutdownBehavior), "stop")
		}},
		{"the shutdown behaviour comes back as asked for", guide + "Using_ChangingInstanceInitiatedShutdownBehavior.html", func(s *scene) {
			i := s.launch(func(r *backend.RunRequest) { r.ShutdownBehavior = "terminate" })
			s.equal("the shutdown behaviour", s.attribute(i.ID, backend.AttributeShutdownBehavior), "terminate")
		}},
		{"metadata options come back as asked for", guide + "configuring-instance-metadata-options.html", func(s *scene) {
			asked := backend.MetadataOptions{HTTPTokens: "required", HTTPEndpoint: "enabled", InstanceMetadataTags: "enabled", HopLimit: 3}
			got := s.run(func(r *backend.RunRequest) { r.Metadata = asked }).Metadata
			asked.HTTPProtocolIPv6, asked.State = got.HTTPProtocolIPv6, got.State // weren't asked for
			s.equal("the metadata options", got, asked)
		}},
		{"an instance in a default subnet has a public address", guide + "using-instance-addressing.html", func(s *scene) {
			i := s.run()
			s.holds(i.PublicIP != "" && i.PublicIP != i.PrivateIP, "the public address is %q, the private one %q", i.PublicIP, i.PrivateIP)
		}},
		{"a launch can do without a public address", guide + "working-with-ip-addresses.html", func(s *scene) {
			i := s.run(func(r *backend.RunRequest) { r.PublicIP = new(false) })
			s.equal("the public address", i.PublicIP, "")
		}},
		{"a launch with its own private address has it", api + "RunInstances.html", func(s *scene) {
			// The address of an instance that is gone is free again, and certainly in its subnet.
			before := s.launch()
			s.terminate(before.ID)
			var i backend.Instance
			s.eventually(func(context.Context) error {
				is, err := s.try(s.request(func(r *backend.RunRequest) { r.SubnetID, r.PrivateIP = before.SubnetID, before.PrivateIP }))
				if err == nil {
					i = is[0]
				}
				return err
			})
			s.equal("the private address", i.PrivateIP, before.PrivateIP)
		}},
		{"tags of a launch are on instance, volume and interface", api + "RunInstances.html", func(s *scene) {
			i := s.run(func(r *backend.RunRequest) {
				r.InstanceTags["on"], r.VolumeTags = "instance", s.tagged("on", "volume")
				r.InterfaceTags = s.tagged("on", "interface")
			})
			s.equal("the instance's tag", i.Tags["on"], "instance")
			s.equal("the volume's tag", s.volume(i.Volumes[0].VolumeID).Tags["on"], "volume")
			s.equal("the interface's tag", s.networkInterface(i.Interfaces[0].ID).Tags["on"], "interface")
		}},
		{"the root volume is as the launch says, over what the image says", guide + "instance-block-device-mapping.html", func(s *scene) {
			image := s.image()
			size := 10
			for _, d := range image.Devices {
				if d.EBS != nil && d.Device == image.RootDevice {
					size = d.EBS.SizeGiB + 1
				}
			}
			i := s.run(func(r *backend.RunRequest) {
				r.Devices = []backend.DeviceMapping{{Device: image.RootDevice, EBS: &backend.EBSMapping{SizeGiB: size, Type: "gp3", Encrypted: new(true)}}}
			})
			root := s.volume(s.on(i, image.RootDevice))
			s.equal("its size", root.SizeGiB, size)
			s.equal("its type", root.Type, "gp3")
			s.equal("its encryption", root.Encrypted, true)
			s.holds(root.SnapshotID != "", "it is of no snapshot: %+v", root)
		}},
		{"a gp3 volume has 3,000 IOPS and 125 MiB/s unless more is asked for", "https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html", func(s *scene) {
			v := s.volume(s.on(s.run(withVolume(true)), unlikelyDevice))
			s.equal("IOPS", v.IOPS, 3000)
			s.equal("throughput", v.ThroughputMiBps, 125)
		}},
		{"an instance has the devices of its image", guide + "block-device-mapping-concepts.html", func(s *scene) {
			i := s.run()
			image := s.image()
			wanted, has := map[string]bool{}, map[string]bool{}
			for _, d := range image.Devices {
				if d.EBS != nil {
					wanted[d.Device] = true
				}
			}
			for _, v := range i.Volumes {
				has[v.Device] = true
			}
			s.equal("the set of devices", slices.Sorted(maps.Keys(has)), slices.Sorted(maps.Keys(wanted)))
			s.equal("the root device", i.RootDevice, image.RootDevice)
		}},
	}
}

// attribute reads an attribute once the instance is known.
func (s *scene) attribute(id string, attr backend.InstanceAttribute) (value string) {
	s.Helper()
	s.eventually(func(ctx context.Context) (err error) {
		value, err = s.Backend.InstanceAttribute(ctx, id, attr)
		return err
	})
	return value
}

func (s *scene) networkInterface(id string) backend.Interface {
	s.Helper()
	return one(s, "describe "+id, func(ctx context.Context) iter.Seq2[backend.Interface, error] {
		return s.Backend.Interfaces(ctx, byID(id))
	})
}
