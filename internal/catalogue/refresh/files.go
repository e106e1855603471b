package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// files gives the files by name, in the form that the package catalogue reads.
func (f facts) files() (map[string][]byte, error) {
	offers, err := f.formatOffers()
	if err != nil {
		return nil, err
	}
	images, err := f.formatImages()
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"regions.tsv": f.formatRegions()}
	for name, text := range map[string][]byte{
		"instance-types.jsonl.gz": f.formatTypes(), "instance-type-zones.tsv.gz": offers, "amazon-linux-images.tsv.gz": images,
	} {
		if files[name], err = pack(text); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// pack writes no time and no name, so that the same text gives the same bytes.
func pack(text []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func (f facts) formatTypes() []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(f.documents)) {
		b.Write(f.documents[name])
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func (f facts) formatOffers() ([]byte, error) {
	regions := slices.Sorted(maps.Keys(f.offers))
	var b bytes.Buffer
	b.WriteString("type")
	for _, r := range regions {
		b.WriteString("\t" + string(r))
	}
	b.WriteByte('\n')
	for _, name := range slices.Sorted(maps.Keys(f.documents)) {
		b.WriteString(name)
		for _, r := range regions {
			b.WriteByte('\t')
			for _, zone := range f.offers[r][name] {
				letter := strings.TrimPrefix(string(zone), string(r))
				if zone.Region() != r || len(letter) != 1 {
					return nil, fmt.Errorf("%s: %q is no Availability Zone of %s", name, zone, r)
				}
				b.WriteString(letter)
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

func (f facts) formatRegions() []byte {
	var b bytes.Buffer
	b.WriteString("region\topt_in_status\tzones(name=id)\n")
	for _, r := range f.regions {
		zones := make([]string, len(r.Zones))
		for i, z := range r.Zones {
			zones[i] = string(z.Name) + "=" + z.ID
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\n", r.Name, r.OptInStatus, strings.Join(zones, " "))
	}
	return b.Bytes()
}

func (f facts) formatImages() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("region\timage_id\towner_id\tarchitecture\troot_device\tvirtualization\tname\tdescription\n")
	for _, im := range f.images {
		fields := []string{string(im.Region), im.ID, im.OwnerID, im.Architecture, im.RootDevice, im.Virtualization, im.Name, im.Description}
		for _, field := range fields {
			if strings.ContainsAny(field, "\t\n") {
				return nil, fmt.Errorf("%s: a field has a tab or a line end: %q", im.ID, field)
			}
		}
		b.WriteString(strings.Join(fields, "\t") + "\n")
	}
	return b.Bytes(), nil
}
