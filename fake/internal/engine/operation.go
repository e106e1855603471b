package engine

import (
	"reflect"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// operation is one of the service's operations: a function over a typed input, and the fields of the
// input that it serves.
type operation struct {
	name   string
	input  reflect.Type // the struct, not the pointer
	writes bool
	fields func() *fields
	run    func(t *tx, in any) (any, error)
	dryRun func(in any) bool
}

// reading makes an operation that changes nothing, writing one that may. The names of fields are
// separated by white space; those of a nested struct follow in braces.
func reading[I, O any](served string, f func(*view, *I) (*O, error)) operation {
	op := operationOn[I](served)
	op.run = func(t *tx, in any) (any, error) { return answer(f(&t.view, in.(*I))) }
	return op
}

func writing[I, O any](served string, f func(*tx, *I) (*O, error)) operation {
	op := operationOn[I](served)
	op.writes = true
	op.run = func(t *tx, in any) (any, error) { return answer(f(t, in.(*I))) }
	return op
}

// A typed nil in an interface would hide that there is no output.
func answer[O any](out *O, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return out, nil
}

func operationOn[I any](served string) operation {
	t := reflect.TypeFor[I]()
	op := operation{
		name:   strings.TrimSuffix(t.Name(), "Input"),
		input:  t,
		fields: sync.OnceValue(func() *fields { return parseFields(t, served) }),
		dryRun: func(any) bool { return false },
	}
	if f, ok := t.FieldByName("DryRun"); ok {
		op.dryRun = func(in any) bool {
			return aws.ToBool(reflect.ValueOf(in).Elem().FieldByIndex(f.Index).Interface().(*bool))
		}
	}
	return op
}
