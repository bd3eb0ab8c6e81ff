/**
 * Pulumi's service for resources over gRPC: what each call of the engine asks, and what becomes of an error. It listens on
 * this machine only, without a password, as all of Pulumi's plugins do.
 */
import { setFlagsFromString } from "node:v8";
import * as grpc from "@grpc/grpc-js";
import { sentenceOf } from "../errors";
import type { World } from "../world";
import { cancellable } from "./cancel";
import { answer, differences } from "./differences";
import { openFunctions } from "./functions";
import { inClear } from "./marks";
import { decode, encode, type Plain } from "./messages";
import { type About, openResources } from "./resources";
import { checkSettings, isSameSettings } from "./settings";
import { type Speaker, speaking } from "./speaker";

/** What the bundle is built with. */
export interface Release {
  readonly version: string;
  /** The package's schema, as JSON text. */
  readonly schema: string;
}

/** A plugin that listens. */
export interface Plugin {
  readonly port: number;
  close(): void;
}

/** As long as a message of the engine itself may be. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** So long is the state of a fleet of some thousands. */
const LARGE_MESSAGE_BYTES = 2 * 1024 * 1024;

const SERVICE = "pulumirpc.ResourceProvider";

type Handler = (request: Plain) => Plain | Promise<Plain>;

/** The calls, each with the messages that it takes and gives. */
type Methods = Record<string, readonly [request: string, response: string, handler: Handler]>;

/** Serves the engine at `engine`, which may tell its address later. */
export async function serve(outside: World, release: Release, engine: string | undefined): Promise<Plugin> {
  const speaker = speaking(engine, outside.log);
  const { world, cancel } = cancellable({ ...outside, log: speaker.log });
  const methods = methodsOf(world, release, speaker, cancel, engine !== undefined);
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(definitionOf(methods), implementationOf(methods, speaker));
  const port = await new Promise<number>((resolve, reject) => {
    const onBound = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), onBound);
  });
  return {
    port,
    close() {
      server.forceShutdown();
      speaker.close();
    },
  };
}

/**
 * The calls. A plugin that an engine has `started` serves this one run, and whoever else reaches its port changes neither
 * whom it talks to nor which systems it asks, with credentials of the environment. One that a debugger holds serves many.
 */
