/** The plugin as the engine sees it: what it answers to each call, and what it does not do whatever it is asked. */
import assert from "node:assert/strict";
import { once } from "node:events";
import * as http2 from "node:http2";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import * as grpc from "@grpc/grpc-js";
import * as engineRpc from "@pulumi/pulumi/proto/engine_pb";
import type * as pluginRpc from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type backends as Backends, backends } from "../../provider/backends";
import type { Backend } from "../../provider/backends/backend";
import type { Send } from "../../provider/http/wire";
import { inputsOfId } from "../../provider/packaged/import";
import { inClear } from "../../provider/packaged/marks";
import { speaking } from "../../provider/packaged/speaker";
import { IDENTITY, identityOf } from "../../provider/protocol";
import { asSecret, type Outputs } from "../../provider/pulumi/state";
import { UNKNOWN } from "../../provider/pulumi/unknowns";
import { admin } from "../devserver/request";
import { bench } from "../provider/world";
import { call, closePlugins, filled, openPlugin, RELEASE, settingsOf, struct } from "./door";

const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb");

const URN = "urn:pulumi:test::program::object-users:rgw:User::ann";
const FLEET = "urn:pulumi:test::program::object-users:rgw:Users::all";
const ANN = { uid: "ann", displayName: "Ann", rotationId: "1" };

/** A plugin on a gateway, configured unless told otherwise. */
async function opened({ wrap, engine, isConfigured = true }: Options = {}) {
  const { gateway, world, config } = bench(wrap);
  const { client, plugin } = await openPlugin(world, engine);
  const ask = <T>(method: string, request: unknown) => call<T>(client, method, request);
  const settings = settingsOf(backends.rgw as Backend, config);
  const configure = (args: object) => ask("configure", filled(new rpc.ConfigureRequest(), { args: struct(args) }));
  if (isConfigured) await configure(settings);
  return { gateway, world, plugin, ask, settings, configure, ...resource(ask) };
}

interface Options {
  readonly wrap?: (send: Send) => Send;
  readonly engine?: string;
  readonly isConfigured?: boolean;
}

function resource(ask: <T>(method: string, request: unknown) => Promise<T>) {
  const js = (values: { toJavaScript(): unknown } | undefined) => (values?.toJavaScript() ?? {}) as Outputs;
  return {
    async check(news: object, olds: object = {}, urn = URN) {
      const request = filled(new rpc.CheckRequest(), { urn, olds: struct(olds), news: struct(news) });
      const response = await ask<rpc.CheckResponse>("check", request);
      return { inputs: js(response.getInputs()), failures: response.getFailuresList().map((one) => one.getReason()) };
    },
    async create(properties: object, { preview = false, urn = URN } = {}) {
      const request = filled(new rpc.CreateRequest(), { urn, properties: struct(properties), preview });
      const response = await ask<rpc.CreateResponse>("create", request);
      return { id: response.getId(), outs: js(response.getProperties()) };
    },
    async diff(olds: object, oldInputs: object, news: object, urn = URN) {
      const given = { urn, olds: struct(olds), oldInputs: struct(oldInputs), news: struct(news) };
      const response = await ask<rpc.DiffResponse>("diff", filled(new rpc.DiffRequest(), given));
      return { changes: response.getChanges(), paths: pathsOf(response), replaces: response.getReplacesList() };
    },
    async update(olds: object, news: object, { preview = false, urn = URN } = {}) {
      const given = { urn, id: "ann", olds: struct(olds), news: struct(news), preview };
      return js((await ask<rpc.UpdateResponse>("update", filled(new rpc.UpdateRequest(), given))).getProperties());
    },
    async read(id: string, properties: object = {}, urn = URN) {
      const request = filled(new rpc.ReadRequest(), { urn, id, properties: struct(properties) });
      const response = await ask<rpc.ReadResponse>("read", request);
      return { id: response.getId(), outs: js(response.getProperties()), inputs: js(response.getInputs()) };
    },
  };
}

