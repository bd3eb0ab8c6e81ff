// Rotation with a grace period: both keys are accepted, the old one is refused after its time; rollback, and deadlines
// that move. Several users in one stack, each on a path of its own.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_CHANGES, OK, openStory, type Story, type Users, until } from "./story";

const GONE = "403 InvalidAccessKeyId";
const HOUR_MS = 3_600_000;

/** The users with the given rotation; some with more inputs of their own. */
function rotating(rotationId: string, more: Users = {}): Users {
  const names = ["steady", "rollback", "longer", "shorter", "now", "brief", "instant"];
  return Object.fromEntries(
    names.map((name) => [name, { uid: `rotation-${name}`, displayName: name, rotationId, ...more[name] }]),
  );
}

sharedClusters();

describe("rotation of rgw.User", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let story: Story;
  /** Each user's credentials after the first up. */
  const first: Record<string, { accessKey: string; secretKey: string }> = {};

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    story = await openStory({ env: ceph.env });
    story.declare(rotating("1"));
    await story.up(OK);
    for (const name of Object.keys(rotating("1"))) first[name] = (await story.credentials(name)).current;
  });
  after(() => story?.end());

  const old = (name: string) => {
    const key = first[name];
    assert.ok(key);
    return key;
  };

  it("is announced by preview, with its reason and the time that the old key has left", async () => {
    story.declare(rotating("2", { instant: { gracePeriodSeconds: 0 } }));
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw:User steady update \[diff: ~rotationId\]/);
    assert.match(stdout, /steady: issueKey: rotationId changed from "1" to "2"/);
    assert.match(stdout, new RegExp(`key ${old("steady").accessKey} lives on for 86400 s`));
  });

  it("publishes a new key and keeps the old one: S3 accepts both", async () => {
    await story.up(OK);
    const { current, previous } = await story.credentials("steady");
    assert.notEqual(current.accessKey, old("steady").accessKey);
    assert.deepEqual(previous, old("steady"));
    assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", "200"]);
    const { previousKeyExpiresAt, keys } = await story.user("steady");
    const graceMs = Date.parse(String(previousKeyExpiresAt)) - Date.now();
    assert.ok(graceMs > 23.9 * HOUR_MS && graceMs <= 24 * HOUR_MS, `a grace of a day, not of ${graceMs} ms`);
    assert.deepEqual(
      keys.map(({ rotationId }) => rotationId),
      ["1", "2"],
    );
  });

  it("revokes at once with gracePeriodSeconds: 0", async () => {
    const { current } = await story.credentials("instant");
    assert.deepEqual([await ceph.s3(current), await ceph.s3(old("instant"))], ["200", GONE]);
    assert.equal((await story.user("instant")).previousAccessKey, undefined);
  });

  it("does not happen again: the next up sends no request", async () => {
    ceph.witness.forget();
    await story.up(NO_CHANGES);
    assert.deepEqual(ceph.witness.passed, []);
  });

  describe("while the grace runs", () => {
    const deadline: Record<string, string> = {};

    before(async () => {
      for (const name of ["longer", "shorter"]) deadline[name] = (await deadlineOf(name)) ?? "";
      const changes: Users = {
        rollback: { rotationId: "1" },
        longer: { gracePeriodSeconds: 48 * 3600 },
        shorter: { gracePeriodSeconds: 3600 },
        now: { gracePeriodSeconds: 0 },
        brief: { rotationId: "3", gracePeriodSeconds: 1 },
        instant: { gracePeriodSeconds: 0 },
      };
      story.declare(rotating("2", changes));
      await story.up(OK);
    });

    it("goes back to the old key when its rotationId comes back", async () => {
      const { current, previous } = await story.credentials("rollback");
      assert.deepEqual(current, old("rollback"));
      assert.notEqual(previous.accessKey, current.accessKey);
      assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", "200"]);
    });

    it("moves the deadline with gracePeriodSeconds, both ways", async () => {
      const movedMs = async (name: string) =>
        Date.parse(String(await deadlineOf(name))) - Date.parse(deadline[name] ?? "");
      assert.equal(await movedMs("longer"), 24 * HOUR_MS);
      assert.equal(await movedMs("shorter"), -23 * HOUR_MS);
      assert.equal(await ceph.s3(old("shorter")), "200");
    });

    it("ends now with gracePeriodSeconds: 0", async () => {
      const { current } = await story.credentials("now");
      assert.deepEqual([await ceph.s3(current), await ceph.s3(old("now"))], ["200", GONE]);
      assert.equal((await story.user("now")).previousAccessKey, undefined);
    });
  });

  describe("when the grace is over", () => {
    before(async () => {
      // A slow machine may have been late enough for the first of its old keys to be revoked already.
      for (const { expiresAt } of (await story.user("brief")).keys) if (expiresAt) await until(expiresAt);
    });

    it("keeps the old key until somebody runs Pulumi, and preview says that it ends", async () => {
      const { accessKey } = (await story.credentials("brief")).previous;
      assert.equal(await ceph.s3((await story.credentials("brief")).previous), "200");
      const { stdout } = await story.preview(OK);
      assert.match(stdout, /rgw:User brief update/);
      assert.match(stdout, new RegExp(`brief: revokeKey: grace of key ${accessKey} ended \\d{4}-`));
      assert.match(stdout, /~ 1 to update\n/);
    });

    it("revokes with the next up: S3 refuses the old key, the outputs forget it", async () => {
      const { current, previous } = await story.credentials("brief");
      await story.up(OK);
      assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", GONE]);
      assert.equal(await ceph.s3(old("brief")), GONE);
      const { previousAccessKey, previousKeyExpiresAt, keys } = await story.user("brief");
      assert.deepEqual([previousAccessKey, previousKeyExpiresAt], [undefined, undefined]);
      assert.deepEqual(
        keys.map(({ accessKey }) => accessKey),
        [current.accessKey],
      );
    });

    it("then has nothing left to do", async () => {
      await story.preview(NO_CHANGES);
      assert.equal((await ceph.user("rotation-brief"))?.keys.length, 1);
    });
  });

  async function deadlineOf(name: string): Promise<string | undefined> {
    return (await story.user(name)).previousKeyExpiresAt;
  }
});
