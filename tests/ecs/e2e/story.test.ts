// ecs.ObjectUser with the real CLI on the server of reference: made, locked, rotated, refused, repaired, deleted. One stack;
// each test goes on where the one before it ended.

import assert from "node:assert/strict";
import path from "node:path";
import { EcsServer } from "../../../devserver/ecs/server";
import { needCli } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";
import { s3 } from "../bench";
import { DRIFT, movableClock, NO_CHANGES, NO_DRIFT, OK, openStory, type Story } from "./story";

const PROGRAM = `
const { ecs } = require("pulumi-object-users");
const ann = new ecs.ObjectUser("ann", { userId: "ann", namespace: "ns1", ...require("./inputs.json") });
const names = ["userId", "accessKey", "secretKey", "previousSecretKey", "previousKeyExpiresAt", "locked", "tags", "keys"];
for (const name of names) exports[name] = ann[name];
`;

const PASSWORD = "the-managers-own-password";

describe("ecs.ObjectUser from up to destroy", function () {
  this.timeout(120_000);
  const clock = movableClock();
  const server = new EcsServer({ now: clock.now });
  let story: Story;
  let first: unknown;

  const verdict = (secret: unknown) => s3(server, "ann", String(secret), clock.now());
  const openSessions = () => server.sessions.count(clock.now().getTime());

  before(async function () {
    await needCli(this);
    const env = (url: string) => ({
      ECS_ENDPOINT: url,
      ECS_S3_ENDPOINT: url,
      ECS_USERNAME: "root",
      ECS_PASSWORD: PASSWORD,
    });
    story = await openStory(server, { "index.js": PROGRAM }, env, [PASSWORD]);
  });
  after(() => story?.end());
  afterEach("no session is left behind", () => assert.equal(openSessions(), 0));

  it("is previewed without being made", async () => {
    story.declare({ rotationId: "1", gracePeriodSeconds: 600, tags: { team: "red" } });
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /ecs:ObjectUser ann create/);
    assert.deepEqual(server.users(), []);
  });

  it("is made with its tags, and its secret opens S3; state has it encrypted", async () => {
    await story.up(OK);
    const outputs = await story.shown();
    first = outputs.secretKey;
    assert.deepEqual([outputs.accessKey, outputs.tags, outputs.locked], ["ann", { team: "red" }, false]);
    assert.equal(verdict(first), "200");
    assert.equal((await story.outputs()).secretKey, "[secret]");
    assert.equal(server.requests.count("login"), 1);
  });

  it("is left alone while nothing changes: not one request", async () => {
    const before = server.requests.count();
    await story.preview(NO_CHANGES);
    assert.equal(server.requests.count(), before);
    await story.preview(NO_DRIFT);
  });

  it("is locked and unlocked in place", async () => {
    story.declare({ rotationId: "1", gracePeriodSeconds: 600, tags: { team: "blue" }, locked: true });
    await story.up(OK);
    assert.equal(verdict(first), "403 AccessDenied");
    story.declare({ rotationId: "1", gracePeriodSeconds: 600, tags: { team: "blue" } });
    await story.up(OK);
    assert.equal(verdict(first), "200");
  });

  it("rotates with a grace: both secrets work", async () => {
    story.declare({ rotationId: "2", gracePeriodSeconds: 600, tags: { team: "blue" } });
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rotationId changed from "1" to "2"; the old secret of ann lives on for 600 s/);
    await story.up(OK);
    const outputs = await story.shown();
    assert.equal(outputs.previousSecretKey, first);
    assert.deepEqual([verdict(first), verdict(outputs.secretKey)], ["200", "200"]);
  });

  it("refuses in the preview what ECS cannot do", async () => {
    for (const [inputs, says] of [
      [{ rotationId: "1", gracePeriodSeconds: 600 }, /its secret ends by itself at/],
      [{ rotationId: "2", gracePeriodSeconds: 86_400 }, /cannot be put off/],
      [{ rotationId: "3", gracePeriodSeconds: 600 }, /keeps at most 2 keys and has as many\. Run again after/],
      [{ rotationId: "2", forceDestroy: true }, /forceDestroy: cannot be true|cannot be true: ECS/],
    ] as const) {
      story.declare({ tags: { team: "blue" }, ...inputs });
      const { code, stdout } = await story.preview();
      assert.notEqual(code, 0);
      assert.match(stdout, says);
    }
  });

  it("has one secret when ECS has ended the old one", async () => {
    story.declare({ rotationId: "2", gracePeriodSeconds: 600, tags: { team: "blue" } });
    clock.advance(601);
    const { secretKey } = await story.shown();
    assert.deepEqual([verdict(first), verdict(secretKey)], ["403 SignatureDoesNotMatch", "200"]);
    await story.up({ expect: 0, args: ["--refresh"] });
    const outputs = await story.shown();
    assert.equal(outputs.previousSecretKey, undefined);
    assert.equal((outputs.keys as unknown[]).length, 1);
    await story.preview(NO_DRIFT);
  });

  it("shows what somebody changed, and repairs it", async () => {
    server.meddle("PUT /object/users/lock", { user: "ann", namespace: "ns1", isLocked: true });
    const { code, stdout } = await story.preview(DRIFT);
    assert.notEqual(code, 0);
    assert.match(stdout, /locked/);
    await story.up({ expect: 0, args: ["--refresh"] });
    assert.equal(verdict((await story.shown()).secretKey), "200");
  });

  it("is gone after destroy", async () => {
    await story.destroy(OK);
    assert.deepEqual(server.users(), []);
  });
});

describe("examples/ecs", function () {
  this.timeout(120_000);
  const server = new EcsServer();
  let story: Story;

  before(async function () {
    await needCli(this);
    const env = (url: string) => ({
      ECS_ENDPOINT: url,
      ECS_S3_ENDPOINT: url,
      ECS_USERNAME: "root",
      ECS_PASSWORD: PASSWORD,
    });
    story = await openStory(server, path.join(REPOSITORY, "examples", "ecs"), env, [PASSWORD]);
  });
  after(() => story?.end());

  it("makes a user that S3 accepts, rotates it with a day of grace, and destroys it", async () => {
    await story.up(OK);
    const first = await story.shown();
    await story.setConfig("ecs-user:rotationId", "second");
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
