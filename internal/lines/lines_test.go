package lines_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/lines"
)

func TestOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, "nothing", lines.Of[time.Duration](nil, "nothing"))
	require.Equal(t, "1s", lines.Of([]time.Duration{time.Second}, "nothing"))
	require.Equal(t, "1s\n1m0s", lines.Of([]time.Duration{time.Second, time.Minute}, "nothing"))
}
