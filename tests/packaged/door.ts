/**
 * The packaged door: a provider that is asked as Pulumi's engine asks a plugin, by gRPC calls with Pulumi's own generated
 * messages to a plugin in this process. What the plugin adds to the engine's protocol is checked on the way.
 */
import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import * as status from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Backend } from "../../provider/backends/backend";
import type { Config } from "../../provider/connection";
import { typeOf } from "../../provider/packaged/kinds";
import { holdsSecret, inClear } from "../../provider/packaged/marks";
import { type Plugin, serve } from "../../provider/packaged/service";
import { SECRET_INPUTS } from "../../provider/protocol";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { asSecret, definedOnly, type Inputs, type Outputs, withoutNulls } from "../../provider/pulumi/state";
import type { World } from "../../provider/world";

const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");

type Call = (request: unknown, reply: (error: grpc.ServiceError | null, response: never) => void) => void;
type Client = Record<string, Call> & { close(): void };

export const RELEASE = { version: "1.2.3", schema: '{"name":"object-users"}' };

const open = new Set<() => void>();

/** Closes every plugin that was opened: after each test. */
export function closePlugins(): void {
  for (const close of open) close();
  open.clear();
}

/** A plugin in this process, and a client of Pulumi's own. */
export async function openPlugin(world: World, engine?: string): Promise<{ plugin: Plugin; client: Client }> {
  const plugin = await serve(world, RELEASE, engine);
  const client: Client = new ResourceProviderClient(`127.0.0.1:${plugin.port}`, grpc.credentials.createInsecure());
  open.add(() => {
    client.close();
    plugin.close();
  });
  return { plugin, client };
}

/** Calls the plugin; rejects as a dynamic provider does. */
export function call<T>(client: Client, method: string, request: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    (client[method] as Call).call(client, request, (error, response) =>
      error ? reject(asThrown(error)) : resolve(response),
    );
  });
}

/** An error as a dynamic provider throws it: with what is known of a half-made resource. */
function asThrown(error: grpc.ServiceError): Error {
  const thrown = Object.assign(new Error(error.details), { stack: "", code: error.code });
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (bytes === undefined) return thrown;
  const [any] = status.Status.deserializeBinary(bytes as Buffer).getDetailsList();
  assert.equal(any?.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
  const failed = rpc.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() as Uint8Array);
  const properties = failed.getProperties()?.toJavaScript() as Outputs;
  return Object.assign(thrown, { id: failed.getId(), properties, reasons: failed.getReasonsList() });
}

/** Values as the engine sends them: without what is not defined. */
export const struct = (values: object) => Struct.fromJavaScript(definedOnly(values) as never);

/** Fills a request of Pulumi's: `urn` by `setUrn`, and so on. */
export function filled<T extends object>(request: T, values: Record<string, unknown>): T {
  for (const [name, value] of Object.entries(values)) {
    const set = (request as Record<string, unknown>)[`set${name[0]?.toUpperCase()}${name.slice(1)}`];
    (set as (value: unknown) => void).call(request, value);
  }
  return request;
}

