/** `object-users sweep --unless-used`: keys that somebody still uses are left, and so are all when the log cannot tell. */
import assert from "node:assert/strict";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { LASTS_MS } from "../../../cli/sweep/fresh";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { admin } from "../../devserver/request";
import { keyInScene, openScene, type Scene, SYSTEM } from "../scene";
import { type Logged, logged } from "./logged";

const ANN = { uid: "ann", displayName: "Ann", gracePeriodSeconds: 60 };
const keyOf = (name: string) => keyInScene("prod", "User", name, name, "a");
const OLD = keyOf("ann");
const HOUR = 3600;

describe("object-users sweep --unless-used", () => {
  let scene: Scene;
  let log: string;

  beforeEach(async () => {
    scene = await openScene();
    log = path.join(scene.directory, "ops.log");
    for (const name of ["ann", "bob"])
      for (const rotationId of ["a", "b"]) await scene.up("prod", name, { ...ANN, uid: name, rotationId });
    scene.world.advance(2 * 86_400);
    // The log reaches over the whole time, and bob's former key is not in it.
    writeFileSync(log, "");
    writes(30 * HOUR, { accessKey: "SOMEBODYS" });
    writes(0, { accessKey: "SOMEBODYS" });
    scene.gateway.requests.reset();
  });
  afterEach(() => scene.close());

  const writes = (secondsAgo: number, more: Omit<Logged, "time">) => {
    const time = new Date(scene.world.now().getTime() - secondsAgo * 1000).toISOString();
    appendFileSync(log, `${logged({ time, ...more })}\n`);
  };
  const sweep = (...args: string[]) =>
    scene.run(["sweep", "--stack", "prod", "--unless-used", "24h", "--ops-log", log, ...args]);
  const deletions = () => scene.gateway.requests.count("DELETE user?key");
  const linesOf = (out: string, name: string) => out.split("\n").filter((line) => line.startsWith(`prod ${name}: `));

  it("leaves a key that is in use, says who uses it, ends with 1, and revokes the others", async () => {
    writes(HOUR, { accessKey: OLD, from: "10.0.0.66", operation: "get_obj" });
    const { code, out, said } = await sweep();
    assert.equal(code, 1, said);
    const use = `2030-01-02T23:00:00.000Z from 10.0.0.66 by "aws-cli/2.17" (get_obj)`;
    assert.deepEqual(linesOf(out, "ann"), [`prod ann: key ${OLD} is left: it is in use: ${use}`]);
    assert.match(linesOf(out, "bob")[0] ?? "", /revoked and refused by S3/);
    assert.equal(deletions(), 1);
    assert.match(said, new RegExp(`ops log ${log}: 3 requests, 2030-01-01T18:00:00.000Z to 2030-01-03T00:00:00.000Z`));
  });

  it("says the same with --dry-run and in JSON", async () => {
    writes(HOUR, { accessKey: OLD });
    const { code, out } = await sweep("--dry-run", "--json");
    assert.equal(code, 1);
    const { keys } = JSON.parse(out) as { keys: { resource: string; outcome: string; why?: string }[] };
    const fates = keys.map(({ resource, outcome, why }) => [resource, outcome, why?.slice(0, 12)]);
    assert.deepEqual(fates.sort(), [
      ["ann", "left", "it is in use"],
      ["bob", "due", undefined],
    ]);
    assert.equal(deletions(), 0);
  });

  for (const [what, secondsAgo, more] of [
    ["a use before that time", 25 * HOUR, {}],
    ["a refused request", HOUR, { status: "403" }],
    ["a proof of this package", HOUR, { client: "pulumi-object-users" }],
  ] as const) {
    it(`is not kept from revoking a key by ${what}`, async () => {
      writes(secondsAgo, { accessKey: OLD, ...more });
      assert.equal((await sweep()).code, 0);
      assert.equal(deletions(), 2);
    });
  }

  it("leaves a key that is used after the log was read, and before the key is revoked", async () => {
    let done = false;
    scene.gateway.between = (_request, kind) => {
      if (done || kind !== "GET user") return;
      done = true;
      scene.world.advance(LASTS_MS / 1000);
      writes(0, { accessKey: OLD });
      writes(0, { accessKey: keyOf("bob") });
    };
    const { out } = await sweep();
    assert.match(linesOf(out, "ann")[0] ?? "", /is left: it is in use/);
    assert.match(linesOf(out, "bob")[0] ?? "", /is left: it is in use/);
    assert.equal(deletions(), 0);
  });

  for (const [what, from, why] of [
    ["has no requests", [], "has no requests"],
    ["does not reach back so far", [23 * HOUR, 0], "begins 2030-01-02T01:00:00.000Z"],
    ["has ended before", [40 * HOUR, 25 * HOUR], "ends 2030-01-01T23:00:00.000Z"],
  ] as const) {
    it(`leaves every key when the log ${what}`, async () => {
      writeFileSync(log, "");
      for (const secondsAgo of from) writes(secondsAgo, { accessKey: "SOMEBODYS" });
      const { code, out } = await sweep();
      assert.equal(code, 1);
      const reason = `the ops log ${why}, so nobody knows whether it was used in the last 1 d`;
      assert.deepEqual(linesOf(out, "ann"), [`prod ann: key ${OLD} is left: ${reason}`]);
      assert.equal(deletions(), 0);
    });
  }

  it("reads rotated logs together", async () => {
    writeFileSync(log, "");
    writes(30 * HOUR, { accessKey: "SOMEBODYS" });
    const former = `${log}.1`;
    writeFileSync(former, `${logged({ time: scene.world.now().toISOString(), accessKey: OLD })}\n`);
    const { out } = await sweep(former);
    assert.match(linesOf(out, "ann")[0] ?? "", /is left: it is in use/);
    assert.equal(deletions(), 1);
  });

  it("does nothing when the log cannot be read", async () => {
    rmSync(log);
    const { code, out, said } = await sweep();
    assert.deepEqual([code, out], [3, ""]);
    assert.match(said, /the ops log .* cannot be read: ENOENT/);
    assert.equal(scene.gateway.requests.count(), 0);
  });

  it("wants both options or neither", async () => {
    for (const args of [
      ["--unless-used", "1d"],
      ["--ops-log", log],
    ]) {
      const { code, said } = await scene.run(["sweep", "--stack", "prod", ...args]);
      assert.equal(code, 2);
      assert.match(said, /--unless-used and --ops-log belong together/);
    }
  });

  it("leaves an orphan that is in use, and revokes another", async () => {
    const [used, unused] = [deriveAccessKey("ann", "lost"), deriveAccessKey("ann", "lost-too")];
    for (const accessKey of [used, unused]) {
      const made = admin(scene.gateway, `PUT user?key&uid=ann&access-key=${accessKey}`, scene.world.now());
      assert.equal(scene.gateway.handle(made).status, 200);
    }
    writes(HOUR, { accessKey: used });
    const { code, out } = await sweep("--delete-orphans");
    assert.equal(code, 1);
    assert.match(out, new RegExp(`${SYSTEM}: orphan ${used} of user "ann" is left: it is in use: 2030`));
    assert.match(out, new RegExp(`${SYSTEM}: orphan ${unused} of user "ann" revoked`));
  });
});
