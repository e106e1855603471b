package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// protection keeps an image from being deregistered
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html).
type protection struct {
	on       bool
	cooldown bool      // it lasts a day longer than it is on
	until    time.Time // the end of the cooldown, once it is off
}

const protectionCooldown = 24 * time.Hour

// at is the protection as images tell of it. The values are (mem).
func (p protection) at(now time.Time) string {
	switch {
	case p.on && p.cooldown:
		return "enabled-with-cooldown"
	case p.on:
		return "enabled-without-cooldown"
	case now.Before(p.until):
		return "disabled-after-" + p.until.UTC().Format(filterTime)
	}
	return "disabled"
}

// check refuses to deregister a protected image. The code and the texts are (mem).
func (p protection) check(im *image, now time.Time) error {
	switch {
	case p.on:
		return fail("OperationNotPermitted", "The AMI '%s' is protected from deregistration. To deregister it, first disable its deregistration protection.", im.id)
	case now.Before(p.until):
		return fail("OperationNotPermitted", "The AMI '%s' is protected from deregistration until %s, when the cooldown of its deregistration protection ends.", im.id, p.until.UTC().Format(time.RFC3339))
	}
	return nil
}

func (t *tx) enableImageDeregistrationProtection(in *ec2.EnableImageDeregistrationProtectionInput) (*ec2.EnableImageDeregistrationProtectionOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	im.protection = protection{on: true, cooldown: deref(in.WithCooldown)}
	t.images.Put(&t.undo, im)
	return &ec2.EnableImageDeregistrationProtectionOutput{Return: ptr("true")}, nil
}

// disableImageDeregistrationProtection changes nothing if there is no protection (mem).
func (t *tx) disableImageDeregistrationProtection(in *ec2.DisableImageDeregistrationProtectionInput) (*ec2.DisableImageDeregistrationProtectionOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	if p := &im.protection; p.on {
		until := time.Time{}
		if p.cooldown {
			until = t.now.Add(protectionCooldown)
		}
		*p = protection{until: until}
		t.images.Put(&t.undo, im)
	}
	return &ec2.DisableImageDeregistrationProtectionOutput{Return: ptr("true")}, nil
}
