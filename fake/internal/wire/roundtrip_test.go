package wire

import (
	"context"
	"reflect"
	"testing"

	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// asSent compares messages: the SDK doesn't write an empty list, and says an absent one either way.
var asSent = cmp.Options{
	cmpopts.EquateEmpty(), cmpopts.IgnoreTypes(middleware.Metadata{}),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

func TestInputsAndOutputsComeThroughAsTheSDKHasThem(t *testing.T) {
	t.Parallel()
	server := new(canned)
	for _, op := range allServed(t, throughHandler{Handler{server}}) {
		t.Run(op.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				in, out := reflect.New(op.input()), reflect.New(op.output())
				generate(t, in.Elem(), "in", 5)
				if op.service.version != "" {
					prune(in.Elem())
				}
				generate(t, out.Elem(), "out", 6)
				server.reply = Reply{Output: out.Interface(), RequestID: "11111111-2222-4333-8444-555555555555"}
				got, err := op.invoke(context.Background(), in.Interface())
				require.NoError(t, err)
				require.Nil(t, server.asked.Refusal)
				require.Empty(t, server.asked.Unknown)
				if diff := cmp.Diff(in.Interface(), server.asked.Input, asSent); diff != "" {
					t.Fatalf("the input changed on its way (-sent +arrived):\n%s", diff)
				}
				if diff := cmp.Diff(out.Interface(), got, asSent); diff != "" {
					t.Fatalf("the output changed on its way (-sent +arrived):\n%s", diff)
				}
			})
		})
	}
}
