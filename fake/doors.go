package fake

import (
	"context"
	"net/http"

	"github.com/amiclass/amiclass/fake/internal/inprocess"
	"github.com/amiclass/amiclass/fake/internal/wire"
)

// door is the cloud as clients made from its config reach it.
type door struct{ cloud *Cloud }

// Serve answers one attempt of a call.
func (d door) Serve(ctx context.Context, i *inprocess.Invocation) inprocess.Reply {
	r := d.cloud.answer(ctx, asked{
		service: i.Service, operation: i.Operation, region: i.Region, accessKey: i.AccessKey, input: i.Input,
		again: i.Attempt > 1, invocation: i.Number, attempt: i.Attempt,
	})
	i.Number = r.invocation
	switch {
	case r.ended != nil:
		return inprocess.Reply{Err: inprocess.Canceled(r.ended)}
	case r.lost:
		return inprocess.Reply{Err: inprocess.LostReply()}
	case r.refusal != nil:
		return inprocess.Reply{
			RequestID: r.requestID,
			Err:       inprocess.ResponseError(r.refusal, r.refusal.Modeled, r.refusal.Status, r.requestID),
		}
	}
	return inprocess.Reply{Output: r.output, RequestID: r.requestID}
}

// Handler is the cloud as an http.Handler, for every client of AWS: it answers EC2's and STS's query protocols, and the
// JSON of SSM and KMS, at any path. Region and service are those of a request's signature, which isn't verified; the
// account is that of its access key, and [DefaultAccount] for keys that aren't this package's. A fault that loses a
// reply breaks the connection.
//
// All requests of one call of a client's method are one invocation in the log if the client numbers its attempts, as
// AWS's SDKs do.
func (c *Cloud) Handler() http.Handler {
	return wire.Handler{Server: &httpDoor{cloud: c, known: make(map[string]int)}}
}
