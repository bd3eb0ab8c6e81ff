// The examples of the systems that have a server of reference, as they stand, with the real CLI: made, rotated with a day of
// grace, destroyed. A whole life with locks and drift, of all systems in one
// stack, is in tests/package; what each system alone does is at its backend.

import assert from "node:assert/strict";
import path from "node:path";
import { CegedimServer } from "../../../devserver/cegedim/server";
import { EcsServer } from "../../../devserver/ecs/server";
import { listBuckets, verdictOf } from "../../backends/stack";
import { needCli } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";
import { openStory, type Story } from "../../real/reference";
import { OK } from "../../real/searched";

const FIRST_USER = "Initial S3 user";

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
      const answers = [first, second].map(({ accessKey, secretKey }) =>
        verdictOf(
          server.handle(listBuckets({ accessKey: String(accessKey), secretKey: String(secretKey) }, new Date())),
        ),
      );
      assert.deepEqual(answers, ["200", "200"]);
      assert.ok(Date.parse(String(second.previousKeyExpiresAt)) > Date.now() + 23 * 3_600_000);
      assert.equal((await story.outputs()).secretKey, "[secret]");
      await story.destroy(OK);
      assert.deepEqual(users(), []);
    });
  });
