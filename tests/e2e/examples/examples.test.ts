// The examples of rgw as they stand, on a real Ceph: up, S3 accepts the key, a rotation. The root's Pulumi.yaml is that of the
// README's first user, which tests/guides follows.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { needCeph } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";
import { type RandomPlugin, serveRandomPlugin } from "../../real/random-plugin";
import { type Cluster, cluster, sharedClusters } from "../rgw/cluster";
import { OK, type Story, withStory } from "../rgw/story";

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
  this.timeout(180_000);
  let ceph: Cluster;
  let random: RandomPlugin;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    random = await serveRandomPlugin();
  });
  after(() => random?.close());

  it("quickstart makes a user that S3 accepts, and destroys it", async () => {
    await withStory({ program: path.join(EXAMPLES, "quickstart"), env: ceph.env }, async (story) => {
      await story.up(OK);
      const { endpoint, accessKey, secretKey } = await credentials(story);
      assert.equal(endpoint, ceph.witness.endpoint);
      assert.equal(await ceph.s3({ accessKey, secretKey }), "200");
      await story.destroy(OK);
      assert.equal(await ceph.user("alice"), undefined);
    });
  });

  it("access-key makes and rotates a key of a user that somebody else made, who stays as he is", async () => {
    const uid = "rook-user";
    await ceph.admin("PUT", { uid, "display-name": "Rook's", "max-buckets": "7" });
    const before = await ceph.user(uid);
    await withStory({ program: path.join(EXAMPLES, "access-key"), env: ceph.env }, async (story) => {
      await story.up(OK);
      const old = await credentials(story);
      await story.setConfig("rotationId", "second");
      await story.up(OK);
      const key = await credentials(story);
      assert.notEqual(key.accessKey, old.accessKey);
      assert.deepEqual([await ceph.s3(old), await ceph.s3(key)], ["200", "200"]);
      await story.destroy(OK);
      assert.deepEqual(await ceph.user(uid), before);
      assert.equal(await ceph.s3(key), "403 InvalidAccessKeyId");
    });
    await ceph.admin("DELETE", { uid });
  });

  it("rotation rotates when its keeper changes, with a grace", async () => {
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
    });
  });

  it("subuser rotates one key with a grace, logs in with the other, and destroys both before their user", async () => {
    await withStory({ program: path.join(EXAMPLES, "subuser"), env: ceph.env }, async (story) => {
      await story.up(OK);
      const first = await credentials(story);
      assert.equal(await ceph.s3(first), "200");
      const swift = async () => {
        const { swiftUser, swiftKey } = (await story.outputs({ showSecrets: true })) as Record<string, string>;
        return ceph.swift({ accessKey: swiftUser ?? "", secretKey: swiftKey ?? "" });
      };
      assert.equal(await swift(), "200");

      await story.setConfig("subuser:rotationId", "second");
      await story.up(OK);
      const second = await credentials(story);
      assert.notEqual(second.accessKey, first.accessKey);
      assert.deepEqual([await ceph.s3(first), await ceph.s3(second), await swift()], ["200", "200", "200"]);
      const found = await ceph.user("media");
      assert.deepEqual(found?.subusers.map(({ id }) => id).sort(), ["media:legacy", "media:reader"]);
      await story.destroy(OK);
      assert.equal(await ceph.user("media"), undefined);
    });
  });

  it("app-config writes files with which clients work, the former key beside the current one while its grace runs", async () => {
    await withStory({ program: path.join(EXAMPLES, "app-config"), env: ceph.env }, async (story) => {
      await story.up(OK);
      const first = parseEnv(await shown(story, "environment"));
      assert.equal(first.AWS_ENDPOINT_URL_S3, ceph.witness.endpoint);
      assert.equal(await ceph.s3(keyIn(first)), "200");
      assert.doesNotMatch(await shown(story, "awsCredentials"), /previous/);

      await story.setConfig("app-config:rotationId", "second");
      await story.up(OK);
      const second = parseEnv(await shown(story, "environment"));
      assert.notEqual(second.AWS_ACCESS_KEY_ID, first.AWS_ACCESS_KEY_ID);
      assert.equal(await ceph.s3(keyIn(second)), "200");
      const profiles = await shown(story, "awsCredentials");
      const headings = ["[media]", second.AWS_ACCESS_KEY_ID, "[media-previous]", first.AWS_ACCESS_KEY_ID];
      assert.deepEqual(profiles.match(/\[.*\]|(?<=_id=).*/g), headings);
      assert.deepEqual(Object.values(await story.outputs()), Array(7).fill("[secret]"));
    });
  });

  it("calendar rotates each user in its own turn", async () => {
    const program = path.join(EXAMPLES, "calendar");
    const config = { "calendar:now": "2026-10-01T00:00:00Z" };
    await withStory({ program, env: ceph.env, config }, async (story) => {
      await story.up(OK);
      const before = await fleet(story);
      const [earliest, , latest] = Object.entries(before.nextRotations).sort(([, a], [, b]) => (a < b ? -1 : 1));
      assert.ok(earliest && latest && latest[1] < "2027-01-01");

      const day = new Date(Date.parse(earliest[1]) + 1_000).toISOString();
      await story.setConfig("calendar:now", day);
      assert.match((await story.up(OK)).stdout, /rotationId changed from "2026-q3" to "2026-q4"/);
      const after = await fleet(story);
      const changed = Object.keys(before.keys).filter((name) => after.keys[name] !== before.keys[name]);
      assert.deepEqual(changed, [earliest[0]]);
    });
  });
});

/** A text of the stack's outputs. */
async function shown(story: Story, name: string): Promise<string> {
  return String((await story.outputs({ showSecrets: true }))[name]);
}

function keyIn({ AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" }: NodeJS.Dict<string>) {
  return { accessKey: AWS_ACCESS_KEY_ID, secretKey: AWS_SECRET_ACCESS_KEY };
}

/** The current access key and the next rotation of each member. */
async function fleet(story: Story) {
  const { credentials, nextRotations } = (await story.outputs({ showSecrets: true })) as {
    credentials: Record<string, { accessKey: string }>;
    nextRotations: Record<string, string>;
  };
  const keys = Object.entries(credentials).map(([name, { accessKey }]) => [name, accessKey] as const);
  return { keys: Object.fromEntries(keys), nextRotations };
}

async function credentials(story: Story) {
  const outputs = (await story.outputs({ showSecrets: true })) as Record<string, string>;
  const { endpoint = "", accessKey = "", secretKey = "", previousAccessKey, previousKeyExpiresAt = "" } = outputs;
  return { endpoint, accessKey, secretKey, previousAccessKey, previousKeyExpiresAt };
}
