package fake

import (
	"context"
	"sync"

	"github.com/amiclass/amiclass/fake/internal/wire"
)

// httpDoor is the cloud as requests by HTTP reach it.
type httpDoor struct {
	cloud *Cloud

	mu     sync.Mutex
	known  map[string]int // numbers of invocations by the IDs that clients give them
	recent []string       // these IDs, in a ring
	next   int
}

// remembered is how many invocations are told apart: the attempts of one are close together.
const remembered = 4096

// Serve answers one request.
func (d *httpDoor) Serve(ctx context.Context, r *wire.Request) wire.Reply {
	number, again := d.invocation(r.Invocation)
	reply := d.cloud.answer(ctx, asked{
		service: r.Service, operation: r.Operation, region: r.Region, accessKey: r.AccessKey, input: r.Input,
		refusal: r.Refusal, unknown: r.Unknown, again: again, invocation: number, attempt: r.Attempt,
	})
	if !again && reply.ended == nil {
		d.remember(r.Invocation, reply.invocation)
	}
	return wire.Reply{Output: reply.output, Refusal: reply.refusal, RequestID: reply.requestID}
}

func (d *httpDoor) invocation(id string) (number int, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	number, known = d.known[id]
	return number, known
}

func (d *httpDoor) remember(id string, number int) {
	if id == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.recent) < remembered {
		d.recent = append(d.recent, id)
	} else {
		delete(d.known, d.recent[d.next])
		d.recent[d.next] = id
	}
	d.next = (d.next + 1) % remembered
	d.known[id] = number
}
