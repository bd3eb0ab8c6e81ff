// A new key that S3 refuses is never published. The S3 endpoint of these users first belongs to their cluster, then to
// another one that does not know them, then to their own again.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_CHANGES, OK, openStory, type Story } from "./story";

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { S3_ENDPOINT: s3Endpoint, ROTATION: rotationId } = process.env;
const provider = new rgw.Provider("cluster", { s3Endpoint });
const outputs = ["accessKey", "secretKey", "previousAccessKey", "previousSecretKey"];
for (const name of rotationId === "1" ? ["settled"] : ["settled", "fresh"]) {
  const user = new rgw.User(name, { uid: "proof-" + name, displayName: name, rotationId }, { provider });
  for (const output of outputs) exports[name + "." + output] = user[output];
}
`;

sharedClusters();

describe("the proof of a new key", function () {
  this.timeout(60_000);
  let own: Cluster;
  let other: Cluster;
  let story: Story;
  let first: { accessKey: string; secretKey: string };

  before(async function () {
    await needCeph(this, { cli: true });
    own = await cluster("one");
    other = await cluster("two");
    story = await openStory({ program: { files: { "index.js": PROGRAM } }, env: own.env });
    await story.up({ expect: 0, env: { S3_ENDPOINT: own.witness.endpoint, ROTATION: "1" } });
    first = (await story.credentials("settled")).current;
  });
  after(() => story?.end());

  it("fails the up in a sentence where S3 refuses the key, for a rotation and for a new user", async () => {
    const { code, stdout } = await story.up({
      args: ["--continue-on-error"],
      env: { S3_ENDPOINT: other.witness.endpoint, ROTATION: "2" },
    });
    assert.notEqual(code, 0);
    for (const name of ["settled", "fresh"]) {
      assert.match(stdout, new RegExp(`proving key PULU\\w{16} of user "proof-${name}": S3 refuses the key`));
    }
    assert.match(stdout, /Check that s3Endpoint belongs to this system/);
    assert.doesNotMatch(stdout, /^\s+at /m);
  });

  it("leaves the old key current and published", async () => {
    const settled = await story.user("settled");
    assert.equal(settled.accessKey, first.accessKey);
    assert.equal(settled.previousAccessKey, undefined);
    assert.equal(await own.s3(first), "200");
    assert.deepEqual((await story.credentials("settled")).current, first);
    assert.equal((await story.user("fresh")).accessKey, undefined);
  });

  it("is made up for by the next up with the right endpoint, with the keys that were made already", async () => {
    const made = (await own.user("proof-settled"))?.keys.map((key) => key.access_key);
    const env = { S3_ENDPOINT: own.witness.endpoint, ROTATION: "2" };
    await story.up({ expect: 0, env });
    const settled = await story.credentials("settled");
    const fresh = await story.credentials("fresh");
    assert.notEqual(settled.current.accessKey, first.accessKey);
    assert.deepEqual(settled.previous, first);
    for (const key of [settled.current, settled.previous, fresh.current]) assert.equal(await own.s3(key), "200");
    assert.deepEqual(
      (await own.user("proof-settled"))?.keys.map((key) => key.access_key),
      made,
    );
    assert.equal((await own.user("proof-fresh"))?.keys.length, 1);
    await story.preview({ ...NO_CHANGES, env });
    await story.destroy({ ...OK, env });
  });
});
