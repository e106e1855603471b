package engine

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/region"
)

// drawer draws requests of any operation that is served, about what is there.
type drawer struct {
	rand  *rand.Rand
	world *testWorld
	known map[string][]string // the IDs that rows hold, by prefix
}

var idShape = regexp.MustCompile(`^([a-z]+(?:-[a-z]+)*)-([0-9a-f]{17}|[0-9a-f]{8})$`)

// idPrefix is the kind of an ID by its prefix; empty for what has not the shape of one.
func idPrefix(s string) string {
	if m := idShape.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// everyday are the operations that make and move what the others are about; they are drawn more often.
var everyday = []func(d *drawer) any{
	func(d *drawer) any {
		n := int32(d.between(1, 2))
		typ := oneOf(d, []ec2types.InstanceType{"t3.micro", "m7i.large", "c7i.xlarge"})
		return &ec2.RunInstancesInput{ImageId: d.id("ami"), InstanceType: typ, MinCount: &n, MaxCount: &n}
	},
	func(d *drawer) any { return &ec2.TerminateInstancesInput{InstanceIds: []string{*d.id("i")}} },
	func(d *drawer) any { return &ec2.StopInstancesInput{InstanceIds: []string{*d.id("i")}} },
	func(d *drawer) any { return &ec2.StartInstancesInput{InstanceIds: []string{*d.id("i")}} },
	func(d *drawer) any {
		return &ec2.CreateImageInput{InstanceId: d.id("i"), Name: d.text("Name")}
	},
	func(d *drawer) any {
		size := int32(d.between(1, 20))
		return &ec2.CreateVolumeInput{AvailabilityZone: d.text("AvailabilityZone"), Size: &size, VolumeType: ec2types.VolumeTypeGp3}
	},
	func(d *drawer) any {
		return &ec2.AttachVolumeInput{InstanceId: d.id("i"), VolumeId: d.id("vol"), Device: d.text("Device")}
	},
	func(d *drawer) any { return &ec2.DetachVolumeInput{VolumeId: d.id("vol")} },
	func(d *drawer) any { return &ec2.CreateSnapshotInput{VolumeId: d.id("vol")} },
	func(d *drawer) any { return &ec2.AllocateAddressInput{} },
	func(d *drawer) any {
		return &ec2.AssociateAddressInput{AllocationId: d.id("eipalloc"), InstanceId: d.id("i"), AllowReassociation: d.maybe()}
	},
	func(d *drawer) any { return &ec2.DisassociateAddressInput{AssociationId: d.id("eipassoc")} },
	func(d *drawer) any { return &ec2.ReleaseAddressInput{AllocationId: d.id("eipalloc")} },
	func(d *drawer) any { return &ec2.DetachNetworkInterfaceInput{AttachmentId: d.id("eni-attach")} },
	func(d *drawer) any { return &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: d.id("eni")} },
	func(d *drawer) any {
		return &ec2.DeregisterImageInput{ImageId: d.id("ami"), DeleteAssociatedSnapshots: d.maybe()}
	},
	func(d *drawer) any { return &ec2.DeleteSnapshotInput{SnapshotId: d.id("snap")} },
	func(d *drawer) any { return &ec2.DeleteVolumeInput{VolumeId: d.id("vol")} },
	func(d *drawer) any { return &ec2.DeleteSecurityGroupInput{GroupId: d.id("sg")} },
	func(d *drawer) any {
		return &ec2.AuthorizeSecurityGroupIngressInput{GroupId: d.id("sg"), IpPermissions: []ec2types.IpPermission{{
			IpProtocol: d.text("IpProtocol"), FromPort: ptr(int32(22)), ToPort: ptr(int32(80)),
			UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: d.id("sg")}},
		}}}
	},
	func(d *drawer) any {
		return &ec2.CreateNetworkInterfaceInput{SubnetId: d.id("subnet"), Groups: []string{*d.id("sg")}}
	},
	func(d *drawer) any {
		index := int32(d.between(0, 2))
		return &ec2.AttachNetworkInterfaceInput{InstanceId: d.id("i"), NetworkInterfaceId: d.id("eni"), DeviceIndex: &index}
	},
	func(d *drawer) any {
		return &ec2.CreateSecurityGroupInput{GroupName: d.text("Name"), Description: ptr("of a test"), VpcId: d.id("vpc")}
	},
	func(d *drawer) any {
		resources := []string{*d.id(oneOf(d, []string{"i", "ami", "vol", "eni", "sg"}))}
		return &ec2.CreateTagsInput{Resources: resources, Tags: tags(*d.text("Key"), *d.text("Value"))}
	},
	func(d *drawer) any {
		from := oneOf(d, []string{"us-east-1", "eu-west-1"})
		return &ec2.CopyImageInput{SourceImageId: d.id("ami"), SourceRegion: &from, Name: d.text("Name")}
	},
	func(d *drawer) any {
		return &ec2.ModifyImageAttributeInput{ImageId: d.id("ami"), LaunchPermission: &ec2types.LaunchPermissionModifications{Add: []ec2types.LaunchPermission{{UserId: d.text("UserId")}}}}
	},
}

