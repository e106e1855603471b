package awsbackend

import (
	"context"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

type option = func(*ec2.Options)

// here is the option of every call to EC2: the region is this backend's, not the client's.
func (b *Backend) here(o *ec2.Options) { o.Region = string(b.region) }

// call makes one call and maps its error.
func call[In, Out any](ctx context.Context, b *Backend, op, resource string,
	do func(context.Context, *In, ...option) (*Out, error), in *In, opts ...option,
) (*Out, error) {
	if b.unusable != nil {
		return nil, invalid(op, resource, b.unusable)
	}
	out, err := do(ctx, in, append(opts, b.here)...)
	if err != nil {
		return nil, failure(op, resource, err)
	}
	return out, nil
}

// pageSize is how many items most of EC2's listings give at most in one reply, and how many IDs one
// request should name (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html).
const pageSize = 1000

// pager is what the SDK's paginators have in common.
type pager[Out any] interface {
	HasMorePages() bool
	NextPage(ctx context.Context, opts ...option) (*Out, error)
}

// listing is one of EC2's Describe operations: S is the SDK's item, T the backend's.
type listing[Out, S, T any] struct {
	op      string
	atOnce  int // how many IDs one request may name, and how many items one reply holds
	pages   func(ids []string, maxResults *int32) pager[Out]
	items   func(*Out) []S
	convert func(*S) (T, error)
}

// list walks the pages of a listing and stops calling when the consumer does. More IDs than one
// request may name are asked for in several; an unknown one then fails after the items of earlier
// requests were given.
func list[Out, S, T any](ctx context.Context, b *Backend, ids []string, l listing[Out, S, T]) iter.Seq2[T, error] {
	batches := [][]string{nil}
	if len(ids) > 0 {
		batches = split(ids, l.atOnce)
	}
	return func(yield func(T, error) bool) {
		var none T
		if b.unusable != nil {
			yield(none, invalid(l.op, names(ids), b.unusable))
			return
		}
		for _, batch := range batches {
			// EC2 refuses MaxResults together with IDs, and throttles calls with neither harder.
			var maxResults *int32
			if batch == nil {
				maxResults = aws.Int32(int32(l.atOnce))
			}
			for p := l.pages(batch, maxResults); p.HasMorePages(); {
				out, err := p.NextPage(ctx, b.here)
				if err != nil {
					yield(none, failure(l.op, names(batch), err))
					return
				}
				items := l.items(out)
				for i := range items {
					item, err := l.convert(&items[i])
					if err != nil {
						yield(none, &backend.Error{Op: l.op, Resource: names(batch), Err: err})
						return
					}
					if !yield(item, nil) {
						return
					}
				}
			}
		}
	}
}

// split cuts a list of IDs. One that is named twice counts once, as it does within one request.
func split(ids []string, atOnce int) [][]string {
	ids = slices.Clone(ids)
	if len(ids) > atOnce {
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	return slices.Collect(slices.Chunk(ids, atOnce))
}

// sure is for conversions that can't fail.
func sure[S, T any](f func(*S) T) func(*S) (T, error) {
	return func(s *S) (T, error) { return f(s), nil }
}

// filters are read when the listing is asked for, so that the caller may reuse his slices.
func filters(fs []backend.Filter) []types.Filter {
	return each(fs, func(f *backend.Filter) types.Filter {
		return types.Filter{Name: aws.String(f.Name), Values: texts(f.Values)}
	})
}
