/** Look-ups as functions of the packaged plugin: what the engine gets for a call, and what nobody gets. */
import assert from "node:assert/strict";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { backends } from "../../provider/backends";
import type { Backend } from "../../provider/backends/backend";
import type { Send } from "../../provider/http/wire";
import { openLookUps } from "../../provider/operator/look-up";
import { inClear } from "../../provider/packaged/marks";
import { asSecret, type Outputs } from "../../provider/pulumi/state";
import { UNKNOWN } from "../../provider/pulumi/unknowns";
import { packageSchema } from "../../tools/plugin/schema";
import type { Adapter } from "../backends/adapter";
import { cegedimWith, STORE } from "../backends/cegedim";
import { ecsWith } from "../backends/ecs";
import { embedded } from "../backends/rgw";
import { openStack } from "../backends/stack";
import { admin } from "../devserver/request";
import { bench } from "../provider/world";
import { call, closePlugins, filled, openPlugin, settingsOf, struct } from "./door";

type Client = Parameters<typeof call>[0];
type Shape = { readonly properties?: Readonly<Record<string, unknown>>; readonly required?: readonly string[] };
type Functions = Readonly<Record<string, { readonly inputs?: Shape; readonly outputs: Shape }>>;

/** Calls a function: its answer, or the failures of its arguments by name. */
async function invoke(client: Client, tok: string, args: object) {
  const request = filled(new rpc.InvokeRequest(), { tok, args: struct(args) });
  const response = await call<rpc.InvokeResponse>(client, "invoke", request);
  const failures = response.getFailuresList().map((one) => `${one.getProperty()} ${one.getReason()}`);
  return { answer: (response.getReturn()?.toJavaScript() ?? {}) as Outputs, failures };
}

const configure = (client: Client, settings: object) =>
  call(client, "configure", filled(new rpc.ConfigureRequest(), { args: struct(settings) }));

/** A plugin on a gateway that has the user acme$ann, whose key anybody can read who may read users. */
async function opened({ wrap, isConfigured = true }: { wrap?: (send: Send) => Send; isConfigured?: boolean } = {}) {
  const { gateway, world, config } = bench(wrap);
  const made = "PUT user?uid=acme$ann&display-name=Ann&access-key=ANNSKEY&secret-key=anns-secret&max-buckets=7";
  assert.equal(gateway.handle(admin(gateway, made, world.now())).status, 200);
  const { client } = await openPlugin(world);
  const settings = settingsOf(backends.rgw as Backend, config);
  if (isConfigured) await configure(client, settings);
  gateway.requests.reset();
  return {
    gateway,
    client,
    settings,
    ask: (name: string, args: object) => invoke(client, `object-users:${name}`, args),
  };
}

const ANN = { tenant: "acme", uid: "ann" };

