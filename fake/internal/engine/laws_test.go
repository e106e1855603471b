package engine

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestWhateverIsAskedTheLawsHold asks 30 operations in a row, of all that are served, of two accounts in two regions,
// and looks after each whether the world still makes sense.
func TestWhateverIsAskedTheLawsHold(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{Delays: Delays{Launch: time.Second, Stop: time.Second, Snapshot: time.Second, Volume: time.Second}})
	for _, w := range []*testWorld{prepared, prepared.in("eu-west-1"), prepared.as("111122223333"), prepared.as("111122223333").in("eu-west-1")} {
		must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{})
	}
	prepared.busy()
	succeeded := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := prepared.fork()
		w.clock = &clock{at: prepared.clock.now()}
		w.engine.options.Now = w.clock.now
		d := &drawer{rand: rand.New(rand.NewPCG(evenly(rt), 0))}
		var asked []string
		for range 30 {
			d.anywhere(w)
			d.whenever()
			before := w.states()
			d.world.settle()
			settled := w.states()
			lawfulChanges(rt, before, settled, true)
			in := d.request()
			err := d.world.ask(rt, in)
			for err != nil && d.complete(in, err) {
				err = d.world.ask(rt, in)
			}
			if err == nil {
				asked = append(asked, describeRequest(in))
				succeeded[operations[reflect.TypeOf(in)].name]++
			}
			w.checkLaws(rt, asked)
			lawfulChanges(rt, settled, w.states(), false)
		}
	})
	least := 40
	if testing.Short() { // a fifth of the worlds
		least = 20
	}
	require.Greater(t, len(succeeded), least, "too few kinds of operations succeed for the laws to mean much: %v", succeeded)
}

// busy is a world in which there is already something of what operations are about.
func (w *testWorld) busy() {
	image, zone := w.quickStarts()[0], "us-east-1a"
	in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: "m7i.large", MinCount: ptr(int32(3)), MaxCount: ptr(int32(3)), Placement: &ec2types.Placement{AvailabilityZone: &zone}}
	server := must[ec2.RunInstancesOutput](w, in).Instances[0]
	w.clock.advance(time.Minute)
	must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: server.InstanceId, Name: ptr("busy")})
	must[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{*server.InstanceId}})
	for range 2 {
		volume := must[ec2.CreateVolumeOutput](w, &ec2.CreateVolumeInput{AvailabilityZone: &zone, Size: ptr(int32(8))})
		must[ec2.CreateNetworkInterfaceOutput](w, &ec2.CreateNetworkInterfaceInput{SubnetId: server.SubnetId})
		address := must[ec2.AllocateAddressOutput](w, &ec2.AllocateAddressInput{})
		must[ec2.AssociateAddressOutput](w, &ec2.AssociateAddressInput{AllocationId: address.AllocationId, InstanceId: server.InstanceId, AllowReassociation: ptr(true)})
		w.clock.advance(time.Minute)
		must[ec2.CreateSnapshotOutput](w, &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId})
	}
	for _, name := range []string{"me", "you"} {
		must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr(name)})
	}
	vpc := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16")}).Vpc
	must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{VpcId: vpc.VpcId, CidrBlock: ptr("10.0.1.0/24")})
	must[ec2.CreateInternetGatewayOutput](w, &ec2.CreateInternetGatewayInput{})
	w.clock.advance(time.Minute)
}

// evenly draws a seed of which each bit is as likely as not.
func evenly(t *rapid.T) (seed uint64) {
	for range 32 {
		seed <<= 1
		if rapid.Bool().Draw(t, "bit") {
			seed |= 1
		}
	}
	return seed
}

// settle lets happen what is due, so that a request changes only what it changes itself.
func (w *testWorld) settle() {
	must[ec2.DescribeRegionsOutput](w, &ec2.DescribeRegionsInput{})
	require.NoError(w.t, w.change(func(t *tx) error { t.advance(); return nil }))
}

