// Signs an executable for macOS ad hoc: hashes of its pages, and nobody's name. Usage: sign FILE IDENTIFIER
package main

import (
	"log"
	"os"

	"github.com/blacktop/go-macho"
	"github.com/blacktop/go-macho/pkg/codesign"
	"github.com/blacktop/go-macho/pkg/codesign/types"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: sign FILE IDENTIFIER")
	}
	if err := sign(os.Args[1], os.Args[2]); err != nil {
		log.Fatalf("signing %s: %v", os.Args[1], err)
	}
}

func sign(file, identifier string) error {
	executable, err := macho.Open(file)
	if err != nil {
		return err
	}
	defer executable.Close()
	if err := executable.CodeSign(&codesign.Config{ID: identifier, Flags: types.ADHOC}); err != nil {
		return err
	}
	return executable.Save(file)
}
