// Where a connection comes from, and what a preview does not know yet: explicit providers for two clusters in one program, also
// handed down by components; the stack's configuration, which wins over the environment; the credentials of a user that is yet
// to be made; and inputs of every type. One program has them all.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type RandomPlugin, serveRandomPlugin } from "../../real/random-plugin";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_CHANGES, OK, openStory, type Story } from "./story";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { RandomId } = require("@pulumi/random");
const { rgw } = require("pulumi-object-users");
const [one, two] = ["ONE", "TWO"].map((name) => new rgw.Provider(name, {
  endpoint: process.env[name + "_ENDPOINT"],
  accessKey: process.env[name + "_ACCESS_KEY"],
  secretKey: process.env[name + "_SECRET_KEY"],
}));
class Team extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("test:index:Team", name, {}, opts);
    this.user = user("connections-" + name, { parent: this });
  }
}
const user = (uid, opts) => new rgw.User(uid, { uid, displayName: "Same name, two clusters" }, opts);
const users = {
  one: new rgw.User("one", { uid: "connections-same", displayName: "On one" }, { provider: one }),
  two: new rgw.User("two", { uid: "connections-same", displayName: "On two" }, { provider: two }),
  teamOne: new Team("team-one", { providers: [one] }).user,
  teamTwo: new Team("team-two", { provider: two }).user,
  configured: new rgw.User("configured", { uid: "connections-configured", displayName: "By configuration" }),
};
for (const [name, { accessKey, secretKey }] of Object.entries(users)) {
  exports[name + ".accessKey"] = accessKey;
  exports[name + ".secretKey"] = secretKey;
}

const caps = ["users=*", "buckets=*"];
const { accessKey, secretKey } = new rgw.User("admin", { uid: "connections-admin", displayName: "Next admin", caps });
const next = new rgw.Provider("next", { endpoint: process.env.ONE_ENDPOINT, accessKey, secretKey });
new rgw.User("user", { uid: "connections-by-next-admin", displayName: "User" }, { provider: next });

const random = new RandomId("random", { byteLength: 4 });
const first = new rgw.User("first", { uid: "inputs-first", displayName: "First", rotationId: random.hex });
const number = first.accessKey.apply((text) => text.length);
new rgw.User("second", {
  uid: random.hex.apply((hex) => "inputs-" + hex),
  displayName: first.accessKey,
  maxBuckets: number,
  suspended: number.apply((length) => length === 0),
  caps: [first.accessKey.apply(() => "buckets=read")],
  userQuota: { maxObjects: number },
  bucketQuota: first.accessKey.apply(() => ({ maxObjects: 5 })),
});
`;

sharedClusters();

describe("connections of rgw.User", function () {
  this.timeout(120_000);
  let one: Cluster;
  let two: Cluster;
  let random: RandomPlugin;
  let story: Story;
  let others: readonly string[][];
  const users = () => Promise.all([one.users(), two.users()]);

  before(async function () {
    await needCeph(this, { cli: true });
    console.warn("      (a stand-in serves Pulumi's random plugin here)");
    [one, two, random] = await Promise.all([cluster("one"), cluster("two"), serveRandomPlugin()]);
    others = await users();
    const named = Object.entries({ ONE: one, TWO: two }).flatMap(([name, { env }]) =>
      Object.entries(env).map(([key, value]) => [key.replace("RADOSGW", name), value]),
    );
    const { endpoint, admin } = one.ceph;
    const config = {
      "rgw:endpoint": endpoint,
      "rgw:accessKey": admin.accessKey,
      "rgw:secretKey": { value: admin.secretKey, secret: true },
    };
    // The environment leads to the other cluster.
    const env = { ...two.env, ...Object.fromEntries(named), ...random.env };
    story = await openStory({ program: { files: { "index.js": PROGRAM } }, config, env });
  });
  after(async () => {
    await story?.end();
    random?.close();
  });

  it("may be unknown during preview, and so may inputs of any type, also those that decide about replacement", async () => {
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw:User second create/);
    assert.match(stdout, /rgw:User user create/);
    assert.deepEqual(await users(), others);
    await story.up(OK);
    const { accessKey } = await story.user("first");
    const second = (await story.resources()).second?.outputs;
    assert.equal(second?.displayName, accessKey);
    const live = await one.user(String(second?.userId));
    assert.deepEqual([live?.display_name, live?.max_buckets, live?.user_quota.max_objects], [accessKey, 20, 20]);
    assert.equal((await one.user("connections-by-next-admin"))?.keys.length, 1);
  });

  for (const [name, uid, own, other] of [
    ["one", "connections-same", () => one, () => two],
    ["two", "connections-same", () => two, () => one],
    ["teamOne", "connections-team-one", () => one, () => two],
    ["teamTwo", "connections-team-two", () => two, () => one],
    ["configured", "connections-configured", () => one, () => two],
  ] as const)
    it(`lead to the cluster that is meant, and to no other: ${name}`, async () => {
      const { current } = await story.credentials(name);
      assert.equal(await own().s3(current), "200");
      assert.match(await other().s3(current), /^403 /);
      assert.equal((await own().user(uid))?.keys.length, 1);
      if (uid !== "connections-same") assert.equal(await other().user(uid), undefined);
    });

  it("are recorded: a destroy needs neither the program's environment nor another one", async () => {
    await story.preview(NO_CHANGES);
    const names = ["ONE", "TWO", "RADOSGW"].flatMap((name) =>
      ["ENDPOINT", "ACCESS_KEY", "SECRET_KEY"].map((key) => `${name}_${key}`),
    );
    await story.destroy({ ...OK, env: Object.fromEntries(names.map((name) => [name, undefined])) });
    assert.deepEqual(await users(), others);
  });
});
