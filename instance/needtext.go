package instance

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// yes is the value of what is needed by its key alone.
const yes = "yes"

// ParseNeeds reads needs from one line of text, such as
//
//	vcpus=2.. memory=4GiB..16GiB architecture=arm64 network=10Gbps.. burstable=excluded accelerator-kind=gpu allow=g5.*,g6.* tpm
//
// Amounts are ranges, "2..", "..8" or "2..8", or one amount; sizes and rates have their unit. What can be several is
// separated by commas. The empty line is the zero value. The error tells of all faults, each a *[FieldError].
func ParseNeeds(line string) (Needs, error) {
	var n Needs
	var f faults
	seen := make(map[string]bool)
	for word := range strings.FieldsSeq(line) {
		key, value, said := strings.Cut(word, "=")
		if !said {
			value = yes
		}
		i := needNamed(key)
		switch {
		case i < 0:
			f.add("needs."+key, "is no need", "use "+strings.Join(needKeys(), ", "))
			continue
		case seen[key]:
			f.add("needs."+key, "is said twice", "say it once")
		case value == "":
			f.add("needs."+key, "has no value", "say one, or leave the key out")
		default:
			if err := needs[i].parse(&n, value); err != nil {
				problem, remedy, _ := strings.Cut(err.Error(), ": ")
				f.add("needs."+key, problem, remedy)
			}
		}
		seen[key] = true
	}
	if len(f) == 0 {
		n.check(&f)
	}
	if err := f.join(); err != nil {
		return Needs{}, err
	}
	return n, nil
}

func needNamed(key string) int {
	for i := range needs {
		if needs[i].key == key && needs[i].parse != nil {
			return i
		}
	}
	return -1
}

func needKeys() (keys []string) {
	for i := range needs {
		if needs[i].parse != nil {
			keys = append(keys, needs[i].key)
		}
	}
	return keys
}

// MarshalText writes the line that [ParseNeeds] reads, so that needs can be a flag ([flag.TextVar]) or a value in a file.
func (n Needs) MarshalText() ([]byte, error) {
	var parts []string
	for i := range needs {
		switch value := needs[i].write(&n); {
		case value == "":
		case value == yes:
			parts = append(parts, needs[i].key)
		default:
			parts = append(parts, needs[i].key+"="+value)
		}
	}
	return []byte(strings.Join(parts, " ")), nil
}

// UnmarshalText reads what [Needs.MarshalText] writes.
func (n *Needs) UnmarshalText(text []byte) error {
	parsed, err := ParseNeeds(string(text))
	if err == nil {
		*n = parsed
	}
	return err
}

func rangeWord[T ~int | ~int64](r Range[T], write func(T) string) string {
	switch {
	case r.hasLow && r.hasHigh && r.low == r.high:
		return write(r.low)
	case r.hasLow && r.hasHigh:
		return write(r.low) + ".." + write(r.high)
	case r.hasLow:
		return write(r.low) + ".."
	case r.hasHigh:
		return ".." + write(r.high)
	}
	return ""
}

func parseRange[T ~int | ~int64](text string, parse func(string) (T, error)) (r Range[T], err error) {
	low, high, ranged := strings.Cut(text, "..")
	if !ranged {
		high = low
	}
	if low == "" && high == "" {
		return r, errors.New("is no amount: say one end at least")
	}
	if low != "" {
		r.hasLow = true
		if r.low, err = parse(low); err != nil {
			return r, fmt.Errorf("is %q: use an amount such as 2.., ..8 or 2..8, sizes and rates with their unit", text)
		}
	}
	if high != "" {
		r.hasHigh = true
		if r.high, err = parse(high); err != nil {
			return r, fmt.Errorf("is %q: use an amount such as 2.., ..8 or 2..8, sizes and rates with their unit", text)
		}
	}
	return r, nil
}

func plain[T ~int | ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// unit is one in which amounts are written.
type unit struct {
	name string
	of   int64
}

var (
	sizeUnits = []unit{{"TiB", int64(TiB)}, {"GiB", int64(GiB)}, {"MiB", int64(MiB)}, {"GB", int64(GB)}, {"B", 1}}
	rateUnits = []unit{{"Gbps", int64(Gbps)}, {"Mbps", int64(Mbps)}, {"bps", 1}}
)

// inUnits writes an amount in the largest unit of which it is a whole number.
func inUnits(n int64, units []unit) string {
	for _, u := range units {
		if n != 0 && n%u.of == 0 {
			return strconv.FormatInt(n/u.of, 10) + u.name
		}
	}
	return "0" + units[0].name
}

// fromUnits reads an amount that may have a fraction.
func fromUnits(text string, units []unit) (int64, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			if n > 1<<62/u.of || n < -(1<<62)/u.of {
				return 0, strconv.ErrRange
			}
			return n * u.of, nil
		}
		n, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(n*float64(u.of) < 1<<62 && n*float64(u.of) > -(1<<62)) {
			return 0, strconv.ErrSyntax
		}
		return int64(n * float64(u.of)), nil
	}
	return 0, strconv.ErrSyntax
}

func sizeWord(s Size) string { return inUnits(int64(s), sizeUnits) }
func rateWord(r Rate) string { return inUnits(int64(r), rateUnits) }

func parseSize(text string) (Size, error) {
	n, err := fromUnits(text, sizeUnits)
	return Size(n), err
}

func parseRate(text string) (Rate, error) {
	n, err := fromUnits(text, rateUnits)
	return Rate(n), err
}