// ask carries a request out and holds that one that fails changes nothing.
func (w *testWorld) ask(t *rapid.T, in any) error {
	key, err := AccessKey(w.account)
	require.NoError(t, err)
	before := slices.Collect(w.rows())
	_, err = w.engine.Call(Call{Operation: operations[reflect.TypeOf(in)].name, Region: w.region, AccessKey: key, Input: in})
	if err != nil && !slices.Equal(before, slices.Collect(w.rows())) {
		t.Fatalf("%s failed with %v and changed the state", describeRequest(in), err)
	}
	return err
}

// rows are all rows of all tables; rows are immutable, so a changed one is another pointer.
func (w *testWorld) rows() iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, table := range tableList {
			for row := range table.rows(&w.engine.state.tables) {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// quickStarts are seeded images of the region that run on what the tests launch.
func (w *testWorld) quickStarts() (ids []string) {
	for image := range w.engine.state.images.Every() {
		if image.seeded && w.engine.state.places[image.scope].Region == w.region && image.architecture == "x86_64" && image.ownerAlias == "amazon" && image.platform == "" {
			ids = append(ids, image.id)
		}
	}
	return ids
}

func idOf(row any) string { return reflect.ValueOf(row).Elem().FieldByName("id").String() }

// found is a string somewhere in a row, with the path to it.
type found struct{ path, value string }

func stringsIn(v reflect.Value, path string) (all []found) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return stringsIn(v.Elem(), path)
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" || v.Type().PkgPath() == "net/netip" {
			return nil
		}
		for i := range v.NumField() {
			all = append(all, stringsIn(v.Field(i), path+"."+v.Type().Field(i).Name)...)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			all = append(all, stringsIn(v.Index(i), path)...)
		}
	case reflect.String:
		if v.Len() > 0 {
			all = append(all, found{path, v.String()})
		}
	}
	return all
}

// history are references to what may be gone: EC2 tells them for ever.
var history = map[string]bool{
	"instance.image": true, "volume.snapshot": true, "volume.source": true, "snapshot.volume": true, "snapshot.source": true,
	"image.sourceImage": true, "image.sourceInstance": true, "image.watermarks.image": true, "imageReport.image": true, "elasticAddress.former": true,
	// Of a NAT gateway that is deleted or has failed.
	"natGateway.vpc": true, "natGateway.subnet": true, "natGateway.iface": true, "natGateway.allocation": true, "natGateway.association": true,
	"routeTable.main": true, // its own: an association that is no row
	// Of a route that leads nowhere since.
	"routeTable.routes.gateway": true, "routeTable.routes.iface": true, "routeTable.routes.nat": true,
}

// unbound are rows that remember what was, or say what is to be.
var unbound = map[string]bool{"token": true, "event": true, "imageLaunch": true, "releasedAddress": true, "session": true, "ownParameter": true, "templateVersion": true, "fleet": true}

func (w *testWorld) checkLaws(t *rapid.T, asked []string) {
	s := w.engine.state
	ids := map[string]bool{}
	for row := range w.rows() {
		name := reflect.TypeOf(row).Elem().Name()
		if name == "event" || name == "token" {
			continue
		}
		ids[idOf(row)] = true
	}
	fail := func(law string, args ...any) {
		t.Fatalf("%s, after\n%s", fmt.Sprintf(law, args...), strings.Join(asked, ""))
	}

	for row := range w.rows() {
		name := reflect.TypeOf(row).Elem().Name()
		if unbound[name] || isSeeded(row) {
			continue
		}
		if i, ok := row.(*image); ok {
			if _, registered := s.images.Get(i.id); !registered {
				continue // a former image
			}
		}
		for _, s := range stringsIn(reflect.ValueOf(row), name) {
			if p := idPrefix(s.value); isRowPrefix(p) && !history[s.path] && !ids[s.value] {
				fail("%s of %s refers to %s, which is gone", s.path, idOf(row), s.value)
			}
		}
	}
	w.checkAddresses(fail)
	w.checkAttachments(fail)
}

