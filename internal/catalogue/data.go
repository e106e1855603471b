package catalogue

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed data
var files embed.FS

// The embedded files, in data.
const (
	typesFile   = "instance-types.jsonl.gz"
	offersFile  = "instance-type-zones.tsv.gz"
	regionsFile = "regions.tsv"
	imagesFile  = "amazon-linux-images.tsv.gz"
)

// lazily gives the function that reads and parses an embedded file at its first call. Such a file is
// part of the program, so one that doesn't parse is a defect of the build and panics.
func lazily[T any](file string, parse func([]byte) (T, error)) func() T {
	return sync.OnceValue(func() T {
		text, err := readFile(files, "data/"+file)
		if err != nil {
			panic(fmt.Errorf("catalogue: embedded %s: %w", file, err))
		}
		v, err := parse(text)
		if err != nil {
			panic(fmt.Errorf("catalogue: embedded %s: %w", file, err))
		}
		return v
	})
}

func readFile(from fs.ReadFileFS, name string) ([]byte, error) {
	packed, err := from.ReadFile(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return packed, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	// The last four bytes of a gzip file are its unpacked size (RFC 1952).
	text.Grow(int(binary.LittleEndian.Uint32(packed[len(packed)-4:])) + bytes.MinRead)
	if _, err := text.ReadFrom(r); err != nil {
		return nil, err
	}
	return text.Bytes(), r.Close()
}

// table walks the lines of tab-separated text: the header first, then rows with as many fields. The
// slice of fields is used again for the next row, the strings in it are not.
func table(text []byte, header, row func(fields []string) error) error {
	body, ok := strings.CutSuffix(string(text), "\n")
	if !ok {
		return errors.New("the last line doesn't end")
	}
	line, body, more := strings.Cut(body, "\n")
	fields := strings.Split(line, "\t")
	if err := header(fields); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	for number := 2; more; number++ {
		line, body, more = strings.Cut(body, "\n")
		if n := strings.Count(line, "\t") + 1; n != len(fields) {
			return fmt.Errorf("line %d has %d fields, expected %d", number, n, len(fields))
		}
		for i := range fields {
			fields[i], line, _ = strings.Cut(line, "\t")
		}
		if err := row(fields); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return nil
}

func exactly(want string) func([]string) error {
	return func(fields []string) error {
		if got := strings.Join(fields, "\t"); got != want {
			return fmt.Errorf("%q, expected %q", got, want)
		}
		return nil
	}
}
