package wire

import (
	_ "embed" // for the table of names
	"fmt"
	"reflect"
	"strings"
	"sync"
)

//go:embed ec2.names
var ec2Table string

// ec2Lines finds the line of a type: "<" before its name for requests, ">" for responses.
var ec2Lines = sync.OnceValue(func() map[string]string {
	lines := make(map[string]string)
	for line := range strings.Lines(ec2Table) {
		if typ, fields, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " "); !strings.HasPrefix(line, "#") {
			lines[typ] = fields
		}
	}
	return lines
})

// ec2Names reads the table generated from the SDK's serializers.
type ec2Names struct {
	sign string
	// usual is the name of a field that has none of its own in the table.
	usual func(goName string) string
	// item is what elements of lists are usually called.
	item string
}

var (
	ec2Requests  = &shapes{naming: ec2Names{sign: "<", usual: func(s string) string { return s }}}
	ec2Responses = &shapes{naming: ec2Names{sign: ">", usual: lowered, item: "item"}}
)

func (n ec2Names) fields(t reflect.Type) (map[string]name, error) {
	line, ok := ec2Lines()[n.sign+t.Name()]
	if !ok {
		return nil, fmt.Errorf("%s isn't in the table of names: run go generate ./fake/internal/wire", t)
	}
	names := make(map[string]name, t.NumField())
	for field := range strings.FieldsSeq(line) {
		goName, wire, own := strings.Cut(field, "=")
		if !own {
			wire = n.usual(goName)
		}
		wire, item, ownItem := strings.Cut(wire, "/")
		if !ownItem {
			item = n.item
		}
		names[goName] = name{wire, item}
	}
	return names, nil
}
