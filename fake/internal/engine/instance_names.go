package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// modifyPrivateDnsNameOptions changes DNS records at any time, the name's type while the instance is stopped
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html); code and text (mem).
func (t *tx) modifyPrivateDnsNameOptions(in *ec2.ModifyPrivateDnsNameOptionsInput) (*ec2.ModifyPrivateDnsNameOptionsOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case in.PrivateDnsHostnameType == "" && in.EnableResourceNameDnsARecord == nil && in.EnableResourceNameDnsAAAARecord == nil:
		return nil, missing("PrivateDnsHostnameType")
	}
	i, err := t.changeableInstance(*in.InstanceId, in.PrivateDnsHostnameType != "")
	if err != nil {
		return nil, err
	}
	if err := chooseWord(&i.hostnameType, in.PrivateDnsHostnameType, "PrivateDnsHostnameType"); err != nil {
		return nil, err
	}
	if in.EnableResourceNameDnsARecord != nil {
		i.dnsA = *in.EnableResourceNameDnsARecord
	}
	if in.EnableResourceNameDnsAAAARecord != nil {
		i.dnsAAAA = *in.EnableResourceNameDnsAAAARecord
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyPrivateDnsNameOptionsOutput{Return: ptr(true)}, nil
}
