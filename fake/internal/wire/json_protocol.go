package wire

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// jsonProtocol is AWS JSON 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html).
type jsonProtocol struct {
	shapes *shapes
}

var awsJSON = &jsonProtocol{shapes: &shapes{naming: schemaNames{}, dictionaries: true}}

const targetHeader = "X-Amz-Target"

func (p *jsonProtocol) operation(s *service, m *message) (string, *engine.Error) {
	target := m.request.Header.Get(targetHeader)
	if target == "" {
		return "", fail("MissingAction", "The header X-Amz-Target is missing: it names the operation, such as %s.GetParameter.", s.target)
	}
	service, operation, _ := strings.Cut(target, ".")
	if service != s.target {
		return "", unknownOperation(target)
	}
	return operation, nil
}

// unknownOperation is how services of JSON answer what they don't know (mem).
func unknownOperation(target string) *engine.Error {
	return fail("UnknownOperationException", "The operation %.100s is not served by this cloud.", target)
}

func (p *jsonProtocol) decode(m *message, in any) ([]string, *engine.Error) {
	s, err := p.shapes.of(reflect.TypeOf(in))
	if err != nil {
		return nil, fail("InternalFailure", "%v", err)
	}
	var d jsonDecoder
	refusal := d.decode(s, m.body, reflect.ValueOf(in).Elem())
	return d.unknown, refusal
}

func (p *jsonProtocol) reply(b []byte, operation string, out any, _ string) ([]byte, error) {
	s, err := p.shapes.of(reflect.TypeOf(out))
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return nil, fmt.Errorf("%s gave no output", operation)
	}
	return jsonEncoder{}.structure(b, s, v.Elem()), nil
}

func (p *jsonProtocol) refusal(b []byte, e *engine.Error, _ string) []byte {
	b = appendQuoted(append(b, `{"__type":`...), e.Code)
	b = appendQuoted(append(b, `,"message":`...), e.Message)
	return append(b, '}')
}

func (p *jsonProtocol) contentType() string { return "application/x-amz-json-1.1" }

func (p *jsonProtocol) errorHeader(h http.Header, e *engine.Error) {
	h.Set("X-Amzn-Errortype", e.Code)
}
