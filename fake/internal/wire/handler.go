package wire

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/amiclass/amiclass/fake/internal/engine"
	"github.com/amiclass/amiclass/region"
)

// Request is one that came by HTTP.
type Request struct {
	Service   string // the SDK's service ID
	Operation string
	Region    region.Region
	AccessKey string
	// Input is nil if the request couldn't be read as one of an operation; Refusal says why.
	Input   any
	Refusal *engine.Error
	// Unknown are parameters that the operation doesn't have.
	Unknown []string
	// Invocation is the same for all attempts of one call of a client's method; empty if the client doesn't tell.
	Invocation string
	Attempt    int // counts from 1
}

// Reply is what comes of a request: an output, a refusal, or neither for a connection that is to break.
type Reply struct {
	Output    any
	Refusal   *engine.Error
	RequestID string
}

// Server answers requests.
type Server interface {
	Serve(ctx context.Context, r *Request) Reply
}

// MaxBody is how much of a request is read: no operation's input comes near it.
const MaxBody = 1 << 20

// Handler is the door.
type Handler struct{ Server Server }

// ServeHTTP answers a request of any of the services.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := identify(r)
	m := &message{request: r}
	refusal := m.read(w)
	s := whose(c, m)
	request := &Request{Region: c.region, AccessKey: c.accessKey, Invocation: r.Header.Get("Amz-Sdk-Invocation-Id"), Attempt: attempt(r), Refusal: refusal}
	if s == nil {
		s = services[0]
		request.Service = c.service
		request.Refusal = fail("InvalidAction", "The service %.40s is not served by this cloud: it serves %s.", c.service, serviceNames())
	} else {
		request.Service = s.id
		if request.Refusal == nil {
			request.decode(s, m)
		}
	}
	answer(w, s, request, h.Server.Serve(r.Context(), request))
}

// attempt reads "attempt=2; max=3".
func attempt(r *http.Request) int {
	_, rest, _ := strings.Cut(r.Header.Get("Amz-Sdk-Request"), "attempt=")
	digits, _, _ := strings.Cut(rest, ";")
	if n, err := strconv.Atoi(digits); err == nil && n > 0 {
		return n
	}
	return 1
}

func (r *Request) decode(s *service, m *message) {
	if r.Operation, r.Refusal = s.protocol.operation(s, m); r.Refusal != nil {
		return
	}
	in, ok := engine.NewInput(s.pkg, r.Operation)
	if !ok {
		if s.target != "" {
			r.Refusal = unknownOperation(s.target + "." + r.Operation)
		} else {
			r.Refusal = fail("InvalidAction", "The action %.100s is not served by this cloud.", r.Operation)
		}
		return
	}
	r.Input = in
	r.Unknown, r.Refusal = s.protocol.decode(m, in)
}

// read takes the body and, unless it is JSON, the parameters.
func (m *message) read(w http.ResponseWriter) *engine.Error {
	r := m.request
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		e := fail("InvalidRequest", "The method %.20s isn't one of the services': it is POST or GET.", r.Method)
		e.Status = http.StatusMethodNotAllowed
		return e
	}
	body := io.Reader(http.MaxBytesReader(w, r.Body, MaxBody))
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return unreadBody(err)
		}
		body = io.LimitReader(unzipped, MaxBody+1)
	default:
		return fail("InvalidRequest", "The content encoding %.40q isn't understood: send gzip or none.", encoding)
	}
	all, err := io.ReadAll(body)
	if err == nil && len(all) > MaxBody {
		err = &http.MaxBytesError{Limit: MaxBody}
	}
	if err != nil {
		return unreadBody(err)
	}
	m.body = all
	if r.Header.Get(targetHeader) != "" {
		return nil
	}
	if len(all) > 0 && !isForm(r) {
		return fail("InvalidRequest", "The content type %.100q isn't that of a query: send application/x-www-form-urlencoded.", r.Header.Get("Content-Type"))
	}
	var refusal *engine.Error
	m.rest, refusal = parameters(queryOf(r, all), func(name, value string) bool {
		switch name {
		case "Action":
			m.action = value
		case "Version":
			m.version = value
		default:
			return ofProtocol(name)
		}
		return true
	})
	return refusal
}

func unreadBody(err error) *engine.Error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		e := fail("RequestEntityTooLarge", "The request is larger than %d bytes.", large.Limit)
		e.Status = http.StatusRequestEntityTooLarge
		return e
	}
	return fail("InvalidRequest", "The body can't be read: %v.", err)
}

// buffers are what replies are rendered into.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxKept is the largest buffer that is kept for the next reply.
const maxKept = 8 << 20

func answer(w http.ResponseWriter, s *service, r *Request, reply Reply) {
	if reply.Refusal == nil && reply.Output == nil {
		panic(http.ErrAbortHandler) // net/http's way to break the connection
	}
	buffer := buffers.Get().(*[]byte)
	defer func() {
		if cap(*buffer) <= maxKept {
			buffers.Put(buffer)
		}
	}()
	b := (*buffer)[:0]
	status := http.StatusOK
	refusal := reply.Refusal
	if refusal == nil {
		var err error
		if b, err = s.protocol.reply(b, r.Operation, reply.Output, reply.RequestID); err != nil {
			refusal = fail("InternalError", "The reply can't be rendered: %v", err)
		}
	}
	if refusal != nil {
		b = s.protocol.refusal(b[:0], refusal, reply.RequestID)
		s.protocol.errorHeader(w.Header(), refusal)
		status = refusal.Status
	}
	*buffer = b
	w.Header().Set("Content-Type", s.protocol.contentType())
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Header().Set("X-Amzn-Requestid", reply.RequestID)
	w.WriteHeader(status)
	_, _ = w.Write(b) // a client that is gone has no use for the error
}
