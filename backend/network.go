package backend

import "github.com/amiclass/amiclass/region"

// VPC is what EC2 tells of a virtual private cloud.
type VPC struct {
	ID      string
	CIDR    string
	State   string
	Default bool
	Tenancy string
	Tags    map[string]string
}

// Subnet is what EC2 tells of a subnet.
type Subnet struct {
	ID                  string
	VPCID               string
	CIDR                string
	Zone                region.Zone
	ZoneID              string
	State               string
	AvailableAddresses  int
	DefaultForZone      bool
	MapPublicIPOnLaunch bool
	Tags                map[string]string
}

// SecurityGroup is what EC2 tells of a security group.
type SecurityGroup struct {
	ID          string
	Name        string
	Description string
	VPCID       string
	Tags        map[string]string
}

// Interface is what EC2 tells of a network interface.
type Interface struct {
	ID          string
	Status      string // available, associated, attaching, in-use, detaching
	Type        string
	Description string
	VPCID       string
	SubnetID    string
	Zone        region.Zone
	PrivateIP   string
	PublicIP    string
	InstanceID  string // what it is attached to
	Groups      []GroupRef
	Tags        map[string]string
}

// Zone is what EC2 tells of an Availability Zone, Local Zone or Wavelength Zone.
type Zone struct {
	Name        region.Zone
	ID          string
	Type        string // availability-zone, local-zone, wavelength-zone
	State       string
	OptInStatus string
}
