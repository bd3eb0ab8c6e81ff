// What a fleet refuses to delete, with the real CLI: in the preview, in an up without one, and in a destroy; and that no
// refusal stands in the way of a refresh. Each test goes on where the one before it ended.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, describeReleases, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story, type Users } from "./story";

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { users, first, ...own } = require("./users.json");
const unknown = first && new rgw.User("first", first).userId;
new rgw.Users("teams", { users: unknown ? unknown.apply(() => users) : users, ...own });
`;

interface Declared {
  readonly users: Users;
  readonly allowRemovals?: boolean;
  /** A single user that the fleet's users depend on. */
  readonly first?: Users[string];
}

const named = (names: readonly string[], more: object = {}): Users =>
  Object.fromEntries(names.map((name) => [name, { uid: `guard-${name}`, displayName: name, ...more }]));
const FOUR = ["red", "blue", "green", "grey"];

sharedClusters();

describeReleases("a fleet that would lose its users", function (release) {
  this.timeout(120_000);
  let ceph: Cluster;
  let story: Story;

  before(async function () {
    await needCeph(this, { cli: true, release });
    ceph = await cluster("one", release);
    story = await openStory({ env: ceph.env, program: { files: { "index.js": PROGRAM, "users.json": "{}" } } });
    declare({ users: named(FOUR) });
    await story.up(OK);
  });
  after(() => story?.end());

  const declare = (declared: Declared) => story.write({ "users.json": JSON.stringify(declared) });
  const uids = async () => (await ceph.users()).filter((uid) => uid.startsWith("guard-")).sort();
  const all = (names: readonly string[]) => names.map((name) => `guard-${name}`).sort();

  it("is refused by preview, and by an up without one; nothing is sent", async () => {
    declare({ users: named(["red"]) });
    for (const call of [() => story.preview(), () => story.up()]) {
      ceph.witness.forget();
      const { code, stdout, stderr } = await call();
      assert.notEqual(code, 0);
      assert.match(
        stdout + stderr,
        /updating rgw\.Users: this would delete the users of 3 of 4 members: blue, green, grey\. If that is meant, set allowRemovals/,
      );
      assert.deepEqual(ceph.witness.passed, []);
    }
    assert.deepEqual(await uids(), all(FOUR));
  });

  it("is refused by an up whose preview did not know them", async () => {
    declare({ users: {}, first: { uid: "guard-first", displayName: "First" } });
    await story.preview(OK);
    const { code, stdout } = await story.up();
    assert.notEqual(code, 0);
    assert.match(stdout, /4 of 4 members: /);
    assert.deepEqual(await uids(), all([...FOUR, "first"]));
  });

  it("can be refreshed after a run that failed, whatever state had before it", async () => {
    const email = { email: "guard@example.org" };
    await ceph.admin("PUT", { uid: "guards-address", "display-name": "Has the address", ...email });
    declare({ users: { ...named(["a", "b", "c", "d"]), ...named(["e"], email) }, allowRemovals: true });
    const { code, stdout } = await story.up();
    await ceph.admin("DELETE", { uid: "guards-address" });
    assert.notEqual(code, 0);
    assert.match(stdout, /1 of 9 users failed, the others are done\./);
    await story.refresh(OK);
    declare({ users: { ...named(["a", "b", "c", "e"]), ...named(["d"], email) } });
    await story.up(OK);
    await story.preview(NO_DRIFT);
    assert.deepEqual(await uids(), all(["a", "b", "c", "d", "e"]));
  });

  it("keeps its protected members in preview, up and destroy, and with them all", async () => {
    const users = { ...named(["a"], { protect: true }), ...named(["b", "c", "d", "e"]) };
    declare({ users });
    await story.up(OK);
    declare({ users: named(["b", "c", "d", "e"]) });
    for (const call of [() => story.preview(), () => story.up(), () => story.destroy()]) {
      const { code, stdout, stderr } = await call();
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, /rgw\.Users: member a would lose its user, and state has protect: true for it\./);
    }
    assert.deepEqual(await uids(), all(["a", "b", "c", "d", "e"]));
    declare({ users: named(["a", "b", "c", "d", "e"]) });
    await story.up(OK);
    await story.destroy(OK);
    assert.deepEqual(await uids(), []);
  });
});
