/** `object-users sweep --orphans` and `--delete-orphans`: keys of ours that no given stack knows. */
import assert from "node:assert/strict";
import { LASTS_MS } from "../../../cli/sweep/fresh";
import { AT_ONCE } from "../../../cli/terminal";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { admin } from "../../devserver/request";
import { keyInScene, openScene, type Scene, SYSTEM } from "../scene";

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
    assert.deepEqual(keysOf("ann"), ["NOTOURS1", keyInScene("prod", "User", "ann", "ann", "a")].sort());
    assert.deepEqual(keysOf("t1$left"), []);
    assert.equal(keysOf("admin").length, 2);
    assert.equal((await scene.run(["sweep", "--stack", "prod", "--orphans"])).code, 0);
  });

  it("finds and revokes the keys of subusers, too, and leaves the subusers with all other keys of theirs", async () => {
    const lost = deriveAccessKey("ann:app", "lost");
    meddle(`PUT user?uid=ann&subuser=app&access=read&key-type=s3&access-key=${lost}`);
    meddle("PUT user?key&uid=ann&subuser=app&key-type=s3&access-key=THEIRS");
    meddle("PUT user?key&uid=ann&subuser=app&key-type=swift");
    assert.match(
      (await scene.run(["sweep", "--stack", "prod", "--orphans"])).out,
      new RegExp(`${lost} of user "ann:app"`),
    );
    const { code, out } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.equal(code, 0, out);
    assert.match(out, new RegExp(`orphan ${lost} of user "ann:app" revoked and refused by S3`));
    const { user } = scene.gateway.user("ann") ?? assert.fail();
    const ofAnn = [keyInScene("prod", "User", "ann", "ann", "a"), "NOTOURS1", "THEIRS"].sort();
    assert.deepEqual([keysOf("ann"), [...user.subusers.keys()], user.swiftKeys.size], [ofAnn, ["app"], 1]);
  });

  it("finds them where a stack has only a key of somebody's user, and its connection from the environment", async () => {
    scene.exported("prod", ({ resources: [provider = {}, ann = {}] }) => {
      const type = "pulumi-nodejs:dynamic/object-users/rgw:AccessKey";
      Object.assign(ann, {
        type,
        urn: `urn:pulumi:prod::program::${type}::ann`,
        inputs: { userId: "ann", rotationId: "a" },
      });
      provider.inputs = {};
    });
    const { accessKey, secretKey } = scene.gateway.admin;
    const environment = {
      RADOSGW_ENDPOINT: SYSTEM.slice("rgw ".length),
      RADOSGW_ACCESS_KEY: accessKey,
      RADOSGW_SECRET_KEY: secretKey,
    };
    const world = { ...scene.world, environment };
    const { out } = await scene.run(["sweep", "--stack", "prod", "--orphans"], { world });
    assert.match(out, new RegExp(`orphan ${LOST} of user "ann"`));
    assert.doesNotMatch(out, new RegExp(keyInScene("prod", "User", "ann", "ann", "a")));
  });

  it("revokes nothing while an up makes a user", async () => {
    scene.exported("prod", ({ pending_operations }) => {
      const type = "pulumi-nodejs:dynamic/object-users/rgw:User";
      pending_operations.push({ resource: { urn: `urn:pulumi:prod::program::${type}::new`, type }, type: "creating" });
    });
    const { code, said } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.equal(code, 3);
    assert.match(said, /no orphan is revoked: in prod an up is in progress, or was interrupted/);
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

  it("finds and revokes the keys of a resource that state has forgotten", async () => {
    scene.exported("prod", ({ resources }) => void resources.splice(1));
    const forgotten = keyInScene("prod", "User", "ann", "ann", "a");
    const { out } = await scene.run(["sweep", "--stack", "prod", "--orphans"]);
    assert.ok(out.split("\n").includes(`${SYSTEM}: orphan ${forgotten} of user "ann"`), out);
    assert.equal((await scene.run(["sweep", "--stack", "prod", "--delete-orphans"])).code, 0);
    assert.deepEqual(keysOf("ann"), ["NOTOURS1"]);
  });

  it("leaves the key of a forgotten resource that another resource still holds", async () => {
    const forgotten = keyInScene("prod", "User", "ann", "ann", "a");
    scene.exported("prod", ({ resources }) => {
      const data = { key: Buffer.from(forgotten).toString("base64") };
      const type = "kubernetes:core/v1:Secret";
      resources.splice(1, 1, { urn: `urn:pulumi:prod::program::${type}::app`, type, outputs: { data } });
    });
    const { code, out } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.equal(code, 1);
    const line = `${SYSTEM}: orphan ${forgotten} of user "ann" is left: kubernetes:core/v1:Secret "app" of prod holds it`;
    assert.ok(out.split("\n").includes(line), out);
    assert.deepEqual(keysOf("ann"), ["NOTOURS1", forgotten].sort());
  });

  it("revokes no orphan that an up takes up while the others are revoked", async () => {
    let sent = 0;
    scene.gateway.between = (_request, kind) => {
      if (kind !== "DELETE user?key" || sent++ > 0) return;
      scene.world.advance(LASTS_MS / 1000);
      const type = "pulumi-nodejs:dynamic/object-users/rgw:User";
      scene.exported("prod", ({ pending_operations }) => {
        const urn = `urn:pulumi:prod::program::${type}::ann`;
        pending_operations.push({ resource: { urn, type }, type: "updating" });
      });
    };
    // So many that not all of them are begun at once.
    for (let index = 0; index < AT_ONCE + 8; index++)
      meddle(`PUT user?key&uid=ann&access-key=${deriveAccessKey("ann", `lost ${index}`)}`);
    const { code, said } = await scene.run(["sweep", "--stack", "prod", "--delete-orphans"]);
    assert.equal(code, 3);
    assert.match(said, /no other orphan is revoked: in prod an up is in progress/);
    assert.ok(keysOf("ann").length > 2, "some are left");
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
