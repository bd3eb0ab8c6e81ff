/** `object-users status` on the real state of a system that ends graces by itself: nothing of it is overdue. */
import assert from "node:assert/strict";
import path from "node:path";
import type { Report } from "../../../../cli/status/report";
import { EcsServer } from "../../../../devserver/ecs/server";
import { world } from "../../../../provider/world";
import { isolatedEnv } from "../../../real/cli";
import { needCli } from "../../../real/needs";
import { movableClock, OK, openStory, type Story } from "../../../real/reference";
import { objectUsers } from "../../real";
import { commanded, within } from "./watched";

const PROGRAM = `
const { ecs } = require("pulumi-object-users");
const ann = new ecs.ObjectUser("ann", { userId: "ann", namespace: "ns1", ...require("./inputs.json") });
exports.secretKey = ann.secretKey;
`;

const PASSWORD = "the-managers-own-password";

describe("object-users status, where the system ends graces", function () {
  this.timeout(120_000);
  const server = new EcsServer({ now: movableClock().now });
  let story: Story;

  before(async function () {
    await needCli(this);
    const env = (url: string) => ({
      ECS_ENDPOINT: url,
      ECS_S3_ENDPOINT: url,
      ECS_USERNAME: "root",
      ECS_PASSWORD: PASSWORD,
    });
    story = await openStory(server, { "index.js": PROGRAM }, env, [PASSWORD]);
    story.declare({ rotationId: "1", gracePeriodSeconds: 600 });
    await story.up(OK);
    story.declare({ rotationId: "2", gracePeriodSeconds: 600 });
    await story.up(OK);
    await story.shown(); // from now on its secrets are known, and looked for at the end
  });
  after(() => story?.end());

  it("shows both secrets of the one access key while the grace runs", async () => {
    const { code, out } = await objectUsers(story, ["status", "--json"]);
    const [ann] = (JSON.parse(out) as Report).users;
    assert.deepEqual([code, ann?.phase, ann?.user, ann?.kind], [0, "grace", "ns1/ann", "ecs"]);
    assert.deepEqual(
      [ann?.currentKey, ...(ann?.otherKeys ?? [])].map((key) => [key?.accessKey, key?.phase, key?.rotationId]),
      [
        ["ann", "current", "2"],
        ["ann", "grace", "1"],
      ],
    );
  });

  it("an hour later the old secret has ended, which is no finding", async () => {
    const later = { ...world, now: () => new Date(Date.now() + 3_600_000) };
    const env = isolatedEnv(story.cli, path.dirname(story.directory));
    const args = ["status", "--cwd", story.directory];
    const { exit, out } = await within(env, () => commanded(args, { world: later }));
    assert.equal(exit, 0);
    assert.match(out, /^Stack test: 1 user: 1 stable$/m);
    assert.match(out, / ann +1 h +1 h +ended \d{4}-\d\d-\d\d \d\d:\d\d$/m);
  });
});
