package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// How instances are found by what an index would cost each launch more for than it is worth: by their interfaces, in a zone
// or a VPC by its subnets. Terminated ones have left their subnet and are found by their state.

func instancesInVPC(v *view, network string, add func(string)) {
	for s := range v.subnets.By("vpc", v.scope, network) {
		instancesIn(v, s.id, add)
	}
}

func instancesIn(v *view, subnet string, add func(string)) {
	for i := range v.instances.By("subnet", v.scope, subnet) {
		add(i.id)
	}
}

func instancesInZone(v *view, zone string, add func(string)) {
	for s := range v.subnets.By("zone", v.scope, zone) {
		instancesIn(v, s.id, add)
	}
	for i := range v.instances.By("state", v.scope, string(ec2types.InstanceStateNameTerminated)) {
		add(i.id)
	}
}

func instancesInZoneID(v *view, id string, add func(string)) {
	if zone, ok := v.zoneOfID(id); ok {
		instancesInZone(v, zone, add)
	}
}

func instancesInState(v *view, code string, add func(string)) {
	for name, c := range stateCodes {
		if itoa(int(c)) == code {
			for i := range v.instances.By("state", v.scope, stateEntry(string(name))) {
				add(i.id)
			}
		}
	}
}

func instancesOfGroup(v *view, group string, add func(string)) {
	for n := range v.interfaces.By("group", v.scope, group) {
		addInstanceOf(n, add)
	}
}

func instanceOfInterface(v *view, id string, add func(string)) {
	if n, err := v.interfaceByID(id); err == nil {
		addInstanceOf(n, add)
	}
}

func instancesByInterfaceSubnet(v *view, subnet string, add func(string)) {
	for n := range v.interfaces.By("subnet", v.scope, subnet) {
		addInstanceOf(n, add)
	}
}

func instancesByInterfaceVPC(v *view, network string, add func(string)) {
	for s := range v.subnets.By("vpc", v.scope, network) {
		instancesByInterfaceSubnet(v, s.id, add)
	}
}

func instanceOfAttachment(v *view, id string, add func(string)) {
	for n := range v.interfaces.By("attachment", v.scope, id) {
		addInstanceOf(n, add)
	}
}

func addInstanceOf(n *networkInterface, add func(string)) {
	if n.attachment != nil {
		add(n.attachment.instance)
	}
}

func instancesOfVolume(v *view, id string, add func(string)) {
	if o, err := v.volumeByID(id); err == nil {
		for _, a := range o.attachments {
			add(a.instance)
		}
	}
}
