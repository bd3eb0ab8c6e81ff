// The life of a fleet with the real CLI: members are named in previews and errors, one that fails stops no other, and a
// user moves between a resource of its own and a fleet with the same key. Each test goes on where the one before it ended.

import assert from "node:assert/strict";
import type { Credentials } from "../../../tools/ceph/cluster";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { diagnosticsOf, NO_CHANGES, NO_DRIFT, OK, openStory, type Story, type Users } from "./story";

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { single, options, users } = require("./users.json");
if (users) exports.credentials = new rgw.Users("teams", { defaults: { gracePeriodSeconds: 3600 }, users }).credentials;
if (single) {
  const user = new rgw.User("single", single, options);
  exports.single = { accessKey: user.accessKey, secretKey: user.secretKey };
}
`;

/** What the program declares: a fleet, a single user, or both. */
interface Declared {
  readonly users?: Users;
  readonly single?: Users[string];
  /** Pulumi's own options for the single user. */
  readonly options?: { readonly retainOnDelete: boolean };
}

type ByMember = Readonly<Record<string, Credentials & { readonly previousAccessKey?: string }>>;

const member = (name: string, more: object = {}) => ({ uid: `fleet-${name}`, displayName: name, ...more });
const TEAM: Users = {
  red: member("red"),
  blue: member("blue"),
  green: member("green", { email: "green@example.org" }),
};

sharedClusters();

describe("rgw.Users from up to destroy", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let story: Story;
  let others: string[];

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    others = (await ceph.users()).sort();
    story = await openStory({ env: ceph.env, program: { files: { "index.js": PROGRAM, "users.json": "{}" } } });
  });
  after(() => story?.end());

  const declare = (declared: Declared) => story.write({ "users.json": JSON.stringify(declared) });
  const outputs = () => story.outputs({ showSecrets: true });
  const credentials = async () => (await outputs()).credentials as ByMember;
  const s3 = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(await credentials()).map(async ([name, key]) => [name, await ceph.s3(key)])),
    );
  /** The users of the fleet that admin requests were about since the witness forgot. */
  const asked = () => new Set(ceph.witness.passed.flatMap(({ target }) => /uid=fleet-(\w+)/.exec(target)?.[1] ?? []));
  /** Requests that may have changed something, but for those that were refused. */
  const changes = () => ceph.witness.writes().filter(({ status }) => status === 200);

  it("makes three users, whose credentials open S3", async () => {
    declare({ users: TEAM });
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw:Users teams create/);
    assert.deepEqual((await ceph.users()).sort(), others);
    await story.up(OK);
    assert.deepEqual(await s3(), { red: "200", blue: "200", green: "200" });
    assert.equal((await story.outputs()).credentials, "[secret]");
    ceph.witness.forget();
    await story.up(NO_CHANGES);
    assert.deepEqual(ceph.witness.passed, []);
  });

  it("names in a preview the member that changes and its property, and touches no other", async () => {
    declare({ users: { ...TEAM, red: member("red", { displayName: "Red" }) } });
    const { stdout: difference } = await story.preview({ ...OK, args: ["--diff"] });
    assert.match(difference, /~ red\s*: \{\s*~ displayName\s*: "red" => "Red"/);
    assert.doesNotMatch(difference, /~ (blue|green)\s*:/);
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw\.Users red: updateUser: displayName is "red", wanted "Red"/);
    ceph.witness.forget();
    await story.up(OK);
    assert.deepEqual(asked(), new Set(["red"]));
    assert.equal((await ceph.user("fleet-red"))?.display_name, "Red");
  });

  it("rotates one member, then all, each with its own grace", async () => {
    const before = await credentials();
    declare({ users: { ...TEAM, blue: member("blue", { rotationId: "2" }) } });
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw\.Users blue: issueKey: rotationId changed from "" to "2"/);
    await story.up(OK);
    const one = await credentials();
    assert.equal(one.blue?.previousAccessKey, before.blue?.accessKey);
    assert.deepEqual([one.red, one.green], [before.red, before.green]);

    const rotated = (name: string, more = {}) => member(name, { rotationId: "3", ...more });
    declare({
      users: { red: rotated("red"), blue: rotated("blue"), green: rotated("green", { email: "green@example.org" }) },
    });
    await story.up(OK);
    assert.deepEqual(await s3(), { red: "200", blue: "200", green: "200" });
    for (const key of [before.red, before.green, before.blue, one.blue]) {
      assert.ok(key);
      assert.equal(await ceph.s3(key), "200", "within the grace");
    }
  });

  it("names the member that drifted and its property in preview --refresh, and up --refresh repairs it alone", async () => {
    await ceph.admin("POST", { uid: "fleet-blue", "max-buckets": "7" });
    const { code, stdout } = await story.preview({ args: ["--refresh", "--expect-no-changes", "--diff"] });
    assert.notEqual(code, 0);
    assert.match(stdout, /~ users\s*: \{\s*~ blue\s*: \{[^}]*- maxBuckets\s*: 7/);
    assert.doesNotMatch(stdout, /~ (red|green)\s*:/);
    ceph.witness.forget();
    await story.up({ ...OK, args: ["--refresh"] });
    assert.equal((await ceph.user("fleet-blue"))?.max_buckets, 1000);
    assert.ok(changes().every(({ target }) => target.includes("uid=fleet-blue")));
    await story.preview(NO_DRIFT);
  });

  it("reports by name the member that fails while the others are done; the next up goes on with it alone", async () => {
    const rotated = (name: string, more = {}) => member(name, { rotationId: "3", ...more });
    const team = (yellow: object): Users => ({
      red: rotated("red", { maxBuckets: 5 }),
      blue: rotated("blue"),
      green: rotated("green", { email: "green@example.org" }),
      yellow: member("yellow", yellow),
    });
    declare({ users: team({ email: "green@example.org" }) });
    const { code, stdout } = await story.up();
    assert.notEqual(code, 0);
    const said = diagnosticsOf(stdout, "teams");
    assert.match(said, /1 of 4 users failed, the others are done\./);
    assert.match(said, /yellow: creating user "fleet-yellow": another user has this e-mail address/);
    assert.equal((await ceph.user("fleet-red"))?.max_buckets, 5);
    assert.deepEqual(await s3(), { red: "200", blue: "200", green: "200" });

    declare({ users: team({}) });
    ceph.witness.forget();
    await story.up(OK);
    assert.deepEqual(asked(), new Set(["yellow"]));
    await story.preview(NO_DRIFT);
  });

  it("deletes the user of a member that is removed, unless it owns buckets; the others are done all the same", async () => {
    const { red, green } = await credentials();
    assert.ok(red);
    assert.equal(await ceph.s3(red, "PUT", "/fleet-photos"), "200");
    declare({
      users: {
        blue: member("blue", { rotationId: "3", maxBuckets: 9 }),
        crimson: member("green", { rotationId: "3", email: "green@example.org" }),
      },
    });
    const { stdout: preview } = await story.preview(OK);
    assert.match(preview, /rgw\.Users red: user "fleet-red" is deleted: it is not declared any more/);
    const { code, stdout } = await story.up();
    assert.notEqual(code, 0);
    assert.match(
      diagnosticsOf(stdout, "teams"),
      /red: deleting user "fleet-red": the user owns 1 bucket: fleet-photos/,
    );
    assert.equal((await ceph.user("fleet-blue"))?.max_buckets, 9);
    assert.equal(await ceph.user("fleet-yellow"), undefined);
    // What depends on the fleet waits for a run that goes through; its own state does not.
    assert.deepEqual(Object.keys(await credentials()).sort(), ["blue", "green", "red", "yellow"]);
    assert.equal(await ceph.s3(red, "DELETE", "/fleet-photos"), "204");
    ceph.witness.forget();
    await story.up(OK);
    assert.deepEqual(asked(), new Set(["red"]));
    assert.equal(await ceph.user("fleet-red"), undefined);
    assert.deepEqual(await s3(), { blue: "200", crimson: "200" });
    assert.deepEqual((await credentials()).crimson, green, "a member that gets another name keeps its key");
  });

  it("a destroy that a bucket stops half-way names it; a refresh and an up make the others again", async () => {
    const { blue } = await credentials();
    assert.ok(blue);
    assert.equal(await ceph.s3(blue, "PUT", "/fleet-videos"), "200");
    const { code, stdout } = await story.destroy();
    assert.notEqual(code, 0);
    assert.match(stdout, /deleting rgw\.Users: 1 of 2 users failed, the others are done\. State still lists all/);
    assert.match(stdout, /blue: deleting user "fleet-blue": the user owns 1 bucket: fleet-videos/);
    await story.up({ ...OK, args: ["--refresh"] });
    assert.deepEqual(await s3(), { blue: "200", crimson: "200" });
    assert.equal(await ceph.s3(blue, "DELETE", "/fleet-videos"), "204");
  });

  it("is gone after destroy, with all its users", async () => {
    await story.destroy(OK);
    assert.deepEqual((await ceph.users()).sort(), others);
  });

  describe("a user that moves", () => {
    const moving = (more: object = {}) => member("moving", { rotationId: "7", ...more });
    const stays = { stays: member("stays") };
    let held: Credentials;

    before(async () => {
      declare({ single: moving(), users: stays });
      await story.up(OK);
      held = (await outputs()).single as Credentials;
      assert.equal(await ceph.s3(held), "200");
    });

    it("from a resource of its own into a fleet keeps its key; nothing on the gateway is changed", async () => {
      const { single } = await story.resources();
      assert.ok(single);
      await story.run(["state", "delete", single.urn, "--yes"], OK);
      declare({ users: { ...stays, moved: moving({ adopt: true }) } });
      ceph.witness.forget();
      await story.up(OK);
      assert.deepEqual(ceph.witness.writes(), []);
      assert.deepEqual(keyOf((await credentials()).moved), held);
      await story.preview(NO_DRIFT);
    });

    it("out of it again, in two ups, keeps its key; a preview says that its user is left alone", async () => {
      ceph.witness.forget();
      declare({ users: { ...stays, moved: moving({ adopt: true, retainOnDelete: true }) } });
      await story.up(OK);
      assert.deepEqual(ceph.witness.passed, []);
      declare({ users: stays, single: moving({ adopt: true }) });
      const { stdout } = await story.preview(OK);
      assert.match(stdout, /rgw\.Users moved: user "fleet-moving" is left as it is \(retainOnDelete\)/);
      ceph.witness.forget();
      await story.up(OK);
      assert.deepEqual(ceph.witness.writes(), []);
      assert.deepEqual(keyOf((await outputs()).single as Credentials), held);
      assert.equal(await ceph.s3(held), "200");
      assert.equal((await ceph.user("fleet-moving"))?.keys.length, 1);
      await story.preview(NO_DRIFT);
    });

    it("and back with Pulumi's retainOnDelete and adopt: true", async () => {
      declare({ users: stays, single: moving({ adopt: true }), options: { retainOnDelete: true } });
      await story.up(OK);
      declare({ users: { ...stays, moved: moving({ adopt: true }) } });
      ceph.witness.forget();
      await story.up(OK);
      assert.deepEqual(changes(), []);
      assert.deepEqual(keyOf((await credentials()).moved), held);
      assert.equal((await story.resources()).single, undefined);
    });

    it("and is left alone with retainOnDelete when the whole fleet is destroyed", async () => {
      declare({ users: { ...stays, moved: moving({ retainOnDelete: true }) } });
      await story.up(OK);
      await story.destroy(OK);
      assert.equal(await ceph.s3(held), "200");
      assert.deepEqual((await ceph.users()).sort(), [...others, "fleet-moving"].sort());
      await ceph.admin("DELETE", { uid: "fleet-moving" });
    });
  });
});

function keyOf(key: Credentials | undefined): Credentials {
  return { accessKey: String(key?.accessKey), secretKey: String(key?.secretKey) };
}
