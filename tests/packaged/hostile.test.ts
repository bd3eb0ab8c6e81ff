/**
 * The plugin's port, as anybody on the machine reaches it: bytes that are no gRPC, messages that are no messages, and values
 * that no engine sends. The process answers the next call as before, and no answer has the connection's secret in it.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import * as http2 from "node:http2";
import { type AddressInfo, createConnection, createServer } from "node:net";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { skipWithout } from "../real/needs";
import { call, filled, struct } from "./door";

const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");

const PLUGIN = path.join(__dirname, "..", "..", "dist", "plugin", "pulumi-resource-object-users");
const SECRET = "the-admin-s-own-secret-key";
const SERVICE = "/pulumirpc.ResourceProvider";
const TYPE = "object-users:rgw:User";
const METHODS = [
  ...["Handshake", "Attach", "GetPluginInfo", "GetSchema", "CheckConfig", "DiffConfig", "Configure", "Check", "Diff"],
  ...[
    "Create",
    "Read",
    "Update",
    "Delete",
    "Invoke",
    "Call",
    "Construct",
    "GetMapping",
    "Parameterize",
    "NoSuchMethod",
  ],
];

describe("the plugin's port", function () {
  this.timeout(60_000);
  let child: ChildProcess;
  let port = 0;
  let client: Parameters<typeof call>[0];
  /** All that the plugin has told, to whomever. */
  let told = "";

  before(async function () {
    const reason = "The plugin is not built. `npm run build` makes it.";
    skipWithout(this, existsSync(PLUGIN) ? { available: true } : { available: false, reason });
    child = spawn(process.execPath, [PLUGIN, "127.0.0.1:1"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stderr?.on("data", (text) => {
      told += text;
    });
    const [line] = (await once(child.stdout ?? assert.fail(), "data")) as [Buffer];
    port = Number(String(line).trim());
    client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    // Nothing listens at this address.
    const settings = { rgw: { endpoint: "http://127.0.0.1:9", accessKey: "ADMIN", secretKey: SECRET } };
    await call(client, "configure", filled(new rpc.ConfigureRequest(), { args: struct(settings) }));
  });
  afterEach(async () => {
    const info = await call<{ getVersion(): string }>(client, "getPluginInfo", new Empty());
    assert.match(info.getVersion(), /^\d/, "it serves as before");
    assert.ok(!told.includes(SECRET), "the secret was told");
  });
  after(async () => {
    client?.close();
    if (child?.exitCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  });

  /** What comes back for bytes on a connection, until it is closed or nothing more comes. */
  const send = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.on("data", (text) => {
        told += text;
      });
      socket.on("error", () => undefined).on("close", () => resolve());
      socket.setTimeout(1_000, () => socket.destroy());
      socket.end(bytes);
    });

  /** The gRPC status of a body of a request, or what else became of it. */
  const ask = (session: http2.ClientHttp2Session, method: string, body: Uint8Array) =>
    new Promise<string>((resolve) => {
      const headers = {
        ":method": "POST",
        ":path": `${SERVICE}/${method}`,
        "content-type": "application/grpc",
        te: "trailers",
      };
      const stream = session.request(headers);
      let status = "";
      for (const event of ["response", "trailers"])
        stream.on(event, (all) => {
          told += JSON.stringify(all);
          status = all["grpc-status"] ?? status;
        });
      stream.on("data", (text) => {
        told += text;
      });
      stream.on("error", (error) => resolve(error.message)).on("close", () => resolve(status));
      stream.end(body);
    });
  const connected = async <T>(task: (session: http2.ClientHttp2Session) => Promise<T>): Promise<T> => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on("error", () => undefined);
    try {
      return await task(session);
    } finally {
      session.destroy();
    }
  };
  const framed = (message: Uint8Array, length = message.length, flag = 0) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(flag);
    head.writeUInt32BE(length, 1);
    return Buffer.concat([head, message]);
  };
  const noise = (length: number, seed: number) =>
    Uint8Array.from({ length }, (_, index) => (Math.imul(index + seed, 2654435761) >>> 13) & 0xff);

  it("survives bytes that are no HTTP/2", async () => {
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    await send(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    await send(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
    await send(new Uint8Array());
    await send(noise(100_000, 7));
    await send(Buffer.concat([preface, noise(10_000, 11)]));
    await send(preface.subarray(0, 10));
  });

  it("answers messages that are none with an error, whatever the method", async () => {
    const bad = [
      framed(noise(200, 3)),
      framed(noise(20, 5), 21),
      framed(new Uint8Array(), 0xffffffff),
      framed(Buffer.from([0x0a, 0xff, 0xff]), 3, 1),
      framed(Buffer.from([0x0a, 0xff, 0xff])),
      Buffer.from([0, 0]),
    ];
    await connected(async (session) => {
      for (const method of METHODS)
        for (const [nth, body] of bad.entries())
          assert.notEqual(await ask(session, method, body), "0", `${method} ${nth}`);
    });
  });

  it("answers a value that is nested beyond all measure with an error", async () => {
    // A struct in a struct in a struct, built from the inside: field 2 of the request, "a" -> { "a" -> … }.
    let inner: Buffer = Buffer.alloc(0);
    const field = (number: number, content: Uint8Array) => {
      const length: number[] = [];
      for (let rest = content.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
    };
    for (let depth = 0; depth < 4_000; depth++)
      inner = field(1, Buffer.concat([field(1, Buffer.from("a")), field(2, field(5, inner))]));
    await connected(async (session) => {
      for (const method of ["Check", "Create", "Configure"])
        assert.notEqual(await ask(session, method, framed(field(2, inner))), "0", method);
    });
  });

  it("refuses types and names that no program has, in a sentence", async () => {
    const types = [
      "",
      "object-users:nope:User",
      "object-users:rgw:__proto__",
      "constructor",
      "toString",
      "a".repeat(100_000),
    ];
    for (const type of types) {
      const about = { urn: `urn:pulumi:t::t::${type}::x`, type, name: "x" };
      const check = filled(new rpc.CheckRequest(), { ...about, news: struct({ uid: "x" }) });
      await assert.rejects(call(client, "check", check), type.slice(0, 40));
      await assert.rejects(
        call(client, "create", filled(new rpc.CreateRequest(), { ...about, properties: struct({}) })),
      );
      await assert.rejects(call(client, "read", filled(new rpc.ReadRequest(), { ...about, id: "x" })));
      const look = filled(new rpc.InvokeRequest(), { tok: type, args: struct({ uid: "x" }) });
      await assert.rejects(call(client, "invoke", look), /has no function/);
    }
  });

  it("is not changed by names that JavaScript gives a meaning", async () => {
    const about = { urn: `urn:pulumi:t::t::${TYPE}::x`, type: TYPE, name: "x" };
    const values = JSON.parse(
      '{"uid":"x","displayName":"X","__proto__":{"displayName":"P"},"constructor":{"prototype":{"p":1}}}',
    );
    const response = await call<rpc.CheckResponse>(
      client,
      "check",
      filled(new rpc.CheckRequest(), { ...about, news: struct(values) }),
    );
    const reasons = response.getFailuresList().map((one) => one.getReason());
    assert.ok(reasons.length > 0, "they are no inputs");
    const good = filled(new rpc.CheckRequest(), { ...about, news: struct({ uid: "x", displayName: "X" }) });
    const after = await call<rpc.CheckResponse>(client, "check", good);
    assert.deepEqual(after.getFailuresList(), []);
    assert.equal(after.getInputs()?.toJavaScript().displayName, "X");
    const look = filled(new rpc.InvokeRequest(), { tok: "object-users:rgw:getUser", args: struct(values) });
    const { length } = (await call<rpc.InvokeResponse>(client, "invoke", look)).getFailuresList();
    assert.ok(length > 0, "they are no arguments");
  });

  it("shows the connection's secret in no error", async () => {
    const about = { urn: `urn:pulumi:t::t::${TYPE}::x`, type: TYPE, name: "x" };
    const failed = await call(client, "read", filled(new rpc.ReadRequest(), { ...about, id: "x" })).catch(String);
    assert.match(String(failed), /127\.0\.0\.1:9/, "it did try");
    told += String(failed);
    const look = filled(new rpc.InvokeRequest(), {
      tok: "object-users:rgw:getUser",
      args: struct({ uid: "x", withSecrets: true }),
    });
    const notFound = await call(client, "invoke", look).catch(String);
    assert.match(String(notFound), /127\.0\.0\.1:9/, "it did try");
    told += String(notFound);
  });

  it("asks no other system than that of its run, whoever wants it to", async () => {
    const elsewhere = struct({ rgw: { endpoint: "http://127.0.0.1:10" } });
    const configure = filled(new rpc.ConfigureRequest(), { args: elsewhere });
    await assert.rejects(call(client, "configure", configure), /configured already/);
  });

  it("tells its lines to the engine that started it, whoever attaches", async () => {
    const heard: unknown[] = [];
    const stranger = createServer((socket) => heard.push(socket.destroy()));
    await once(stranger.listen(0, "127.0.0.1"), "listening");
    const address = `127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    try {
      await call(client, "attach", filled(new plugin.PluginAttach(), { address }));
      await call(client, "handshake", filled(new rpc.ProviderHandshakeRequest(), { engineAddress: address }));
      const about = { urn: `urn:pulumi:t::t::${TYPE}::x`, type: TYPE, name: "x" };
      const properties = struct({ uid: "x", displayName: "X" });
      await assert.rejects(call(client, "create", filled(new rpc.CreateRequest(), { ...about, properties })));
      assert.deepEqual(heard, []);
    } finally {
      stranger.close();
    }
  });
});
