//go:build dotnet

package main

import (
	"net/http"
	"net/http/httptest"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func init() {
	generators["dotnet"] = func(pkg *schema.Package) (files, error) {
		// The generator fetches a logo from somewhere in the internet, if no other place is named.
		here := httptest.NewServer(http.NotFoundHandler())
		defer here.Close()
		pkg.LogoURL = here.URL
		return dotnet.GeneratePackage(tool, pkg, nil, nil)
	}
}
