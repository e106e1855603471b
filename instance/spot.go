package instance

import (
	"fmt"
	"log/slog"
	"regexp"
)

// Spot says that an instance shall run on spare capacity, which is cheap and which EC2 can take back
// with two minutes' notice: then the instance is terminated. It is asked for by a one-time request
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances.html). The zero Spot pays
// at most the on-demand price.
type Spot struct {
	// MaxPrice is in US dollars an hour, such as "0.05". AWS advises against it: a limit brings more
	// interruptions.
	MaxPrice string `json:"maxPrice,omitempty"`
}

// String reads "at most 0.05 USD an hour".
func (o Spot) String() string {
	if o.MaxPrice == "" {
		return "at most the on-demand price"
	}
	return "at most " + o.MaxPrice + " USD an hour"
}

// LogValue is what String tells.
func (o Spot) LogValue() slog.Value { return slog.StringValue(o.String()) }

// WithSpot says that the instance shall be a Spot Instance.
func (s Spec) WithSpot(o Spot) Spec { s.spot = some(o); return s }

// WithoutSpot says that the instance shall run on demand.
func (s Spec) WithoutSpot() Spec { s.spot = noneOf[Spot](); return s }

// Spot tells whether the instance shall be a Spot Instance.
func (s Spec) Spot() (o Spot, ok bool) { return s.spot.get() }

// Prices have to be more than $0.001
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html).
var (
	priceShape = regexp.MustCompile(`^\d{1,6}(\.\d{1,10})?$`)
	tooCheap   = regexp.MustCompile(`^0+(\.00(0\d*|10*)?|\.0{0,2})?$`)
)

func (s Spec) checkSpot(f *faults) {
	o, ok := s.spot.get()
	if !ok {
		return
	}
	if o.MaxPrice != "" && (!priceShape.MatchString(o.MaxPrice) || tooCheap.MatchString(o.MaxPrice)) {
		f.add("spec.spot.maxPrice", fmt.Sprintf("%q is no price of more than 0.001", o.MaxPrice), `use US dollars an hour such as "0.05", or leave it out`)
	}
	for _, no := range []struct {
		path string
		on   bool
	}{
		{"spec.hibernation", s.hibernation.value},
		{"spec.terminationProtection", s.terminationProof.value},
		{"spec.stopProtection", s.stopProof.value},
	} {
		if no.on {
			f.add(no.path, "can't be had for a Spot Instance of a one-time request", "leave it out, or use WithoutSpot")
		}
	}
}