// isRowPrefix tells whether IDs of that prefix are those of rows.
func isRowPrefix(p string) bool {
	return slices.Contains([]string{"i", "ami", "vol", "snap", "sg", "sgr", "subnet", "vpc", "eni", "eipalloc", "igw", "rtb", "rtbassoc", "acl", "dopt", "key", "iip-assoc"}, p)
}

func (w *testWorld) checkAddresses(fail func(string, ...any)) {
	type place struct{ where, what string }
	taken := map[place]string{}
	take := func(where, what, who string) {
		if other, twice := taken[place{where, what}]; twice && what != "" {
			fail("%s has %s, and so has %s", who, what, other)
		}
		taken[place{where, what}] = who
	}
	s := w.engine.state
	for n := range s.interfaces.Every() {
		take("mac", n.mac, n.id)
		for _, a := range slices.Concat(n.private, n.ipv6) {
			take(n.vpc, a.String(), n.id)
		}
		if n.public != (netip.Addr{}) {
			take("public", n.public.String(), n.id)
		}
		subnet, ok := s.subnets.Get(n.subnet)
		if !ok {
			fail("%s is in no subnet", n.id)
		}
		for _, a := range n.private {
			if !subnet.cidr.Contains(a) {
				fail("%s has %s, which isn't of its subnet %s", n.id, a, subnet.cidr)
			}
		}
	}
	for e := range s.elastic.Every() {
		take("public", e.public.String(), e.id)
	}
	for v := range s.vpcs.Every() {
		take(fmt.Sprint("default VPC of ", v.scope), fmt.Sprint(map[bool]string{true: "yes"}[v.isDefault]), v.id)
	}
	for k := range s.keyPairs.Every() {
		take(fmt.Sprint("key of ", k.scope), k.name, k.id)
	}
	for g := range s.groups.Every() {
		take("group of "+g.vpc, g.name, g.id)
	}
}

func (w *testWorld) checkAttachments(fail func(string, ...any)) {
	s := w.engine.state
	for v := range s.volumes.Every() {
		if (v.state == ec2types.VolumeStateInUse) != (len(v.attachments) > 0) {
			fail("volume %s is %s with %d attachments", v.id, v.state, len(v.attachments))
		}
		for _, a := range v.attachments {
			i, ok := s.instances.Get(a.instance)
			if !ok {
				fail("volume %s is attached to %s, which is gone", v.id, a.instance)
			}
			if i.zone != v.zone {
				fail("volume %s of %s is attached to %s of %s", v.id, v.zone, i.id, i.zone)
			}
			if !slices.ContainsFunc(i.devices, func(d attachedDevice) bool { return d.volume == v.id && d.device == a.device }) {
				fail("volume %s is attached to %s as %s, which the instance doesn't know", v.id, i.id, a.device)
			}
		}
	}
	for i := range s.instances.Every() {
		seen := map[string]bool{}
		for _, d := range i.devices {
			if seen[d.device] {
				fail("instance %s has two volumes on %s", i.id, d.device)
			}
			seen[d.device] = true
			v, ok := s.volumes.Get(d.volume)
			if !ok || !slices.ContainsFunc(v.attachments, func(a volumeAttachment) bool { return a.instance == i.id && a.device == d.device }) {
				fail("instance %s has %s on %s, which the volume doesn't know", i.id, d.volume, d.device)
			}
		}
		indexes := map[int32]bool{}
		for _, id := range i.interfaces {
			n, ok := s.interfaces.Get(id)
			if !ok || n.attachment == nil || n.attachment.instance != i.id {
				fail("instance %s has interface %s, which doesn't know it", i.id, id)
			}
			if indexes[n.attachment.deviceIndex] {
				fail("instance %s has two interfaces of index %d", i.id, n.attachment.deviceIndex)
			}
			indexes[n.attachment.deviceIndex] = true
		}
		gone := i.state == ec2types.InstanceStateNameTerminated
		if gone == (len(i.interfaces) > 0) {
			fail("instance %s is %s with %d interfaces", i.id, i.state, len(i.interfaces))
		}
		if gone && len(i.devices) > 0 {
			fail("instance %s is terminated and has %d volumes", i.id, len(i.devices))
		}
	}
	for n := range s.interfaces.Every() {
		if (n.status == ec2types.NetworkInterfaceStatusInUse) != (n.attachment != nil || n.service != "") {
			fail("interface %s is %s, attached: %v", n.id, n.status, n.attachment != nil)
		}
		if n.attachment != nil {
			if i, ok := s.instances.Get(n.attachment.instance); !ok || !slices.Contains(i.interfaces, n.id) {
				fail("interface %s is attached to %s, which doesn't know it", n.id, n.attachment.instance)
			}
		}
		for _, id := range n.elastic {
			if e, ok := s.elastic.Get(id); !ok || e.iface != n.id || !slices.Contains(n.private, e.private) {
				fail("interface %s has the elastic address %s, which isn't on it", n.id, id)
			}
		}
	}
	for e := range s.elastic.Every() {
		if (e.association == "") != (e.iface == "") {
			fail("elastic address %s is half associated: %q with %q", e.id, e.association, e.iface)
		}
		if e.iface != "" {
			if n, ok := s.interfaces.Get(e.iface); !ok || !slices.Contains(n.elastic, e.id) {
				fail("elastic address %s is on %s, which doesn't know it", e.id, e.iface)
			}
		}
	}
}

