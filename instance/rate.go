package instance

import "strconv"

// Rate is a bandwidth in bits a second. It is written with the units: 10 * instance.Gbps.
type Rate int64

// The units of bandwidth that EC2 counts in.
const (
	Mbps Rate = 1_000_000
	Gbps Rate = 1_000_000_000
)

// String gives the rate in the largest unit that it has one of: "630 Mbps", "12.5 Gbps".
func (r Rate) String() string {
	switch {
	case r >= Gbps || r <= -Gbps:
		return strconv.FormatFloat(float64(r)/float64(Gbps), 'f', -1, 64) + " Gbps"
	case r >= Mbps || r <= -Mbps:
		return strconv.FormatFloat(float64(r)/float64(Mbps), 'f', -1, 64) + " Mbps"
	}
	return strconv.FormatInt(int64(r), 10) + " bps"
}
