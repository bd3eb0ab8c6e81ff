// What fails, as people see it in the CLI: one sentence each that says what to do, nothing half-done, and the users that were
// there before still known. Inputs that are wrong, connections that do not work, users that exist already, keys that S3
// refuses, runs that are cut off. One stack; each test goes on where the one before it ended.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { identityOf } from "../../../provider/protocol";
import type { Credentials } from "../../../tools/ceph/cluster";
import { freePort } from "../../../tools/ceph/ports";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { diagnosticsOf, NO_DRIFT, OK, openStory, type Story, withStory } from "./story";
import { BROKEN, EXISTING, PROGRAM, SENTENCES, type Settings, TAKEN, UNFINISHED, WRONG } from "./wrong";

sharedClusters();

describe("what fails", function () {
  this.timeout(120_000);
  let ceph: Cluster;
  let other: Cluster;
  let html: Server;
  let story: Story;
  let found: unknown;
  let first: Credentials;
  let said = "";
  let right: Record<string, string>;
  const opens = async (name: string) => ceph.s3((await story.credentials(name)).current);

  before(async function () {
    await needCeph(this, { cli: true });
    [ceph, other] = await Promise.all([cluster("one"), cluster("two")]);
    html = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>Welcome</html>");
    });
    await new Promise<void>((resolve) => html.listen(0, "127.0.0.1", resolve));
    const { port } = html.address() as AddressInfo;
    const connections = environment({
      wrongSecret: { secretKey: "not-the-secret-of-the-admin" },
      unknownKey: { accessKey: "NOBODYSKEY" },
      noCaps: await admin("failing-admin-without-caps"),
      suspended: await admin("failing-admin-suspended", { suspended: "1", "user-caps": "users=*" }),
      unreachable: { endpoint: `http://127.0.0.1:${await freePort()}` },
      html: { endpoint: `http://127.0.0.1:${port}` },
    });
    await ceph.admin("PUT", {
      uid: "existing-taken",
      "display-name": "Somebody's",
      email: "taken@example.org",
      "max-buckets": "3",
      "access-key": "EXISTINGKEYOFANOTHER",
    });
    found = await ceph.user("existing-taken");
    // What a run leaves that was killed between the gateway's answer and Pulumi's state.
    const urn = "urn:pulumi:test::program::pulumi-nodejs:dynamic/object-users/rgw:User::unfinished";
    const derived = deriveAccessKey("existing-unfinished", "", identityOf(urn));
    await ceph.admin("PUT", { uid: "existing-unfinished", "display-name": "Unfinished", "access-key": derived });

    const files = { "index.js": PROGRAM, "users.json": "{}" };
    story = await openStory({ program: { files }, env: { ...ceph.env, ...connections } });
    right = { CONNECTIONS: "", S3_ENDPOINT: ceph.witness.endpoint, ROTATION: "2" };
    await story.up({ ...OK, env: { ...right, ROTATION: "1" } });
    first = (await story.credentials("settled")).current;

    story.declare(EXISTING);
    const env = { S3_ENDPOINT: other.witness.endpoint, ROTATION: "2" };
    const { code, stdout } = await story.up({ env, args: ["--continue-on-error"] });
    assert.notEqual(code, 0);
    said = stdout;
  });
  after(async () => {
    html?.close();
    await story?.end();
  });

  it("inputs: refused by preview, each in a sentence of its own, without secrets, before anything is sent", async () => {
    const env = { ...ceph.env, A_SECRET: "not a good secret, but a secret" };
    await withStory({ program: { files: { "index.js": WRONG } }, env }, async (wrong) => {
      ceph.witness.forget();
      const { code, stdout } = await wrong.preview();
      assert.notEqual(code, 0);
      for (const sentence of SENTENCES) assert.match(diagnosticsOf(stdout, "wrong"), sentence);
      assert.deepEqual(ceph.witness.passed, []);
    });
  });

  for (const [name, sentence] of Object.entries(BROKEN))
    it(`a connection: ${name}, in a sentence that says what to do, and no resource is left behind`, async () => {
      assert.match(diagnosticsOf(said, name), sentence);
      assert.equal((await story.resources())[name], undefined);
      assert.equal(await ceph.user(`failing-${name}`), undefined);
      assert.doesNotMatch(said, /^\s+at /m, "people need the sentence, not the stack");
    });

  it("a user that exists: refused, with what to do, and left as it is", async () => {
    assert.match(said, /creating user "existing-taken": a user of this name exists already.*409 UserAlreadyExists/);
    assert.match(said, /Set adopt: true to adopt it/);
    assert.deepEqual(await ceph.user("existing-taken"), found);
    assert.equal((await story.resources()).taken, undefined);
  });

  it("but one that an unfinished run of ours made is continued", async () => {
    const { keys, max_buckets } = (await ceph.user("existing-unfinished")) ?? {};
    assert.deepEqual([keys?.length, max_buckets], [1, 5]);
    assert.equal(await opens("unfinished"), "200");
  });

  it("two resources of one user: the second is an error", async () => {
    assert.match(said, /creating user "existing-twin": another resource of this program manages this user/);
    const { twinA, twinB } = await story.resources();
    assert.equal([twinA, twinB].filter((each) => each !== undefined).length, 1);
    assert.equal((await ceph.user("existing-twin"))?.keys.length, 1);
  });

  it("a key or an e-mail address that somebody has: each conflict is a sentence, nothing half-made", async () => {
    assert.match(said, /creating user "existing-own-key": the access key belongs to another user.*409 KeyExists/);
    assert.match(said, /creating user "existing-own-email": another user has this e-mail address.*409 EmailExists/);
    const { ownKey, ownEmail } = await story.resources();
    assert.deepEqual([ownKey, ownEmail], [undefined, undefined]);
    for (const uid of ["existing-own-key", "existing-own-email"]) assert.equal(await ceph.user(uid), undefined);
  });

  it("a new key that S3 refuses: a sentence, for a rotation and for a new user; the old key stays published", async () => {
    for (const name of ["settled", "fresh"])
      assert.match(said, new RegExp(`proving key PULU\\w{16} of user "proof-${name}": S3 refuses the key`));
    assert.match(said, /Check that s3Endpoint belongs to this system/);
    const settled = await story.user("settled");
    assert.deepEqual([settled.accessKey, settled.previousAccessKey], [first.accessKey, undefined]);
    assert.deepEqual((await story.credentials("settled")).current, first);
    assert.equal(await ceph.s3(first), "200");
    assert.equal((await story.user("fresh")).accessKey, undefined);
  });

  it("all is made up for by the next up: users adopted, keys proven that were made already, nothing made twice", async () => {
    const keysOf = async (name: string) => (await ceph.user(`proof-${name}`))?.keys.map(({ access_key }) => access_key);
    const made = await keysOf("settled");
    const calm = { uid: "failing-calm", displayName: "Calm" };
    story.declare({ unfinished: UNFINISHED, taken: { ...TAKEN, adopt: true }, calm });
    const { witness } = ceph;
    witness.forget();
    // An answer that is lost after the gateway acted is looked up.
    witness.loseNextAnswer(({ method, target }) => method === "PUT" && target.includes("uid=failing-calm"));
    await story.up({ ...OK, env: right });
    const calmsMade = witness
      .writes()
      .filter(({ status, target }) => status === 200 && target.includes("failing-calm"));
    assert.equal(calmsMade.length, 1);
    const [settled, taken] = [await story.credentials("settled"), await story.credentials("taken")];
    assert.notEqual(settled.current.accessKey, first.accessKey);
    assert.deepEqual(settled.previous, first);
    assert.deepEqual([await keysOf("settled"), (await keysOf("fresh"))?.length], [made, 1]);
    assert.equal(taken.current.accessKey, "EXISTINGKEYOFANOTHER");
    for (const key of [settled.current, settled.previous, taken.current]) assert.equal(await ceph.s3(key), "200");
    assert.equal(await opens("fresh"), "200");
    const { display_name, email, max_buckets, keys } = (await ceph.user("existing-taken")) ?? assert.fail();
    assert.deepEqual([display_name, email, max_buckets, keys.length], ["Ours now", "", 3, 1]);
    await story.preview({ ...NO_DRIFT, env: right });
  });

  it("a power cut between the gateway's answer and Pulumi's state: the next up continues", async () => {
    story.declare({ cut: { uid: "existing-cut", displayName: "Cut" } });
    const up = story.spawn(["up", "--yes", "--skip-preview"], { env: right });
    const killed = new Promise<void>((resolve) =>
      ceph.witness.loseNextAnswer(({ method, target }) => {
        if (method !== "PUT" || !target.includes("uid=existing-cut")) return false;
        void up.kill().then(() => resolve());
        return true;
      }),
    );
    await killed;
    const keys = (await ceph.user("existing-cut"))?.keys;
    assert.equal(keys?.length, 1);
    assert.equal((await story.resources()).cut, undefined);

    await story.run(["cancel", "--yes"], OK);
    await story.up({ ...OK, env: right });
    assert.deepEqual((await ceph.user("existing-cut"))?.keys, keys);
    assert.equal(await opens("cut"), "200");
  });

  it("an outage is never taken for users who are gone; all goes on when the gateway is back", async () => {
    const { keys } = await story.user("settled");
    await ceph.ceph.killGateway();
    try {
      const { code, stdout } = await story.refresh({ env: right });
      assert.notEqual(code, 0);
      assert.match(stdout, /reading user "proof-settled"/);
    } finally {
      await ceph.ceph.restartGateway();
    }
    assert.deepEqual((await story.user("settled")).keys, keys);
    await story.preview({ ...NO_DRIFT, env: right });
  });

  async function admin(uid: string, more: Readonly<Record<string, string>> = {}): Promise<Settings> {
    await ceph.admin("PUT", { uid, "display-name": uid, ...more });
    const key = (await ceph.user(uid))?.keys[0] ?? assert.fail(uid);
    return { accessKey: key.access_key, secretKey: key.secret_key };
  }

  function environment(settings: Readonly<Record<string, Settings>>): Record<string, string> {
    const good = { endpoint: ceph.witness.endpoint, ...ceph.ceph.admin };
    const variables = Object.entries(settings).flatMap(([name, given]) => {
      const { endpoint, accessKey, secretKey } = { ...good, ...given };
      return Object.entries({ ENDPOINT: endpoint, ACCESS_KEY: accessKey, SECRET_KEY: secretKey }).map(
        ([variable, value]) => [`${name}_${variable}`, value],
      );
    });
    return { CONNECTIONS: Object.keys(settings).join(" "), ...Object.fromEntries(variables) };
  }
});
