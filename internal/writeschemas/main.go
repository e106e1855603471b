// Command writeschemas writes the JSON Schemas of specs and classes into a directory.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/instance"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: writeschemas directory")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "writeschemas:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	class, err := ami.ClassSchema()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "spec.schema.json"), instance.SpecSchema(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "class.schema.json"), class, 0o644)
}
