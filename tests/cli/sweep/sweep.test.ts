/** `object-users sweep`: which keys it revokes, which it leaves, and what it says. */
import assert from "node:assert/strict";
import { TransportError } from "../../../provider/http/send";
import type { Send } from "../../../provider/http/wire";
import { admin } from "../../devserver/request";
import { keyInScene, openScene, type Scene } from "../scene";

const ANN = { uid: "ann", displayName: "Ann", gracePeriodSeconds: 60 };
const DELETIONS = "DELETE user?key";

describe("object-users sweep", () => {
  let scene: Scene;
  let wrap: (send: Send) => Send;

  beforeEach(async () => {
    wrap = (send) => send;
    scene = await openScene((send) => (request, ms) => wrap(send)(request, ms));
  });
  afterEach(() => scene.close());

  const sweep = (...args: string[]) => scene.run(["sweep", "--stack", "prod", ...args]);
  const keysOf = (uid: string) => [...(scene.gateway.user(uid)?.keys.keys() ?? [])];
  const key = (rotationId: string, uid = "ann", name = uid, type = "User") =>
    keyInScene("prod", type, name, uid, rotationId);
  const deletions = () => scene.gateway.requests.count(DELETIONS);
  const meddle = (what: string) =>
    assert.equal(scene.gateway.handle(admin(scene.gateway, what, scene.world.now())).status, 200);

  /** Rotated, with a grace of a minute that is over. */
  async function rotated(inputs: object = ANN, name = "ann"): Promise<void> {
    await scene.up("prod", name, { ...inputs, rotationId: "a" });
    await scene.up("prod", name, { ...inputs, rotationId: "b" });
    scene.world.advance(61);
    scene.gateway.requests.reset();
  }

  it("revokes a key whose grace is over, and proves it refused", async () => {
    await rotated();
    const { code, out, said } = await sweep();
    assert.equal(code, 0, said);
    assert.match(out, new RegExp(`^prod ann: key ${key("a")} revoked and refused by S3; its grace ended 20`));
    assert.deepEqual(keysOf("ann"), [key("b")]);
    const { "GET realm/period": _, ...tally } = scene.gateway.requests.tally();
    assert.deepEqual(tally, { "GET user": 1, [DELETIONS]: 1, "S3 ListBuckets": 1 });
    assert.match(said, /1 keys revoked; 1 users in state/);
  });

  it("finds nothing to do the second time, and the next up deletes nothing", async () => {
    await rotated();
    await sweep();
    const { code, out } = await sweep();
    assert.equal(code, 0);
    assert.match(out, /is gone already/);
    assert.equal(deletions(), 1);
    const outputs = await scene.up("prod", "ann", { ...ANN, rotationId: "b" });
    assert.equal(deletions(), 1);
    assert.deepEqual(
      (outputs.keys as { id: string }[]).map(({ id }) => id),
      [key("b")],
    );
    assert.equal((await sweep()).out, "");
  });

  it("leaves a grace that is not over", async () => {
    await scene.up("prod", "ann", { ...ANN, rotationId: "a" });
    await scene.up("prod", "ann", { ...ANN, rotationId: "b" });
    scene.world.advance(59);
    scene.gateway.requests.reset();
    const { code, out } = await sweep();
    assert.deepEqual([code, out, scene.gateway.requests.count()], [0, "", 0]);
    assert.equal(keysOf("ann").length, 2);
  });

  it("tells with --dry-run what it would do, and does nothing", async () => {
    await rotated();
    const { code, out, said } = await sweep("--dry-run");
    assert.equal(code, 1);
    assert.match(out, /would be revoked/);
    assert.match(said, /1 keys would be revoked/);
    assert.equal(keysOf("ann").length, 2);
    assert.equal(deletions(), 0);
  });

  it("revokes for the members of a fleet, too", async () => {
    const members = (rotationId: string) => ({
      red: { uid: "red", displayName: "Red", gracePeriodSeconds: 60, rotationId },
      blue: { uid: "blue", displayName: "Blue", gracePeriodSeconds: 600, rotationId },
    });
    await scene.upFleet("prod", "teams", members("a"));
    await scene.upFleet("prod", "teams", members("b"));
    scene.world.advance(61);
    const { code, out } = await sweep();
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^prod teams/red: key ${key("a", "red", "teams", "Users")} revoked and refused`));
    assert.deepEqual([keysOf("red").length, keysOf("blue").length], [1, 2]);
  });

  it("leaves the last key that works, when the current one is gone from the system", async () => {
    await rotated();
    meddle(`DELETE user?key&uid=ann&access-key=${key("b")}`);
    scene.gateway.requests.reset();
    const { code, out } = await sweep();
    assert.equal(code, 1);
    assert.match(out, /is left: .*run pulumi up/);
    assert.deepEqual(keysOf("ann"), [key("a")]);
    assert.equal(deletions(), 0);
  });

  it("does not touch keys outside the ring", async () => {
    await rotated();
    meddle("PUT user?key&uid=ann&access-key=SOMEBODYS&secret-key=x");
    await sweep();
    assert.deepEqual(keysOf("ann").sort(), [key("b"), "SOMEBODYS"].sort());
  });

  it("does not touch a key that another resource of the stack publishes", async () => {
    await rotated();
    scene.exported("prod", ({ resources }) => {
      const [, ann] = resources as [unknown, { urn: string; outputs: { keys: object[] } }];
      const outputs = { ...ann.outputs, keyId: key("a"), accessKey: key("a") };
      resources.push({ ...ann, urn: `${ann.urn}-twin`, outputs });
    });
    const { out } = await sweep();
    assert.doesNotMatch(out, new RegExp(key("a")));
    assert.equal(keysOf("ann").length, 2);
  });

  it("skips a user with an operation that is under way", async () => {
    await rotated();
    scene.exported("prod", ({ resources, pending_operations }) => {
      pending_operations.push({ resource: resources[1], type: "updating" });
    });
    const { code, said } = await sweep();
    assert.equal(code, 1);
    assert.match(said, /prod ann: skipped: an up is in progress, or was interrupted/);
    assert.equal(scene.gateway.requests.count(), 0);
  });

  it("takes a user that is gone from the system for done", async () => {
    await rotated();
    meddle("DELETE user?uid=ann");
    assert.match((await sweep()).out, /is gone already/);
  });

  it("looks again when the answer to a revocation is lost, and proves it", async () => {
    await rotated();
    let lost = 0;
    wrap = (send) => async (request, ms) => {
      const response = await send(request, ms);
      if (request.method === "DELETE" && lost++ === 0) throw new TransportError("cut off", "ECONNRESET", true);
      return response;
    };
    const { code, out } = await sweep();
    assert.equal(code, 0, out);
    assert.match(out, /revoked and refused by S3/);
    assert.equal(deletions(), 1);
  });

  it("proves also what was revoked by a request whose answer is lost", async () => {
    await rotated();
    let lost = 0;
    wrap = (send) => async (request, ms) => {
      if (lost > 0 && request.url.pathname === "/") {
        const owner = "<ListAllMyBucketsResult><Owner><ID>ann</ID></Owner></ListAllMyBucketsResult>";
        return { status: 200, headers: {}, body: owner };
      }
      const response = await send(request, ms);
      if (request.method === "DELETE" && lost++ === 0) throw new TransportError("cut off", "ECONNRESET", true);
      return response;
    };
    const { code, said, out } = await sweep();
    assert.deepEqual([code, out], [3, ""]);
    assert.match(said, /revoked but S3 still accepts it/);
  });

  it("says so when S3 still accepts a revoked key", async () => {
    await rotated();
    wrap = (send) => async (request, ms) =>
      request.method === "DELETE" ? { status: 200, headers: {}, body: "" } : send(request, ms);
    const { code, said } = await sweep();
    assert.equal(code, 3);
    assert.match(said, /failed: prod ann: .*revoked but S3 still accepts it/);
  });

  it("does the others when one stack cannot be read and one user fails", async () => {
    await rotated();
    await rotated({ ...ANN, uid: "bob" }, "bob");
    scene.gateway.faults = (_request, _sequence, kind) =>
      kind === "GET user" && _request.url.search.includes("uid=bob") ? { kind: "answer", status: 500 } : undefined;
    const { code, said, out } = await scene.run(["sweep", "--stack", "other", "prod"]);
    assert.equal(code, 3);
    assert.match(said, /failed: other: no stack named 'other' found/);
    assert.match(said, /failed: prod bob: reading user "bob"/);
    assert.match(out, /prod ann: key .* revoked/);
  });

  it("names a resource that it cannot read in full, with the colons of its name", async () => {
    await scene.up("prod", "team::ann", ANN);
    scene.exported("prod", ({ resources }) => {
      const ann = resources[1] as { outputs: object };
      ann.outputs = { ...ann.outputs, schemaVersion: 99 };
    });
    const { code, said } = await sweep();
    assert.equal(code, 3);
    assert.match(said, /failed: prod team::ann: .*schema version 99/);
  });

  it("tries a system that does not let it in only some times", async () => {
    for (let index = 0; index < 50; index++) await rotated({ ...ANN, uid: `u${index}` }, `u${index}`);
    wrap = () => async () => ({ status: 403, headers: {}, body: '{"Code":"AccessDenied"}' });
    let asked = 0;
    const inner = wrap;
    wrap = (send) => (request, ms) => {
      asked++;
      return inner(send)(request, ms);
    };
    const { code, said } = await sweep();
    assert.equal(code, 3);
    assert.match(said, /the admin user lacks a capability.*radosgw-admin caps add/);
    assert.match(said, /more users of the same system were not tried/);
    assert.ok(asked <= 40, String(asked));
  });

  it("begins nothing more after Ctrl-C, says what was done, and exits with 130", async () => {
    for (let index = 0; index < 50; index++) await rotated({ ...ANN, uid: `u${index}` }, `u${index}`);
    const interrupt = new AbortController();
    const { code, said } = await scene.run(["sweep", "--stack", "prod"], {
      interrupted: interrupt.signal,
      out: () => interrupt.abort(),
    });
    assert.equal(code, 130);
    const revoked = deletions();
    assert.ok(revoked >= 1 && revoked < 50, String(revoked));
    assert.match(said, new RegExp(`interrupted: ${revoked} keys revoked`));
  });

  it("writes JSON that holds no secret", async () => {
    await rotated();
    const { code, out } = await sweep("--json");
    assert.equal(code, 0);
    const { keys, failures, users } = JSON.parse(out);
    assert.deepEqual([keys.length, failures.length, users], [1, 0, 1]);
    assert.equal(keys[0].outcome, "revoked");
    for (const secret of scene.gateway.user("ann")?.keys.values() ?? []) assert.ok(!out.includes(secret));
  });
});
