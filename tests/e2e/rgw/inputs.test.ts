// What a program can give wrong, or not know yet, as its author sees it in the CLI.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type RandomPlugin, serveRandomPlugin } from "../../real/random-plugin";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { diagnosticsOf, OK, withStory } from "./story";

/** A user that has everything wrong; Pulumi reports one resource and stops. The secret is one that nobody may see. */
const WRONG = `
const { rgw } = require("pulumi-object-users");
new rgw.User("wrong", {
  uid: "team$alice",
  displayname: "Alice",
  colour: "red",
  maxBuckets: "ten",
  userQuota: { maxObject: 5 },
  caps: ["users=read", "users=fly"],
  keyType: "swift",
  gracePeriodSeconds: -1,
  accessKey: "OWN",
  secretKey: process.env.A_SECRET,
  secretkey: process.env.A_SECRET,
});
`;

const SENTENCES = [
  /uid.* give the tenant as tenant/,
  /displayName.* is required/,
  /displayname.* is not an input.*did you mean "displayName"\?/,
  /colour.* is not an input of this resource; its inputs are /,
  /maxBuckets.* must be of type number, not a string/,
  /userQuota\.maxObject/,
  /caps.*1.* must be of the form "users=read"/,
  /keyType.* can only be "s3"/,
  /gracePeriodSeconds.* must be 0 or more seconds/,
  /secretKey.* may have letters, digits and/,
  /secretkey.* did you mean "secretKey"\?/,
];

const UNKNOWN = `
const { rgw } = require("pulumi-object-users");
const { RandomId } = require("@pulumi/random");
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

describe("inputs of rgw.User in a program", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let random: RandomPlugin;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    random = await serveRandomPlugin();
  });
  after(() => random?.close());

  it("are refused by preview, each in a sentence of its own, without secrets, before anything is sent", async () => {
    const env = { ...ceph.env, A_SECRET: "not a good secret, but a secret" };
    await withStory({ program: { files: { "index.js": WRONG } }, env }, async (story) => {
      ceph.witness.forget();
      const { code, stdout } = await story.preview();
      assert.notEqual(code, 0);
      for (const sentence of SENTENCES) assert.match(diagnosticsOf(stdout, "wrong"), sentence);
      assert.deepEqual(ceph.witness.passed, []);
    });
  });

  it("may be unknown during preview, whatever their type, also those that decide about replacement", async () => {
    console.warn("      (a stand-in serves Pulumi's random plugin here)");
    const env = { ...ceph.env, ...random.env };
    await withStory({ program: { files: { "index.js": UNKNOWN } }, env }, async (story) => {
      const { stdout } = await story.preview(OK);
      assert.match(stdout, /rgw:User second create/);
      await story.up(OK);
      const { accessKey } = await story.user("first");
      const second = (await story.resources()).second?.outputs;
      assert.equal(second?.displayName, accessKey);
      const live = await ceph.user(String(second?.userId));
      assert.deepEqual([live?.display_name, live?.max_buckets, live?.user_quota.max_objects], [accessKey, 20, 20]);
      await story.destroy(OK);
    });
  });
});