/** The provider of a kind of resource behind the protocol. */
export function throughPlugin(backend: Backend, isFleet: boolean, world: World, name = "ann"): ResourceProvider {
  const type = typeOf(isFleet ? `${backend.resource}s` : backend.resource);
  const about = { urn: `urn:pulumi:test::test::${type}::${name}`, type, name };
  const opened = openPlugin(world).then(({ client }) => client);
  const ask = async <T>(method: string, request: unknown) => call<T>(await opened, method, request);
  /** What the engine keeps, as the stories look at it: with the provider that they have, and without what is null. */
  const withHandler = (values: Outputs, { __provider }: Outputs) => {
    assert.equal(typeof values.__provider, "string", "what is stored serves both doors");
    const present = withoutNulls(values);
    return __provider === undefined ? present : { ...present, __provider };
  };
  const marked = (news: Inputs): Inputs => {
    const hidden = (news[SECRET_INPUTS] ?? []) as string[];
    const isHidden = (one: string) => hidden.includes(one) || (hidden.includes("*") && one === "users");
    const own = Object.entries(news).filter(([one]) => !one.startsWith("__"));
    return Object.fromEntries(own.map(([one, value]) => [one, isHidden(one) ? asSecret(value) : value]));
  };
  const js = (values: Struct | undefined) => values?.toJavaScript() as Outputs;

  return {
    async configure({ config }) {
      await ask("configure", filled(new rpc.ConfigureRequest(), { args: struct(settingsOf(backend, config)) }));
    },
    async check(olds, news) {
      const given = { ...about, olds: struct(olds), news: struct(marked(news)) };
      const response = await ask<rpc.CheckResponse>("check", filled(new rpc.CheckRequest(), given));
      const failures = response
        .getFailuresList()
        .map((one) => ({ property: one.getProperty(), reason: one.getReason() }));
      const inputs = js(response.getInputs());
      for (const [name, value] of Object.entries(marked(news)))
        if (holdsSecret(value) && inputs[name] !== undefined)
          assert.ok(holdsSecret(inputs[name]), `${name} stays a secret`);
      return { inputs: withHandler(inputs, news), failures };
    },
    async diff(id, olds, news) {
      const given = { ...about, id, olds: struct(olds), news: struct(news), oldInputs: struct({}) };
      const response = await ask<rpc.DiffResponse>("diff", filled(new rpc.DiffRequest(), given));
      const changes = response.getChanges();
      return {
        ...(changes === rpc.DiffResponse.DiffChanges.DIFF_UNKNOWN ? {} : { changes: changes === 2 }),
        replaces: response.getReplacesList(),
        deleteBeforeReplace: response.getDeletebeforereplace(),
      };
    },
    async create(news) {
      const given = { ...about, properties: struct(news) };
      const response = await ask<rpc.CreateResponse>("create", filled(new rpc.CreateRequest(), given)).catch(
        kept(news),
      );
      return { id: response.getId(), outs: withHandler(js(response.getProperties()), news) };
    },
    async foresee(olds, news) {
      const given = olds
        ? filled(new rpc.UpdateRequest(), { ...about, olds: struct(olds), news: struct(news), preview: true })
        : filled(new rpc.CreateRequest(), { ...about, properties: struct(news), preview: true });
      const response = await ask<rpc.CreateResponse>(olds ? "update" : "create", given);
      return js(response.getProperties());
    },
    async update(id, olds, news) {
      const given = { ...about, id, olds: struct(olds), news: struct(news) };
      const response = await ask<rpc.UpdateResponse>("update", filled(new rpc.UpdateRequest(), given)).catch(
        kept(news),
      );
      return { outs: withHandler(js(response.getProperties()), news) };
    },
    async read(id, props) {
      const given = { ...about, id, properties: struct(props) };
      const response = await ask<rpc.ReadResponse>("read", filled(new rpc.ReadRequest(), given));
      if (response.getId() === "") return { id: "", props: {} };
      const [outs, inputs] = [js(response.getProperties()), js(response.getInputs())];
      return { id: response.getId(), props: withHandler(outs, props), inputs: withHandler(inClear(inputs), props) };
    },
    async delete(id, props) {
      await ask("delete", filled(new rpc.DeleteRequest(), { ...about, id, properties: struct(props) }));
    },
  };
}

/** Puts the dynamic provider's text of the test's engine into a half-made resource. */
function kept({ __provider }: Inputs) {
  return (error: Error & { properties?: Outputs }): never => {
    if (error.properties)
      error.properties = withoutNulls({ ...error.properties, ...(__provider ? { __provider } : {}) });
    throw error;
  };
}

/** The arguments of the plugin's own provider for what a dynamic one is configured with. */
export function settingsOf({ system, sources }: Backend, config: Config): Outputs {
  const given = Object.keys(sources).map((name) => [name, config.get(`${system}:${name}`)] as const);
  return { [system]: Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}