// states are the states of all that has one.
func (w *testWorld) states() map[string]string {
	all := map[string]string{}
	s := w.engine.state
	for i := range s.instances.Every() {
		all[i.id] = string(i.state)
	}
	for v := range s.volumes.Every() {
		all[v.id] = string(v.state)
	}
	for n := range s.snapshots.Every() {
		if !n.seeded {
			all[n.id] = string(n.state)
		}
	}
	for i := range s.images.Every() {
		if !i.seeded {
			all[i.id] = string(i.state)
		}
	}
	return all
}

// edges are the documented ways from one state to the next; "" is before it was there, and after it is gone
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html,
// …/ebs-describing-volumes.html, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html).
var edges = map[string]string{
	"i":    ">pending pending>running pending>stopping running>stopping stopping>stopped stopped>pending pending>shutting-down running>shutting-down stopping>shutting-down stopped>shutting-down shutting-down>terminated terminated>",
	"vol":  ">creating creating>available available>in-use in-use>available available> in-use> creating>error error> >in-use",
	"snap": ">pending pending>completed completed> pending>error error> pending>",
	"ami":  ">pending >available pending>available available>disabled disabled>available available> disabled> pending>failed failed> pending>",
}

// lawfulChanges holds that states went along edges: one for a request, any number where time went by.
func lawfulChanges(t *rapid.T, before, after map[string]string, several bool) {
	for id := range before {
		if _, there := after[id]; !there {
			after[id] = ""
		}
	}
	for id, now := range after {
		kind, was := idPrefix(id), before[id]
		if was != now && !leads(edges[kind], was, now, several) {
			t.Fatalf("%s went from %q to %q, which is no documented way", id, was, now)
		}
	}
	for id, now := range after {
		if now == "" {
			delete(after, id)
		}
	}
}

func leads(ways, from, to string, several bool) bool {
	if !several {
		return slices.Contains(strings.Fields(ways), from+">"+to)
	}
	reached := map[string]bool{from: true}
	for grew := true; grew; {
		grew = false
		for _, way := range strings.Fields(ways) {
			a, b, _ := strings.Cut(way, ">")
			if reached[a] && !reached[b] {
				reached[b], grew = true, true
			}
		}
	}
	return reached[to]
}
