// The examples of the systems that have a server of reference, as they stand, with the real CLI: made, rotated with a day of
// grace, a preview that refuses what the system cannot do, destroyed. A whole life with locks and drift, of all systems in one
// stack, is in tests/package; what each system alone does is at its backend.

import assert from "node:assert/strict";
import path from "node:path";
import { CegedimServer } from "../../../devserver/cegedim/server";
import { EcsServer } from "../../../devserver/ecs/server";
import { listBuckets, verdictOf } from "../../backends/stack";
import { needCli } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";
import { openStory, type Story } from "../../real/reference";
import { NO_CHANGES, OK } from "../../real/searched";

const FIRST_USER = "Initial S3 user";

function s3(server: Pick<EcsServer, "handle">, accessKey: unknown, secretKey: unknown): string {
  const key = { accessKey: String(accessKey), secretKey: String(secretKey) };
  return verdictOf(server.handle(listBuckets(key, new Date())));
}

const EXAMPLES = [
  {
    system: "ecs",
    open: () => {
      const server = new EcsServer();
      const { username = "", password = "" } = server.managers[0] ?? {};
      const env = (url: string) => ({
        ECS_ENDPOINT: url,
        ECS_S3_ENDPOINT: url,
        ECS_USERNAME: username,
        ECS_PASSWORD: password,
      });
      const sessions = () => server.sessions.count(Date.now());
      return { server, env, secret: password, users: () => server.users(), sessions };
    },
  },
  {
    system: "cegedim",
    open: () => {
      const server = new CegedimServer();
      const { clientId = "", clientSecret = "" } = server.accounts[0] ?? {};
      const env = (url: string) => ({
        ITCARE_ENDPOINT: `${url}/itcare`,
        ITCARE_TOKEN_URL: `${url}/token`,
        ITCARE_S3_ENDPOINT: url,
        ITCARE_CLIENT_ID: clientId,
        ITCARE_CLIENT_SECRET: clientSecret,
      });
      const users = () => Object.keys(server.users()).filter((label) => label !== FIRST_USER);
      return { server, env, secret: clientSecret, users, sessions: () => 0 };
    },
  },
] as const;

for (const { system, open } of EXAMPLES)
  describe(`examples/${system}`, function () {
    this.timeout(120_000);
    const { server, env, secret, users, sessions } = open();
    let story: Story;

    before(async function () {
      await needCli(this);
      story = await openStory(server, path.join(REPOSITORY, "examples", system), env, [secret]);
    });
    after(() => story?.end());
    afterEach("no session is left behind", () => assert.equal(sessions(), 0));

    it("makes a user that S3 accepts, rotates it with a day of grace, and destroys it", async () => {
      await story.up(OK);
      const first = await story.shown();
      await story.setConfig(`${system}-user:rotationId`, "second");
      await story.up(OK);
      const second = await story.shown();
      const answers = [first, second].map(({ accessKey, secretKey }) => s3(server, accessKey, secretKey));
      assert.deepEqual(answers, ["200", "200"]);
      assert.ok(Date.parse(String(second.previousKeyExpiresAt)) > Date.now() + 23 * 3_600_000);
      assert.equal((await story.outputs()).secretKey, "[secret]");
      const sent = server.requests.count();
      await story.preview(NO_CHANGES);
      assert.equal(server.requests.count(), sent, "a preview without changes asks nothing");
      await story.setConfig(`${system}-user:rotationId`, "third");
      const { code, stdout } = await story.preview();
      assert.notEqual(code, 0);
      assert.match(stdout, /keeps at most 2 keys and has as many\. Run again after/);
      await story.destroy(OK);
      assert.deepEqual(users(), []);
    });
  });

const PROVIDER = `
const { cegedim } = require("pulumi-object-users");
const cloud = new cegedim.Provider("cloud", {
  clientId: process.env.TEST_ID,
  clientSecret: process.env.TEST_SECRET,
  endpoint: process.env.TEST_URL + "/itcare",
  tokenUrl: process.env.TEST_URL + "/token",
  s3Endpoint: process.env.TEST_URL,
  paths: { objectUser: "/storage/object-stores/{objectStore}/users/{userId}" },
});
const app = new cegedim.ObjectUser("app", { objectStore: "cos-acme-media", label: "app" }, { provider: cloud });
exports.accessKey = app.accessKey;
exports.secretKey = app.secretKey;
`;

describe("an explicit cegedim.Provider", function () {
  this.timeout(120_000);

  it("overrides a path", async function () {
    await needCli(this);
    const server = new CegedimServer();
    const { clientId = "", clientSecret = "" } = server.accounts[0] ?? {};
    const given = (url: string) => ({ TEST_URL: url, TEST_ID: clientId, TEST_SECRET: clientSecret });
    const story = await openStory(server, { "index.js": PROVIDER }, given, [clientSecret]);
    await story.up(OK);
    const { accessKey, secretKey } = await story.shown();
    assert.equal(s3(server, accessKey, secretKey), "200");
    await story.destroy(OK);
    assert.deepEqual(Object.keys(server.users()), [FIRST_USER]);
    await story.end();
  });
});
