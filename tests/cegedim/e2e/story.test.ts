// cegedim.ObjectUser with the real CLI on the server of reference: made, relabelled, locked, renewed, refused, repaired,
// deleted; through an explicit provider that overrides a path. One stack; each test goes on where the one before it ended.

import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CegedimServer } from "../../../devserver/cegedim/server";
import { s3 } from "../../ecs/bench";
import { DRIFT, NO_CHANGES, NO_DRIFT, OK, openStory, type Story } from "../../ecs/e2e/story";
import { needCli } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";

const PROGRAM = `
const { cegedim } = require("pulumi-object-users");
const cloud = new cegedim.Provider("cloud", {
  clientId: process.env.TEST_CLIENT_ID,
  clientSecret: process.env.TEST_CLIENT_SECRET,
  endpoint: process.env.TEST_URL + "/itcare",
  tokenUrl: process.env.TEST_URL + "/token",
  s3Endpoint: process.env.TEST_URL,
  paths: { objectUser: "/storage/object-stores/{objectStore}/users/{userId}" },
});
const app = new cegedim.ObjectUser("app", { objectStore: "cos-acme-media", ...require("./inputs.json") }, { provider: cloud });
const names = ["userId", "accessKey", "secretKey", "previousSecretKey", "previousKeyExpiresAt", "label", "locked", "keys"];
for (const name of names) exports[name] = app[name];
`;

const CLIENT_SECRET = "the-clients-own-secret";
const FIRST_USER = "Initial S3 user";