/** Where something differs, and how: "email 0" is added, 2 deleted, 4 updated; odd ones replace the resource. */
function pathsOf(response: rpc.DiffResponse): string[] {
  const paths: string[] = [];
  response.getDetaileddiffMap().forEach((difference, path) => {
    paths.push(`${path} ${difference.getKind()}`);
  });
  return paths.sort();
}

const isSecret = (value: unknown) =>
  typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;

describe("the packaged plugin", () => {
  afterEach(closePlugins);

  it("says what it is", async () => {
    const { ask } = await opened();
    const handshake = await ask<rpc.ProviderHandshakeResponse>("handshake", new rpc.ProviderHandshakeRequest());
    assert.deepEqual([handshake.getAcceptSecrets(), handshake.getAcceptOutputs()], [true, false]);
    assert.equal((await ask<pluginRpc.PluginInfo>("getPluginInfo", new Empty())).getVersion(), RELEASE.version);
    const schema = await ask<rpc.GetSchemaResponse>("getSchema", new rpc.GetSchemaRequest());
    assert.equal(schema.getSchema(), RELEASE.schema);
  });

  describe("its settings", () => {
    const checked = async (news: object) => {
      const { ask } = await opened({ isConfigured: false });
      const response = await ask<rpc.CheckResponse>(
        "checkConfig",
        filled(new rpc.CheckRequest(), { news: struct(news) }),
      );
      const failures = response.getFailuresList().map((one) => `${one.getProperty()}${one.getReason()}`);
      return { inputs: response.getInputs()?.toJavaScript() as Outputs, failures };
    };

    for (const [what, given] of [
      ["an object", { endpoint: "https://a.test", secretKey: "s3cret" }],
      ["JSON text", JSON.stringify({ endpoint: "https://a.test", secretKey: "s3cret" })],
    ] as const) {
      it(`are kept as objects with their secrets marked: ${what}`, async () => {
        const { inputs, failures } = await checked({ rgw: given });
        assert.deepEqual(failures, []);
        assert.deepEqual(inputs, { rgw: { endpoint: "https://a.test", secretKey: asSecret("s3cret") } });
      });
    }

    it("stay secret as a whole where the program says so, and pass where they are not known yet", async () => {
      const { inputs } = await checked({ rgw: asSecret({ endpoint: "https://a.test" }), ecs: UNKNOWN });
      assert.deepEqual(inputs, { rgw: { endpoint: asSecret("https://a.test") }, ecs: UNKNOWN });
    });

    const wrong: readonly [given: object, says: RegExp][] = [
      [{ endpoint: "https://a.test" }, /^endpoint: is not a system of this plugin; it has rgw, /],
      [{ rgw: "s3cret" }, /^rgw: must be an object/],
      [{ rgw: ["s3cret"] }, /^rgw: must be an object/],
      [{ rgw: { endpont: "s3cret" } }, /^rgw\.endpont: is not a setting; the settings are endpoint, /],
      [{ toString: "s3cret" }, /^toString: is not a system/],
    ];
    for (const [given, says] of wrong) {
      it(`are refused without their values: ${JSON.stringify(Object.keys(given))} ${says.source}`, async () => {
        const { failures } = await checked(given);
        assert.equal(failures.length, 1);
        assert.match(failures[0] ?? "", says);
        assert.doesNotMatch(failures.join(), /s3cret/);
      });
    }

    const one = { rgw: { endpoint: "https://a.test", secretKey: asSecret("s") }, version: "1" };
    const pairs: readonly [what: string, other: object, changes: number][] = [
      ["another order and form", { rgw: '{"secretKey":"s","endpoint":"https://a.test"}', version: "2" }, 1],
      ["another value", { rgw: { endpoint: "https://b.test", secretKey: "s" } }, 2],
      ["nothing", {}, 2],
    ];
    for (const [what, other, changes] of pairs) {
      it(`never replace a resource: ${what}`, async () => {
        const { ask } = await opened({ isConfigured: false });
        const request = filled(new rpc.DiffRequest(), { oldInputs: struct(one), news: struct(other) });
        const response = await ask<rpc.DiffResponse>("diffConfig", request);
        assert.deepEqual([response.getChanges(), response.getReplacesList()], [changes, []]);
        assert.doesNotMatch(pathsOf(response).join(), /[135]$/m, "nothing replaces");
      });
    }

    it("are missed by the names that this door has for them", async () => {
      const { configure, check } = await opened({ isConfigured: false });
      await configure({});
      const { failures } = await check(ANN);
      assert.match(failures.join(), /object-users:rgw\.endpoint or RADOSGW_ENDPOINT/);
    });

    it("may come after the first request about a resource", async () => {
      const { configure, check, settings } = await opened({ isConfigured: false });
      const first = check(ANN);
      await configure(settings);
      assert.deepEqual((await first).failures, []);
    });
  });

  describe("a resource", () => {
    it("has the identity of its URN, whatever the program says, the same through both doors", async () => {
      const { check } = await opened();
      const { inputs } = await check({ ...ANN, [IDENTITY]: "another", __secretInputs: "x", __defaults: [] });
      const dynamic = URN.replace("object-users:rgw:User", "pulumi-nodejs:dynamic/object-users/rgw:User");
      assert.equal(inputs[IDENTITY], identityOf(dynamic));
      assert.deepEqual(Object.keys(inputs).sort(), ["__identity", "__provider", "displayName", "rotationId", "uid"]);
      assert.equal(
        inputs.__provider,
        `exports.handler = () => require("pulumi-object-users/provider").provider("rgw", 1);`,
      );
    });

    it("keeps as secrets what the program gives as secrets, in inputs and outputs, and shows it in no line", async () => {
      const { check, create, update, read, world } = await opened();
      const { inputs } = await check({ ...ANN, displayName: asSecret("Hidden One"), email: null });
      assert.deepEqual(inputs.displayName, asSecret("Hidden One"));
      const { outs } = await create(inputs);
      assert.deepEqual(outs.displayName, asSecret("Hidden One"));
      assert.ok(isSecret(outs.secretKey) && !isSecret(outs.accessKey));
      const { inputs: news } = await check({ ...ANN, displayName: asSecret("Hidden Two") }, inputs);
      const updated = await update(outs, news);
      assert.deepEqual(updated.displayName, asSecret("Hidden Two"));
      const seen = await read("ann", updated);
      assert.deepEqual([seen.outs.displayName, seen.inputs.displayName], Array(2).fill(asSecret("Hidden Two")));
      assert.doesNotMatch(world.lines.join("\n"), /Hidden/);
    });

    it("keeps a whole fleet's inputs secret when one of them is", async () => {
      const { check, create } = await opened();
      const users = { red: { ...ANN, displayName: asSecret("Hidden One") } };
      const { inputs } = await check({ users }, {}, FLEET);
      const { outs, id } = await create(inputs, { urn: FLEET });
      assert.equal(id, "rgw.Users");
      for (const value of [inputs.users, outs.members, outs.credentials, outs.keys]) assert.ok(isSecret(value));
      const open = Object.entries(outs).filter(([, value]) => !isSecret(value));
      assert.doesNotMatch(JSON.stringify(open), /Hidden/);
    });

    it("tells in a preview what will be, and null of what will not", async () => {
      const asked: string[] = [];
      const wrap =
        (send: Send): Send =>
        (request, ms) => {
          asked.push(request.method);
          return send(request, ms);
        };
      const { check, create, update, world } = await opened({ wrap });
      const { inputs } = await check(ANN);
      const preview = await create(inputs, { preview: true });
      assert.deepEqual(asked, [], "a preview asks nothing");
      assert.equal(preview.id, "", "what has an id is there");
      const { id, outs } = await create(inputs);
      assert.deepEqual([id, preview.outs.userId, preview.outs.accessKey], ["ann", "ann", outs.accessKey]);
      assert.deepEqual([preview.outs.secretKey, preview.outs.previousAccessKey], [asSecret(UNKNOWN), null]);
      world.advance(60);
      const next = (await check({ ...ANN, rotationId: "2" }, inputs)).inputs;
      const will = await update(outs, next, { preview: true });
      const is = await update(outs, next);
      assert.deepEqual([will.accessKey, will.previousAccessKey], [is.accessKey, outs.accessKey]);
      assert.deepEqual(inClear(will).previousSecretKey, inClear(outs).secretKey);
      assert.equal(will.previousKeyExpiresAt, UNKNOWN);
    });

    it("leaves everything open in a preview with inputs that are not known yet", async () => {
      const { check, create } = await opened();
      const { inputs, failures } = await check({ ...ANN, uid: UNKNOWN });
      assert.deepEqual(failures, []);
      const { id, outs } = await create(inputs, { preview: true });
      assert.deepEqual([id, outs.accessKey, outs.userId, outs.displayName], ["", UNKNOWN, UNKNOWN, "Ann"]);
    });

    it("foretells nothing of a user that it may find and adopt", async () => {
      const { check, create } = await opened();
      const { inputs } = await check({ ...ANN, adopt: true });
      const { outs } = await create(inputs, { preview: true });
      assert.deepEqual([outs.accessKey, outs.maxBuckets, outs.displayName], [UNKNOWN, UNKNOWN, "Ann"]);
    });

    it("tells what differs, by path", async () => {
      const { check, create, diff, update, world } = await opened();
      const { inputs } = await check({ ...ANN, userQuota: { maxObjects: 1 } });
      const { outs } = await create(inputs);
      const checked = async (news: object) => (await check(news, inputs)).inputs;
      assert.deepEqual(await diff(outs, inputs, inputs), { changes: 1, paths: [], replaces: [] });
      const quota = await checked({ ...ANN, userQuota: { maxObjects: 2 }, email: "a@x.org" });
      assert.deepEqual(await diff(outs, inputs, quota), {
        changes: 2,
        paths: ["email 0", "userQuota.maxObjects 4"],
        replaces: [],
      });
      const another = await checked({ ...ANN, uid: "bob" });
      assert.deepEqual((await diff(outs, inputs, another)).paths, ["uid 5", "userQuota 2"]);
      const rotated = await checked({ ...ANN, rotationId: "2", gracePeriodSeconds: 60, userQuota: { maxObjects: 1 } });
      const now = await update(outs, rotated);
      world.advance(61);
      const ended = await diff(now, rotated, rotated);
      const names = ["previousAccessKey", "previousKeyExpiresAt", "previousSecretKey"];
      assert.deepEqual(ended, { changes: 2, paths: names.map((name) => `${name} 2`), replaces: [] });
    });

    it("reads a user by its id, the same each time, and changes nothing", async () => {
      const asked: string[] = [];
      const wrap =
        (send: Send): Send =>
        (request, ms) => {
          asked.push(request.method);
          return send(request, ms);
        };
      const { gateway, world, read, check, diff } = await opened({ wrap });
      const { status } = gateway.handle(
        admin(gateway, "PUT user?uid=carol&display-name=Carol&email=c@x.org", world.now()),
      );
      assert.equal(status, 200);
      const first = await read("carol");
      assert.equal(first.id, "carol");
      const { uid, displayName, email } = first.inputs;
      assert.deepEqual({ uid, displayName, email }, { uid: "carol", displayName: "Carol", email: "c@x.org" });
      world.advance(60);
      assert.deepEqual(await read("carol"), first);
      const { inputs, failures } = await check({ uid: "carol", displayName: "Carol", email: "c@x.org" });
      assert.deepEqual(failures, []);
      assert.equal((await diff(first.outs, first.inputs, inputs)).changes, 1);
      assert.deepEqual([...new Set(asked)], ["GET"], "nothing was changed");
      await assert.rejects(read("nobody"), /importing user "nobody": there is no such user/);
      await assert.rejects(read("x", {}, FLEET), /a fleet has no id on the system/);
    });

    it("keeps what is known of a half-made user", async () => {
      let isDown = false;
      const wrap =
        (send: Send): Send =>
        (request, ms) =>
          isDown && request.url.pathname === "/"
            ? Promise.resolve({ status: 503, headers: {}, body: "" })
            : send(request, ms);
      const { check, create, update } = await opened({ wrap });
      isDown = true;
      const { inputs } = await check(ANN);
      const failure = (await create(inputs).catch((error) => error)) as { id: string; properties: Outputs };
      assert.equal(failure.id, "ann");
      assert.equal(failure.properties.schemaVersion, 1);
      isDown = false;
      assert.match(String((await update(failure.properties, inputs)).accessKey), /^PULU/);
    });
  });

  describe("the id of each kind", () => {
    const ids: Record<keyof typeof Backends, readonly [id: string, inputs: object]> = {
      rgw: ["acme$ann", { tenant: "acme", uid: "ann" }],
      ecs: ["acme/ann/b", { namespace: "acme", userId: "ann/b" }],
      cegedim: ["cos-acme/a label / b", { objectStore: "cos-acme", label: "a label / b" }],
      openstack: ["Default/ann", { domain: "Default", name: "ann" }],
      infomaniak: ["12/34/Ann B", { publicCloudId: "12", projectId: "34", description: "Ann B" }],
    };
    for (const [kind, backend] of Object.entries(backends)) {
      it(`${kind} is what the program calls the user`, () => {
        const [id, inputs] = ids[kind] ?? assert.fail(`${kind} needs an id here, and in docs/packaged.md`);
        const found = inputsOfId(backend, id);
        assert.deepEqual(found, inputs);
        assert.equal(backend.specOf(found).name, id);
        const [first = ""] = id.split(backend.importedBy.separator);
        for (const wrong of ["", `${backend.importedBy.separator}x`, backend.importedBy.firstIsOptional ? "" : first])
          assert.throws(() => inputsOfId(backend, wrong), /the id has another form\. Give it as /);
      });
    }
    it("infomaniak may name the user by its generated name", () => {
      const backend = backends.infomaniak as Backend;
      const found = inputsOfId(backend, "12/34/PCU-1A2B3C4");
      assert.deepEqual(found, { publicCloudId: "12", projectId: "34", openStackName: "PCU-1A2B3C4" });
      assert.equal(backend.specOf(found).name, "12/34/PCU-1A2B3C4");
    });
    it("rgw may leave out the tenant", () => {
      assert.deepEqual(inputsOfId(backends.rgw as Backend, "ann"), { uid: "ann" });
    });
  });

  it("tells its lines to the engine, beside their resource, warnings as such", async () => {
    const said: engineRpc.LogRequest[] = [];
    const server = new grpc.Server();
    const log = (request: { request: engineRpc.LogRequest }, reply: (error: null, response: Empty) => void) => {
      said.push(request.request);
      reply(null, new Empty());
    };
    server.addService(EngineService, { log } as never);
    const port = await new Promise<number>((resolve, reject) => {
      const onBound = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), onBound);
    });
    try {
      const { check, create, diff, world } = await opened({ engine: `127.0.0.1:${port}` });
      const { inputs } = await check(ANN);
      const { outs } = await create(inputs);
      await diff(outs, inputs, (await check({ ...ANN, rotationId: "2" }, inputs)).inputs);
      const about = said.filter((one) => one.getUrn() === URN).map((one) => one.getMessage());
      assert.match(about.join("\n"), /^rgw\.User ann: issueKey: rotationId changed from "1" to "2"/m);
      assert.deepEqual(world.lines, [], "nothing is printed");
      const speaker = speaking(`127.0.0.1:${port}`, assert.fail);
      await speaker.during(URN, async () => speaker.log("warning: rgw.User ann: something cannot be undone"));
      speaker.close();
      const last = said.at(-1);
      assert.equal(last?.getSeverity(), engineRpc.LogSeverity.WARNING);
      assert.deepEqual([last?.getMessage(), last?.getUrn()], ["rgw.User ann: something cannot be undone", URN]);
    } finally {
      server.forceShutdown();
    }
  });

  it("sends nothing after Cancel, and keeps what is known", async () => {
    const asked: string[] = [];
    const hanging: (() => void)[] = [];
    const wrap =
      (send: Send): Send =>
      async (request, ms) => {
        asked.push(`${request.method} ${request.url.pathname}`);
        if (request.url.pathname === "/") await new Promise<void>((go) => hanging.push(go));
        return send(request, ms);
      };
    const { check, create, ask } = await opened({ wrap });
    const { inputs } = await check(ANN);
    const creating = create(inputs).catch((error) => error as Error & { properties: Outputs });
    while (hanging.length === 0) await new Promise((go) => setImmediate(go));
    const before = [...asked];
    await ask("cancel", new Empty());
    const failure = await creating;
    assert.match((failure as Error).message, /the run was cancelled. The next up goes on from here/);
    assert.deepEqual(asked, before, "nothing more was sent");
    await assert.rejects(create({ ...inputs, uid: "bob" }), /the run was cancelled/);
    assert.deepEqual(asked, before, "nor for another resource");
    assert.equal((failure as { properties: Outputs }).properties.schemaVersion, 1);
    for (const go of hanging) go();
  });

  describe("whoever reaches its port", () => {
    it("finds it on this machine only", async () => {
      const { plugin } = await opened();
      const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
      for (const { address } of all.filter(({ internal, family }) => !internal && family === "IPv4"))
        await assert.rejects(once(connect(plugin.port, address), "connect"), /ECONNREFUSED/, address);
      await once(connect(plugin.port, "127.0.0.1"), "connect");
    });

    const types = [
      "",
      "object-users:rgw:Nobody",
      "object-users:toString:User",
      "object-users:__proto__:x",
      "aws:s3:Bucket",
    ];
    for (const type of types) {
      it(`is refused another resource: ${JSON.stringify(type)}`, async () => {
        const { check } = await opened();
        await assert.rejects(check(ANN, {}, `urn:pulumi:t::p::${type}::x`), /has no resource/);
      });
    }

    it("gets an error for bytes that are no message, and does not end it", async () => {
      const { plugin, check } = await opened();
      for (const bytes of [
        Buffer.from("ffffffffff", "hex"),
        Buffer.alloc(64, 0x1f),
        Buffer.from("0a05616263", "hex"),
      ]) {
        const status = await raw(plugin.port, "/pulumirpc.ResourceProvider/Check", bytes);
        assert.notEqual(status, "0");
      }
      assert.notEqual(await raw(plugin.port, "/pulumirpc.ResourceProvider/Nothing", Buffer.alloc(0)), "0");
      assert.deepEqual((await check(ANN)).failures, []);
    });

    it("gets an error for state that is none, and loses no user by it", async () => {
      const { check, create, ask, update, gateway } = await opened();
      const { inputs } = await check(ANN);
      await create(inputs);
      for (const properties of [
        {},
        { schemaVersion: 1 },
        { schemaVersion: 99, userId: "ann", keys: [] },
        { userId: [] },
      ]) {
        const request = filled(new rpc.DeleteRequest(), { urn: URN, id: "ann", properties: struct(properties) });
        await assert.rejects(ask("delete", request), /the state (has schema version|is damaged)/);
        await assert.rejects(update(properties, inputs), /the state (has schema version|is damaged)/);
      }
      assert.equal(gateway.users().length, 1);
    });
  });
});

/** A gRPC call of any bytes; its status. */
async function raw(port: number, path: string, body: Buffer): Promise<string> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(body.length, 1);
    stream.end(Buffer.concat([head, body]));
    return await new Promise((resolve, reject) => {
      const take = (headers: Record<string, unknown>) => {
        if (headers["grpc-status"] !== undefined) resolve(String(headers["grpc-status"]));
      };
      stream.on("response", take).on("trailers", take).on("error", reject).resume();
    });
  } finally {
    session.close();
  }
}
