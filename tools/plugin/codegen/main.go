// codegen SCHEMA FOLDER: writes the SDKs of a schema, each language's into a folder of its own, with the generators that
// `pulumi package add` has. The one for .NET has left these modules, and is built with an older release of them.
// codegen SCHEMA FOLDER PROGRAM: writes a program in Pulumi's own language there instead, in each other one.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-object-users"

type files = map[string][]byte

var generators = map[string]func(*schema.Package) (files, error){
	"python": func(pkg *schema.Package) (files, error) { return python.GeneratePackage(tool, pkg, nil, nil) },
	"go":     func(pkg *schema.Package) (files, error) { return golang.GeneratePackage(tool, pkg, nil) },
	"nodejs": func(pkg *schema.Package) (files, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	},
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(file, folder string, program []string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return err
	}
	if len(program) > 0 {
		return writePrograms(spec, program[0], folder)
	}
	for language, generate := range generators {
		pkg, err := bind(spec)
		if err != nil {
			return err
		}
		// As `pulumi package add` has it: the SDK is a module of its own.
		pkg.SupportPack = true
		written, err := generate(pkg)
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		if err := write(written, folder, language); err != nil {
			return err
		}
	}
	return nil
}

// bind makes a package of a schema. A generator may change the package that it is given, so each gets its own.
func bind(spec schema.PackageSpec) (*schema.Package, error) {
	pkg, problems, err := schema.BindSpec(spec, schema.NewPluginLoader(nil), schema.ValidationOptions{})
	if err == nil && problems.HasErrors() {
		err = problems
	}
	return pkg, err
}

func write(written files, folder, language string) error {
	for name, content := range written {
		target := filepath.Join(folder, language, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
