// Every example as it stands, and the root's Pulumi.yaml, on a real Ceph: up, S3 accepts the key, nothing left to do,
// destroy.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../../real/pulumi";
import { type RandomPlugin, serveRandomPlugin } from "../../real/random-plugin";
import { type Cluster, cluster, needRealThings, sharedClusters } from "../rgw/cluster";
import { NO_CHANGES, OK, type Story, withStory } from "../rgw/story";

const EXAMPLES = path.join(REPOSITORY, "examples");
const MOST_LINES = 40;

sharedClusters();

describe("the programs of the examples", () => {
  for (const name of readdirSync(EXAMPLES).filter((each) => existsSync(path.join(EXAMPLES, each, "index.ts")))) {
    it(`${name} has at most ${MOST_LINES} lines`, () => {
      const program = readFileSync(path.join(EXAMPLES, name, "index.ts"), "utf8");
      assert.ok(program.split("\n").length <= MOST_LINES + 1);
    });
  }
});

describe("the examples", function () {
  this.timeout(90_000);
  let ceph: Cluster;
  let random: RandomPlugin;

  before(async function () {
    await needRealThings(this);
    ceph = await cluster();
    random = await serveRandomPlugin();
  });
  after(() => random?.close());

  for (const [name, program] of [
    ["quickstart", path.join(EXAMPLES, "quickstart")],
    ["the root's Pulumi.yaml", REPOSITORY],
  ] as const) {
    it(`${name} makes a user that S3 accepts, and destroys it`, async () => {
      await withStory({ program, env: ceph.env }, async (story) => {
        await story.up(OK);
        const { endpoint, accessKey, secretKey } = await credentials(story);
        assert.equal(endpoint, ceph.witness.endpoint);
        assert.equal(await ceph.s3({ accessKey, secretKey }), "200");
        await story.up(NO_CHANGES);
        await story.destroy(OK);
        assert.equal(await ceph.user("alice"), undefined);
      });
    });
  }

  it("rotation rotates when its keeper changes, and revokes after the grace", async () => {
    console.warn("      (a stand-in serves Pulumi's random plugin here)");
    const options = {
      program: path.join(EXAMPLES, "rotation"),
      env: { ...ceph.env, ...random.env },
      config: { "rotation:period": "2026-01" },
    };
    await withStory(options, async (story) => {
      await story.up(OK);
      const first = await credentials(story);
      assert.equal(await ceph.s3(first), "200");

      await story.setConfig("rotation:period", "2026-02");
      await story.up(OK);
      const second = await credentials(story);
      assert.notEqual(second.accessKey, first.accessKey);
      assert.equal(second.previousAccessKey, first.accessKey);
      assert.ok(Date.parse(second.previousKeyExpiresAt) > Date.now() + 6 * 24 * 3_600_000);
      assert.deepEqual([await ceph.s3(first), await ceph.s3(second)], ["200", "200"]);

      await story.setConfig("rotation:gracePeriodSeconds", "0");
      await story.up(OK);
      assert.deepEqual([await ceph.s3(first), await ceph.s3(second)], ["403 InvalidAccessKeyId", "200"]);
      await story.destroy(OK);
    });
  });
});

async function credentials(story: Story) {
  const outputs = (await story.outputs({ showSecrets: true })) as Record<string, string>;
  const { endpoint = "", accessKey = "", secretKey = "", previousAccessKey, previousKeyExpiresAt = "" } = outputs;
  return { endpoint, accessKey, secretKey, previousAccessKey, previousKeyExpiresAt };
}
