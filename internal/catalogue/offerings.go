package catalogue

import (
	"errors"
	"fmt"
	"math"

	"github.com/amiclass/amiclass/region"
)

// Offered gives the zones of a region in which an instance type is offered, sorted: nil where it is
// offered nowhere, and for a region or type that the catalogue doesn't know. The slice is shared:
// callers must not change it.
func Offered(r region.Region, name string) []region.Zone {
	o := offers()
	column, ok := o.columns[r]
	if !ok {
		return nil
	}
	row, ok := o.rows[name]
	if !ok {
		return nil
	}
	return o.sets[o.cells[row*len(o.columns)+column]]
}

// OfferedTypes gives the names of the instance types that are offered in some zone of a region,
// sorted. The slice belongs to the caller.
func OfferedTypes(r region.Region) []string {
	o := offers()
	column, ok := o.columns[r]
	if !ok {
		return nil
	}
	var names []string
	for row, name := range o.names {
		if o.cells[row*len(o.columns)+column] != 0 {
			names = append(names, name)
		}
	}
	return names
}

var offers = lazily(offersFile, parseOffers)

// offerTable has a cell for each type (row) and region (column): an index into sets, of which there
// are few, since most types of a region are in the same zones. Set 0 is none.
type offerTable struct {
	names   []string
	rows    map[string]int
	columns map[region.Region]int
	cells   []uint16
	sets    [][]region.Zone
}

// A line is a type, then for each region of the header the letters of the zones that offer it.
func parseOffers(text []byte) (*offerTable, error) {
	type place struct {
		column  int
		letters string
	}
	o := &offerTable{rows: map[string]int{}, columns: map[region.Region]int{}, sets: [][]region.Zone{nil}}
	known := map[place]uint16{}
	var regions []region.Region
	header := func(fields []string) error {
		for i, name := range fields[1:] {
			r, err := region.Parse(name)
			if err != nil {
				return err
			}
			if _, twice := o.columns[r]; twice {
				return fmt.Errorf("%s is named twice", r)
			}
			o.columns[r] = i
			regions = append(regions, r)
		}
		return nil
	}
	row := func(fields []string) error {
		name := fields[0]
		if n := len(o.names); n > 0 && o.names[n-1] >= name {
			return fmt.Errorf("%s isn't sorted after %s", name, o.names[n-1])
		}
		o.rows[name] = len(o.names)
		o.names = append(o.names, name)
		for column, letters := range fields[1:] {
			if letters == "" {
				o.cells = append(o.cells, 0)
				continue
			}
			set, ok := known[place{column, letters}]
			if !ok {
				zones, err := lettered(regions[column], letters)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if len(o.sets) > math.MaxUint16 {
					return errors.New("too many different sets of zones")
				}
				set = uint16(len(o.sets))
				o.sets = append(o.sets, zones)
				known[place{column, letters}] = set
			}
			o.cells = append(o.cells, set)
		}
		return nil
	}
	if err := table(text, header, row); err != nil {
		return nil, err
	}
	return o, nil
}

func lettered(r region.Region, letters string) ([]region.Zone, error) {
	zones := make([]region.Zone, len(letters))
	for i := range letters {
		z, err := region.ParseZone(string(r) + letters[i:i+1])
		if err != nil {
			return nil, err
		}
		if i > 0 && zones[i-1] >= z {
			return nil, fmt.Errorf("zones %q of %s aren't sorted", letters, r)
		}
		zones[i] = z
	}
	return zones, nil
}
