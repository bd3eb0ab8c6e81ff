/**
 * The packaged plugin by the real Pulumi CLI: a newcomer with YAML, the whole life of a user; and a TypeScript stack that
 * changes its door both ways in the middle of a grace. On the embedded gateway.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Gateway } from "../../../devserver/rgw/gateway";
import { type Served, serve } from "../../../devserver/rgw/serve";
import { admin } from "../../devserver/request";
import { type Availability, cliAvailable, skipWithout } from "../../real/needs";
import { openStack, REPOSITORY, type Stack, type StackOptions } from "../../real/pulumi";
import { findYaml } from "./yaml";

const PLUGIN = path.join(REPOSITORY, "dist", "plugin", "pulumi-resource-object-users");
const HOW = "`node tools/setup.mjs` makes it";

describe("the packaged plugin by the real CLI", function () {
  this.timeout(300_000);
  const gateway = new Gateway();
  let served: Served;
  let stack: Stack | undefined;

  before(async function () {
    const isBuilt = existsSync(PLUGIN)
      ? { available: true as const }
      : { available: false as const, reason: `The plugin is not built. ${HOW}.` };
    skipWithout(this, await cliAvailable(), isBuilt);
    served = await serve(gateway);
  });
  afterEach(async () => {
    await stack?.dispose();
    stack = undefined;
  });
  after(() => served?.close());

  const environment = () => ({
    RADOSGW_ENDPOINT: served.url,
    RADOSGW_ACCESS_KEY: gateway.admin.accessKey,
    RADOSGW_SECRET_KEY: gateway.admin.secretKey,
  });
  /** A stack whose Pulumi has the plugin, as `object-users plugin install` puts it there. */
  const open = async (options: StackOptions): Promise<Stack> => {
    stack = await openStack({ ...options, env: { ...environment(), ...options.env } });
    const env = { ...process.env, PULUMI_HOME: path.join(path.dirname(stack.directory), "pulumi") };
    const command = path.join(REPOSITORY, "dist", "cli", "main.js");
    const installed = execFileSync(process.execPath, [command, "plugin", "install"], {
      env,
      encoding: "utf8",
      stdio: "pipe",
    });
    assert.deepEqual(readFileSync(installed.trim()), readFileSync(PLUGIN));
    return stack;
  };
  const yamlAvailable = async (): Promise<Availability> =>
    (await findYaml())
      ? { available: true }
      : { available: false, reason: `Pulumi's host for YAML is not there. ${HOW}.` };
  const meddle = (what: string) => assert.equal(gateway.handle(admin(gateway, what, new Date())).status, 200, what);
  const user = (uid: string) => gateway.users().find((one) => one.uid === uid);

  it("takes YAML through a user's life: create, rotate, drift, import, destroy", async function () {
    skipWithout(this, await yamlAvailable());
    const { up, preview, outputs, setConfig, run, destroy } = await open({
      program: path.join(REPOSITORY, "examples/yaml"),
    });

    const first = await preview({ expect: 0 });
    assert.match(first.stdout, /accessKey\s*: "PULU/, "the access key is known before it is made");
    await up({ expect: 0 });
    const made = await outputs({ showSecrets: true });
    assert.match(first.stdout, new RegExp(String(made.accessKey)));
    assert.match((await up({ expect: 0 })).stdout, /unchanged/);

    await setConfig("rotation", "2027-q1");
    assert.match((await preview({ args: ["--diff"], expect: 0 })).stdout, /rotationId: "2026-q4" => "2027-q1"/);
    await up({ expect: 0 });
    const rotated = await outputs({ showSecrets: true });
    assert.notEqual(rotated.accessKey, made.accessKey);
    assert.equal(rotated.previousAccessKey, made.accessKey);
    assert.equal(user("alice")?.keys.size, 2, "both keys live in the grace");

    meddle("POST user?uid=alice&display-name=Mallory");
    const drift = await preview({ args: ["--refresh", "--diff"], expect: 0 });
    assert.match(drift.stdout, /displayName: "Mallory" => "Alice"/);
    await up({ args: ["--refresh"], expect: 0 });
    assert.equal(user("alice")?.user.displayName, "Alice");

    meddle("PUT user?uid=carol&display-name=Carol");
    const imported = await run(["import", "object-users:rgw:User", "carol", "carol", "--yes", "--protect=false"], {
      expect: 0,
    });
    assert.match(imported.stdout, /displayName: Carol/, "the program's text is shown");
    await destroy({ expect: 0 });
    assert.deepEqual(
      gateway
        .users()
        .map(({ uid }) => uid)
        .filter((uid) => /alice|red|blue|carol/.test(uid)),
      [],
    );
  });

  it("looks users up for YAML: with the default provider and an explicit one, in a preview too, secrets as secrets", async function () {
    skipWithout(this, await yamlAvailable());
    meddle("PUT user?uid=dan&display-name=Dan&access-key=DANSKEY&secret-key=dans-secret");
    const program = `
name: look-ups
runtime: yaml
variables:
  dan: { fn::invoke: { function: object-users:rgw:getUser, arguments: { uid: dan } } }
  key:
    fn::invoke:
      function: object-users:rgw:getUser
      arguments: { uid: dan, withSecrets: true }
      options: { provider: "\${cluster}" }
  own: { fn::invoke: { function: object-users:rgw:getUser, arguments: { uid: "\${ann.id}" }, return: displayName } }
  all: { fn::invoke: { function: object-users:rgw:listUsers, return: users } }
resources:
  cluster: { type: pulumi:providers:object-users, properties: { rgw: { endpoint: "\${gateway}" } } }
  ann: { type: object-users:rgw:User, properties: { uid: ann, displayName: Ann } }
config: { gateway: { type: string } }
outputs:
  displayName: \${dan.displayName}
  accessKey: \${dan.keys[0].accessKey}
  secretKey: \${key.keys[0].secretKey}
  own: \${own}
  all: \${all}
`;
    const { preview, up, setConfig, outputs, destroy, write, exportState } = await open({
      program: { files: { "Pulumi.yaml": program } },
    });
    await setConfig("gateway", served.url);
    const { stdout } = await preview({ expect: 0 });
    assert.match(stdout, /displayName: "Dan"/);
    assert.ok(!stdout.includes("dans-secret"));
    await up({ expect: 0 });
    const { secretKey, all, ...shown } = await outputs();
    assert.equal(secretKey, "[secret]");
    assert.deepEqual(shown, { displayName: "Dan", accessKey: "DANSKEY", own: "Ann" });
    assert.ok((all as { uid: string }[]).some(({ uid }) => uid === "dan"));
    assert.equal((await outputs({ showSecrets: true })).secretKey, "dans-secret");
    assert.ok(!JSON.stringify(await exportState()).includes("dans-secret"));
    write({ "Pulumi.yaml": program.replaceAll("uid: dan", "uid: nobody") });
    const failed = await preview();
    assert.match(`${failed.stdout}${failed.stderr}`, /looking up user "nobody": there is no such user/);
    write({ "Pulumi.yaml": program });
    await destroy({ expect: 0 });
    meddle("DELETE user?uid=dan");
  });

  it("takes over a TypeScript stack in the middle of a grace, and gives it back: no user changes", async () => {
    const program = (rotation: string) => `
      const pulumi = require("@pulumi/pulumi");
      const { rgw } = require("pulumi-object-users");
      const cluster = new rgw.Provider("cluster", {
        endpoint: process.env.RADOSGW_ENDPOINT, accessKey: process.env.RADOSGW_ACCESS_KEY,
        secretKey: pulumi.secret(process.env.RADOSGW_SECRET_KEY) });
      const team = new (class extends pulumi.ComponentResource {})("example:index:Team", "team");
      const rotationId = ${JSON.stringify(rotation)};
      const ann = new rgw.User("ann", { uid: "ann", displayName: pulumi.secret("Ann"), rotationId });
      const bob = new rgw.User("bob", { uid: "bob", displayName: "Bob", rotationId }, { parent: team });
      const fleet = new rgw.Users("fleet", { users: { cyn: { uid: "cyn", displayName: "Cyn", rotationId } } }, { provider: cluster });
      exports.keys = pulumi.all([ann.accessKey, bob.accessKey, fleet.get("cyn").accessKey]);
      exports.isUndefined = bob.previousKeyExpiresAt.apply((at) => at === undefined);`;
    const { up, write, outputs, destroy, exportState } = await open({
      program: { files: { "index.js": program("1") } },
    });
    const packaged = { OBJECT_USERS_DOOR: "packaged" };
    const writes = () => gateway.requests.writes();
    await up({ expect: 0 });
    write({ "index.js": program("2") });
    await up({ expect: 0 });
    const before = { writes: writes(), ...(await outputs()) };

    for (const [door, type] of [
      [packaged, "object-users:rgw:User"],
      [{}, "pulumi-nodejs:dynamic/object-users/rgw:User"],
      [packaged, "object-users:rgw:User"],
    ] as const) {
      await up({ env: door, expect: 0 });
      assert.deepEqual({ writes: writes(), ...(await outputs()) }, before, `nothing is done by ${type}`);
      const { resources = [] } = (await exportState()).deployment;
      assert.equal(resources.filter((one) => one.type === type).length, 2);
    }
    write({ "index.js": program("3") });
    await up({ env: packaged, expect: 0 });
    assert.equal(user("ann")?.keys.size, 3);
    await destroy({ env: packaged, expect: 0 });
    assert.deepEqual(
      gateway.users().filter(({ uid }) => /^(ann|bob|cyn)$/.test(uid)),
      [],
    );
  });

  it("keeps the users of a stack that changes its door without an alias", async () => {
    const dynamic = `
      const { rgw } = require("pulumi-object-users");
      new rgw.User("ann", { uid: "ann", displayName: "Ann" });
      new rgw.Users("fleet", { users: { cyn: { uid: "cyn", displayName: "Cyn" } } });`;
    const without = `
      const pulumi = require("@pulumi/pulumi");
      const version = require("pulumi-object-users/package.json").version;
      new pulumi.CustomResource("object-users:rgw:User", "ann", { uid: "ann", displayName: "Ann" }, { version });
      new pulumi.CustomResource("object-users:rgw:Users", "fleet", { users: { cyn: { uid: "cyn", displayName: "Cyn" } } }, { version });`;
    const { up, write, destroy } = await open({ program: { files: { "index.js": dynamic } } });
    await up({ expect: 0 });
    const keys = () => ["ann", "cyn"].map((uid) => [...(user(uid)?.keys.keys() ?? [])]);
    const before = keys();
    write({ "index.js": without });
    const { stdout } = await up({ expect: 0 });
    assert.match(stdout, /is released, not deleted: the program has another resource for this user/);
    assert.deepEqual(keys(), before);
    await destroy({ expect: 0 });
  });
});
