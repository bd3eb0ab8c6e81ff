// A stand-in for Pulumi's `random` plugin, for machines that cannot download it: the CLI is told to talk to this one
// instead. RandomId, RandomUuid, RandomString and RandomPassword, each replaced when its arguments or keepers change, which
// is all that programs here ask of it. It shows what our resources do with a real engine, not what the real plugin does.

import { randomBytes, randomInt, randomUUID } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type {
  CheckRequest,
  ConfigureRequest,
  CreateRequest,
  DeleteRequest,
  DiffRequest,
  ReadRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import {
  CheckResponse,
  ConfigureResponse,
  CreateResponse,
  DiffResponse,
  ReadResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A plugin that is being served. */
export interface RandomPlugin {
  /** What a stack's `env` needs for its CLI to use this plugin. */
  readonly env: { readonly PULUMI_DEBUG_PROVIDERS: string };
  /** Ends it at once. */
  close(): void;
}

type Properties = Record<string, JavaScriptValue>;
type Handler<Request, Response> = grpc.handleUnaryCall<Request, Response>;

const ALPHABET = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};

/** The resources by the last word of their type: from inputs to an id and the outputs that are not inputs. */
const RESOURCES: Readonly<Record<string, (inputs: Properties) => { id: string; outputs: Properties }>> = {
  RandomId: (inputs) => {
    const bytes = randomBytes(Number(inputs.byteLength));
    const prefix = String(inputs.prefix ?? "");
    const hex = bytes.toString("hex");
    const id = bytes.toString("base64url");
    const dec = `${prefix}${BigInt(`0x${hex || "0"}`)}`;
    return { id, outputs: { hex: prefix + hex, dec, b64Url: prefix + id, b64Std: prefix + bytes.toString("base64") } };
  },
  RandomUuid: () => {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
  RandomString: (inputs) => {
    const result = text(inputs);
    return { id: result, outputs: { result } };
  },
  RandomPassword: (inputs) => ({ id: "none", outputs: { result: text(inputs) } }),
};

/** Serves the plugin on a port of its own, on loopback. */
export async function serveRandomPlugin(): Promise<RandomPlugin> {
  const server = new grpc.Server();
  server.addService(ResourceProviderService, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { env: { PULUMI_DEBUG_PROVIDERS: `random:${port}` }, close: () => server.forceShutdown() };
}

const check: Handler<CheckRequest, CheckResponse> = (call, reply) =>
  reply(null, new CheckResponse().setInputs(call.request.getNews()));

const configure: Handler<ConfigureRequest, ConfigureResponse> = (_call, reply) => reply(null, new ConfigureResponse());

/** Every change replaces: a random value belongs to what it was made from. */
const diff: Handler<DiffRequest, DiffResponse> = (call, reply) => {
  const olds = properties(call.request.getOldInputs() ?? call.request.getOlds());
  const news = properties(call.request.getNews());
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = names.filter((name) => !name.startsWith("__") && canonical(olds[name]) !== canonical(news[name]));
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  reply(
    null,
    new DiffResponse()
      .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
      .setDiffsList(changed)
      .setReplacesList(changed),
  );
};

const create: Handler<CreateRequest, CreateResponse> = (call, reply) => {
  const type = call.request.getUrn().split("::").at(-2)?.split(":").at(-1) ?? "";
  const make = RESOURCES[type];
  if (!make) {
    const message = `the stand-in for the random plugin has no ${type}, only ${Object.keys(RESOURCES).join(", ")}`;
    return reply({ code: grpc.status.UNIMPLEMENTED, message });
  }
  const inputs = properties(call.request.getProperties());
  const { id, outputs } = make(inputs);
  reply(null, new CreateResponse().setId(id).setProperties(Struct.fromJavaScript({ ...inputs, ...outputs })));
};

const read: Handler<ReadRequest, ReadResponse> = (call, reply) => {
  const { request } = call;
  reply(
    null,
    new ReadResponse().setId(request.getId()).setProperties(request.getProperties()).setInputs(request.getInputs()),
  );
};

const getPluginInfo: Handler<Empty, PluginInfo> = (_call, reply) => reply(null, new PluginInfo().setVersion("4.0.0"));

const remove: Handler<DeleteRequest, Empty> = (_call, reply) => reply(null, new Empty());

const nothing: Handler<unknown, Empty> = (_call, reply) => reply(null, new Empty());

const handlers: grpc.UntypedServiceImplementation = {
  getPluginInfo,
  attach: nothing,
  cancel: nothing,
  checkConfig: check,
  diffConfig: diff,
  configure,
  check,
  diff,
  create,
  read,
  delete: remove,
};

function text(inputs: Properties): string {
  const kinds = Object.entries(ALPHABET).filter(([kind]) => inputs[kind] !== false);
  const letters = kinds
    .map(([kind, all]) => (kind === "special" ? String(inputs.overrideSpecial ?? all) : all))
    .join("");
  return Array.from({ length: Number(inputs.length) }, () => letters[randomInt(letters.length)]).join("");
}

function properties(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

/** The same text for the same value, whatever the order of its names. */
function canonical(value: JavaScriptValue | undefined): string {
  return JSON.stringify(value, (_name, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
