package engine

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// typePaging is that of DescribeInstanceTypes. Without MaxResults a page is full as well (mem).
var typePaging = paging{min: 5, max: 100, badToken: usualPaging.badToken}

// maxTypes is how many a request may name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html).
const maxTypes = 100

func (v *view) describeInstanceTypes(in *ec2.DescribeInstanceTypesInput) (*ec2.DescribeInstanceTypesOutput, error) {
	pg, err := typePaging.at("DescribeInstanceTypes", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	if pg.size == 0 {
		pg.size = int(typePaging.max)
	}
	s, err := typeFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	names, err := v.typeNames(in.InstanceTypes, deref(in.IncludeUnsupportedInRegion))
	if err != nil {
		return nil, err
	}
	rows, next := cut(pg, typesOf(v, s, names, pg.after), typeFilters.id)
	out := &ec2.DescribeInstanceTypesOutput{NextToken: next, InstanceTypes: make([]ec2types.InstanceTypeInfo, 0, len(rows))}
	for _, row := range rows {
		info := decodeTypeInfo(row.name) // again, since what is shared must not leave the engine
		info.SupportedInRegion = ptr(v.offered(row.name))
		out.InstanceTypes = append(out.InstanceTypes, info)
	}
	return out, nil
}

// typeNames are the types that a request asks for, in order of name.
func (v *view) typeNames(asked []ec2types.InstanceType, everywhere bool) ([]string, error) {
	if len(asked) == 0 {
		if everywhere {
			return catalogue.InstanceTypeNames(), nil
		}
		return catalogue.OfferedTypes(v.Region), nil
	}
	if len(asked) > maxTypes { // (mem)
		return nil, fail("InvalidParameterValue", "The maximum number of instance types is %d; the request has %d.", maxTypes, len(asked))
	}
	var names, unknown []string
	for _, typ := range asked {
		name := string(typ)
		if _, ok := catalogue.InstanceTypeDocument(name); !ok || !everywhere && !v.offered(name) {
			unknown = append(unknown, name)
			continue
		}
		names = append(names, name)
	}
	if len(unknown) > 0 {
		return nil, fail("InvalidInstanceType", "The following supplied instance types do not exist: [%s]", strings.Join(unknown, ", "))
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (v *view) offered(typ string) bool { return len(catalogue.Offered(v.Region, typ)) > 0 }

// offeredType is an instance type, looked at only as far as it is asked about.
type offeredType struct{ name string }

func (o *offeredType) info() *ec2types.InstanceTypeInfo { return typeInfo(o.name) }

// typesOf gives those of the types for which the filters hold, from behind a name on.
func typesOf(v *view, s *selection[offeredType], names []string, after string) iter.Seq[*offeredType] {
	return func(yield func(*offeredType) bool) {
		for _, name := range names {
			o := &offeredType{name}
			if name > after && s.match(v, o) && !yield(o) {
				return
			}
		}
	}
}

// typeInfos holds what was decoded for a filter, since it is the same for all clouds. It must not be
// handed out nor be changed.
var typeInfos sync.Map // string to *ec2types.InstanceTypeInfo

func typeInfo(name string) *ec2types.InstanceTypeInfo {
	if known, ok := typeInfos.Load(name); ok {
		return known.(*ec2types.InstanceTypeInfo)
	}
	info := decodeTypeInfo(name)
	known, _ := typeInfos.LoadOrStore(name, &info)
	return known.(*ec2types.InstanceTypeInfo)
}

// decodeTypeInfo gives a type's document as the SDK's type, whose fields have the names of the document's members.
func decodeTypeInfo(name string) ec2types.InstanceTypeInfo {
	document, _ := catalogue.InstanceTypeDocument(name)
	var info ec2types.InstanceTypeInfo
	if err := json.Unmarshal(document, &info); err != nil {
		panic(fmt.Errorf("engine: the catalogue's document of %s: %w", name, err)) // a defect of the build
	}
	return info
}
