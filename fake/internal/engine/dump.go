package engine

import (
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// describing makes the request that describes a resource of a kind.
var describing = map[ec2types.ResourceType]func(id string) any{
	ec2types.ResourceTypeDhcpOptions: func(id string) any { return &ec2.DescribeDhcpOptionsInput{DhcpOptionsIds: []string{id}} },
	ec2types.ResourceTypeElasticIp:   func(id string) any { return &ec2.DescribeAddressesInput{AllocationIds: []string{id}} },
	ec2types.ResourceTypeFleet:       func(id string) any { return &ec2.DescribeFleetsInput{FleetIds: []string{id}} },
	ec2types.ResourceTypeImage: func(id string) any {
		return &ec2.DescribeImagesInput{ImageIds: []string{id}, IncludeDeprecated: ptr(true), IncludeDisabled: ptr(true)}
	},
	ec2types.ResourceTypeInstance:         func(id string) any { return &ec2.DescribeInstancesInput{InstanceIds: []string{id}} },
	ec2types.ResourceTypeInternetGateway:  func(id string) any { return &ec2.DescribeInternetGatewaysInput{InternetGatewayIds: []string{id}} },
	ec2types.ResourceTypeNetworkAcl:       func(id string) any { return &ec2.DescribeNetworkAclsInput{NetworkAclIds: []string{id}} },
	ec2types.ResourceTypeRouteTable:       func(id string) any { return &ec2.DescribeRouteTablesInput{RouteTableIds: []string{id}} },
	ec2types.ResourceTypeKeyPair:          func(id string) any { return &ec2.DescribeKeyPairsInput{KeyPairIds: []string{id}} },
	ec2types.ResourceTypeImageUsageReport: func(id string) any { return &ec2.DescribeImageUsageReportsInput{ReportIds: []string{id}} },
	ec2types.ResourceTypeLaunchTemplate:   func(id string) any { return &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{id}} },
	ec2types.ResourceTypeNetworkInterface: func(id string) any { return &ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}} },
	ec2types.ResourceTypeSecurityGroup:    func(id string) any { return &ec2.DescribeSecurityGroupsInput{GroupIds: []string{id}} },
	ec2types.ResourceTypeSecurityGroupRule: func(id string) any {
		return &ec2.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{id}}
	},
	ec2types.ResourceTypeSnapshot: func(id string) any { return &ec2.DescribeSnapshotsInput{SnapshotIds: []string{id}} },
	ec2types.ResourceTypeSubnet:   func(id string) any { return &ec2.DescribeSubnetsInput{SubnetIds: []string{id}} },
	ec2types.ResourceTypeVolume:   func(id string) any { return &ec2.DescribeVolumesInput{VolumeIds: []string{id}} },
	ec2types.ResourceTypeVpc:      func(id string) any { return &ec2.DescribeVpcsInput{VpcIds: []string{id}} },
}

// Dump writes what the inventory lists, each resource as its owner is told of it, but for times and for
// client tokens, which clients draw at random.
func (e *Engine) Dump(w io.Writer) error {
	now := e.options.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &tx{view: view{state: e.state, options: &e.options, now: now}}
	t.advance()
	var b strings.Builder
	var at Place
	for _, r := range t.inventory() {
		if r.Place != at {
			at = r.Place
			fmt.Fprintf(&b, "account %s in %s\n", r.Account, r.Region)
		}
		fmt.Fprintf(&b, "  %s %s\n", r.Kind, r.ID)
		described, err := t.describe(r)
		if err != nil {
			return fmt.Errorf("describe %s %s: %w", r.Kind, r.ID, err)
		}
		dumpFields(&b, described, "    ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describe is a resource as its owner is told of it.
func (t *tx) describe(r Resource) (reflect.Value, error) {
	request, ok := describing[r.Kind]
	if !ok {
		return reflect.Value{}, nil // its line tells all that there is
	}
	in := request(r.ID)
	owner := t.at(t.scopes[placeKey{r.Account, r.Region}])
	out, err := operations[reflect.TypeOf(in)].run(&tx{view: *owner}, in)
	if err != nil {
		return reflect.Value{}, err
	}
	return firstItem(reflect.ValueOf(out).Elem()), nil
}

// firstItem is the resource itself in the output of its description.
func firstItem(out reflect.Value) reflect.Value {
	for i := range out.NumField() {
		f := out.Field(i)
		if f.Kind() != reflect.Slice || f.Len() == 0 || f.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		if r, ok := f.Index(0).Interface().(ec2types.Reservation); ok {
			return reflect.ValueOf(r.Instances).Index(0)
		}
		return f.Index(0)
	}
	return reflect.Value{}
}

// dumpFields writes what is set of a struct, a line a field.
func dumpFields(b *strings.Builder, v reflect.Value, indent string) {
	if !v.IsValid() {
		return
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() {
			dumpField(b, f.Name, v.Field(i), indent)
		}
	}
}

// dated finds times in texts, also those of EC2's own descriptions in milliseconds.
var dated = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\dZ]*( GMT)?|\d(,\d{3}){4}`)

func dumpField(b *strings.Builder, name string, v reflect.Value, indent string) {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	switch {
	case v.Kind() == reflect.Pointer, v.Type() == reflect.TypeFor[time.Time](), name == "ClientToken":
	case v.Kind() == reflect.Struct:
		var inside strings.Builder
		if dumpFields(&inside, v, indent+"  "); inside.Len() > 0 {
			fmt.Fprintf(b, "%s%s:\n%s", indent, name, inside.String())
		}
	case v.Kind() == reflect.Slice:
		for n := range v.Len() {
			dumpField(b, fmt.Sprintf("%s[%d]", name, n), v.Index(n), indent)
		}
	case v.Kind() == reflect.String:
		if text := dated.ReplaceAllString(v.String(), "…"); text != "" && text != "…" {
			fmt.Fprintf(b, "%s%s: %s\n", indent, name, text)
		}
	default:
		fmt.Fprintf(b, "%s%s: %v\n", indent, name, v.Interface())
	}
}
