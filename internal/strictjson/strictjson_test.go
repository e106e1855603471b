package strictjson_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/strictjson"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	var v struct{ A int }
	require.NoError(t, strictjson.Decode([]byte(` {"A": 1} `), &v))
	require.Equal(t, 1, v.A)
	for _, bad := range []string{"", "{", `{"B": 1}`, `{"A": 1} {}`, `{"A": 1},`, `{"A": "x"}`} {
		require.Error(t, strictjson.Decode([]byte(bad), &v), bad)
	}
	require.True(t, strictjson.IsNull(json.RawMessage(" null\n")))
	require.False(t, strictjson.IsNull(json.RawMessage(`"null"`)))
}
