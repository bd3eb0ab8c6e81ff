// What a stack writes for S3 clients by sdk/config, from the real CLI to the real clients on a real Ceph: the current key
// works, the previous one works as long as its grace runs, and is refused afterwards.

import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Cluster, cluster, sharedClusters } from "../e2e/rgw/cluster";
import { NO_CHANGES, OK, openStory, type Story } from "../e2e/rgw/story";
import { needCeph, skipWithout } from "../real/needs";
import { CLIENTS, hasMc, MC, type Texts } from "./clients";
import { makeFolder } from "./folder";

/** Users with every text of every key as a stack output: "alice.rclone.current". */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { rgw } = require("pulumi-object-users");
const config = require("pulumi-object-users/config");

const { rotationId, gracePeriodSeconds } = require("./rotation.json");
const alice = new rgw.User("alice", { uid: "alice", displayName: "Alice", rotationId, gracePeriodSeconds });
const odd = new rgw.User("odd", { uid: "odd", displayName: "Odd", adopt: true });
const teams = new rgw.Users("teams", { users: { red: { uid: "red", displayName: "Red" } } });

// Not to log in with: that a program can write YAML, whose library is loaded late.
const where = { cloud: "c", authUrl: "https://keystone.example.com/v3", projectName: "p", username: "u" };
exports.clouds = config.cloudsYaml({ password: alice.secretKey }, where);

// Somebody who is made from both keys: a preview must not take him for changed.
const { both } = config.pair(alice, (key) => config.json(key));
const displayName = pulumi.unsecret(both).apply((text) => "Reader of " + text.split("\\n").length + " lines");
new rgw.User("reader", { uid: "reader", displayName, createKey: false });

const users = { alice, odd, red: teams.get("red") };
const writers = {
  environment: (key, place) => config.environment(key, place),
  awsCredentials: (key) => config.awsCredentials(key, { profile: "store" }),
  awsConfig: (key, place) => config.awsConfig(key, { profile: "store", ...place }),
  rclone: (key, place) => config.rclone(key, { remote: "store", ...place }),
  s3cmd: (key, place) => config.s3cmd(key, place),
  minioClient: (key, place) => config.minioClient(key, { alias: "store", ...place }),
  minioHost: (key, place) => config.minioHost(key, place),
  json: (key, place) => config.json(key, place),
};
for (const [name, user] of Object.entries(users)) {
  const place = user.endpoint ? {} : { endpoint: alice.endpoint };
  for (const [writer, write] of Object.entries(writers)) {
    if (name === "odd" && writer === "minioHost") continue; // It refuses "%".
    const { current, previous } = config.pair(user, (key) => write(key, place));
    exports[[name, writer, "current"].join(".")] = current;
    exports[[name, writer, "previous"].join(".")] = previous;
  }
}
`;

/** A secret with all that shells, INI files and addresses make something of. */
const ODD = 'a "b" $c#d %e&f = \\g;h/+';
const BUCKETS = { alice: "alices", odd: "odds", red: "reds" };
type Name = keyof typeof BUCKETS;
/** By S3's code, by HTTP's, or by S3's words for the code. */
const REFUSED = /InvalidAccessKeyId|\b403\b|access key Id you provided does not exist/i;

sharedClusters();

describe("what a stack writes for S3 clients", function () {
  this.timeout(300_000);
  let ceph: Cluster;
  let clients = CLIENTS;
  let story: Story;
  let outputs: Record<string, unknown>;

  before(async function () {
    this.timeout(600_000);
    await needCeph(this, { cli: true });
    const { installClients } = await import("../../tools/clients/install.mjs");
    skipWithout(this, installClients());
    clients = (await hasMc()) ? [...CLIENTS, ...MC] : CLIENTS;
    ceph = await cluster();
    const files = { "index.js": PROGRAM, "rotation.json": rotation("first", 3600) };
    // Not by this package, which takes secrets without such characters only, but it takes users over that have them.
    const odd = { uid: "odd", "display-name": "Odd", "access-key": "AKODD0123456789", "secret-key": ODD };
    await ceph.admin("PUT", odd);
    story = await openStory({ program: { files }, env: ceph.env });
    await up();
    for (const name of ["alice", "odd", "red"] as const)
      assert.equal(await ceph.s3(JSON.parse(textsOf(name, "current").json ?? ""), "PUT", `/${BUCKETS[name]}`), "200");
  });
  after(async () => {
    await story?.end();
  });

  const rotation = (rotationId: string, gracePeriodSeconds: number) =>
    JSON.stringify({ rotationId, gracePeriodSeconds });
  async function up(): Promise<void> {
    await story.up(OK);
    outputs = await story.outputs({ showSecrets: true });
  }
  function textsOf(name: Name, which: "current" | "previous"): Texts {
    const found = Object.entries(outputs).flatMap(([label, text]) => {
      const [user, writer = "", age] = label.split(".");
      return user === name && age === which && typeof text === "string" ? [[writer, text]] : [];
    });
    return Object.fromEntries(found);
  }

  /** Every client with these texts, one after the other. */
  async function everyClient(
    name: Name,
    texts: Texts,
    check: (answer: { accepted: boolean; said: string }, client: string) => void,
  ) {
    for (const client of clients.filter(({ notFor }) => !notFor?.includes(name))) {
      const folder = makeFolder();
      try {
        check(await client.use(folder, texts, BUCKETS[name]), client.name);
      } finally {
        folder.remove();
      }
    }
  }
  const accepted = (answer: { accepted: boolean; said: string }, client: string) => {
    assert.ok(answer.accepted, `${client}: ${answer.said}`);
    assert.match(answer.said, /^by [\w-]+$/m, client);
  };

  for (const name of ["alice", "odd", "red"] as const)
    it(`lets every client put, list and get with the key of ${name}`, () =>
      everyClient(name, textsOf(name, "current"), accepted));

  it("has MinIO's mc among the clients", function () {
    if (clients.length > CLIENTS.length) return;
    const reason = "MinIO's mc is not on PATH; `go install github.com/minio/mc@latest` builds it in some minutes.";
    const consolation = "What is written for it is held to its rules, in reading.test.ts.";
    skipWithout(this, { available: false, reason: `${reason}\n      ${consolation}` });
  });

  it("writes YAML, too", () => {
    const { secretKey } = JSON.parse(textsOf("alice", "current").json ?? "");
    assert.equal(parse(String(outputs.clouds)).clouds.c.auth.password, secretKey);
  });

  it("is secret, and stays as it is with nothing to do", async () => {
    const shown = Object.values(await story.outputs());
    assert.deepEqual(
      [...new Set(shown)].filter((value) => value !== null),
      ["[secret]"],
    );
    assert.deepEqual(textsOf("alice", "previous"), {});
    await story.up(NO_CHANGES);
  });

  it("lets every client go on with the previous key while its grace runs", async () => {
    const before = textsOf("alice", "current");
    story.write({ "rotation.json": rotation("second", 3600) });
    await up();
    assert.deepEqual(textsOf("alice", "previous"), before);
    await everyClient("alice", textsOf("alice", "previous"), accepted);
  });

  it("has every client refused with the previous key once the grace is over", async () => {
    const before = textsOf("alice", "previous");
    story.write({ "rotation.json": rotation("second", 0) });
    await up();
    assert.deepEqual(textsOf("alice", "previous"), {});
    await everyClient("alice", before, ({ accepted, said }, client) => {
      assert.ok(!accepted, `${client}: ${said}`);
      assert.match(said, REFUSED, `${client}: ${said}`);
    });
  });
});
