// The classical provider that the benchmarks compare with, for OpenTofu: users of RGW, a key for each. It proves nothing, and
// its rotation revokes the old key at once.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	options := providerserver.ServeOpts{Address: "example.com/bench/rgw"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return &rgw{} }, options); err != nil {
		log.Fatal(err)
	}
}

// rgw is the provider; its connection comes from the environment.
type rgw struct{}

func (*rgw) Metadata(_ context.Context, _ provider.MetadataRequest, answer *provider.MetadataResponse) {
	answer.TypeName = "rgw"
}
func (*rgw) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (*rgw) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}
func (*rgw) DataSources(context.Context) []func() datasource.DataSource                        { return nil }
func (*rgw) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &user{} }}
}

type user struct{}

type values struct {
	UID         types.String `tfsdk:"uid"`
	DisplayName types.String `tfsdk:"display_name"`
	Rotation    types.String `tfsdk:"rotation"`
	AccessKey   types.String `tfsdk:"access_key"`
	SecretKey   types.String `tfsdk:"secret_key"`
}

func (*user) Metadata(_ context.Context, _ resource.MetadataRequest, answer *resource.MetadataResponse) {
	answer.TypeName = "rgw_user"
}
func (*user) Schema(_ context.Context, _ resource.SchemaRequest, answer *resource.SchemaResponse) {
	answer.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"uid":          schema.StringAttribute{Required: true},
		"display_name": schema.StringAttribute{Required: true},
		"rotation":     schema.StringAttribute{Required: true},
		"access_key":   schema.StringAttribute{Computed: true},
		"secret_key":   schema.StringAttribute{Computed: true, Sensitive: true},
	}}
}

func (*user) Create(ctx context.Context, request resource.CreateRequest, answer *resource.CreateResponse) {
	var wanted values
	answer.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	var made found
	if failed(&answer.Diagnostics, "creating", put(ctx, "PUT", wanted.query(), &made)) {
		return
	}
	wanted.hold(made.Keys[0])
	answer.Diagnostics.Append(answer.State.Set(ctx, wanted)...)
}

func (*user) Read(ctx context.Context, request resource.ReadRequest, answer *resource.ReadResponse) {
	var known values
	answer.Diagnostics.Append(request.State.Get(ctx, &known)...)
	var now found
	status, err := ask(ctx, "GET", url.Values{"uid": {known.UID.ValueString()}}, &now)
	if status == http.StatusNotFound {
		answer.State.RemoveResource(ctx)
		return
	}
	if failed(&answer.Diagnostics, "reading", err) {
		return
	}
	known.DisplayName = types.StringValue(now.DisplayName)
	answer.Diagnostics.Append(answer.State.Set(ctx, known)...)
}

func (*user) Update(ctx context.Context, request resource.UpdateRequest, answer *resource.UpdateResponse) {
	var wanted, known values
	answer.Diagnostics.Append(request.Plan.Get(ctx, &wanted)...)
	answer.Diagnostics.Append(request.State.Get(ctx, &known)...)
	wanted.AccessKey, wanted.SecretKey = known.AccessKey, known.SecretKey
	if !wanted.DisplayName.Equal(known.DisplayName) {
		if failed(&answer.Diagnostics, "changing", put(ctx, "POST", wanted.query(), nil)) {
			return
		}
	}
	if !wanted.Rotation.Equal(known.Rotation) {
		old := known.AccessKey.ValueString()
		uid := known.UID.ValueString()
		var keys []key
		if failed(&answer.Diagnostics, "making a key", put(ctx, "PUT", url.Values{"key": {""}, "uid": {uid}}, &keys)) {
			return
		}
		for _, one := range keys {
			if one.AccessKey != old {
				wanted.hold(one)
			}
		}
		revoked := put(ctx, "DELETE", url.Values{"key": {""}, "uid": {uid}, "access-key": {old}}, nil)
		if failed(&answer.Diagnostics, "revoking", revoked) {
			return
		}
	}
	answer.Diagnostics.Append(answer.State.Set(ctx, wanted)...)
}

func (*user) Delete(ctx context.Context, request resource.DeleteRequest, answer *resource.DeleteResponse) {
	var known values
	answer.Diagnostics.Append(request.State.Get(ctx, &known)...)
	failed(&answer.Diagnostics, "deleting", put(ctx, "DELETE", url.Values{"uid": {known.UID.ValueString()}}, nil))
}

// put asks for a change; a user that is not there is an error.
func put(ctx context.Context, method string, query url.Values, answer any) error {
	status, err := ask(ctx, method, query, answer)
	if err == nil && status == http.StatusNotFound {
		return errors.New("there is no such user")
	}
	return err
}

func (v *values) query() url.Values {
	return url.Values{"uid": {v.UID.ValueString()}, "display-name": {v.DisplayName.ValueString()}}
}

func (v *values) hold(one key) {
	v.AccessKey, v.SecretKey = types.StringValue(one.AccessKey), types.StringValue(one.SecretKey)
}

func failed(diagnostics *diag.Diagnostics, what string, err error) bool {
	if err != nil {
		diagnostics.AddError(what, err.Error())
	}
	return err != nil
}
