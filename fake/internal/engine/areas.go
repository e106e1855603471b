package engine

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// area is what is served under one heading of the documents: the tables of operations of its resources.
type area struct {
	name   string
	tables [][]operation
}

// areas is everything that is served. A resource that is new has its table here.
var areas = []area{
	{"EC2: instances", [][]operation{
		creditOperations,
		fleetOperations,
		instanceOperations,
		instanceOptionOperations,
		profileOperations,
		requirementOperations,
		screenshotOperations,
		spotPriceOperations,
		templateOperations,
		templateVersionOperations,
		topologyOperations,
		uefiOperations,
	}},
	{"EC2: images", [][]operation{
		imageAttributeOperations,
		imageOperations,
		imageRecyclingOperations,
		imageReferenceOperations,
		imageReportOperations,
		imageSettingOperations,
		imageStateOperations,
		imageTypeOperations,
		watermarkOperations,
	}},
	{"EC2: storage", [][]operation{
		ebsSettingOperations,
		snapshotOperations,
		snapshotRecyclingOperations,
		snapshotSettingOperations,
		snapshotTierOperations,
		volumeOperations,
		volumeStatusOperations,
	}},
	{"EC2: network", [][]operation{
		aclOperations,
		addressingOperations,
		dhcpOperations,
		elasticOperations,
		gatewayOperations,
		groupOperations,
		interfaceOperations,
		natOperations,
		routeOperations,
		ruleOperations,
		endpointOperations,
		vpcOperations,
	}},
	{"EC2: key pairs", [][]operation{
		keyPairOperations,
	}},
	{"EC2: tags", [][]operation{
		tagOperations,
	}},
	{"EC2: regions, zones, types, account", [][]operation{
		accountAttributeOperations,
		offerOperations,
		placeOperations,
	}},
	{"KMS", [][]operation{
		kmsGrantOperations,
		kmsOperations,
	}},
	{"Systems Manager", [][]operation{
		parameterOperations,
	}},
	{"STS", [][]operation{
		identityOperations,
	}},
}

// operations is everything that is served, by the type of the input.
var operations = index(areas)

func index(areas []area) map[reflect.Type]*operation {
	all := make(map[reflect.Type]*operation)
	for _, a := range areas {
		for _, table := range a.tables {
			for _, op := range table {
				all[reflect.PointerTo(op.input)] = &op
			}
		}
	}
	return all
}

// Area is what is served under one heading.
type Area struct {
	Name       string
	Operations []Operation // by name
}

// Operation is one that is served, with the fields of its input that aren't, by their paths.
type Operation struct {
	Name     string
	Package  string // of its input in the SDK
	Unserved []string
}

// Areas lists all that is served.
func Areas() []Area {
	listed := make([]Area, 0, len(areas))
	for _, a := range areas {
		area := Area{Name: a.name}
		for _, op := range slices.Concat(a.tables...) {
			area.Operations = append(area.Operations, Operation{
				Name: op.name, Package: op.input.PkgPath(), Unserved: op.fields().unlisted(op.input, ""),
			})
		}
		slices.SortFunc(area.Operations, func(a, b Operation) int { return strings.Compare(a.Name, b.Name) })
		listed = append(listed, area)
	}
	return listed
}

// Operations are the names of everything that is served, with the SDK package of its input.
func Operations() map[string]string {
	names := make(map[string]string, len(operations))
	for _, op := range operations {
		names[op.name] = op.input.PkgPath()
	}
	return names
}

// inputs is what is served by the SDK's package and the operation's name, for those who ask by these.
var inputs = sync.OnceValue(func() map[[2]string]reflect.Type {
	types := make(map[[2]string]reflect.Type, len(operations))
	for _, op := range operations {
		types[[2]string{op.input.PkgPath(), op.name}] = op.input
	}
	return types
})

// NewInput makes an empty input of an operation, a pointer to the SDK's type; ok is false if it isn't served.
func NewInput(pkg, operation string) (in any, ok bool) {
	t, ok := inputs()[[2]string{pkg, operation}]
	if !ok {
		return nil, false
	}
	return reflect.New(t).Interface(), true
}
