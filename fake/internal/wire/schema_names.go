package wire

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	"github.com/aws/smithy-go/traits"
)

// schemaNames asks the SDK's types for their schemas.
type schemaNames struct {
	// xml tells that names follow the schema's XML traits, as query protocols do and JSON doesn't.
	xml bool
}

func (n schemaNames) fields(t reflect.Type) (map[string]name, error) {
	described, ok := reflect.New(t).Interface().(smithy.Serializable)
	if !ok {
		return nil, fmt.Errorf("%s has no schema", t)
	}
	var asked schemaOf
	described.Serialize(&asked)
	if asked.schema == nil {
		return nil, fmt.Errorf("%s doesn't tell its schema", t)
	}
	names := make(map[string]name, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		if !onWire(f) {
			continue
		}
		member := member(asked.schema, f.Name)
		if member == nil {
			return nil, fmt.Errorf("%s.%s isn't in its schema", t, f.Name)
		}
		names[f.Name] = name{n.own(member, member.MemberName()), n.item(member)}
	}
	return names, nil
}

// member finds a field's member: Go's name begins with a capital, the member's needn't.
func member(s *smithy.Schema, goName string) *smithy.Schema {
	if m := s.Member(goName); m != nil {
		return m
	}
	for name, m := range s.Members() {
		if strings.EqualFold(name, goName) {
			return m
		}
	}
	return nil
}

func (n schemaNames) own(s *smithy.Schema, usual string) string {
	if n.xml {
		if own, ok := smithy.SchemaDirectTrait[*traits.XMLName](s); ok {
			return own.Name
		}
	}
	return usual
}

func (n schemaNames) item(s *smithy.Schema) string {
	if s.Type() != smithy.ShapeTypeList {
		return ""
	}
	return n.own(s.ListMember(), "member")
}

// schemaOf is a serializer that only looks which schema it is asked to write.
type schemaOf struct{ schema *smithy.Schema }

var _ smithy.ShapeSerializer = (*schemaOf)(nil)

// WriteStruct is what a type's Serialize begins with.
func (o *schemaOf) WriteStruct(s *smithy.Schema) {
	if o.schema == nil {
		o.schema = s
	}
}

func (o *schemaOf) Bytes() []byte                                { return nil }
func (o *schemaOf) WriteInt8(*smithy.Schema, int8)               {}
func (o *schemaOf) WriteInt16(*smithy.Schema, int16)             {}
func (o *schemaOf) WriteInt32(*smithy.Schema, int32)             {}
func (o *schemaOf) WriteInt64(*smithy.Schema, int64)             {}
func (o *schemaOf) WriteFloat32(*smithy.Schema, float32)         {}
func (o *schemaOf) WriteFloat64(*smithy.Schema, float64)         {}
func (o *schemaOf) WriteBool(*smithy.Schema, bool)               {}
func (o *schemaOf) WriteString(*smithy.Schema, string)           {}
func (o *schemaOf) WriteBigInt(*smithy.Schema, *big.Int)         {}
func (o *schemaOf) WriteBigFloat(*smithy.Schema, *big.Float)     {}
func (o *schemaOf) WriteBlob(*smithy.Schema, []byte)             {}
func (o *schemaOf) WriteTime(*smithy.Schema, time.Time)          {}
func (o *schemaOf) WriteUnion(_, _ *smithy.Schema)               {}
func (o *schemaOf) CloseUnion()                                  {}
func (o *schemaOf) WriteDocument(*smithy.Schema, document.Value) {}
func (o *schemaOf) WriteNil(*smithy.Schema)                      {}
func (o *schemaOf) CloseStruct()                                 {}
func (o *schemaOf) WriteList(*smithy.Schema)                     {}
func (o *schemaOf) CloseList()                                   {}
func (o *schemaOf) WriteMap(*smithy.Schema)                      {}
func (o *schemaOf) WriteKey(*smithy.Schema, string)              {}
func (o *schemaOf) CloseMap()                                    {}