describe("cegedim.ObjectUser from up to destroy", function () {
  this.timeout(120_000);
  const server = new CegedimServer();
  let story: Story;
  let accessKey: string;
  let first: unknown;

  const verdict = (secret: unknown) => s3(server, accessKey, String(secret), new Date());

  before(async function () {
    await needCli(this);
    const env = (url: string) => ({
      TEST_URL: url,
      TEST_CLIENT_ID: "cgdm-sa-test",
      TEST_CLIENT_SECRET: CLIENT_SECRET,
    });
    story = await openStory(server, { "index.js": PROGRAM }, env, [CLIENT_SECRET]);
  });
  after(() => story?.end());

  it("is made with its label, and its secret opens S3; state has it encrypted", async () => {
    story.declare({ label: "app", rotationId: "1" });
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /cegedim:ObjectUser app create/);
    assert.deepEqual(Object.keys(server.users()), [FIRST_USER]);
    server.actionHook = () => ({ status: "SUCCESS", afterSeconds: 1 });
    await story.up(OK);
    server.actionHook = undefined;
    const outputs = await story.shown();
    accessKey = String(outputs.accessKey);
    first = outputs.secretKey;
    assert.equal(verdict(first), "200");
    assert.equal((await story.outputs()).secretKey, "[secret]");
    assert.deepEqual(Object.keys(server.users()), [FIRST_USER, "app"]);
  });

  it("is left alone while nothing changes: not one request", async () => {
    const before = server.requests.count();
    await story.preview(NO_CHANGES);
    assert.equal(server.requests.count(), before);
    await story.preview(NO_DRIFT);
  });

  it("changes its label and is locked, in place", async () => {
    story.declare({ label: "the app", rotationId: "1", locked: true });
    await story.up(OK);
    assert.equal((await story.shown()).label, "the app");
    assert.equal(verdict(first), "403 AccessDenied");
    story.declare({ label: "the app", rotationId: "1" });
    await story.up(OK);
    assert.equal(verdict(first), "200");
  });

  it("renews its secret with a grace, at whose end the old one answers 401", async () => {
    const grace = 8;
    story.declare({ label: "the app", rotationId: "2", gracePeriodSeconds: grace });
    await story.up(OK);
    const renewedAt = Date.now();
    const outputs = await story.shown();
    assert.equal(outputs.accessKey, accessKey);
    assert.equal(outputs.previousSecretKey, first);
    assert.deepEqual([verdict(first), verdict(outputs.secretKey)], ["200", "200"]);
    await sleep(renewedAt + grace * 1000 - Date.now());
    assert.deepEqual([verdict(first), verdict(outputs.secretKey)], ["401", "200"]);
    story.declare({ label: "the app", rotationId: "2", gracePeriodSeconds: grace });
    await story.up(OK);
    assert.equal((await story.shown()).previousSecretKey, undefined);
    await story.preview(NO_DRIFT);
  });

  it("refuses in the preview what the service cannot do", async () => {
    story.declare({ label: "the app", rotationId: "3", gracePeriodSeconds: 3600 });
    await story.up(OK);
    for (const [inputs, says] of [
      [{ rotationId: "2", gracePeriodSeconds: 3600 }, /its secret ends by itself at/],
      [{ rotationId: "3", gracePeriodSeconds: 86_400 }, /cannot be put off/],
      [{ rotationId: "3", gracePeriodSeconds: 0 }, /cannot be brought forward/],
      [{ rotationId: "4", gracePeriodSeconds: 3600 }, /keeps at most 2 keys and has as many\. Run again after/],
    ] as const) {
      story.declare({ label: "the app", ...inputs });
      const { code, stdout } = await story.preview();
      assert.notEqual(code, 0);
      assert.match(stdout, says);
    }
    const before = await story.shown();
    story.declare({ label: "the app", rotationId: "4", gracePeriodSeconds: 0 });
    await story.up(OK);
    assert.deepEqual([verdict(before.secretKey), verdict((await story.shown()).secretKey)], ["401", "200"]);
  });

  it("says that a renewed secret is lost, publishes the old one, and renews on the next run", async () => {
    const { secretKey } = await story.shown();
    story.declare({ label: "the app", rotationId: "5", gracePeriodSeconds: 3 });
    server.faults = (_request, _sequence, kind) =>
      kind === "PATCH user renewSecretKey" ? { kind: "cut", when: "after" } : undefined;
    const { code, stdout } = await story.up();
    server.faults = undefined;
    assert.notEqual(code, 0);
    assert.match(stdout, /in that answer only and is lost/);
    assert.equal((await story.shown()).secretKey, secretKey);
    await sleep(3000);
    await story.up(OK);
    assert.equal(verdict((await story.shown()).secretKey), "200");
  });

  it("shows what somebody changed, and repairs it", async () => {
    const user = server.users()["the app"];
    assert.ok(user);
    user.locked = true;
    const { code, stdout } = await story.preview(DRIFT);
    assert.notEqual(code, 0);
    assert.match(stdout, /locked/);
    await story.up({ expect: 0, args: ["--refresh"] });
    assert.equal(user.locked, false);
  });

  it("is gone after destroy", async () => {
    await story.destroy(OK);
    assert.deepEqual(Object.keys(server.users()), [FIRST_USER]);
  });
});

describe("examples/cegedim", function () {
  this.timeout(120_000);
  const server = new CegedimServer();
  let story: Story;

  before(async function () {
    await needCli(this);
    const env = (url: string) => ({
      ITCARE_ENDPOINT: `${url}/itcare`,
      ITCARE_TOKEN_URL: `${url}/token`,
      ITCARE_S3_ENDPOINT: url,
      ITCARE_CLIENT_ID: "cgdm-sa-test",
      ITCARE_CLIENT_SECRET: CLIENT_SECRET,
    });
    story = await openStory(server, path.join(REPOSITORY, "examples", "cegedim"), env, [CLIENT_SECRET]);
  });
  after(() => story?.end());

  it("makes a user that S3 accepts, rotates it with a day of grace, and destroys it", async () => {
    await story.up(OK);
    const first = await story.shown();
    await story.setConfig("cegedim-user:rotationId", "second");
    await story.up(OK);
    const second = await story.shown();
    const answers = [first, second].map(({ accessKey, secretKey }) =>
      s3(server, String(accessKey), String(secretKey), new Date()),
    );
    assert.deepEqual(answers, ["200", "200"]);
    assert.ok(Date.parse(String(second.previousKeyExpiresAt)) > Date.now() + 23 * 3_600_000);
    await story.preview(NO_CHANGES);
    await story.destroy(OK);
  });
});