describe("the packaged plugin's functions", () => {
  afterEach(closePlugins);

  describe("on each system", function () {
    this.timeout(60_000);
    let functions: Functions;
    before(() => {
      ({ functions } = packageSchema("1.2.3") as { functions: Functions });
    });

    it("are a look-up of one user and one of many, and no other", () => {
      const names = Object.keys(backends).flatMap((kind) => [`${kind}:getUser`, `${kind}:listUsers`]);
      assert.deepEqual(Object.keys(functions).sort(), names.map((name) => `object-users:${name}`).sort());
    });

    for (const [kind, { locating, listedBy, specOf }] of Object.entries(backends))
      it(`${kind} takes the inputs that say which user, and which place`, () => {
        const of = (name: string) => functions[`object-users:${kind}:${name}`]?.inputs;
        const { properties = {}, required = [] } = of("getUser") ?? assert.fail();
        assert.deepEqual(Object.keys(properties).sort(), [...locating, "withSecrets"].sort());
        assert.deepEqual(Object.keys(of("listUsers")?.properties ?? {}).sort(), [...listedBy].sort());
        assert.ok(specOf(Object.fromEntries(required.map((name) => [name, "1"]))).name);
      });

    const systems: readonly [adapter: Adapter, place: object, which: object][] = [
      [embedded as Adapter, {}, { uid: "ann" }],
      [ecsWith(), { namespace: "ns1" }, { userId: "ann", namespace: "ns1" }],
      [cegedimWith() as Adapter, { objectStore: STORE }, { objectStore: STORE, label: "ann" }],
    ];
    for (const [adapter, place, which] of systems) {
      const { backend } = adapter;

      it(`${backend.system} shows what the look-ups of programs show, as the schema has it`, async () => {
        const { system, world, up } = await openStack(adapter);
        await up({ rotationId: "1" });
        const own = { ...world, openTransport: system.openTransport };
        const config = { get: (key: string) => system.config[key] };
        const lookUps = openLookUps(backend, config, own);
        const { client } = await openPlugin(own);
        await configure(client, settingsOf(backend, config));

        for (const withSecrets of [false, true]) {
          const { fields, ...found } = await lookUps.getUser({ ...which }, { withSecrets });
          const { answer } = await invoke(client, `object-users:${backend.system}:getUser`, { ...which, withSecrets });
          assert.deepEqual(inClear(answer), { ...fields, ...found });
          const { properties = {}, required = [] } = functions[`object-users:${backend.system}:getUser`]?.outputs ?? {};
          assert.deepEqual(
            Object.keys(answer).filter((name) => !(name in properties)),
            [],
          );
          assert.deepEqual(
            required.filter((name) => answer[name] === undefined),
            [],
          );
        }
        const { answer } = await invoke(client, `object-users:${backend.system}:listUsers`, place);
        assert.deepEqual(answer, { users: await lookUps.listUsers({ ...place }) });
      });
    }
  });

  it("mark the secrets that were asked for, and show no others", async () => {
    const { ask } = await opened();
    const key = { id: "ANNSKEY", accessKey: "ANNSKEY" };
    assert.deepEqual((await ask("rgw:getUser", ANN)).answer.keys, [key]);
    const { answer } = await ask("rgw:getUser", { ...ANN, withSecrets: true });
    assert.deepEqual(answer.keys, [{ ...key, secretKey: asSecret("anns-secret") }]);
    assert.equal(answer.maxBuckets, 7);
  });

  it("keep secret whatever was found by secret arguments", async () => {
    const { ask } = await opened();
    const { answer } = await ask("rgw:getUser", { ...ANN, uid: asSecret("ann"), withSecrets: true });
    assert.deepEqual(answer.displayName, asSecret("Ann"));
    assert.deepEqual(answer.keys, asSecret([{ id: "ANNSKEY", accessKey: "ANNSKEY", secretKey: "anns-secret" }]));
  });

  it("take null for an argument that is not given", async () => {
    const { ask } = await opened();
    const { failures } = await ask("rgw:getUser", { ...ANN, withSecrets: null });
    assert.deepEqual(failures, []);
    await assert.rejects(
      ask("rgw:getUser", { uid: "ann", tenant: null }),
      /looking up user "ann": there is no such user/,
    );
    assert.deepEqual((await ask("rgw:listUsers", { tenant: null })).answer, { users: [ANN] });
  });

  const wrong: readonly [name: string, args: object, failures: readonly string[]][] = [
    ["getUser", {}, ["uid is required"]],
    ["getUser", { uid: UNKNOWN }, ["uid is not known yet in a preview"]],
    ["getUser", { uid: 7 }, ["uid must be of type string, not a number"]],
    ["getUser", { ...ANN, colour: "s3cret" }, ["colour is not an argument of this look-up"]],
    ["getUser", { ...ANN, withSecrets: "s3cret" }, ["withSecrets must be true or false"]],
    ["listUsers", { withSecrets: true }, ["withSecrets is not an argument of this look-up"]],
    ["listUsers", { uid: "s3cret" }, ["uid is not an argument of this look-up"]],
  ];
  for (const [name, args, expected] of wrong)
    it(`name wrong arguments without their values, and ask nothing: ${name} ${Object.keys(args)}, ${expected}`, async () => {
      const { gateway, ask } = await opened();
      const { answer, failures } = await ask(`rgw:${name}`, args);
      assert.deepEqual([failures, answer, gateway.requests.tally()], [expected, {}, {}]);
    });

  const nothing = ["", "object-users:rgw:deleteUser", "object-users:rgw:getUser:x", "rgw:getUser", "object-users:rgw"];
  for (const token of [...nothing, "object-users:toString:getUser", "object-users:rgw:constructor", "aws:rgw:getUser"])
    it(`are no others: ${JSON.stringify(token)}`, async () => {
      const { client } = await opened();
      await assert.rejects(invoke(client, token, ANN), /this release of object-users has no function/);
    });

  it("are refused before there is a connection, and use the one that comes", async () => {
    const { client, ask, settings } = await opened({ isConfigured: false });
    await assert.rejects(ask("rgw:getUser", ANN), /the plugin is not configured yet/);
    await configure(client, {});
    await assert.rejects(ask("rgw:getUser", ANN), /object-users:rgw\.endpoint or RADOSGW_ENDPOINT/);
    await configure(client, settings);
    assert.equal((await ask("rgw:getUser", ANN)).answer.displayName, "Ann");
  });

  it("are given up at Cancel", async () => {
    let began = () => {};
    const isUnderWay = new Promise<void>((resolve) => {
      began = resolve;
    });
    const wrap = (): Send => () => {
      began();
      return new Promise(() => {});
    };
    const { client, ask } = await opened({ wrap });
    const looking = assert.rejects(ask("rgw:getUser", ANN), /the run was cancelled/);
    await isUnderWay;
    await call(client, "cancel", new Empty());
    await looking;
  });
});
