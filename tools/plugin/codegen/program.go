package main

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/hashicorp/hcl/v2"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

var programGenerators = map[string]func(*pcl.Program) (files, hcl.Diagnostics, error){
	"python": python.GenerateProgram,
	"go":     golang.GenerateProgram,
	"nodejs": nodejs.GenerateProgram,
}

// writePrograms writes a program that `pulumi convert` has made of YAML in each language, as a language's host does for it.
func writePrograms(spec schema.PackageSpec, source, folder string) error {
	for language, generate := range programGenerators {
		pkg, err := bind(spec)
		if err != nil {
			return err
		}
		program, problems, err := pcl.BindDirectory(source, loader{schema.NewPluginLoader(nil), pkg})
		if err == nil && problems.HasErrors() {
			err = problems
		}
		if err != nil {
			return err
		}
		written, problems, err := generate(program)
		if err == nil && problems.HasErrors() {
			err = problems
		}
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		if err := write(written, folder, language); err != nil {
			return err
		}
	}
	return nil
}

// loader knows one package, and Pulumi's own.
type loader struct {
	schema.ReferenceLoader
	pkg *schema.Package
}

func (l loader) LoadPackageReference(name string, version *semver.Version) (schema.PackageReference, error) {
	if name == l.pkg.Name {
		return l.pkg.Reference(), nil
	}
	return l.ReferenceLoader.LoadPackageReference(name, version)
}

func (l loader) LoadPackageReferenceV2(
	ctx context.Context, descriptor *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	if descriptor.Name == l.pkg.Name {
		return l.pkg.Reference(), nil
	}
	return l.ReferenceLoader.LoadPackageReferenceV2(ctx, descriptor)
}
