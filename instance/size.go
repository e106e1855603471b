package instance

import "fmt"

// Size is an amount of memory or storage in bytes. It is written with the units: 30 * instance.GiB.
type Size int64

// The units of memory and storage that EC2 counts in.
const (
	MiB Size = 1 << 20
	GiB Size = 1 << 30
	TiB Size = 1 << 40
	// GB is what EC2 tells of instance store in.
	GB Size = 1_000_000_000
)

// String gives the size in the largest unit that it is a whole number of: "512 MiB", "30 GiB".
func (s Size) String() string {
	for _, u := range []struct {
		unit Size
		name string
	}{{TiB, "TiB"}, {GiB, "GiB"}, {MiB, "MiB"}, {GB, "GB"}} {
		if s != 0 && s%u.unit == 0 {
			return fmt.Sprintf("%s %s", commas(s/u.unit), u.name)
		}
	}
	return commas(s) + " B"
}

// commas writes a number as people read it: 64,000.
func commas[T ~int | ~int64](n T) string {
	digits := fmt.Sprint(int64(n))
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
