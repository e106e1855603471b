package backendtest

import (
	"slices"

	"github.com/amiclass/amiclass/backend"
)

func networks() []Behaviour {
	return []Behaviour{
		{"an instance has a primary interface with its addresses and groups", guide + "using-eni.html", func(s *scene) {
			i := s.run()
			s.holds(len(i.Interfaces) == 1, "it has the interfaces %+v", i.Interfaces)
			primary := i.Interfaces[0]
			s.equal("its index", primary.DeviceIndex, 0)
			s.equal("delete on termination", primary.DeleteOnTermination, true)
			eni := s.networkInterface(primary.ID)
			s.equal("its status", eni.Status, "in-use")
			s.equal("its instance", eni.InstanceID, i.ID)
			s.equal("its private address", eni.PrivateIP, i.PrivateIP)
			s.equal("its public address", eni.PublicIP, i.PublicIP)
			s.equal("its subnet", eni.SubnetID, i.SubnetID)
			s.equal("its groups", eni.Groups, i.Groups)
		}},
		{"the security group of an instance is in its VPC", guide + "ec2-security-groups.html", func(s *scene) {
			i := s.launch()
			for _, g := range i.Groups {
				found := list(s, "describe "+g.ID, s.Backend.SecurityGroups(s.ctx, byID(g.ID)))
				s.holds(len(found) == 1, "group %s is listed %d times", g.ID, len(found))
				s.equal("its name", found[0].Name, g.Name)
				s.equal("its VPC", found[0].VPCID, i.VPCID)
			}
		}},
		{"there is one default VPC, with default subnets that give public addresses", "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html", func(s *scene) {
			vpcs := list(s, "list default VPCs", s.Backend.VPCs(s.ctx, backend.Query{Filters: []backend.Filter{backend.By("is-default", "true")}}))
			s.holds(len(vpcs) == 1 && vpcs[0].Default, "the default VPCs are %+v", vpcs)
			subnets := list(s, "list its default subnets", s.Backend.Subnets(s.ctx, backend.Query{Filters: []backend.Filter{
				backend.By("vpc-id", vpcs[0].ID), backend.By("default-for-az", "true")}}))
			s.holds(len(subnets) > 0, "the default VPC %s has no default subnet", vpcs[0].ID)
			for _, sub := range subnets {
				s.holds(sub.MapPublicIPOnLaunch && sub.Zone.Region() == s.Backend.Region(), "default subnet %+v", sub)
			}
		}},
		{"an unknown subnet, VPC, group or interface is not found", errorCodes, func(s *scene) {
			_, err := all(s.Backend.Subnets(s.ctx, byID(s.unknown("subnet"))))
			s.refused(err, backend.ErrNotFound, "InvalidSubnetID.NotFound", "InvalidSubnetId.NotFound")
			_, err = all(s.Backend.VPCs(s.ctx, byID(s.unknown("vpc"))))
			s.refused(err, backend.ErrNotFound, "InvalidVpcID.NotFound")
			_, err = all(s.Backend.SecurityGroups(s.ctx, byID(s.unknown("sg"))))
			s.refused(err, backend.ErrNotFound, "InvalidGroup.NotFound")
			_, err = all(s.Backend.Interfaces(s.ctx, byID(s.unknown("eni"))))
			s.refused(err, backend.ErrNotFound, "InvalidNetworkInterfaceID.NotFound")
		}},
		{"the zones of a region bear its name", api + "DescribeAvailabilityZones.html", func(s *scene) {
			zones, err := s.Backend.Zones(s.ctx)
			s.must(err, "list zones")
			s.holds(slices.ContainsFunc(zones, func(z backend.Zone) bool {
				return z.Type == "availability-zone" && z.State == "available"
			}), "there is no Availability Zone among %+v", zones)
			for _, z := range zones {
				s.equal("the region of "+z.Name.String(), z.Name.Region(), s.Backend.Region())
				s.holds(z.ID != "", "zone %s has no ID", z.Name)
			}
		}},
	}
}
