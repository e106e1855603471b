package engine

import (
	"slices"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// connectionTracking are timeouts of idle connections in seconds; those that nobody has set are 0
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html).
type connectionTracking struct {
	tcpEstablished, udpStream, udp int32
}

// with is the same with what the request sets.
func (c connectionTracking) with(in *ec2types.ConnectionTrackingSpecificationRequest) (connectionTracking, error) {
	if in == nil {
		return c, nil
	}
	for _, timeout := range []struct {
		name      string
		asked     *int32
		low, high int32
		to        *int32
	}{
		{"TcpEstablishedTimeout", in.TcpEstablishedTimeout, 60, 432_000, &c.tcpEstablished},
		{"UdpStreamTimeout", in.UdpStreamTimeout, 60, 180, &c.udpStream},
		{"UdpTimeout", in.UdpTimeout, 30, 60, &c.udp},
	} {
		if timeout.asked == nil {
			continue
		}
		if *timeout.asked < timeout.low || *timeout.asked > timeout.high { // text (mem)
			return c, badValue(timeout.name, *timeout.asked, "Expecting a value from %d to %d seconds.", timeout.low, timeout.high)
		}
		*timeout.to = *timeout.asked
	}
	return c, nil
}

// told gives a timeout as an output has it.
func told(timeout int32) *int32 {
	if timeout == 0 {
		return nil
	}
	return ptr(timeout)
}

// enaExpress is the setting of ENA Express
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ena-express.html).
type enaExpress struct{ enabled, udp bool }

// with is the same with what a request sets; nil stands for what nobody has told.
func (e *enaExpress) with(enabled, udp *bool) (*enaExpress, error) {
	var next enaExpress
	if e != nil {
		next = *e
	}
	if enabled != nil {
		if next.enabled = *enabled; !next.enabled && udp == nil {
			next.udp = false // needs ENA Express
		}
	}
	if udp != nil {
		next.udp = *udp
	}
	if next.udp && !next.enabled { // code and text (mem)
		return nil, fail("InvalidParameterCombination", "ENA Express for UDP traffic can be enabled only if ENA Express is.")
	}
	return &next, nil
}

// expressOf reads the setting of an interface that is attached, or launched, to an instance of a type; nil if it isn't told.
func expressOf(typ string, in *ec2types.EnaSrdSpecification, was *enaExpress) (*enaExpress, error) {
	if in == nil {
		return was, nil
	}
	var udp *bool
	if in.EnaSrdUdpSpecification != nil {
		udp = in.EnaSrdUdpSpecification.EnaSrdUdpEnabled
	}
	next, err := was.with(in.EnaSrdEnabled, udp)
	if err != nil {
		return nil, err
	}
	if next.enabled && !deref(typeInfo(typ).NetworkInfo.EnaSrdSupported) { // text (mem)
		return nil, fail("Unsupported", "The instance type '%s' does not support ENA Express.", typ)
	}
	return next, nil
}

// expressAtLaunch is the same in the words of another type.
func expressAtLaunch(in *ec2types.EnaSrdSpecificationRequest) *ec2types.EnaSrdSpecification {
	if in == nil {
		return nil
	}
	out := &ec2types.EnaSrdSpecification{EnaSrdEnabled: in.EnaSrdEnabled}
	if in.EnaSrdUdpSpecification != nil {
		out.EnaSrdUdpSpecification = &ec2types.EnaSrdUdpSpecification{EnaSrdUdpEnabled: in.EnaSrdUdpSpecification.EnaSrdUdpEnabled}
	}
	return out
}

// checkQueues refuses a number of ENA queues that the card of the type can't give an interface
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ena-queues.html); others are the queues of the card's other
// interfaces, 0 where they have as many as usual. Codes and texts are (mem).
func checkQueues(typ string, card, queues int32, others []int32) error {
	info := typeInfo(typ).NetworkInfo
	if queues == 0 && !slices.ContainsFunc(others, func(n int32) bool { return n != 0 }) {
		return nil
	}
	if info.FlexibleEnaQueuesSupport != ec2types.FlexibleEnaQueuesSupportSupported {
		return fail("Unsupported", "The instance type '%s' does not support a flexible number of ENA queues.", typ)
	}
	for _, c := range info.NetworkCards {
		if deref(c.NetworkCardIndex) != card {
			continue
		}
		most := deref(c.MaximumEnaQueueCountPerInterface)
		if queues < 0 || queues > most {
			return badValue("EnaQueueCount", queues, "Expecting a value from 1 to %d.", most)
		}
		usual := deref(c.DefaultEnaQueueCountPerInterface)
		sum := usual
		if queues != 0 {
			sum = queues
		}
		for _, other := range others {
			if other == 0 {
				other = usual
			}
			sum += other
		}
		if all := deref(c.MaximumEnaQueueCount); sum > all {
			return badValue("EnaQueueCount", queues, "The interfaces of network card %d would have %d queues; it has %d.", card, sum, all)
		}
	}
	return nil
}

func (e *enaExpress) onInterface() *ec2types.AttachmentEnaSrdSpecification {
	if e == nil {
		return nil
	}
	return &ec2types.AttachmentEnaSrdSpecification{
		EnaSrdEnabled:          ptr(e.enabled),
		EnaSrdUdpSpecification: &ec2types.AttachmentEnaSrdUdpSpecification{EnaSrdUdpEnabled: ptr(e.udp)},
	}
}

func (e *enaExpress) onInstance() *ec2types.InstanceAttachmentEnaSrdSpecification {
	if e == nil {
		return nil
	}
	return &ec2types.InstanceAttachmentEnaSrdSpecification{
		EnaSrdEnabled:          ptr(e.enabled),
		EnaSrdUdpSpecification: &ec2types.InstanceAttachmentEnaSrdUdpSpecification{EnaSrdUdpEnabled: ptr(e.udp)},
	}
}

func (c connectionTracking) onInterface() *ec2types.ConnectionTrackingConfiguration {
	if c == (connectionTracking{}) {
		return nil
	}
	return &ec2types.ConnectionTrackingConfiguration{
		TcpEstablishedTimeout: told(c.tcpEstablished), UdpStreamTimeout: told(c.udpStream), UdpTimeout: told(c.udp),
	}
}

func (c connectionTracking) onInstance() *ec2types.ConnectionTrackingSpecificationResponse {
	if c == (connectionTracking{}) {
		return nil
	}
	return &ec2types.ConnectionTrackingSpecificationResponse{
		TcpEstablishedTimeout: told(c.tcpEstablished), UdpStreamTimeout: told(c.udpStream), UdpTimeout: told(c.udp),
	}
}
