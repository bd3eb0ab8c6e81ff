// A user that moves between a resource of its own and a fleet keeps its key, with the real CLI on a real Ceph. Each test goes on
// where the one before it ended. docs/guides/renaming-and-moving.md has the same moves on the embedded gateway.

import assert from "node:assert/strict";
import type { Credentials } from "../../../tools/ceph/cluster";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story, type Users } from "./story";

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

sharedClusters();

describe("a user that moves", function () {
  this.timeout(120_000);
  let ceph: Cluster;
  let story: Story;
  let others: string[];
  const moving = (more: object = {}) => member("moving", { rotationId: "7", ...more });
  const stays = { stays: member("stays") };
  let held: Credentials;

  const declare = (declared: Declared) => story.write({ "users.json": JSON.stringify(declared) });
  const outputs = () => story.outputs({ showSecrets: true });
  const credentials = async () => (await outputs()).credentials as ByMember;
  /** Requests that may have changed something, but for those that were refused. */
  const changes = () => ceph.witness.writes().filter(({ status }) => status === 200);

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    others = (await ceph.users()).sort();
    story = await openStory({ env: ceph.env, program: { files: { "index.js": PROGRAM, "users.json": "{}" } } });
    declare({ single: moving(), users: stays });
    await story.up(OK);
    held = (await outputs()).single as Credentials;
    assert.equal(await ceph.s3(held), "200");
  });
  after(() => story?.end());

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

function keyOf(key: Credentials | undefined): Credentials {
  return { accessKey: String(key?.accessKey), secretKey: String(key?.secretKey) };
}
