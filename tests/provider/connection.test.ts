/** Where a connection's settings come from, and what is said about those that are missing or wrong. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findBackend } from "../../provider/backends";
import { rgw } from "../../provider/backends/rgw";
import { normalAddress, openConnection } from "../../provider/connection";
import { ObjectUserError } from "../../provider/errors";
import type { TransportOptions } from "../../provider/http/send";
import { openResource } from "../../provider/pulumi/resource";
import { fakeWorld } from "./world";

const CONFIG = { "rgw:endpoint": "https://rgw.test", "rgw:accessKey": "AK", "rgw:secretKey": "hush-config" };
const ENVIRONMENT = { RADOSGW_ENDPOINT: "https://env.test/", RADOSGW_ACCESS_KEY: "EK", RADOSGW_SECRET_KEY: "hush-env" };

/** What is said about a configuration by `check`, and what it leads to. */
async function connect(config: Record<string, unknown>, environment: Record<string, string> = {}) {
  const asked: { url: string; authorization: string | undefined }[] = [];
  let options: TransportOptions | undefined;
  const world = fakeWorld(undefined, {
    environment,
    openTransport: (given) => {
      options = given;
      return async ({ url, headers }) => {
        asked.push({ url: url.origin, authorization: headers.Authorization });
        return { status: 404, headers: {}, body: '{"Code":"NoSuchUser"}' };
      };
    },
  });
  const provider = openResource(rgw, world);
  await provider.configure({ config: { get: (key) => config[key] } });
  const { failures } = await provider.check({}, { uid: "ann", displayName: "Ann" });
  const state = { schemaVersion: 1, userId: "ann", uid: "ann", keys: [], declared: ["uid"], baseline: {} };
  if (failures.length === 0) await provider.read("ann", state);
  return {
    said: failures.map(({ reason }) => reason).join(),
    asked: asked[0],
    options,
    lines: world.lines,
  };
}

/** A connection of any kind, and what it told. */
function opened(kind: string, settings: object): { address: string; lines: readonly string[] } {
  const world = fakeWorld();
  const given: Record<string, unknown> = { ...settings };
  const backend = findBackend(kind);
  assert.ok(backend);
  const get = (key: string) => given[key.slice(kind.length + 1)];
  const { address } = openConnection(backend, { get }, world, () => {});
  return { address, lines: world.lines };
}

/** The addresses that a connection warns of, in their order. */
function warnedOf(kind: string, settings: object): string[] {
  const { lines } = opened(kind, settings);
  assert.doesNotMatch(lines.join(), /hush/);
  return lines.map(
    (line) => /^warning: (\S+) is not encrypted: .* cross the network in clear; use https$/.exec(line)?.[1] ?? line,
  );
}

