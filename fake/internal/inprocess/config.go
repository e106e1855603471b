// Package inprocess is the door through which real SDK clients reach a cloud without a socket and
// without serialization: middleware that hands the typed input on, right behind the SDK's retry step,
// and brings the typed output back.
//
// What a client does before and around that is the SDK's own: validation, idempotency tokens,
// paginators, waiters, per-call options, credentials, retries. What it would do for HTTP alone
// (endpoints, serialization, signing, parsing) doesn't happen, nor do a user's own Build and Deserialize
// middleware, nor http.Client.Timeout.
package inprocess

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/amiclass/amiclass/region"
)

// Invocation is one call of a client's method. All its attempts carry the same one.
type Invocation struct {
	Service   string
	Operation string
	Region    region.Region
	AccessKey string
	Input     any
	Attempt   int // counts from 1
	// Number is for the server to tell invocations apart; it is kept over the attempts.
	Number int
}

// Reply is what comes of an attempt: an output, or an error as the SDK's own.
type Reply struct {
	Output    any
	RequestID string
	Err       error
}

// Server answers attempts.
type Server interface {
	Serve(ctx context.Context, i *Invocation) Reply
}

// Attach makes all clients of the config reach the server.
func Attach(cfg *aws.Config, s Server) {
	cfg.HTTPClient = noNetwork{}
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error { return attach(stack, s) })
	cfg.ServiceOptions = append(cfg.ServiceOptions, func(_ string, options any) {
		switch o := options.(type) {
		case *ec2.Options:
			o.HTTPSignerV4 = observer{}
		case *kms.Options:
			o.HTTPSignerV4 = observer{}
		case *ssm.Options:
			o.HTTPSignerV4 = observer{}
		case *sts.Options:
			o.HTTPSignerV4 = observer{}
		}
	})
}

// Steps that only HTTP needs. A stack without one of them is fine.
var forHTTP = []string{"ResolveEndpointV2", "disableHTTPS", "ComputePayloadHash", "setLegacyContextSigningOptions"}

// attach builds the door into one operation's stack. Presigning has no step to retry, and is left
// alone: it only makes a URL.
func attach(stack *middleware.Stack, s Server) error {
	if _, ok := stack.Finalize.Get("Retry"); !ok {
		return nil
	}
	take := middleware.SerializeMiddlewareFunc("OperationSerializer", takeInput)
	if _, err := stack.Serialize.Swap("OperationSerializer", take); err != nil {
		return unknownShape(stack, err)
	}
	if _, ok := stack.Serialize.Get("ResolveEndpoint"); ok {
		if _, err := stack.Serialize.Remove("ResolveEndpoint"); err != nil {
			return unknownShape(stack, err)
		}
	}
	for _, id := range forHTTP {
		if _, ok := stack.Finalize.Get(id); ok {
			if _, err := stack.Finalize.Remove(id); err != nil {
				return unknownShape(stack, err)
			}
		}
	}
	if err := stack.Finalize.Insert(serve{s}, "Signing", middleware.After); err != nil {
		return unknownShape(stack, err)
	}
	stack.Build.Clear()
	stack.Deserialize.Clear()
	return nil
}

func unknownShape(stack *middleware.Stack, err error) error {
	return fmt.Errorf("fake: the SDK's middleware for %s has a shape that this version doesn't know (a newer aws-sdk-go-v2 than it was built for?): %w", stack.ID(), err)
}

type invocationKey struct{}

// takeInput stands where the request would be serialized: all that comes before it has seen the input.
func takeInput(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	i := &Invocation{
		Service:   awsmiddleware.GetServiceID(ctx),
		Operation: awsmiddleware.GetOperationName(ctx),
		Region:    region.Region(awsmiddleware.GetRegion(ctx)),
		Input:     in.Parameters,
	}
	return next.HandleSerialize(context.WithValue(ctx, invocationKey{}, i), in)
}

// observer stands for the signer: it is shown the credentials, which no other middleware is.
type observer struct{}

// SignHTTP notes whose credentials the call carries.
func (observer) SignHTTP(ctx context.Context, c aws.Credentials, _ *http.Request, _, _, _ string, _ time.Time, _ ...func(*v4.SignerOptions)) error {
	if i, ok := ctx.Value(invocationKey{}).(*Invocation); ok {
		i.AccessKey = c.AccessKeyID
	}
	return nil
}

// serve ends the stack: nothing behind it runs.
type serve struct{ Server }

func (serve) ID() string { return "InMemoryCloud" }

func (s serve) HandleFinalize(ctx context.Context, _ middleware.FinalizeInput, _ middleware.FinalizeHandler) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
	i, ok := ctx.Value(invocationKey{}).(*Invocation)
	if !ok {
		return out, metadata, errors.New("fake: the call's input didn't pass the serialization step")
	}
	i.Attempt++
	reply := s.Serve(ctx, i)
	if reply.RequestID != "" {
		awsmiddleware.SetRequestIDMetadata(&metadata, reply.RequestID)
	}
	out.Result = reply.Output
	return out, metadata, reply.Err
}

// noNetwork is the HTTP client of every config: whatever gets around the door fails instead of
// reaching the real AWS.
type noNetwork struct{}

// Do refuses.
func (noNetwork) Do(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("fake: a request to %s got around the cloud in memory; clients of services that it doesn't serve can't be made from its config", r.URL.Host)
}