// between draws evenly, which rapid on its own doesn't: it prefers what is small.
func (d *drawer) between(least, most int) int { return least + d.rand.IntN(most-least+1) }

func oneOf[T any](d *drawer, all []T) T { return all[d.rand.IntN(len(all))] }

// anywhere turns to one of the accounts in one of the regions, mostly to the same.
func (d *drawer) anywhere(w *testWorld) {
	account := oneOf(d, []string{DefaultAccount, DefaultAccount, DefaultAccount, "111122223333"})
	d.world = w.as(account).in(oneOf(d, []region.Region{"us-east-1", "us-east-1", "us-east-1", "us-east-1", "eu-west-1"}))
}

// request draws an operation and its input.
func (d *drawer) request() any {
	d.look()
	if d.between(0, 2) > 0 {
		in := oneOf(d, everyday)(d)
		d.decorate(reflect.ValueOf(in).Elem(), 25)
		return in
	}
	op := oneOf(d, allOperations())
	in := reflect.New(op.input)
	d.decorate(in.Elem(), 3)
	return in.Interface()
}

// allOperations are those that write, and a few of those that read.
func allOperations() []*operation {
	var all []*operation
	for _, op := range operations {
		if op.writes || len(op.name)%7 == 0 {
			all = append(all, op)
		}
	}
	slices.SortFunc(all, func(a, b *operation) int { return strings.Compare(a.name, b.name) })
	return all
}

var missingParameter = regexp.MustCompile(`must contain the parameter ([A-Za-z]+)|null at '([A-Za-z]+)'`)

// complete adds a field that the refusal of a request says is missing; it tells whether it could.
func (d *drawer) complete(in any, err error) bool {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return false
	}
	m := missingParameter.FindStringSubmatch(refusal.Message)
	if m == nil {
		return false
	}
	name := m[1] + m[2]
	v := reflect.ValueOf(in).Elem()
	sf, ok := v.Type().FieldByNameFunc(func(s string) bool { return strings.EqualFold(s, name) || strings.EqualFold(s, name+"s") })
	if !ok || !v.FieldByIndex(sf.Index).IsZero() {
		return false
	}
	d.fill(v.FieldByIndex(sf.Index), sf.Name, operations[reflect.TypeOf(in)].fields().served[sf.Index[0]])
	return !v.FieldByIndex(sf.Index).IsZero()
}

// decorate sets served fields, one in so many.
func (d *drawer) decorate(v reflect.Value, oneIn int) {
	served := operations[reflect.PointerTo(v.Type())].fields()
	d.some(v, served, oneIn)
}

func (d *drawer) some(v reflect.Value, served *fields, oneIn int) {
	for i, name := range served.names {
		nested, ok := served.served[i]
		if name == "" || !ok || !v.Field(i).IsZero() || d.between(1, oneIn) > 1 {
			continue
		}
		d.fill(v.Field(i), name, nested)
	}
}

// fill draws a value for a field by its name and type.
func (d *drawer) fill(v reflect.Value, name string, nested *fields) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.fill(v.Elem(), name, nested)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte("c3No"))
			return
		}
		n := d.between(1, 2)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			d.fill(v.Index(i), name, nested)
		}
	case reflect.Struct:
		if nested != nil {
			d.some(v, nested, 2)
		} else if v.CanSet() && v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(d.world.clock.now().Add(time.Hour)))
		}
	case reflect.Bool:
		v.SetBool(d.between(0, 1) == 1)
	case reflect.Int32, reflect.Int64:
		v.SetInt(oneOf(d, []int64{0, 1, 2, 5, 8, 22, 100, 3000, -1}))
	case reflect.String:
		if values := v.MethodByName("Values"); values.IsValid() {
			all := values.Call(nil)[0]
			if all.Len() > 0 {
				v.Set(all.Index(d.between(0, all.Len()-1)))
				return
			}
		}
		v.SetString(*d.text(name))
	}
}

