package instance

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/amiclass/amiclass/backend"
)

// wire is the data as EC2 gets it: compressed where it would be too long otherwise and cloud-init is
// going to read it. Windows reads no compressed data.
func (u UserData) wire() []byte {
	if len(u.data) <= maxUserData || !u.forCloudInit() {
		return []byte(u.data)
	}
	return compressed(u.data)
}

// compressed gives the same bytes for the same data: no name and no time is in them.
func compressed(data string) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	must(err)
	_, err = io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.Bytes()
}

// fromWire is what was sent as these bytes. What wasn't compressed by a launch stays as it is.
func fromWire(sent string) UserData {
	r, err := gzip.NewReader(bytes.NewReader([]byte(sent)))
	if err != nil {
		return UserData{data: sent}
	}
	data, err := io.ReadAll(r)
	if u := (UserData{data: string(data)}); err == nil && string(u.wire()) == sent {
		return u
	}
	return UserData{data: sent}
}

func (u UserData) check(f *faults) {
	const path = "spec.userData"
	if u.fault != "" {
		remedy := "give parts as Script, CloudConfig, or another form of cloud-init's"
		if len(u.data) > 0 {
			remedy = `put that text together from two`
		}
		f.add(path, u.fault, remedy)
		return
	}
	const remedy = "use at most 16,384, for example a script that fetches the rest from S3"
	switch n := len(u.wire()); {
	case n <= maxUserData:
	case n < len(u.data):
		f.add(path, fmt.Sprintf("has %s bytes, and %s when compressed", commas(len(u.data)), commas(n)), remedy)
	default:
		f.add(path, fmt.Sprintf("has %s bytes", commas(len(u.data))), remedy)
	}
}

// checkFor finds what the image's operating system can't read.
func (u UserData) checkFor(f *faults, image backend.Image) {
	if image.Platform == "windows" && u.fault == "" && len(u.data) > maxUserData && len(u.wire()) <= maxUserData {
		f.add("spec.userData", fmt.Sprintf("has %s bytes, and Windows reads no compressed data", commas(len(u.data))), "use at most 16,384")
	}
}
