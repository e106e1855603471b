package backend

import (
	"time"

	"github.com/amiclass/amiclass/region"
)

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

// SecurityGroupRule is one rule of a security group: what may come in or go out, and from or to where.
// Where is exactly one of CIDR, PrefixListID and PeerGroupID
// (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html).
type SecurityGroupRule struct {
	ID      string // told, never asked for
	GroupID string // told, never asked for
	Egress  bool
	// Protocol is "tcp", "udp", "icmp", "icmpv6", a protocol's number, or "-1" for all.
	Protocol string
	// FromPort and ToPort are ports for tcp and udp, the ICMP type and code for icmp and icmpv6, -1 for
	// any of these.
	FromPort, ToPort int
	CIDR             string // IPv4 or IPv6
	PrefixListID     string
	PeerGroupID      string
	Description      string
	Tags             map[string]string // told, never asked for
}

// CreateSecurityGroupRequest makes a security group
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html).
type CreateSecurityGroupRequest struct {
	Name        string
	Description string
	VPCID       string
	Tags        map[string]string
}

// KeyPair is what EC2 tells of a key pair.
type KeyPair struct {
	ID          string
	Name        string
	Type        string // "rsa" or "ed25519"
	Fingerprint string
	PublicKey   string // in OpenSSH's format
	Created     time.Time
	Tags        map[string]string
}

// ImportKeyPairRequest brings a public key under a name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html).
type ImportKeyPairRequest struct {
	Name      string
	PublicKey string // in OpenSSH's format
	Tags      map[string]string
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