// prefixes are what IDs begin with that fields are named for.
var prefixes = map[string]string{
	"InstanceId": "i", "ImageId": "ami", "SourceImageId": "ami", "VolumeId": "vol", "SourceVolumeId": "vol",
	"SnapshotId": "snap", "SourceSnapshotId": "snap", "GroupId": "sg", "SecurityGroupId": "sg", "Group": "sg", "SecurityGroupRuleId": "sgr",
	"SubnetId": "subnet", "VpcId": "vpc", "NetworkInterfaceId": "eni", "AllocationId": "eipalloc", "AttachmentId": "eni-attach",
	"InternetGatewayId": "igw", "GatewayId": "igw", "RouteTableId": "rtb", "NetworkAclId": "acl", "DhcpOptionsId": "dopt", "KeyPairId": "key",
}

// sayings are what fields of other names may say.
var sayings = map[string][]string{
	"AvailabilityZone": {"us-east-1a", "us-east-1a", "us-east-1a", "us-east-1b", "eu-west-1a", "nowhere-1a"},
	"CidrBlock":        {"10.0.0.0/16", "10.0.1.0/24", "172.31.200.0/24", "10.0.0.0/33"},
	"CidrIp":           {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.1/8"}, "DestinationCidrBlock": {"0.0.0.0/0", "10.9.0.0/16"},
	"Device": {"/dev/sdf", "/dev/sdg", "/dev/xvdf", "/dev/xvda"}, "DeviceName": {"/dev/xvda", "/dev/sdf", "/dev/sdg", "/dev/sda1"},
	"Name": {"golden", "silver", "golden-2"}, "GroupName": {"golden", "silver", "default"}, "KeyName": {"me", "you"},
	"Key": {"Name", "role", "aws:mine"}, "Value": {"web", "db", ""}, "IpProtocol": {"tcp", "udp", "-1", "50"},
	"PrivateIpAddress": {"172.31.0.77", "172.31.0.78", "10.0.1.9", "nothing"}, "UserId": {"111122223333", DefaultAccount, "12"},
	"SourceRegion": {"us-east-1", "eu-west-1"}, "DestinationRegion": {"us-east-1", "eu-west-1"},
}

// text draws what a field of that name may say: an ID of what is there, a word of those for it, or any.
func (d *drawer) text(name string) *string {
	singular := strings.TrimSuffix(name, "s")
	if prefix, ok := prefixes[singular]; ok {
		return d.id(prefix)
	}
	switch singular {
	case "AssociationId":
		return d.id(oneOf(d, []string{"eipassoc", "rtbassoc", "aclassoc", "iip-assoc"}))
	case "Resource", "ResourceId":
		return d.id(oneOf(d, []string{"i", "ami", "vol", "snap", "eni", "sg", "subnet", "igw"}))
	}
	for _, n := range []string{name, singular} {
		if some, ok := sayings[n]; ok {
			return ptr(oneOf(d, some))
		}
	}
	return ptr(oneOf(d, []string{"a", "standard", "default", "10", "/golden", "launchPermission", "us-east-1"}))
}

func (d *drawer) maybe() *bool { return ptr(d.between(0, 1) == 1) }

// id draws an ID of what is there, seldom one that nothing has.
func (d *drawer) id(prefix string) *string {
	known := d.known[prefix]
	if len(known) == 0 || d.between(0, 30) == 0 {
		return ptr(prefix + "-0123456789abcdef0")
	}
	return ptr(known[len(known)-1-d.between(0, min(len(known), 6)-1)]) // the latest
}

// look gathers the IDs of what the drawer's account has in its region, seeded images last of all.
func (d *drawer) look() {
	d.known = make(map[string][]string)
	own := d.world.engine.state.scopes[placeKey{d.world.account, d.world.region}]
	for row := range d.world.rows() {
		if isSeeded(row) {
			continue
		}
		scope := reflect.ValueOf(row).Elem().FieldByName("scope")
		if scope.IsValid() && scope.Uint() != uint64(own) && scope.Uint() != 0 && idPrefix(idOf(row)) != "ami" {
			continue
		}
		for _, s := range stringsIn(reflect.ValueOf(row), "") {
			if p := idPrefix(s.value); p != "" && !slices.Contains(d.known[p], s.value) {
				d.known[p] = append(d.known[p], s.value)
			}
		}
	}
	for i, image := range d.world.quickStarts() {
		if i < 2 || len(d.known["ami"]) == 0 {
			d.known["ami"] = append(d.known["ami"], image)
		}
	}
}

// whenever moves the clock, so that what is due happens.
func (d *drawer) whenever() {
	d.world.clock.advance(oneOf(d, []time.Duration{0, time.Second, time.Minute, 90 * time.Minute}))
}

func describeRequest(in any) string {
	var b strings.Builder
	b.WriteString(operations[reflect.TypeOf(in)].name + "\n")
	dumpFields(&b, reflect.ValueOf(in).Elem(), "    ")
	return b.String()
}
