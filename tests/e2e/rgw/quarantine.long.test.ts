// A key that goes through quarantine, and one that somebody disabled, on a release of Ceph that can disable keys.

import assert from "node:assert/strict";
import type { Credentials } from "../../../tools/ceph/cluster";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story, until } from "./story";

const GONE = "403 InvalidAccessKeyId";
const USER = { uid: "quarantined", displayName: "Quarantined", quarantinePeriodSeconds: 3600 };
const programOf = (rotationId: string, gracePeriodSeconds: number, more = {}) => ({
  user: { ...USER, rotationId, gracePeriodSeconds, ...more },
});

sharedClusters();

describe("quarantine of rgw.User, on Ceph 20", function () {
  this.timeout(120_000);
  let ceph: Cluster;
  let story: Story;
  let first: Credentials;
  let second: Credentials;
  const active = async () => {
    const keys = (await ceph.user(USER.uid))?.keys as { access_key: string; active?: boolean }[] | undefined;
    return Object.fromEntries((keys ?? []).map((key) => [key.access_key, key.active]));
  };
  const requests = () => ceph.witness.passed.map(({ method, target }) => `${method} ${target.split("?")[0]}`);

  before(async function () {
    await needCeph(this, { cli: true, release: 20 });
    ceph = await cluster("one", 20);
    story = await openStory({ env: ceph.env });
    story.declare(programOf("1", 1));
    await story.up(OK);
    first = (await story.credentials("user")).current;
  });
  after(() => story?.end());

  it("disables the old key when its grace is over: refused, and kept, in a look, a change and a proof", async () => {
    story.declare(programOf("2", 1));
    await story.up(OK);
    second = (await story.credentials("user")).current;
    for (const { expiresAt } of (await story.user("user")).keys) if (expiresAt) await until(expiresAt);
    ceph.witness.forget();
    await story.up(OK);
    assert.deepEqual(requests(), [
      ...["GET /admin/user", "GET /admin/user", "GET /admin/realm/period"],
      ...["PUT /admin/user", "GET /"],
    ]);
    assert.equal(await ceph.s3(first), GONE);
    assert.deepEqual(await active(), { [first.accessKey]: false, [second.accessKey]: true });
    await story.preview(NO_DRIFT);
  });

  it("brings it back with the same secret when the program goes back to its rotation", async () => {
    story.declare(programOf("1", 600));
    const { stdout } = await story.preview(OK);
    assert.match(stdout, new RegExp(`key ${first.accessKey} comes back out of its quarantine`));
    await story.up(OK);
    assert.deepEqual((await story.credentials("user")).current, first);
    assert.deepEqual([await ceph.s3(first), await ceph.s3(second)], ["200", "200"]);
  });

  it("finds a current key that somebody disabled, and enables it with the same secret", async () => {
    await ceph.admin("PUT", {
      key: "",
      uid: USER.uid,
      "access-key": first.accessKey,
      active: "false",
      "generate-key": "false",
    });
    assert.equal(await ceph.s3(first), GONE);
    const { code, stdout } = await story.preview({ args: ["--refresh", "--expect-no-changes"] });
    assert.notEqual(code, 0);
    assert.match(stdout, /accessKey/);
    await story.up({ ...OK, args: ["--refresh"] });
    assert.deepEqual([(await story.credentials("user")).current, await ceph.s3(first)], [first, "200"]);
  });

  it("deletes a key whose quarantine is over, or that is to have none any more", async () => {
    story.declare(programOf("1", 0));
    await story.up(OK);
    assert.deepEqual(await active(), { [first.accessKey]: true, [second.accessKey]: false });
    story.declare(programOf("1", 0, { quarantinePeriodSeconds: 0 }));
    await story.up(OK);
    assert.deepEqual(await active(), { [first.accessKey]: true });
    await story.destroy(OK);
  });
});