describe("a connection", () => {
  const found: readonly [what: string, config: object, environment: object, url: string, key: string][] = [
    ["from the provider's arguments or stack configuration", CONFIG, {}, "https://rgw.test", "AK"],
    ["from the environment", {}, ENVIRONMENT, "https://env.test", "EK"],
    ["from configuration rather than the environment", CONFIG, ENVIRONMENT, "https://rgw.test", "AK"],
    ["from both", { "rgw:endpoint": "https://rgw.test" }, ENVIRONMENT, "https://rgw.test", "EK"],
    [
      "from the environment where configuration is empty",
      { ...CONFIG, "rgw:accessKey": undefined },
      ENVIRONMENT,
      "https://rgw.test",
      "EK",
    ],
  ];
  for (const [what, config, environment, url, key] of found) {
    it(`is taken ${what}`, async () => {
      const { said, asked } = await connect({ ...config }, { ...environment });
      assert.equal(said, "");
      assert.equal(asked?.url, url);
      assert.match(asked?.authorization ?? "", new RegExp(`Credential=${key}/`));
    });
  }

  const wrong: readonly [what: string, config: object, says: RegExp][] = [
    [
      "nothing",
      {},
      /^connecting to rgw: endpoint is missing; accessKey is missing; secretKey is missing\. Give rgw\.Provider these arguments, or set stack configuration or environment: rgw:endpoint or RADOSGW_ENDPOINT, rgw:accessKey or RADOSGW_ACCESS_KEY, rgw:secretKey or RADOSGW_SECRET_KEY\.$/,
    ],
    ["no secret", { ...CONFIG, "rgw:secretKey": "" }, /: secretKey is missing\./],
    [
      "an address that is none",
      { ...CONFIG, "rgw:endpoint": "rgw.test:80" },
      /endpoint must be an address such as https:\/\/host:port/,
    ],
    ["a number", { ...CONFIG, "rgw:endpoint": 5 }, /endpoint must be an address/],
    ["another protocol", { ...CONFIG, "rgw:endpoint": "ftp://rgw.test" }, /endpoint must be an address/],
    [
      "credentials in the address",
      { ...CONFIG, "rgw:endpoint": "https://a:hush@rgw.test" },
      /without user, password or query/,
    ],
    [
      "a query in the address",
      { ...CONFIG, "rgw:endpoint": "https://rgw.test/?a=b" },
      /without user, password or query/,
    ],
    ["a bad s3Endpoint", { ...CONFIG, "rgw:s3Endpoint": "x" }, /s3Endpoint must be an address.*rgw:s3Endpoint\.$/],
    ["a timeout of nothing", { ...CONFIG, "rgw:timeoutSeconds": "0" }, /timeoutSeconds must be more than 0 seconds/],
    ["a timeout of words", { ...CONFIG, "rgw:timeoutSeconds": "soon" }, /timeoutSeconds must be a number of seconds/],
    [
      "a timeout so long that a timer would take it for a millisecond",
      { ...CONFIG, "rgw:timeoutSeconds": "3000000" },
      /timeoutSeconds must be at most 86400 seconds/,
    ],
    ["no concurrency", { ...CONFIG, "rgw:maxConcurrency": 0 }, /maxConcurrency must be 1 or more/],
    [
      "a path for a certificate",
      { ...CONFIG, "rgw:caCertificate": "/etc/ca.pem" },
      /caCertificate must be the PEM text of a certificate, not a path/,
    ],
    ["insecure: perhaps", { ...CONFIG, "rgw:insecure": "perhaps" }, /insecure /],
  ];
  for (const [what, config, says] of wrong) {
    it(`with ${what} is refused in check, without a secret`, async () => {
      const { said } = await connect({ ...config });
      assert.match(said, says);
      assert.doesNotMatch(said, /hush/);
    });
  }

  it("with a wait at Infomaniak of more than a day is refused, as its timeout is", () => {
    for (const name of ["waitSeconds", "timeoutSeconds"]) {
      assert.throws(
        () => opened("infomaniak", { token: "hush", [name]: 86_401 }),
        new RegExp(`${name} must be at most 86400 seconds`),
      );
      opened("infomaniak", { token: "hush", [name]: 86_400 });
    }
  });

  it("takes text for numbers and booleans, as stack configuration has it", async () => {
    const caCertificate = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";
    const { options } = await connect({
      ...CONFIG,
      "rgw:insecure": "true",
      "rgw:maxConcurrency": "4",
      "rgw:caCertificate": caCertificate,
    });
    assert.deepEqual([options?.insecure, options?.maxConcurrency, options?.caCertificate], [true, 4, caCertificate]);
  });

  const warned: readonly [endpoint: string, warned: boolean][] = [
    ["http://rgw.test", true],
    ["http://127.0.0.1.evil.test", true],
    ["https://rgw.test", false],
    ["http://localhost:7480", false],
    ["http://127.0.0.1:7480", false],
    ["http://[::1]:7480", false],
  ];
  for (const [endpoint, isWarned] of warned) {
    it(`${endpoint}: ${isWarned ? "a warning" : "no warning"}`, async () => {
      const { lines, said } = await connect({ ...CONFIG, "rgw:endpoint": endpoint });
      assert.equal(said, "");
      assert.equal(
        lines.some((line) => line.includes("is not encrypted")),
        isWarned,
      );
    });
  }

  const RGW = { endpoint: "http://a.test", accessKey: "a", secretKey: "hush" };
  const ECS = { endpoint: "https://a.test", username: "root", password: "hush" };
  const CEGEDIM = { clientId: "a", clientSecret: "hush" };
  const OPENSTACK = { username: "a", password: "hush", projectName: "p" };
  const inClear: readonly [kind: string, settings: object, addresses: readonly string[]][] = [
    ["rgw", RGW, ["http://a.test"]],
    ["rgw", { ...RGW, s3Endpoint: "http://s3.test" }, ["http://a.test", "http://s3.test"]],
    ["ecs", { ...ECS, s3Endpoint: "http://s3.test:9020" }, ["http://s3.test:9020"]],
    ["ecs", { ...ECS, endpoint: "http://a.test:4443" }, ["http://a.test:4443"]],
    ["cegedim", CEGEDIM, []],
    ["cegedim", { ...CEGEDIM, endpoint: "http://a.test" }, ["http://a.test"]],
    ["cegedim", { ...CEGEDIM, tokenUrl: "http://login.test/token" }, ["http://login.test/token"]],
    ["cegedim", { ...CEGEDIM, s3Endpoint: "http://s3.test" }, ["http://s3.test"]],
    ["infomaniak", { token: "hush" }, []],
    ["infomaniak", { token: "hush", endpoint: "http://a.test" }, ["http://a.test"]],
    ["infomaniak", { token: "hush", authUrl: "http://k.test" }, ["http://k.test/v3"]],
    ["infomaniak", { token: "hush", s3Endpoint: "http://s3.test" }, ["http://s3.test"]],
    ["openstack", { ...OPENSTACK, authUrl: "http://k.test" }, ["http://k.test/v3"]],
    ["openstack", { ...OPENSTACK, authUrl: "https://k.test", s3Endpoint: "http://s3.test" }, ["http://s3.test"]],
  ];
  for (const [kind, settings, addresses] of inClear) {
    it(`of ${kind} warns of what crosses the network in clear: ${addresses.join(", ") || "nothing"}`, () => {
      assert.deepEqual(warnedOf(kind, settings), addresses);
    });
  }

  it("of openstack warns of an address that only clouds.yaml has", () => {
    const directory = mkdtempSync(path.join(tmpdir(), "object-users-clouds-"));
    const cloudsFile = path.join(directory, "clouds.yaml");
    writeFileSync(
      cloudsFile,
      "clouds: {c: {auth: {auth_url: 'http://k.test', username: a, password: hush, project_name: p}}}",
    );
    assert.deepEqual(warnedOf("openstack", { cloud: "c", cloudsFile }), ["http://k.test/v3"]);
    rmSync(directory, { recursive: true });
  });

  it("knows its address: where users are administered, written as two that mean the same are", () => {
    const addressOf = (kind: string, settings: object) => opened(kind, settings).address;
    assert.equal(addressOf("rgw", { ...RGW, endpoint: "https://RGW.test:443//" }), "https://rgw.test");
    assert.equal(addressOf("cegedim", CEGEDIM), "https://api.cegedim.cloud/itcare");
    assert.equal(addressOf("openstack", { ...OPENSTACK, authUrl: "https://K.test:5000/" }), "https://k.test:5000/v3");
    assert.equal(normalAddress("HTTP://a.test:80/Path/"), "http://a.test/Path");
  });

  it("is waited for: methods that are called before configure has ended see it", async () => {
    const world = fakeWorld(async () => ({ status: 404, headers: {}, body: '{"Code":"NoSuchUser"}' }));
    const provider = openResource(rgw, world);
    const early = provider.check({}, { uid: "ann", displayName: "Ann" });
    await new Promise(setImmediate);
    await provider.configure({ config: { get: (key) => CONFIG[key as keyof typeof CONFIG] } });
    assert.deepEqual((await early).failures, []);
  });

  it("that is wrong rejects every other method in the same sentence", async () => {
    const provider = openResource(rgw, fakeWorld());
    await provider.configure({ config: { get: () => undefined } });
    const state = { schemaVersion: 1, userId: "ann", uid: "ann", keys: [], declared: ["uid"], baseline: {} };
    const sentence = /^connecting to rgw: endpoint is missing/;
    for (const call of [
      () => provider.create({ uid: "ann", displayName: "Ann" }),
      () => provider.read("ann", state),
      () => provider.update("ann", state, { uid: "ann", displayName: "Ann" }),
      () => provider.delete("ann", state),
    ]) {
      await assert.rejects(
        call,
        (error) => !(error instanceof ObjectUserError) && sentence.test((error as Error).message),
      );
    }
  });
});
