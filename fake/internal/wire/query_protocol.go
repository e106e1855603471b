package wire

import (
	"fmt"
	"net/http"
	"reflect"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// queryProtocol is that of EC2 (https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html) and, in another
// dialect, of STS (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html).
type queryProtocol struct {
	requests, responses *shapes
	namespace           string
	xml                 xmlEncoder
	// wrapped tells that a reply's members stand in a Result and the request ID behind them.
	wrapped bool
}

var (
	ec2Query = &queryProtocol{
		requests: ec2Requests, responses: ec2Responses,
		namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
		xml:       xmlEncoder{layout: "2006-01-02T15:04:05.000Z"},
	}
	stsQuery = &queryProtocol{
		requests: &shapes{naming: schemaNames{xml: true}}, responses: &shapes{naming: schemaNames{xml: true}},
		namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		xml:       xmlEncoder{layout: "2006-01-02T15:04:05Z"},
		wrapped:   true,
	}
)

func (p *queryProtocol) operation(s *service, m *message) (string, *engine.Error) {
	if m.action == "" {
		return "", fail("MissingAction", "The request must contain the parameter Action.")
	}
	if m.version == "" {
		return "", fail("MissingParameter", "The request must contain the parameter Version: %s.", s.version)
	}
	if m.version != s.version {
		return "", fail("NoSuchVersion", "The version %.40s of %s isn't served: ask for %s.", m.version, s.id, s.version)
	}
	return m.action, nil
}

func (p *queryProtocol) decode(m *message, in any) ([]string, *engine.Error) {
	s, err := p.requests.of(reflect.TypeOf(in))
	if err != nil {
		return nil, fail("InternalError", "%v", err)
	}
	var d queryDecoder
	refusal := d.structure(s, m.rest, 0, reflect.ValueOf(in).Elem())
	return d.unknown, refusal
}

func (p *queryProtocol) reply(b []byte, operation string, out any, requestID string) ([]byte, error) {
	s, err := p.responses.of(reflect.TypeOf(out))
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(out)
	if v.IsNil() {
		return nil, fmt.Errorf("%s gave no output", operation)
	}
	b = append(b, xmlHeader...)
	b = append(b, '<')
	b = append(b, operation...)
	b = append(b, `Response xmlns="`...)
	b = append(b, p.namespace...)
	b = append(b, `">`...)
	if p.wrapped {
		b = append(append(append(b, '<'), operation...), "Result>"...)
		b = p.xml.structure(b, s, v.Elem())
		b = append(append(append(b, "</"...), operation...), "Result><ResponseMetadata><RequestId>"...)
		b = append(b, requestID...)
		b = append(b, "</RequestId></ResponseMetadata>"...)
	} else {
		b = append(append(append(b, "<requestId>"...), requestID...), "</requestId>"...)
		if len(s.fields) == 0 {
			b = append(b, "<return>true</return>"...) // how EC2 says that it is done
		}
		b = p.xml.structure(b, s, v.Elem())
	}
	b = append(append(append(b, "</"...), operation...), "Response>"...)
	return b, nil
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func (p *queryProtocol) refusal(b []byte, e *engine.Error, requestID string) []byte {
	b = append(b, xmlHeader...)
	if p.wrapped {
		blame := "Sender"
		if e.Status >= http.StatusInternalServerError {
			blame = "Receiver"
		}
		b = append(append(append(b, `<ErrorResponse xmlns="`...), p.namespace...), `"><Error><Type>`...)
		b = append(append(b, blame...), "</Type><Code>"...)
		b = append(appendText(b, e.Code), "</Code><Message>"...)
		b = append(appendText(b, e.Message), "</Message></Error><RequestId>"...)
		return append(append(b, requestID...), "</RequestId></ErrorResponse>"...)
	}
	b = append(b, "<Response><Errors><Error><Code>"...)
	b = append(appendText(b, e.Code), "</Code><Message>"...)
	b = append(appendText(b, e.Message), "</Message></Error></Errors><RequestID>"...)
	return append(append(b, requestID...), "</RequestID></Response>"...)
}

func (p *queryProtocol) contentType() string {
	if p.wrapped {
		return "text/xml"
	}
	return "text/xml;charset=UTF-8"
}

func (p *queryProtocol) errorHeader(http.Header, *engine.Error) {}
