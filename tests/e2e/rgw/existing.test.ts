// Users that are there already: somebody else's are refused or taken over, those of an interrupted run are continued, and
// two resources never share one.

import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { identityOf } from "../../../provider/protocol";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story, type Users } from "./story";

const TAKEN = { uid: "existing-taken", displayName: "Ours now", email: "" };

const USERS: Users = {
  taken: TAKEN,
  unfinished: { uid: "existing-unfinished", displayName: "Unfinished", maxBuckets: 5 },
  twinA: { uid: "existing-twin", displayName: "A" },
  twinB: { uid: "existing-twin", displayName: "B" },
  ownKey: { uid: "existing-own-key", displayName: "Own key", accessKey: "EXISTINGKEYOFANOTHER" },
  ownEmail: { uid: "existing-own-email", displayName: "Own e-mail", email: "Taken@Example.org" },
};

sharedClusters();

describe("users that exist already", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let story: Story;
  let output: string;
  let found: unknown;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    story = await openStory({ env: ceph.env });
    await ceph.admin("PUT", {
      uid: "existing-taken",
      "display-name": "Somebody's",
      email: "taken@example.org",
      "max-buckets": "3",
      "access-key": "EXISTINGKEYOFANOTHER",
    });
    found = await ceph.user("existing-taken");
    // What a run leaves that was killed between the gateway's answer and Pulumi's state.
    const urn = "urn:pulumi:test::program::pulumi-nodejs:dynamic/object-users/rgw:User::unfinished";
    const derived = deriveAccessKey("existing-unfinished", "", identityOf(urn));
    await ceph.admin("PUT", { uid: "existing-unfinished", "display-name": "Unfinished", "access-key": derived });
    story.declare(USERS);
    const { code, stdout } = await story.up({ args: ["--continue-on-error"] });
    assert.notEqual(code, 0);
    output = stdout;
  });
  after(() => story?.end());

  it("are refused, with what to do, and left as they are", async () => {
    assert.match(output, /creating user "existing-taken": a user of this name exists already.*409 UserAlreadyExists/);
    assert.match(output, /Set adopt: true to adopt it/);
    assert.deepEqual(await ceph.user("existing-taken"), found);
    assert.equal((await story.resources()).taken, undefined);
  });

  it("are continued where an unfinished run of ours made them", async () => {
    const { keys, max_buckets } = (await ceph.user("existing-unfinished")) ?? {};
    assert.deepEqual([keys?.length, max_buckets], [1, 5]);
    assert.equal(await ceph.s3((await story.credentials("unfinished")).current), "200");
  });

  it("cannot be managed by two resources: the second is an error", async () => {
    assert.match(output, /creating user "existing-twin": another resource of this program manages this user/);
    const { twinA, twinB } = await story.resources();
    assert.equal([twinA, twinB].filter((each) => each !== undefined).length, 1);
    assert.equal((await ceph.user("existing-twin"))?.keys.length, 1);
  });

  it("keep their keys and e-mail addresses for themselves: each conflict is a sentence, nothing half-made", async () => {
    assert.match(output, /creating user "existing-own-key": the access key belongs to another user.*409 KeyExists/);
    assert.match(output, /creating user "existing-own-email": another user has this e-mail address.*409 EmailExists/);
    assert.equal(await ceph.user("existing-own-key"), undefined);
    assert.equal(await ceph.user("existing-own-email"), undefined);
    const { ownKey, ownEmail } = await story.resources();
    assert.deepEqual([ownKey, ownEmail], [undefined, undefined]);
  });

  it("are taken over with adopt: true, with the key that they have", async () => {
    story.declare({ unfinished: USERS.unfinished ?? {}, taken: { ...TAKEN, adopt: true } });
    await story.up(OK);
    const taken = await ceph.user("existing-taken");
    assert.deepEqual(
      [taken?.display_name, taken?.email, taken?.max_buckets, taken?.keys.length],
      ["Ours now", "", 3, 1],
    );
    const { current } = await story.credentials("taken");
    assert.equal(current.accessKey, "EXISTINGKEYOFANOTHER");
    assert.equal(await ceph.s3(current), "200");
    await story.preview(NO_DRIFT);
  });

  it("are continued after a power cut between the gateway's answer and Pulumi's state", async () => {
    story.declare({ cut: { uid: "existing-cut", displayName: "Cut" } });
    const up = story.spawn(["up", "--yes", "--skip-preview"]);
    const killed = new Promise<void>((resolve) =>
      ceph.witness.loseNextAnswer(({ method, target }) => {
        if (method !== "PUT" || !target.includes("uid=existing-cut")) return false;
        void up.kill().then(() => resolve());
        return true;
      }),
    );
    await killed;
    const keys = (await ceph.user("existing-cut"))?.keys;
    assert.equal(keys?.length, 1);
    assert.equal((await story.resources()).cut, undefined);

    await story.run(["cancel", "--yes"], OK);
    await story.up(OK);
    assert.deepEqual((await ceph.user("existing-cut"))?.keys, keys);
    assert.equal(await ceph.s3((await story.credentials("cut")).current), "200");
  });
});
