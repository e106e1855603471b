package instance_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/catalogue"
)

func TestNeedsResolve(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		needs instance.Needs
		arch  instance.Architecture
		want  string
		err   string
	}{
		"the newest generation wins where all else is equal": {
			needs: instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}, arch: instance.ARM64, want: "c8g.large",
		},
		"the least memory wins among as many vCPUs": {
			needs: instance.Needs{VCPUs: instance.Exactly(2)}, arch: instance.ARM64, want: "t4g.nano",
		},
		"the architecture may be a need": {
			needs: instance.Needs{VCPUs: instance.Exactly(2), Architecture: instance.ARM64}, want: "t4g.nano",
		},
		"fewest vCPUs wins": {
			needs: instance.Needs{Memory: instance.AtLeast(64 * instance.GiB)}, arch: instance.ARM64, want: "x8g.xlarge",
		},
		"accelerators and HPC are passed over": {
			needs: instance.Needs{VCPUs: instance.AtLeast(9)}, arch: instance.X8664, want: "m8azn.3xlarge",
		},
		"another architecture than the image's": {
			needs: instance.Needs{Architecture: instance.X8664}, arch: instance.ARM64,
			err: "spec.needs.architecture: is x86_64, but the image is for arm64",
		},
		"more than there is": {
			needs: instance.Needs{VCPUs: instance.AtLeast(10000)}, arch: instance.ARM64,
			err: "spec.needs: no instance type has vCPUs at least 10000, arm64",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.needs.Resolve(tc.arch)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.ErrorIs(t, err, backend.ErrInvalid)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestTypesMeetTheNeedsInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := instance.Needs{
			VCPUs:        instance.AtLeast(rapid.IntRange(0, 64).Draw(t, "vCPUs")),
			Memory:       instance.AtMost(instance.Size(rapid.IntRange(1, 256).Draw(t, "GiB")) * instance.GiB),
			Architecture: rapid.SampledFrom([]instance.Architecture{"", instance.ARM64, instance.X8664}).Draw(t, "architecture"),
		}
		var last backend.InstanceType
		for _, name := range n.Types() {
			one, ok := catalogue.InstanceType(name)
			require.True(t, ok)
			require.True(t, one.CurrentGeneration && !one.BareMetal)
			require.True(t, n.VCPUs.Contains(one.VCPUs))
			require.True(t, n.Memory.Contains(instance.Size(one.MemoryMiB)*instance.MiB))
			require.GreaterOrEqual(t, one.VCPUs, last.VCPUs)
			if one.VCPUs == last.VCPUs {
				require.GreaterOrEqual(t, one.MemoryMiB, last.MemoryMiB)
			}
			last = one
		}
	})
}

func TestRange(t *testing.T) {
	t.Parallel()
	for text, tc := range map[string]struct {
		r       instance.Range[int]
		in, out []int
	}{
		"any":        {r: instance.Range[int]{}, in: []int{-1, 0, 1}},
		"at least 2": {r: instance.AtLeast(2), in: []int{2, 3}, out: []int{1}},
		"at most 2":  {r: instance.AtMost(2), in: []int{0, 2}, out: []int{3}},
		"2 to 4":     {r: instance.Between(2, 4), in: []int{2, 3, 4}, out: []int{1, 5}},
		"exactly 2":  {r: instance.Exactly(2), in: []int{2}, out: []int{1, 3}},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, text, tc.r.String())
			for _, n := range tc.in {
				require.True(t, tc.r.Contains(n), n)
			}
			for _, n := range tc.out {
				require.False(t, tc.r.Contains(n), n)
			}
		})
	}
}

func TestSizeReadsInItsLargestWholeUnit(t *testing.T) {
	t.Parallel()
	for size, want := range map[instance.Size]string{
		0: "0 B", 1023: "1,023 B", instance.MiB: "1 MiB", 30 * instance.GiB: "30 GiB", 1536 * instance.MiB: "1,536 MiB",
		64 * instance.TiB: "64 TiB", -instance.GiB: "-1 GiB", -1000: "-1,000 B",
	} {
		require.Equal(t, want, size.String())
	}
}
