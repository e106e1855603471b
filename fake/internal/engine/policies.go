package engine

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/glob"
)

// Resources are the ARNs of what a request names: by its ID, by its ARN, or a key pair by its name. Whether
// there are such resources isn't looked at
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
func (c Call) Resources() []string {
	place := Place{Partition: c.Region.Partition(), Account: AccountOf(c.AccessKey), Region: c.Region}
	var arns []string
	visitStrings(reflect.ValueOf(c.Input), "", func(field, text string) {
		prefix, _, _ := strings.Cut(text, "-")
		if t, ok := taggable[prefix]; ok && t.resource != "" && hasShape(prefix, text) {
			arns = append(arns, place.resourceARN(t.resource, text))
		}
		if strings.HasPrefix(text, "arn:") {
			arns = append(arns, text)
		}
		if field == "KeyName" {
			arns = append(arns, place.resourceARN(ec2types.ResourceTypeKeyPair, text))
		}
	})
	slices.Sort(arns)
	return slices.Compact(arns)
}

// resourceARN names a resource of EC2. Those that accounts share have none of their own.
func (p Place) resourceARN(kind ec2types.ResourceType, id string) string {
	if kind == ec2types.ResourceTypeImage || kind == ec2types.ResourceTypeSnapshot {
		p.Account = ""
	}
	return p.ARN("ec2", string(kind)+"/"+id)
}

func visitStrings(v reflect.Value, field string, visit func(field, text string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visitStrings(v.Elem(), field, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				visitStrings(v.Field(i), f.Name, visit)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			visitStrings(v.Index(i), field, visit)
		}
	case reflect.String:
		visit(field, v.String())
	}
}

// Like gives a test for texts by a pattern, in which "*" stands for any characters and "?" for at most one.
func Like(p string) func(text string) bool { return glob.Compile(p).Match }

// Denied is how a service answers a request that a policy denies (texts and statuses as recorded by many
// tools; AWS promises only the codes:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
func Denied(service string, c Call) *Error {
	place := Place{Partition: c.Region.Partition(), Account: AccountOf(c.AccessKey), Region: c.Region}
	text := fmt.Sprintf("User: %s is not authorized to perform: %s:%s", place.caller(), service, c.Operation)
	if named := c.Resources(); len(named) > 0 {
		text += " on resource: " + named[0]
	}
	text += " with an explicit deny in an identity-based policy"
	switch service {
	case "ec2":
		return fail("UnauthorizedOperation", "You are not authorized to perform this operation. %s", text)
	case "sts":
		return &Error{Code: "AccessDenied", Message: text, Status: 403}
	}
	return fail("AccessDeniedException", "%s", text)
}

func (p Place) caller() string { return fmt.Sprintf("arn:%s:iam::%s:root", p.Partition, p.Account) }
