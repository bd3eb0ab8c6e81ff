// The examples of openstack and infomaniak as they stand, with the real CLI, a real Keystone and a real S3 gateway: made,
// rotated with a day of grace, destroyed. A whole life with locks and drift is in tests/package; what each of the systems
// alone does is in the suites beside this one.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { accountBefore, CLOUD, PROJECT, TOKEN } from "../infomaniak/account";
import { type Env, REPOSITORY } from "../real/pulumi";
import { NO_DRIFT, OK, openSearched, type SearchedStack } from "../real/searched";
import { type Key, memberOf, PASSWORD, type Store, storeFor } from "./store";

const GONE = "403 InvalidAccessKeyId";
const DOMAIN = { id: "default" };

describe("the examples before a real Keystone", function () {
  this.timeout(120_000);
  let store: Store;
  let story: SearchedStack | undefined;
  let directory: string | undefined;

  before(async function () {
    store = await storeFor(this, { cli: true });
  });
  afterEach(async () => {
    if (directory) rmSync(directory, { recursive: true, force: true });
    await story?.dispose();
  });

  /** Makes the user, rotates its key and its password, and destroys it. `login` is the output or name that logs in. */
  async function live(
    example: string,
    config: Readonly<Record<string, string>>,
    env: Env,
    secret: string,
    login: (shown: Record<string, unknown>) => unknown,
  ): Promise<string> {
    const program = path.join(REPOSITORY, "examples", example);
    story = await openSearched({ program, env, config }, () => [secret]);
    const { stdout } = await story.up(OK);
    const first = await story.shown();
    for (const name of ["rotationId", "passwordRotationId"]) await story.setConfig(name, "second");
    await story.up(OK);
    const second = await story.shown();
    const keyIn = ({ accessKey, secretKey }: Record<string, unknown>) => ({
      accessKey: String(accessKey),
      secretKey: String(secretKey),
    });
    const [old, key] = [keyIn(first), keyIn(second)];
    assert.notEqual(key.accessKey, old.accessKey);
    assert.deepEqual([await store.s3(old), await store.s3(key)], ["200", "200"]);
    assert.ok(Date.parse(String(second.previousKeyExpiresAt)) > Date.now() + 23 * 3_600_000);
    assert.notEqual(second.password, first.password);
    const user = { name: login(second), domain: DOMAIN, password: second.password };
    assert.equal((await store.logIn(user)).status, 201);
    const { secretKey, password } = await story.outputs();
    assert.deepEqual([secretKey, password], ["[secret]", "[secret]"]);
    await story.destroy(OK);
    assert.deepEqual([await store.s3(old), await store.s3(key)], [GONE, GONE]);
    await story.end();
    return stdout;
  }

  it("openstack", async () => {
    const { OS_PASSWORD = "" } = store.env;
    await live("openstack", { "openstack:s3Endpoint": store.s3Endpoint }, store.env, OS_PASSWORD, () => "backup");
    assert.equal(await store.user("backup"), undefined);
  });

  it("member-key, by an entry of clouds.yaml without any right but its own", async () => {
    const userId = await memberOf(store, "own-keys", "media");
    const program = path.join(REPOSITORY, "examples", "member-key");
    directory = mkdtempSync(path.join(tmpdir(), "object-users-clouds-"));
    const file = path.join(directory, "clouds.yaml");
    const auth = { auth_url: store.keystone.authUrl, username: "own-keys", password: PASSWORD, project_name: "media" };
    writeFileSync(file, JSON.stringify({ clouds: { mine: { auth } } }), { mode: 0o600 });
    const config = { "openstack:s3Endpoint": store.s3Endpoint };
    const env = { OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: "mine" };
    story = await openSearched({ program, env, config }, () => [PASSWORD]);
    await story.up(OK);
    const keyOf = ({ accessKey, secretKey }: Record<string, unknown>) => ({
      accessKey: String(accessKey),
      secretKey: String(secretKey),
    });
    const old = keyOf(await story.shown());
    await story.setConfig("rotationId", "second");
    await story.up(OK);
    const key = keyOf(await story.shown());
    assert.deepEqual([await store.s3(old), await store.s3(key)], ["200", "200"]);
    await story.destroy(OK);
    assert.deepEqual([await store.s3(old), await store.s3(key)], [GONE, GONE]);
    assert.equal((await store.ask("GET", `/users/${userId}`)).status, 200);
    await story.end();
  });

  it("infomaniak, which reports how far a task is", async () => {
    console.warn("      (a stand-in serves Infomaniak's account API here; Keystone and S3 behind it are real)");
    const { served, users } = await accountBefore(store, { delayMs: 300 });
    const config = {
      publicCloudId: String(CLOUD),
      projectId: String(PROJECT),
      "infomaniak:endpoint": served.endpoint,
      "infomaniak:authUrl": store.keystone.authUrl,
      "infomaniak:s3Endpoint": store.s3Endpoint,
      "infomaniak:requestsPerMinute": "1000",
    };
    try {
      const env = { INFOMANIAK_TOKEN: TOKEN };
      const said = await live("infomaniak", config, env, TOKEN, ({ openStackName }) => openStackName);
      assert.match(said, /creating: (spooled|running)/);
      assert.equal(users.users.size, 0);
    } finally {
      await served.close();
    }
  });

  it("infomaniak-project, whose first user gets a key, and which goes last", async () => {
    console.warn("      (a stand-in serves Infomaniak's account API here; Keystone and S3 behind it are real)");
    const { served } = await accountBefore(store, { delayMs: 20 });
    const config = {
      publicCloudId: String(CLOUD),
      "infomaniak:endpoint": served.endpoint,
      "infomaniak:authUrl": store.keystone.authUrl,
      "infomaniak:s3Endpoint": store.s3Endpoint,
      "infomaniak:requestsPerMinute": "1000",
    };
    const program = path.join(REPOSITORY, "examples", "infomaniak-project");
    try {
      story = await openSearched({ program, env: { INFOMANIAK_TOKEN: TOKEN }, config }, () => [TOKEN]);
      await story.up(OK);
      const { projectId, firstUserName, firstKey, backupKey } = await story.shown();
      const { users } = served.account.usersOf(Number(projectId));
      assert.deepEqual(
        [...users.values()].map(({ description }) => description),
        ["", "Backup"],
      );
      assert.equal([...users.values()][0]?.open_stack_name, firstUserName);
      for (const key of [firstKey, backupKey]) assert.equal(await store.s3(key as Key), "200");
      await story.preview(NO_DRIFT);
      await story.destroy(OK);
      assert.equal(served.account.projects.get(Number(projectId)), undefined);
      await story.end();
    } finally {
      await served.close();
    }
  });
});
