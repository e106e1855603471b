// Package region names the places where Amazon EC2 runs: partitions, regions and zones.
//
// A [Region] is a name such as "eu-west-1". The constants are the regions that EC2 has today; a
// newer one works without a new release of this package, since a Region is just its name:
//
//	r, err := region.Parse("eu-west-1")
//	fmt.Println(r, r.Partition()) // eu-west-1 aws
//
// A [Zone] is an Availability Zone by name, such as "eu-west-1a"; it knows its region. Names of
// zones differ between accounts in older regions; a zone's ID ("euw1-az1") does not
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html).
package region

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Region is the name of an AWS region, such as "us-east-1". The zero value is no region.
type Region string

// The regions of the partitions aws, aws-cn, aws-eusc and aws-us-gov.
const (
	AFSouth1     Region = "af-south-1"
	APEast1      Region = "ap-east-1"
	APEast2      Region = "ap-east-2"
	APNortheast1 Region = "ap-northeast-1"
	APNortheast2 Region = "ap-northeast-2"
	APNortheast3 Region = "ap-northeast-3"
	APSouth1     Region = "ap-south-1"
	APSouth2     Region = "ap-south-2"
	APSoutheast1 Region = "ap-southeast-1"
	APSoutheast2 Region = "ap-southeast-2"
	APSoutheast3 Region = "ap-southeast-3"
	APSoutheast4 Region = "ap-southeast-4"
	APSoutheast5 Region = "ap-southeast-5"
	APSoutheast6 Region = "ap-southeast-6"
	APSoutheast7 Region = "ap-southeast-7"
	CACentral1   Region = "ca-central-1"
	CAWest1      Region = "ca-west-1"
	CNNorth1     Region = "cn-north-1"
	CNNorthwest1 Region = "cn-northwest-1"
	EUCentral1   Region = "eu-central-1"
	EUCentral2   Region = "eu-central-2"
	EUNorth1     Region = "eu-north-1"
	EUSouth1     Region = "eu-south-1"
	EUSouth2     Region = "eu-south-2"
	EUWest1      Region = "eu-west-1"
	EUWest2      Region = "eu-west-2"
	EUWest3      Region = "eu-west-3"
	EUSCDEEast1  Region = "eusc-de-east-1"
	ILCentral1   Region = "il-central-1"
	MECentral1   Region = "me-central-1"
	MESouth1     Region = "me-south-1"
	MXCentral1   Region = "mx-central-1"
	SAEast1      Region = "sa-east-1"
	USEast1      Region = "us-east-1"
	USEast2      Region = "us-east-2"
	USGovEast1   Region = "us-gov-east-1"
	USGovWest1   Region = "us-gov-west-1"
	USWest1      Region = "us-west-1"
	USWest2      Region = "us-west-2"
)

// ErrMalformed is what [Parse] and [ParseZone] return, wrapped, for a name of the wrong shape.
var ErrMalformed = errors.New("malformed name")

var (
	regionShape = regexp.MustCompile(`^(?:[a-z]{2}|eusc)(-[a-z]+)+-\d+$`)
	zoneShape   = regexp.MustCompile(`^((?:[a-z]{2}|eusc)(?:-[a-z]+)+-\d+)(?:[a-z]|-[a-z]{3}-\d[a-z]|-wl\d-[a-z]{3}-wlz-\d)$`)
)

// Parse checks the shape of a region's name. A region that this package doesn't list is accepted:
// new ones appear every year, and only the account knows whether it may use one.
func Parse(s string) (Region, error) {
	if !regionShape.MatchString(s) {
		return "", fmt.Errorf("region %q: %w: expected a name such as us-east-1", s, ErrMalformed)
	}
	return Region(s), nil
}

// String is the name itself.
func (r Region) String() string { return string(r) }

// Partition tells which separate AWS cloud the region belongs to.
func (r Region) Partition() Partition {
	switch {
	case strings.HasPrefix(string(r), "cn-"):
		return PartitionChina
	case strings.HasPrefix(string(r), "eusc-"):
		return PartitionEuropeanSovereign
	case strings.HasPrefix(string(r), "us-gov-"):
		return PartitionGovCloud
	}
	return PartitionStandard
}

// Partition is a cloud of its own, with accounts that work nowhere else. It is the second part of
// an ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
type Partition string

// The partitions of the regions listed here.
const (
	PartitionStandard          Partition = "aws"
	PartitionChina             Partition = "aws-cn"
	PartitionEuropeanSovereign Partition = "aws-eusc"
	PartitionGovCloud          Partition = "aws-us-gov"
)

// Zone is the name of an Availability Zone, Local Zone or Wavelength Zone, such as "us-east-1a" or
// "us-west-2-lax-1a". The zero value is no zone.
type Zone string

// ParseZone checks the shape of a zone's name.
func ParseZone(s string) (Zone, error) {
	if !zoneShape.MatchString(s) {
		return "", fmt.Errorf("zone %q: %w: expected a name such as us-east-1a", s, ErrMalformed)
	}
	return Zone(s), nil
}

// String is the name itself.
func (z Zone) String() string { return string(z) }

// Region is the region that the zone is in; it is empty where the zone's name has the wrong shape.
func (z Zone) Region() Region {
	m := zoneShape.FindStringSubmatch(string(z))
	if m == nil {
		return ""
	}
	return Region(m[1])
}
