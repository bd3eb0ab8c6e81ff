// Ceph looks for a user by access key when it does not know the uid. So when a user of ours was deleted behind our back and
// somebody else got our access key, a careless request would change that somebody. None of ours ever may.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, type LiveUser, sharedClusters } from "./cluster";
import { OK, openStory, type Story, type Users } from "./story";

/** One user for each thing that Pulumi may do next; all have a key 1 in its grace and a current key 2. */
const NAMES = ["idle", "changed", "rotated", "revoked", "destroyed"];

function users(rotationId: string, more: Users = {}): Users {
  return Object.fromEntries(
    NAMES.map((name) => [name, { uid: `hazard-${name}`, displayName: name, rotationId, ...more[name] }]),
  );
}

sharedClusters();

describe("another user who has our access keys", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let story: Story;
  let victims: readonly (LiveUser | undefined)[];

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    story = await openStory({ env: ceph.env });
    story.declare(users("1"));
    await story.up(OK);
    story.declare(users("2"));
    await story.up(OK);
    for (const name of NAMES) {
      const { keys } = (await ceph.user(`hazard-${name}`)) ?? { keys: [] };
      assert.equal(keys.length, 2);
      await ceph.admin("DELETE", { uid: `hazard-${name}` });
      const victim = { uid: `victim-${name}`, "display-name": "Victim", "generate-key": "false" };
      await ceph.admin("PUT", victim);
      for (const { access_key } of keys)
        await ceph.admin("PUT", { key: "", uid: victim.uid, "access-key": access_key, "generate-key": "true" });
    }
    victims = await allVictims();
  });
  after(() => story?.end());
  afterEach("the other users are untouched", async () => {
    assert.deepEqual(await allVictims(), victims);
  });

  it("is not taken for ours: a preview with refresh says that ours are gone", async () => {
    const { stdout } = await story.preview({ args: ["--refresh"] });
    for (const name of NAMES) assert.match(stdout, new RegExp(`rgw:User ${name} create`));
  });

  it("is not touched by change, rotation and revocation in an up without refresh", async () => {
    ceph.witness.forget();
    story.declare(
      users("2", {
        changed: { displayName: "Changed" },
        rotated: { rotationId: "3" },
        revoked: { gracePeriodSeconds: 0 },
      }),
    );
    const { code, stdout } = await story.up({ args: ["--continue-on-error"] });
    assert.notEqual(code, 0);
    // A key that another user has cannot be ours again; with another rotationId there is another key.
    assert.match(stdout, /creating user "hazard-changed": the access key belongs to another user/);
    assert.match(stdout, /creating user "hazard-revoked": the access key belongs to another user/);
    assert.equal(await ceph.user("hazard-changed"), undefined);
    assert.equal((await ceph.user("hazard-rotated"))?.keys.length, 1);
    assert.equal(await ceph.s3((await story.credentials("rotated")).current), "200");
    assert.deepEqual(
      ceph.witness.writes().filter(({ target }) => /[?&]key(=|&|$)/.test(target)),
      [],
      "no request for a single key is sent about a user who is not there",
    );
  });

  it("is not touched by up --refresh, which makes ours again with the next rotationId", async () => {
    story.declare(users("4"));
    await story.up({ expect: 0, args: ["--refresh"] });
    for (const name of NAMES) assert.equal(await ceph.s3((await story.credentials(name)).current), "200");
  });

  it("is not touched by destroy, even when ours are gone again", async () => {
    await ceph.admin("DELETE", { uid: "hazard-destroyed" });
    await story.destroy(OK);
    for (const name of NAMES) assert.equal(await ceph.user(`hazard-${name}`), undefined);
  });

  function allVictims(): Promise<(LiveUser | undefined)[]> {
    return Promise.all(NAMES.map((name) => ceph.user(`victim-${name}`)));
  }
});
