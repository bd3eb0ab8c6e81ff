// The life of users from `pulumi up` to `pulumi destroy`: made, unchanged, changed in place, replaced, deleted. One stack;
// each test goes on where the one before it ended.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, describeReleases, sharedClusters } from "./cluster";
import { NO_CHANGES, OK, openStory, type Story, type Users } from "./story";

const UNLIMITED = { enabled: false, max_size: -1, max_objects: -1 };

const FIRST: Users = {
  alice: { uid: "alice", displayName: "Alice" },
  rich: {
    uid: "rich",
    displayName: "Rich",
    email: "Rich@Example.org",
    caps: ["users=read, write", "buckets=read"],
    maxBuckets: 7,
    opMask: "read, write",
    userQuota: { maxSizeBytes: 1_000_000, maxObjects: 10 },
    bucketQuota: { maxObjects: 5 },
  },
  bob: { uid: "bob", tenant: "team", displayName: "Bob" },
  keyless: { uid: "keyless", displayName: "No key", createKey: false },
  renamed: { uid: "before", displayName: "Will be renamed" },
  moved: { uid: "moved", tenant: "old", displayName: "Will move", email: "moved@example.org" },
  carrier: { uid: "carrier", displayName: "Will be renamed with its own key", accessKey: "CARRIEDKEY" },
  odd: { uid: "o'dd (ü) *@/ &=+?!%", displayName: 'Odd "name" <ü>' },
  owner: { uid: "owner", displayName: "Owner of buckets" },
};

const CHANGED: Users = {
  ...FIRST,
  rich: {
    uid: "rich",
    displayName: "Richer",
    email: "richer@example.org",
    caps: ["buckets=*", "usage=read"],
    maxBuckets: -1,
    opMask: "read",
    suspended: true,
    userQuota: { maxSizeBytes: 2_000_000 },
    bucketQuota: { enabled: false, maxObjects: 5 },
  },
  keyless: { uid: "keyless", displayName: "Has a key now" },
  renamed: { uid: "after", displayName: "Was renamed" },
  carrier: { ...FIRST.carrier, uid: "carrier-renamed" },
  moved: { uid: "moved", tenant: "new", displayName: "Has moved", email: "moved@example.org" },
};

/** The same wish in other words. */
const SAID_OTHERWISE: Users = {
  ...CHANGED,
  rich: {
    ...CHANGED.rich,
    email: "RICHER@example.org",
    caps: ["usage=read", "buckets=read, write"],
    maxBuckets: -100,
    userQuota: { enabled: true, maxSizeBytes: 2_000_000, maxObjects: -1 },
  },
};

const PLAIN_AGAIN: Users = {
  ...CHANGED,
  rich: { uid: "rich", displayName: "Plain again", email: "" },
};

sharedClusters();