function methodsOf(
  world: World,
  { version, schema }: Release,
  speaker: Speaker,
  cancel: () => void,
  started: boolean,
): Methods {
  const resources = openResources(world);
  const functions = openFunctions(world);
  let settings: Plain | undefined;
  const tellTo = (address: unknown) => {
    if (!started) speaker.tellTo(String(address));
  };
  const about = (request: Plain) => request as unknown as About;
  const part = (request: Plain, name: string) => request[name] as Plain;
  const id = (request: Plain) => String(request.id);
  return {
    Handshake: [
      "HandshakeRequest",
      "HandshakeResponse",
      ({ engineAddress }) => {
        tellTo(engineAddress);
        return { acceptSecrets: true };
      },
    ],
    Attach: [
      "PluginAttach",
      "google.protobuf.Empty",
      ({ address }) => {
        tellTo(address);
        return {};
      },
    ],
    GetPluginInfo: ["google.protobuf.Empty", "PluginInfo", () => ({ version })],
    GetSchema: ["GetSchemaRequest", "GetSchemaResponse", () => ({ schema })],
    CheckConfig: ["CheckRequest", "CheckResponse", (request) => checkSettings(part(request, "news"))],
    DiffConfig: [
      "DiffRequest",
      "DiffResponse",
      (request) => {
        // Another connection never replaces a resource: whose the users are is decided by what is found there.
        const [before, now] = [part(request, "oldInputs"), part(request, "news")];
        const changes = !isSameSettings(before, now);
        const shown = differences(inClear(checkSettings(before).inputs), inClear(checkSettings(now).inputs));
        return answer({ changes, replaces: [], deleteBeforeReplace: false }, shown);
      },
    ],
    Configure: [
      "ConfigureRequest",
      "ConfigureResponse",
      (request) => {
        const args = part(request, "args");
        if (started && settings && !isSameSettings(settings, args))
          throw new Error("this plugin is configured already");
        settings = args;
        resources.configure(args);
        functions.configure(args);
        return { acceptSecrets: true, supportsPreview: true };
      },
    ],
    Invoke: ["InvokeRequest", "InvokeResponse", (it) => functions.invoke(String(it.tok), part(it, "args"))],
    Check: ["CheckRequest", "CheckResponse", (it) => resources.check(about(it), part(it, "olds"), part(it, "news"))],
    Diff: [
      "DiffRequest",
      "DiffResponse",
      (it) => resources.diff(about(it), id(it), part(it, "olds"), part(it, "oldInputs"), part(it, "news")),
    ],
    Create: [
      "CreateRequest",
      "CreateResponse",
      (it) => {
        const how = it.preview === true ? resources.foreseeCreate : resources.create;
        return how(about(it), part(it, "properties"));
      },
    ],
    Read: ["ReadRequest", "ReadResponse", (it) => resources.read(about(it), id(it), part(it, "properties"))],
    Update: [
      "UpdateRequest",
      "UpdateResponse",
      (it) =>
        it.preview === true
          ? resources.foreseeUpdate(about(it), part(it, "olds"), part(it, "news"))
          : resources.update(about(it), id(it), part(it, "olds"), part(it, "news")),
    ],
    Delete: [
      "DeleteRequest",
      "google.protobuf.Empty",
      async (it) => {
        await resources.delete(about(it), id(it), part(it, "properties"));
        return {};
      },
    ],
    Cancel: [
      "google.protobuf.Empty",
      "google.protobuf.Empty",
      () => {
        cancel();
        return {};
      },
    ],
  };
}

/**
 * Has V8 collect garbage whenever the heap has grown by 30 %; by itself it waits until it has grown to several times its size.
 * The largest operation, the rotation of 5,000 users, so takes two thirds of the memory and a fifth more CPU.
 */
function saveMemory(): void {
  setFlagsFromString("--heap-growing-percent=30");
}

function definitionOf(methods: Methods): grpc.ServiceDefinition {
  return Object.fromEntries(
    Object.entries(methods).map(([name, [request, response]]) => [
      name,
      {
        path: `/${SERVICE}/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: (values: Plain) => encode(request, values),
        requestDeserialize: (bytes: Buffer) => {
          if (bytes.length > LARGE_MESSAGE_BYTES) saveMemory();
          return decode(request, bytes);
        },
        responseSerialize: (values: Plain) => encode(response, values),
        responseDeserialize: (bytes: Buffer) => decode(response, bytes),
      },
    ]),
  );
}

function implementationOf(methods: Methods, speaker: Speaker): grpc.UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(methods).map(([name, [, , handler]]) => [
      name,
      (call: grpc.ServerUnaryCall<Plain, Plain>, reply: grpc.sendUnaryData<Plain>) => {
        const { urn = "" } = call.request;
        void speaker
          .during(String(urn), async () => handler(call.request))
          .then(
            (values) => reply(null, values),
            (error) => reply(statusOf(error)),
          );
      },
    ]),
  );
}

/** An error as gRPC has it; with what is known of a half-made resource, which the engine stores. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  const { id, properties, reasons } = error as { id?: string; properties?: Plain; reasons?: string[] };
  const details = sentenceOf(error);
  const code = grpc.status.UNKNOWN;
  if (properties === undefined) return { code, details };
  const value = encode("ErrorResourceInitFailed", { id, properties, reasons });
  const any = { type_url: "type.googleapis.com/pulumirpc.ErrorResourceInitFailed", value };
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", encode("google.rpc.Status", { code, message: details, details: [any] }));
  return { code, details, metadata };
}
