// Keys that the caller chooses: with a secret of his own or one that the gateway makes; exchanged for other ones; and keys
// that others made, which are left alone unless exclusiveKeys says otherwise.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story } from "./story";

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { KEY: accessKey, A_SECRET: secretKey, EXCLUSIVE } = process.env;
const users = {
  chosen: new rgw.User("chosen", { uid: "own-chosen", displayName: "Chosen", accessKey, secretKey }),
  named: new rgw.User("named", { uid: "own-named", displayName: "Named", accessKey: accessKey + "N" }),
  shared: new rgw.User("shared", { uid: "own-shared", displayName: "Shared", exclusiveKeys: EXCLUSIVE === "yes" }),
};
for (const [name, user] of Object.entries(users))
  for (const output of ["accessKey", "secretKey", "previousAccessKey", "previousSecretKey"])
    exports[name + "." + output] = user[output];
`;

const FIRST = { KEY: "CHOSENKEY1", A_SECRET: "a+secret/of=the+caller/himself=1", EXCLUSIVE: "no" };
const SECRET_CHANGED = { ...FIRST, A_SECRET: "a+secret/of=the+caller/himself=2" };
const KEY_CHANGED = { ...SECRET_CHANGED, KEY: "CHOSENKEY2", EXCLUSIVE: "yes" };

sharedClusters();

describe("keys of the caller's own", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let story: Story;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    story = await openStory({ program: { files: { "index.js": PROGRAM } }, env: ceph.env });
    await story.up({ ...OK, env: FIRST });
  });
  after(() => story?.end());

  it("are made as given; a secret that is not given is made by the gateway", async () => {
    const { current } = await story.credentials("chosen");
    assert.deepEqual(current, { accessKey: FIRST.KEY, secretKey: FIRST.A_SECRET });
    const named = (await story.credentials("named")).current;
    assert.equal(named.accessKey, "CHOSENKEY1N");
    assert.deepEqual([await ceph.s3(current), await ceph.s3(named)], ["200", "200"]);
  });

  it("get another secret in place, and preview says that the old one ends at once", async () => {
    const { stdout } = await story.preview({ ...OK, env: SECRET_CHANGED });
    assert.match(stdout, /chosen: issueKey: the secret of CHOSENKEY1 is replaced .* its old secret ends immediately/);
    await story.up({ ...OK, env: SECRET_CHANGED });
    const { current } = await story.credentials("chosen");
    assert.deepEqual(current, { accessKey: FIRST.KEY, secretKey: SECRET_CHANGED.A_SECRET });
    assert.equal(await ceph.s3(current), "200");
    assert.equal(await ceph.s3({ accessKey: FIRST.KEY, secretKey: FIRST.A_SECRET }), "403 SignatureDoesNotMatch");
  });

  it("are exchanged with a grace period like any other; foreign keys stay without exclusiveKeys, and go with it", async () => {
    const foreign = await foreignKey();
    await story.preview({ ...NO_DRIFT, env: SECRET_CHANGED });
    await story.up({ ...OK, env: KEY_CHANGED, args: ["--refresh"] });
    const { current, previous } = await story.credentials("chosen");
    assert.deepEqual([current.accessKey, previous.accessKey], ["CHOSENKEY2", "CHOSENKEY1"]);
    assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", "200"]);
    assert.equal((await story.user("shared")).keys.length, 1);
    assert.equal(await ceph.s3(foreign), "403 InvalidAccessKeyId");
    assert.equal(await ceph.s3((await story.credentials("shared")).current), "200");
  });

  it("of others are drift with exclusiveKeys", async () => {
    await foreignKey();
    const { code, stdout } = await story.preview({ env: KEY_CHANGED, args: ["--refresh", "--expect-no-changes"] });
    assert.notEqual(code, 0);
    assert.match(stdout, /shared: revokeKey: key SOMEBODYSKEY is not of this resource/);
  });

  async function foreignKey(): Promise<{ accessKey: string; secretKey: string }> {
    await ceph.admin("PUT", { key: "", uid: "own-shared", "access-key": "SOMEBODYSKEY", "generate-key": "true" });
    const key = (await ceph.user("own-shared"))?.keys.find(({ access_key }) => access_key === "SOMEBODYSKEY");
    return { accessKey: "SOMEBODYSKEY", secretKey: String(key?.secret_key) };
  }
});
