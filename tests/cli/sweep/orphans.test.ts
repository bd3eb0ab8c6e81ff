/** `object-users sweep --orphans` and `--delete-orphans`: keys of ours that no given stack knows. */
import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { admin } from "../../devserver/request";
import { identityInScene, openScene, type Scene, SYSTEM } from "../scene";

const ANN = { uid: "ann", displayName: "Ann", rotationId: "a" };
const LOST = deriveAccessKey("ann", "lost");

describe("object-users sweep --orphans", () => {
  let scene: Scene;
  const meddle = (what: string) =>
    assert.equal(scene.gateway.handle(admin(scene.gateway, what, scene.world.now())).status, 200);
  const keysOf = (uid: string) => [...(scene.gateway.user(uid)?.keys.keys() ?? [])].sort();

  beforeEach(async () => {
    scene = await openScene();
    await scene.up("prod", "ann", ANN);
    meddle(`PUT user?key&uid=ann&access-key=${LOST}`);
    meddle("PUT user?key&uid=ann&access-key=NOTOURS1");
    // A user of a stack that was thrown away, and the admin with a key that looks like ours.
    meddle(`PUT user?uid=left&tenant=t1&display-name=Left&access-key=${deriveAccessKey("t1$left", "x")}`);
    meddle(`PUT user?key&uid=admin&access-key=${deriveAccessKey("admin", "x")}`);
  });
  afterEach(() => scene.close());

  it("reports them, and touches nothing", async () => {
    const { code, out } = await scene.run(["sweep", "--stack", "prod", "--orphans"]);
    assert.equal(code, 1);
    assert.deepEqual(
      out.split("\n").sort(),
      [
        `${SYSTEM}: orphan ${LOST} of user "ann"`,
        `${SYSTEM}: orphan ${deriveAccessKey("t1$left", "x")} of user "t1$left"`,
      ].sort(),
    );
    assert.equal(scene.gateway.requests.count("DELETE user?key"), 0);
  });

  it("looks at each user once, however many stacks share the system", async () => {
    await scene.up("other", "bob", { uid: "bob", displayName: "Bob" });
    scene.gateway.requests.reset();
    await scene.run(["sweep", "--stack", "prod", "other", "--orphans"]);
    // Who the admin is, a page of users, and ann, bob and t1$left.
    assert.deepEqual(scene.gateway.requests.tally(), { "GET user": 4, "GET user?list": 1 });
  });

  it("knows the keys of every stack that is given", async () => {
    await scene.up("other", "left", { uid: "left", tenant: "t1", displayName: "Left", rotationId: "x", adopt: true });
    const { out } = await scene.run(["sweep", "--stack", "prod", "other", "--orphans"]);
    assert.equal(out, `${SYSTEM}: orphan ${LOST} of user "ann"`);
  });

  it("revokes them with --delete-orphans, proves each, and leaves the users and all other keys", async () => {
    const { code, out } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.equal(code, 0, out);
    assert.match(out, new RegExp(`orphan ${LOST} of user "ann" revoked and refused by S3`));
    assert.deepEqual(
      keysOf("ann"),
      ["NOTOURS1", deriveAccessKey("ann", "a", identityInScene("prod", "User", "ann"))].sort(),
    );
    assert.deepEqual(keysOf("t1$left"), []);
    assert.equal(keysOf("admin").length, 2);
    assert.equal((await scene.run(["sweep", "--stack", "prod", "--orphans"])).code, 0);
  });

  it("revokes nothing while an up makes a user", async () => {
    scene.exported("prod", ({ pending_operations }) => {
      const type = "pulumi-nodejs:dynamic/object-users/rgw:User";
      pending_operations.push({ resource: { urn: `urn:pulumi:prod::program::${type}::new`, type }, type: "creating" });
    });
    const { code, said } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.equal(code, 3);
    assert.match(said, /no orphan is revoked: in prod an up is under way, or was interrupted/);
    assert.equal(scene.gateway.requests.count("DELETE user?key"), 0);
  });

  it("spares a key that an up has made since the first look", async () => {
    const exported = scene.exported;
    let looked = false;
    scene.gateway.between = (_request, kind) => {
      if (kind !== "GET user?list" || looked) return;
      looked = true;
      // What the up in between has put into state.
      exported("prod", ({ resources }) => {
        const ann = resources[1] as { outputs: { keys: object[] } };
        const record = { id: LOST, accessKey: LOST, rotationId: "lost", issuedAt: scene.world.now().toISOString() };
        ann.outputs = { ...ann.outputs, keys: [...ann.outputs.keys, record] };
      });
    };
    const { out } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.doesNotMatch(out, new RegExp(LOST));
    assert.ok(keysOf("ann").includes(LOST));
  });

  it("says nothing of orphans when a stack cannot be read", async () => {
    const { code, out, said } = await scene.run(["sweep", "--stack", "prod", "gone", "--delete-orphans"]);
    assert.deepEqual([code, out], [3, ""]);
    assert.match(said, /orphans are not looked for/);
  });

  it("says nothing of orphans when a resource is of a later release", async () => {
    scene.exported("prod", ({ resources }) => {
      const ann = resources[1] as { outputs: object };
      ann.outputs = { ...ann.outputs, schemaVersion: 99 };
    });
    const { code, out, said } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.deepEqual([code, out], [3, ""]);
    assert.match(said, /failed: prod ann: .*schema version 99.*Install the release that wrote it, or a later one/);
    assert.match(said, /orphans are not looked for: prod has resources that this release cannot read/);
  });

  it("does not go with --dry-run", async () => {
    const { code, said } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans", "--dry-run"]);
    assert.equal(code, 2);
    assert.match(said, /give --orphans/);
  });

  it("warns in its help that all stacks must be given", async () => {
    const { out } = await scene.run(["sweep", "--help"]);
    assert.match(out, /give ALL stacks/);
  });
});