describeReleases("rgw.User from up to destroy", function (release) {
  this.timeout(60_000);
  let ceph: Cluster;
  let story: Story;
  let others: string[];

  before(async function () {
    await needCeph(this, { cli: true, release });
    ceph = await cluster("one", release);
    others = await ceph.users();
    story = await openStory({ env: ceph.env });
  });
  after(() => story?.end());

  it("is previewed without being made", async () => {
    story.declare(FIRST);
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw:User alice create/);
    assert.equal(await ceph.user("alice"), undefined);
  });

  it("is made with every setting, and its outputs open S3", async () => {
    await story.up(OK);
    const { current } = await story.credentials("alice");
    assert.equal(await ceph.s3(current), "200");
    assert.equal((await story.user("alice")).endpoint, ceph.witness.endpoint);

    const rich = await ceph.user("rich");
    assert.ok(rich);
    const { display_name, email, max_buckets, op_mask, suspended, user_quota, bucket_quota } = rich;
    assert.deepEqual(
      { display_name, email, max_buckets, op_mask, suspended },
      { display_name: "Rich", email: "rich@example.org", max_buckets: 7, op_mask: "read, write", suspended: 0 },
    );
    assert.deepEqual(capsOf(rich), ["buckets=read", "users=*"]);
    assert.deepEqual(limits(user_quota), { enabled: true, max_size: 1_000_000, max_objects: 10 });
    assert.deepEqual(limits(bucket_quota), { enabled: true, max_size: -1, max_objects: 5 });
  });

  it("keeps secrets encrypted in state and masked in outputs", async () => {
    const { secretKey } = (await story.credentials("alice")).current;
    assert.equal((await story.outputs())["alice.secretKey"], "[secret]");
    const exported = JSON.stringify(await story.exportState());
    assert.ok(exported.includes("ciphertext"));
    assert.ok(!exported.includes(secretKey));
  });

  it("has its tenant in its name", async () => {
    const bob = await story.user("bob");
    assert.equal(bob.userId, "team$bob");
    assert.equal((await story.resources()).bob?.id, "team$bob");
    assert.equal((await ceph.user("team$bob"))?.keys.length, 1);
    assert.equal(await ceph.s3((await story.credentials("bob")).current), "200");
  });

  it("has no key with createKey: false", async () => {
    assert.deepEqual((await ceph.user("keyless"))?.keys, []);
    assert.equal((await story.user("keyless")).accessKey, undefined);
  });

  it("may have a name with any character", async () => {
    assert.equal((await ceph.user("o'dd (ü) *@/ &=+?!%"))?.display_name, 'Odd "name" <ü>');
    assert.equal(await ceph.s3((await story.credentials("odd")).current), "200");
  });

  it("is left alone while nothing changes: not one request", async () => {
    ceph.witness.forget();
    const { stdout } = await story.up(NO_CHANGES);
    assert.match(stdout, /Resources:\n {4}10 unchanged/);
    assert.deepEqual(ceph.witness.passed, []);
  });

  it("is changed in place, whatever changes; and replaced with another uid or tenant", async () => {
    story.declare(CHANGED);
    const { accessKey } = await story.user("rich");
    const { stdout } = await story.up(OK);
    assert.match(stdout, /~ 2 updated\n.*3 replaced/);
    const rich = await ceph.user("rich");
    assert.ok(rich);
    const { display_name, email, max_buckets, op_mask, suspended, user_quota, bucket_quota } = rich;
    assert.deepEqual(
      { display_name, email, max_buckets, op_mask, suspended },
      { display_name: "Richer", email: "richer@example.org", max_buckets: -1, op_mask: "read", suspended: 1 },
    );
    assert.deepEqual(capsOf(rich), ["buckets=*", "usage=read"]);
    assert.deepEqual(limits(user_quota), { enabled: true, max_size: 2_000_000, max_objects: -1 });
    assert.deepEqual(limits(bucket_quota), { enabled: false, max_size: -1, max_objects: 5 });
    assert.equal((await story.user("rich")).accessKey, accessKey);
    assert.equal(await ceph.s3((await story.credentials("rich")).current), "403 UserSuspended");
  });

  it("was replaced by a user that works, even where an e-mail or a key had to be free first", async () => {
    for (const [name, old, replacement] of [
      ["renamed", "before", "after"],
      ["carrier", "carrier", "carrier-renamed"],
      ["moved", "old$moved", "new$moved"],
    ] as const) {
      assert.equal(await ceph.user(old), undefined);
      assert.equal((await story.user(name)).userId, replacement);
      assert.equal(await ceph.s3((await story.credentials(name)).current), "200");
    }
  });

  it("gets its first key when createKey: false is taken back", async () => {
    assert.equal(await ceph.s3((await story.credentials("keyless")).current), "200");
  });

  it("does not flap: the same settings in other words change nothing", async () => {
    story.declare(SAID_OTHERWISE);
    ceph.witness.forget();
    await story.preview(NO_CHANGES);
    assert.deepEqual(ceph.witness.passed, []);
  });

  it("is not deleted while it owns buckets, which are listed; the others change all the same", async () => {
    const { current } = await story.credentials("owner");
    for (const bucket of ["photos", "backups"]) assert.equal(await ceph.s3(current, "PUT", `/${bucket}`), "200");
    const { owner, ...rest } = PLAIN_AGAIN;
    story.declare(rest);
    const { code, stdout } = await story.up();
    assert.notEqual(code, 0);
    assert.match(stdout, /deleting user "owner": the user owns 2 buckets: (backups, photos|photos, backups)/);
    assert.match(stdout, /forceDestroy: true/);
    assert.equal(await ceph.s3(current, "HEAD", "/photos"), "200");
    story.declare({ ...rest, owner: { ...owner, forceDestroy: true } });
    await story.up(OK);
  });

  it("goes back to the defaults where settings are taken out, and an e-mail is cleared", async () => {
    const rich = await ceph.user("rich");
    assert.ok(rich);
    const { display_name, email, max_buckets, op_mask, suspended, user_quota, bucket_quota } = rich;
    assert.deepEqual(
      { display_name, email, max_buckets, op_mask, suspended },
      { display_name: "Plain again", email: "", max_buckets: 1000, op_mask: "read, write, delete", suspended: 0 },
    );
    assert.deepEqual(capsOf(rich), []);
    assert.deepEqual([limits(user_quota), limits(bucket_quota)], [UNLIMITED, UNLIMITED]);
    await story.preview(NO_CHANGES);
  });

  it("is gone after destroy, with its buckets where forceDestroy was set; nothing else is", async () => {
    await story.destroy(OK);
    assert.deepEqual(await ceph.users(), others);
  });
});

function capsOf({ caps }: { caps: readonly { type: string; perm: string }[] }): string[] {
  return caps.map(({ type, perm }) => `${type}=${perm}`).sort();
}

function limits({ enabled, max_size, max_objects }: typeof UNLIMITED): typeof UNLIMITED {
  return { enabled, max_size, max_objects };
}
