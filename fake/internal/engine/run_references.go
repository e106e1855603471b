package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// checkReferences answers references to what this cloud has none of as EC2 does where there is no such thing.
func (t *tx) checkReferences(l *launch) error {
	in := l.in
	if err := t.chooseKeyPair(l); err != nil {
		return err
	}
	for _, license := range in.LicenseSpecifications { // code and text (mem)
		return badValue("LicenseConfigurationArn", deref(license.LicenseConfigurationArn), "The license configuration does not exist.")
	}
	switch { // both have come to their ends; code and text (mem)
	//lint:ignore SA1019 a request may still set it
	case len(in.ElasticGpuSpecification) > 0:
		return fail("Unsupported", "Elastic Graphics is no longer supported.")
	//lint:ignore SA1019 a request may still set it
	case len(in.ElasticInferenceAccelerators) > 0:
		return fail("Unsupported", "Elastic Inference is no longer supported.")
	}
	l.row.reservationPreference = ec2types.CapacityReservationPreferenceOpen
	if in.CapacityReservationSpecification == nil {
		return nil
	}
	if err := l.row.setCapacityReservation(in.CapacityReservationSpecification); err != nil {
		return err
	}
	return l.row.checkCapacity()
}

func (t *tx) chooseKeyPair(l *launch) error {
	name := deref(l.in.KeyName)
	if name == "" {
		return nil
	}
	k, err := t.keyPairNamed(name)
	if err != nil {
		return err
	}
	l.row.keyName, l.row.publicKey, l.keyType = k.name, k.public, k.typ
	return nil
}

func (i *instance) setCapacityReservation(in *ec2types.CapacityReservationSpecification) error {
	if err := chooseWord(&i.reservationPreference, in.CapacityReservationPreference, "CapacityReservationPreference"); err != nil {
		return err
	}
	target := in.CapacityReservationTarget
	switch {
	case target == nil:
	case deref(target.CapacityReservationId) != "":
		id := *target.CapacityReservationId
		if !hasShape("cr", id) {
			return fail("InvalidCapacityReservationId.Malformed", "Invalid id: %q (expecting \"cr-...\")", id)
		}
		return fail("InvalidCapacityReservationId.NotFound", "The capacity reservation '%s' does not exist.", id) // text (mem)
	case deref(target.CapacityReservationResourceGroupArn) != "": // code and text (mem)
		return badValue("CapacityReservationResourceGroupArn", *target.CapacityReservationResourceGroupArn, "The resource group does not exist.")
	}
	return nil
}

// checkCapacity refuses to run what may run in capacity reservations only.
func (i *instance) checkCapacity() error {
	if i.reservationPreference == ec2types.CapacityReservationPreferenceCapacityReservationsOnly {
		// There is none to run in. The code is that of any want of capacity (mem).
		return fail("InsufficientInstanceCapacity", "There is no Capacity Reservation with available capacity that matches the request.")
	}
	return nil
}

// checkPlacement answers what a placement asks for but zone and tenancy.
func checkPlacement(in *ec2types.Placement) error {
	if in == nil {
		return nil
	}
	if err := checkGroupAndHost(in); err != nil {
		return err
	}
	switch {
	case in.Tenancy == ec2types.TenancyHost:
		return noHosts()
	case in.Affinity != nil: // code and text (mem)
		return fail("InvalidParameterCombination", "Affinity is for instances with the tenancy host only.")
	}
	return nil
}

// checkGroupAndHost answers names of placement groups and hosts, of which there are none.
func checkGroupAndHost(in *ec2types.Placement) error {
	id, name := deref(in.GroupId), deref(in.GroupName)
	switch {
	case id != "" && name != "":
		return fail("InvalidParameterCombination", "Either the ID or the name of a placement group may be given, not both.") // (mem)
	case id != "" && !hasShape("pg", id):
		return fail("InvalidPlacementGroupId.Malformed", "Invalid id: %q (expecting \"pg-...\")", id)
	case id != "":
		return fail("InvalidPlacementGroup.Unknown", "The Placement Group '%s' is unknown.", id)
	case name != "":
		return fail("InvalidPlacementGroup.Unknown", "The Placement Group '%s' is unknown.", name)
	case in.PartitionNumber != nil:
		return fail("InvalidParameterCombination", "A partition number needs a placement group with the strategy partition.") // (mem)
	}
	switch host := deref(in.HostId); {
	case host != "" && !hasShape("h", host):
		return fail("InvalidHostID.Malformed", "Invalid id: %q (expecting \"h-...\")", host)
	case host != "":
		return fail("InvalidHostID.NotFound", "The host ID '%s' does not exist.", host) // text (mem)
	case deref(in.HostResourceGroupArn) != "": // code and text (mem)
		return badValue("HostResourceGroupArn", *in.HostResourceGroupArn, "The host resource group does not exist.")
	}
	return nil
}

// There are no Dedicated Hosts; the text is (mem).
func noHosts() *Error {
	return fail("UnavailableHostRequirements", "There are no valid Dedicated Hosts available for you to launch the instance.")
}
