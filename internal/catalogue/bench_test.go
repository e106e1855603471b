package catalogue

import (
	"testing"

	"github.com/amiclass/amiclass/region"
)

// What a first InstanceType costs beyond the index: decoding one line of 2.2 kB on average.
func BenchmarkInstanceTypeDecode(b *testing.B) {
	b.ReportAllocs()
	doc, _ := InstanceTypeDocument("m7g.large")
	for b.Loop() {
		if _, err := decodeType(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInstanceTypeAgain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		InstanceType("m7g.large")
	}
}

func BenchmarkAllTypesDecode(b *testing.B) {
	b.ReportAllocs()
	rows := types().rows
	for b.Loop() {
		for i := range rows {
			rows[i].decoded.Store(nil)
		}
		decodeAll()
	}
}

func BenchmarkOffered(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Offered(region.USEast1, "m7g.large")
	}
}

// What the first use of each file costs in a process.
func BenchmarkLoad(b *testing.B) {
	b.Run("types", func(b *testing.B) { load(b, typesFile, parseTypes) })
	b.Run("offers", func(b *testing.B) { load(b, offersFile, parseOffers) })
	b.Run("regions", func(b *testing.B) { load(b, regionsFile, parseRegions) })
	b.Run("images", func(b *testing.B) { load(b, imagesFile, parseImages) })
}

func load[T any](b *testing.B, file string, parse func([]byte) (T, error)) {
	b.ReportAllocs()
	for b.Loop() {
		lazily(file, parse)()
	}
}
