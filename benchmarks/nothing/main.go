// A plugin of Pulumi's that does nothing: what a stack of users costs Pulumi itself, before a provider has sent a request.
//
// nothing:index:Key has the outputs that the least of providers would have, a key. nothing:index:User has as many, of the same
// names and lengths, as rgw.User. nothing:index:Users is a fleet of them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	key   = "nothing:index:Key"
	user  = "nothing:index:User"
	users = "nothing:index:Users"

	accessKey = "PULUAAAAAAAAAAAAAAAA"
	address   = "http://127.0.0.1:7480"
	moment    = "2026-01-01T00:00:00.000Z"
)

var schema = map[string]any{
	"name": "nothing", "version": "1.0.0",
	"types": map[string]any{"nothing:index:Member": map[string]any{"type": "object", "properties": member()}},
	"resources": map[string]any{
		key:  resource(single, map[string]any{"accessKey": text(), "secretKey": secret(text())}),
		user: resource(single, withSecrets(typesOf(outputsOfUser(nil)))),
		users: resource(map[string]any{"users": values(ofMember()), "defaults": ofMember()},
			withSecrets(map[string]any{"members": values(anything()), "keys": values(anything()), "credentials": anything()})),
	},
}

var single = map[string]any{"uid": text(), "displayName": text(), "rotationId": text()}

func text() map[string]any     { return map[string]any{"type": "string"} }
func anything() map[string]any { return map[string]any{"$ref": "pulumi.json#/Any"} }
func ofMember() map[string]any { return map[string]any{"$ref": "#/types/nothing:index:Member"} }
func values(of map[string]any) map[string]any {
	return map[string]any{"type": "object", "additionalProperties": of}
}

// A member has as many settings as one of rgw.Users, whose types the host of YAML checks.
func member() map[string]any {
	settings := map[string]any{"uid": text(), "displayName": text(), "rotationId": text()}
	for nth := range 28 {
		settings[fmt.Sprintf("setting%d", nth)] = text()
	}
	return settings
}

func secret(of map[string]any) map[string]any { of["secret"] = true; return of }

func resource(inputs, outputs map[string]any) map[string]any {
	return map[string]any{"inputProperties": inputs, "properties": outputs}
}

func typesOf(outputs map[string]any) map[string]any {
	types := map[string]any{}
	for name := range outputs {
		types[name] = anything()
	}
	return types
}

func withSecrets(types map[string]any) map[string]any {
	for _, name := range []string{"secretKey", "previousSecretKey", "credentials"} {
		if of, ok := types[name].(map[string]any); ok {
			types[name] = secret(of)
		}
	}
	return types
}

// What rgw.User has in its state besides what it was given.
func outputsOfUser(inputs map[string]any) map[string]any {
	quota := map[string]any{"enabled": false, "maxObjects": -1, "maxSizeBytes": -1}
	outputs := map[string]any{
		"__address": address, "__createdAt": moment, "__identity": "AAAAAAAAAAAAAAAAAAAAAA", "__provider": strings.Repeat("x", 87),
		"accessKey": accessKey, "secretKey": strings.Repeat("A", 40), "endpoint": address, "keyId": accessKey,
		"accountId": "", "accountRoot": false, "bucketQuota": quota, "caps": []any{}, "defaultPlacement": "",
		"declared": []any{"displayName", "rotationId", "uid"}, "defaultStorageClass": "", "email": "",
		"keys":       []any{map[string]any{"accessKey": accessKey, "id": accessKey, "issuedAt": moment, "provenAt": moment, "rotationId": "1"}},
		"maxBuckets": 1000, "opMask": "read, write, delete", "path": "/", "placementTags": []any{},
		"previousAccessKey": nil, "previousKeyExpiresAt": nil, "previousSecretKey": nil, "schemaVersion": 1,
		"subusers": []any{}, "suspended": false, "swiftKeys": []any{}, "userId": "u", "userQuota": quota,
	}
	for name, value := range inputs {
		outputs[name] = value
	}
	return outputs
}

// What rgw.Users has: each member's settings as text, its keys, and the secrets of all.
func outputsOfFleet(inputs map[string]any) map[string]any {
	members, keys, credentials := map[string]any{}, map[string]any{}, map[string]any{}
	given, _ := inputs["users"].(map[string]any)
	for name, member := range given {
		settings, _ := json.Marshal(map[string]any{"given": member, "userId": name, "keyId": accessKey, "created": moment, "system": address})
		members[name] = string(settings)
		keys[name] = outputsOfUser(nil)["keys"]
		credentials[name] = map[string]any{"accessKey": accessKey, "secretKey": strings.Repeat("A", 40)}
	}
	outputs := map[string]any{"members": members, "keys": keys, "credentials": credentials, "endpoint": address, "schemaVersion": 1}
	for name, value := range inputs {
		outputs[name] = value
	}
	return outputs
}

type nothing struct {
	rpc.UnimplementedResourceProviderServer
}

func (nothing) Handshake(context.Context, *rpc.ProviderHandshakeRequest) (*rpc.ProviderHandshakeResponse, error) {
	return &rpc.ProviderHandshakeResponse{AcceptSecrets: false}, nil
}

func (nothing) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: "1.0.0"}, nil
}

func (nothing) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	text, err := json.Marshal(schema)
	return &rpc.GetSchemaResponse{Schema: string(text)}, err
}

func (nothing) CheckConfig(_ context.Context, it *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: it.News}, nil
}

func (nothing) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
}

func (nothing) Configure(context.Context, *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	return &rpc.ConfigureResponse{SupportsPreview: true}, nil
}

func (nothing) Check(_ context.Context, it *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: it.News}, nil
}

func (nothing) Diff(_ context.Context, it *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	before, _ := json.Marshal(it.OldInputs.AsMap())
	now, _ := json.Marshal(it.News.AsMap())
	if string(before) == string(now) {
		return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
	}
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_SOME}, nil
}

func (nothing) Create(_ context.Context, it *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	properties, err := outputs(it.Urn, it.Properties)
	return &rpc.CreateResponse{Id: "nothing", Properties: properties}, err
}

func (nothing) Update(_ context.Context, it *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	properties, err := outputs(it.Urn, it.News)
	return &rpc.UpdateResponse{Properties: properties}, err
}

func (nothing) Read(_ context.Context, it *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	return &rpc.ReadResponse{Id: it.Id, Inputs: it.Inputs, Properties: it.Properties}, nil
}

func (nothing) Delete(context.Context, *rpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (nothing) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func outputs(urn string, given *structpb.Struct) (*structpb.Struct, error) {
	inputs := given.AsMap()
	switch {
	case strings.Contains(urn, key+"::"):
		inputs["accessKey"], inputs["secretKey"] = accessKey, strings.Repeat("A", 40)
		return structpb.NewStruct(inputs)
	case strings.Contains(urn, users+"::"):
		return structpb.NewStruct(outputsOfFleet(inputs))
	default:
		return structpb.NewStruct(outputsOfUser(inputs))
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	const largest = 400 << 20
	server := grpc.NewServer(grpc.MaxRecvMsgSize(largest), grpc.MaxSendMsgSize(largest))
	rpc.RegisterResourceProviderServer(server, nothing{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	if err := server.Serve(listener); err != nil {
		panic(err)
	}
}
