// `object-users sweep` with the real Pulumi CLI: after it, state and system agree by the next up or refresh, and no key is
// revoked twice. Also what goes wrong before there is anything to sweep.

import assert from "node:assert/strict";
import { Gateway } from "../../../../devserver/rgw/gateway";
import { type Served, serve } from "../../../../devserver/rgw/serve";
import { admin } from "../../../devserver/request";
import { needCli } from "../../../real/needs";
import { openStack, type Stack } from "../../../real/pulumi";
import { objectUsers } from "../../real";

const OK = { expect: 0 };
const NO_DRIFT = { expect: 0, args: ["--refresh", "--expect-no-changes"] };

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { rotationId, explicit } = require("./wish.json");
const times = { gracePeriodSeconds: 1, rotationId };
new rgw.User("ann", { uid: "ann", displayName: "Ann", ...times });
const provider = new rgw.Provider("own", explicit);
new rgw.Users("teams", { defaults: times, users: {
  red: { uid: "red", displayName: "Red" },
  blue: { uid: "blue", displayName: "Blue", gracePeriodSeconds: 86400 },
} }, { provider });
`;

describe("object-users sweep, with the real CLI", function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let served: Served;
  let env: Record<string, string>;
  let stack: Stack | undefined;

  const deletions = () => gateway.requests.count("DELETE user?key");
  const wish = (rotationId: string) => {
    const { accessKey, secretKey } = gateway.admin;
    stack?.write({
      "wish.json": JSON.stringify({ rotationId, explicit: { endpoint: served.url, accessKey, secretKey } }),
    });
  };
  /** Rotated, and the graces of ann and red are over. */
  const rotate = async (rotationId: string) => {
    wish(rotationId);
    await stack?.up(OK);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the grace itself
    gateway.requests.reset();
  };
  const ringOf = async (name: string) => {
    const resources = (await stack?.exportState())?.deployment.resources ?? [];
    const outputs = resources.find(({ urn }) => urn.endsWith(`::${name}`))?.outputs;
    return outputs?.keys;
  };

  before(async function () {
    await needCli(this);
    gateway = new Gateway();
    served = await serve(gateway);
    env = {
      RADOSGW_ENDPOINT: served.url,
      RADOSGW_ACCESS_KEY: gateway.admin.accessKey,
      RADOSGW_SECRET_KEY: gateway.admin.secretKey,
    };
    stack = await openStack({ program: { files: { "index.js": PROGRAM, "wish.json": "{}" } }, env });
    wish("a");
    await stack.up(OK);
    await rotate("b");
  });
  after(async () => {
    await stack?.dispose();
    await served?.close();
  });

  it("revokes what is over, by the connections that the last up recorded and the environment", async () => {
    assert.ok(stack);
    const { code, out, said } = await objectUsers(stack, ["sweep"], env);
    assert.equal(code, 0, said);
    assert.match(out, /test ann: key PULU\w+ revoked and refused by S3/);
    assert.match(out, /test teams\/red: key PULU\w+ revoked and refused by S3/);
    assert.equal(deletions(), 2);
    assert.deepEqual(
      ["ann", "red", "blue"].map((uid) => gateway.user(uid)?.keys.size),
      [1, 1, 2],
    );
    for (const { keys } of gateway.users())
      for (const secret of keys.values()) assert.ok(!`${out}${said}`.includes(secret));
  });

  it("leaves a state that the next up brings into agreement without revoking again", async () => {
    gateway.requests.reset();
    await stack?.up(OK);
    assert.equal(deletions(), 0);
    assert.equal(((await ringOf("ann")) as unknown[]).length, 1);
    assert.equal(((await ringOf("teams")) as { red: unknown[] }).red.length, 1);
  });

  it("likewise the next refresh", async () => {
    assert.ok(stack);
    await rotate("c");
    assert.equal((await objectUsers(stack, ["sweep"], env)).code, 0);
    gateway.requests.reset();
    await stack.refresh(OK);
    assert.equal(((await ringOf("ann")) as unknown[]).length, 1);
    await stack.preview(NO_DRIFT);
    assert.equal(deletions(), 0);
    assert.equal((await objectUsers(stack, ["sweep"], env)).out, "");
  });

  it("finds an orphan, and revokes that only", async () => {
    assert.ok(stack);
    const lost = "PULUAAAAAAAAAAAAAAAA";
    assert.equal(gateway.handle(admin(gateway, `PUT user?key&uid=ann&access-key=${lost}`)).status, 200);
    const found = await objectUsers(stack, ["sweep", "--orphans"], env);
    assert.deepEqual([found.code, found.out], [1, `rgw ${served.url}: orphan ${lost} of user "ann"\n`]);
    const ended = await objectUsers(stack, ["sweep", "--delete-orphans"], env);
    assert.equal(ended.code, 0, ended.said);
    assert.match(ended.out, /revoked and refused by S3/);
  });

  it("checks every connection that a stack recorded, each system once", async () => {
    assert.ok(stack);
    const { code, out } = await objectUsers(stack, ["check", "--stack", "test"], env);
    assert.equal(code, 0, out);
    assert.equal(out.match(/credentials: the gateway knows the admin key/g)?.length, 1);
  });

  it("leaves the users of an up that is under way, and does the others", async () => {
    assert.ok(stack);
    await rotate("up-1");
    wish("up-2");
    const arrived = new Promise<void>((resolve) => {
      gateway.faults = (request, _sequence, kind) => {
        if (kind !== "POST user" || !request.url.search.includes("uid=ann")) return undefined;
        resolve();
        return { kind: "hang", when: "before" };
      };
    });
    const up = stack.spawn(["up", "--yes", "--skip-preview", "--target", "**ann"]);
    await arrived;
    const { code, out, said } = await objectUsers(stack, ["sweep"], env);
    await up.kill();
    gateway.faults = undefined;
    assert.equal(code, 1, said);
    assert.match(said, /test ann: skipped: an up is in progress, or was interrupted/);
    assert.match(out, /test teams\/red: key PULU\w+ revoked/);
    await stack.run(["cancel", "--yes"], OK);
  });

  it("says in a line that the passphrase is wrong", async () => {
    assert.ok(stack);
    const { code, out, said } = await objectUsers(stack, ["sweep"], { ...env, PULUMI_CONFIG_PASSPHRASE: "not it" });
    assert.deepEqual([code, out], [3, ""]);
    assert.match(said, /failed: test: .*incorrect passphrase/);
  });

  it("says that the gateway is not reachable, user by user and then no more", async () => {
    assert.ok(stack);
    await rotate("d");
    await served.close();
    const { code, said } = await objectUsers(stack, ["sweep"], env);
    assert.equal(code, 3);
    assert.match(said, /failed: test ann: .*no answer from .*ECONNREFUSED/);
  });
});
