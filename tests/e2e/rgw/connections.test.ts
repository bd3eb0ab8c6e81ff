// Where a connection comes from: explicit providers for two clusters in one program, also handed down by a component; the
// stack's configuration; the environment, which every other test here uses.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_CHANGES, OK, withStory } from "./story";

const TWO_CLUSTERS = `
const pulumi = require("@pulumi/pulumi");
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
};
for (const [name, { accessKey, secretKey }] of Object.entries(users)) {
  exports[name + ".accessKey"] = accessKey;
  exports[name + ".secretKey"] = secretKey;
}
`;

/** The second provider's credentials do not exist before the first up. */
const NEXT_ADMIN = `
const { rgw } = require("pulumi-object-users");
const caps = ["users=*", "buckets=*"];
const admin = new rgw.User("admin", { uid: "connections-next-admin", displayName: "Next admin", caps });
const { accessKey, secretKey } = admin;
const provider = new rgw.Provider("next", { endpoint: process.env.RADOSGW_ENDPOINT, accessKey, secretKey });
new rgw.User("user", { uid: "connections-by-next-admin", displayName: "User" }, { provider });
`;

sharedClusters();

describe("connections of rgw.User", function () {
  this.timeout(60_000);
  let one: Cluster;
  let two: Cluster;

  before(async function () {
    await needCeph(this, { cli: true });
    one = await cluster("one");
    two = await cluster("two");
  });

  it("manage two clusters from one program, also through components", async () => {
    const env = Object.fromEntries(
      Object.entries({ ONE: one, TWO: two }).flatMap(([name, { env: settings }]) =>
        Object.entries(settings).map(([key, value]) => [key.replace("RADOSGW", name), value]),
      ),
    );
    await withStory({ program: { files: { "index.js": TWO_CLUSTERS } }, env }, async (story) => {
      await story.up(OK);

      assert.equal((await one.user("connections-same"))?.display_name, "On one");
      assert.equal((await two.user("connections-same"))?.display_name, "On two");
      for (const [name, own, other] of [
        ["one", one, two],
        ["two", two, one],
        ["teamOne", one, two],
        ["teamTwo", two, one],
      ] as const) {
        const { current } = await story.credentials(name);
        assert.equal(await own.s3(current), "200", `${name} on its own cluster`);
        assert.match(await other.s3(current), /^403 /, `${name} on the other cluster`);
      }
      assert.equal(await one.user("connections-team-two"), undefined);
      assert.equal(await two.user("connections-team-one"), undefined);

      await story.preview(NO_CHANGES);
      await story.destroy({ expect: 0, env: Object.fromEntries(Object.keys(env).map((name) => [name, undefined])) });
      assert.equal(await one.user("connections-same"), undefined);
      assert.equal(await two.user("connections-same"), undefined);
    });
  });

  it("come from the stack's configuration, whose secrets stay encrypted; it wins over the environment", async () => {
    const { endpoint, admin } = one.ceph;
    const config = {
      "rgw:endpoint": endpoint,
      "rgw:accessKey": admin.accessKey,
      "rgw:secretKey": { value: admin.secretKey, secret: true },
    };
    await withStory({ config, env: two.env }, async (story) => {
      story.declare({ configured: { uid: "connections-configured", displayName: "By configuration" } });
      await story.up(OK);
      assert.equal(await one.s3((await story.credentials("configured")).current), "200");
      assert.equal(await two.user("connections-configured"), undefined);
      await story.destroy(OK);
      assert.equal(await one.user("connections-configured"), undefined);
    });
  });

  it("may change: an admin key that was replaced in the environment is used by refresh and destroy", async () => {
    await withStory({ env: one.env }, async (story) => {
      story.declare({ kept: { uid: "connections-kept", displayName: "Kept" } });
      await story.up(OK);
      await one.admin("PUT", { uid: "connections-admin", "display-name": "Next admin", "user-caps": "users=*" });
      const key = (await one.user("connections-admin"))?.keys[0];
      const env = { RADOSGW_ACCESS_KEY: key?.access_key, RADOSGW_SECRET_KEY: key?.secret_key };
      one.witness.forget();
      await story.destroy({ expect: 0, args: ["--refresh"], env });
      // One of the refresh, and a deletion looks first whose user it is.
      assert.equal(one.witness.passed.length, 3);
      assert.equal(await one.user("connections-kept"), undefined);
    });
  });

  it("may be unknown during preview: a provider with the credentials of a user that is yet to be made", async () => {
    await withStory({ program: { files: { "index.js": NEXT_ADMIN } }, env: one.env }, async (story) => {
      await story.preview(OK);
      await story.up(OK);
      assert.equal((await one.user("connections-by-next-admin"))?.keys.length, 1);
      await story.destroy(OK);
      assert.equal(await one.user("connections-next-admin"), undefined);
    });
  });
});
