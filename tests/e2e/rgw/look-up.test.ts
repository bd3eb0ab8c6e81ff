// Look-ups by the real CLI on a real Ceph: a program that reads a user that it does not manage, in a preview and in an up, and
// one that it makes itself by an output. The program ends, and no secret stands in what it printed or in state.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { OK, withStory } from "./story";

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
module.exports = async () => {
  const found = await rgw.getUser({ uid: "look-up-theirs", withSecrets: true });
  const made = new rgw.User("made", { uid: "look-up-made", displayName: "Made", maxBuckets: 7, rotationId: "1" });
  const again = rgw.getUserOutput({ uid: made.userId });
  const listed = await rgw.listUsers();
  return {
    displayName: found.displayName,
    accessKey: found.keys[0].accessKey,
    secretKey: found.keys[0].secretKey,
    listed: listed.map(({ uid }) => uid).filter((uid) => uid.startsWith("look-up")),
    email: made.email,
    maxBuckets: again.maxBuckets,
    isSame: again.apply(({ keys }) => keys.length === 1 && "secretKey" in keys[0] === false),
  };
};
`;

sharedClusters();

describe("look-ups by the real CLI", function () {
  this.timeout(120_000);
  let ceph: Cluster;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
  });

  it("read what is there, in a preview too, and the program ends", async () => {
    const theirs = { uid: "look-up-theirs", "display-name": "Theirs" };
    const made = (await ceph.admin("PUT", theirs)) as { keys: { access_key: string; secret_key: string }[] };
    const [key] = made.keys;
    assert.ok(key);
    await withStory({ program: { files: { "index.js": PROGRAM } }, env: ceph.env }, async (story) => {
      const { stdout } = await story.preview(OK);
      assert.match(stdout, /displayName: "Theirs"/);
      assert.ok(!stdout.includes(key.secret_key));
      await story.up(OK);
      const outputs = await story.outputs({ showSecrets: true });
      assert.deepEqual(
        [outputs.displayName, outputs.accessKey, outputs.secretKey],
        ["Theirs", key.access_key, key.secret_key],
      );
      assert.deepEqual([outputs.email, outputs.maxBuckets, outputs.isSame], ["", 7, true]);
      assert.equal((await story.outputs()).secretKey, "[secret]");
      await story.up(OK);
      assert.deepEqual((await story.outputs()).listed, ["look-up-made", "look-up-theirs"]);
      await story.destroy(OK);
    });
    await ceph.admin("DELETE", { uid: "look-up-theirs" });
  });
});
