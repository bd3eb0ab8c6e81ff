/** `object-users usage`: the table, the JSON, what wants attention, and logs that are not as they should be. */
import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { keyInScene, openScene, type Scene } from "../scene";
import { type Logged, logged } from "./logged";

const ANN = { uid: "ann", displayName: "Ann", gracePeriodSeconds: 3600 };
const [OLD, CURRENT] = [keyInScene("prod", "User", "ann", "ann", "a"), keyInScene("prod", "User", "ann", "ann", "b")];
const OTHERS = deriveAccessKey("eve", "x");

describe("object-users usage", () => {
  let scene: Scene;
  let log: string;

  beforeEach(async () => {
    scene = await openScene();
    log = path.join(scene.directory, "ops.log");
    writeFileSync(log, "");
    await scene.up("prod", "ann", { ...ANN, rotationId: "a" });
    scene.world.advance(86_400);
    await scene.up("prod", "ann", { ...ANN, rotationId: "b" });
    scene.world.advance(60);
  });
  afterEach(() => scene.close());

  /** A request some seconds ago; the rotation was 60 seconds ago. */
  const request = (secondsAgo: number, more: Omit<Logged, "time">) =>
    logged({ time: new Date(scene.world.now().getTime() - secondsAgo * 1000).toISOString(), ...more });
  const writes = (...lines: string[]) => appendFileSync(log, lines.map((line) => `${line}\n`).join(""));
  const usage = (...args: string[]) => scene.run(["usage", "--stack", "prod", "--ops-log", log, ...args]);

  it("tells of each key when, from where and by whom it was last used", async () => {
    writes(
      request(7200, { accessKey: OLD, client: "old/1" }),
      request(120, { accessKey: OLD }),
      request(30, { accessKey: CURRENT, from: "10.0.0.9", client: "" }),
      request(20, { accessKey: CURRENT, from: "10.0.0.9", client: "", status: "403" }),
      request(10, { accessKey: "SOMEBODYS" }),
      request(5, { accessKey: OLD, client: "pulumi-object-users" }),
    );
    const { code, out, said } = await usage();
    assert.equal(code, 0, said);
    assert.deepEqual(out.split("\n"), [
      `Ops log ${log}: 6 requests, 2030-01-01 22:01 to 2030-01-02 00:00 (UTC)`,
      "",
      "Stack prod: 2 keys, 2 of them used",
      `RESOURCE  PHASE    KEY                   LAST USED (UTC)   FROM      BY            USES  REFUSED`,
      `ann       current  ${CURRENT}  2030-01-02 00:00  10.0.0.9  -             1     1`,
      `          grace    ${OLD}  2030-01-01 23:59  10.0.0.7  aws-cli/2.17  2     0`,
    ]);
    assert.equal(scene.gateway.requests.count("GET user?list"), 0);
  });

  it("ends with 1 when a retired key is used after it was retired, and says by whom", async () => {
    writes(request(30, { accessKey: OLD, operation: "get_obj" }));
    const { code, out } = await usage();
    assert.equal(code, 1);
    assert.ok(
      out.endsWith(
        `Wants attention:\n  prod ann: ${OLD} is retired and still in use: 2030-01-02T00:00:30.000Z from 10.0.0.7 by "aws-cli/2.17" (get_obj)`,
      ),
      out,
    );
    assert.match(out, new RegExp(`${CURRENT}  not in the log`));
  });

  it("does not take a refused request for a use", async () => {
    writes(request(30, { accessKey: OLD, status: "403" }));
    const { code, out } = await usage();
    assert.equal(code, 0);
    assert.match(out, new RegExp(`${OLD}  2030-01-02 00:00 refused +10\\.0\\.0\\.7 +aws-cli/2\\.17 +0 +1`));
  });

  it("names keys that look like ours and that no given stack knows", async () => {
    writes(request(30, { accessKey: OTHERS, user: "eve" }));
    assert.match((await usage()).out, new RegExp(`Used, and not of these stacks:\n  ${OTHERS} of user "eve": 2030-`));
  });

  it("writes JSON with names that stay, and no secret", async () => {
    writes(request(30, { accessKey: OLD }));
    const { out } = await usage("--json");
    const { at, logs, stacks, keys, others, unreadable, findings } = JSON.parse(out);
    assert.deepEqual(
      [at, stacks, others, unreadable],
      ["2030-01-02T00:01:00.000Z", [{ stack: "prod", users: 1 }], [], []],
    );
    const moment = "2030-01-02T00:00:30.000Z";
    assert.deepEqual(logs, [{ log, requests: 1, unreadable: 0, since: moment, until: moment }]);
    const whose = { stack: "prod", resource: "ann", user: "ann" };
    const use = { at: moment, from: "10.0.0.7", client: "aws-cli/2.17", operation: "list_buckets", status: 200 };
    const times = { retiredAt: "2030-01-02T00:00:00.000Z", expiresAt: "2030-01-02T01:00:00.000Z" };
    assert.deepEqual(keys, [
      { ...whose, kind: "rgw", accessKey: CURRENT, phase: "current", accepted: 0, refused: 0 },
      { ...whose, kind: "rgw", accessKey: OLD, phase: "grace", ...times, accepted: 1, refused: 0, lastAccepted: use },
    ]);
    const { message, ...finding } = findings[0];
    assert.deepEqual(finding, { finding: "former-key-used", ...whose, accessKey: OLD });
    for (const secret of scene.gateway.user("ann")?.keys.values() ?? []) assert.ok(!out.includes(secret));
  });

  it("says that nothing is known when the log has no requests", async () => {
    assert.match((await usage()).out, /^Ops log .*: no requests\. Nothing is known of any key\./);
  });

  it("warns once of lines that are no requests, and reads the others", async () => {
    writes("garbage", request(30, { accessKey: CURRENT }), '{"bucket":"', "{}");
    const { code, out, said } = await usage();
    assert.equal(code, 0);
    assert.match(out, /1 of them used/);
    assert.equal(said, `warning: ${log}: 3 lines are no requests, or cut off`);
  });

  it("reads the other logs when one is not there, and ends with 3", async () => {
    writes(request(30, { accessKey: CURRENT }));
    const gone = path.join(scene.directory, "gone.log");
    const { code, out, said } = await usage(gone);
    assert.equal(code, 3);
    assert.match(out, /1 of them used/);
    assert.match(said, /error: the ops log .*gone\.log cannot be read: ENOENT/);
  });

  it("tells of the other stacks when one cannot be read, and ends with 3", async () => {
    const { code, out } = await scene.run(["usage", "--stack", "none", "prod", "--ops-log", log]);
    assert.equal(code, 3);
    assert.match(out, /Stack none cannot be read: no stack named 'none' found\n\nStack prod: 2 keys, 0 of them used/);
  });

  it("wants to know which log", async () => {
    const { code, said } = await scene.run(["usage", "--stack", "prod"]);
    assert.equal(code, 2);
    assert.match(said, /--ops-log/);
  });

  it("follows a log until Ctrl-C, says when a retired key is used, and ends with the table", async () => {
    const interrupt = new AbortController();
    const said: string[] = [];
    let turns = 0;
    const sleep = async () => {
      if (++turns === 1) writes(request(0, { accessKey: OLD, from: "10.0.0.66" }));
      if (turns === 100) interrupt.abort(); // It has not been heard of: the test fails below.
      await new Promise(setImmediate);
    };
    const { code, out } = await scene.run(["usage", "--stack", "prod", "--ops-log", log, "-f"], {
      interrupted: interrupt.signal,
      world: { ...scene.world, sleep },
      say: (line) => {
        said.push(line);
        interrupt.abort();
      },
    });
    assert.equal(code, 1);
    assert.deepEqual(said, [
      `prod ann: ${OLD} is retired and in use: 2030-01-02T00:01:00.000Z from 10.0.0.66 by "aws-cli/2.17" (list_buckets)`,
    ]);
    assert.match(out, /10\.0\.0\.66/);
  });

  it("reads a socket's lines on standard input", async () => {
    const pieces = [`[${request(30, { accessKey: OLD })},\n`, `${request(20, { accessKey: CURRENT })},\n`];
    const { out } = await scene.run(["usage", "--stack", "prod", "--ops-log", "-"], {
      input: () => Readable.from(pieces),
    });
    assert.match(out, /^Ops log -: 2 requests/);
    assert.match(out, /2 of them used/);
  });

  it("shows what clients call themselves, and obeys none of it", async () => {
    const hostile = {
      client: "\u001b[2J\u202eevil\r\nX",
      from: "\u009b31m",
      operation: "\u0007op",
      user: "\u001b]0;t",
    };
    writes(request(30, { accessKey: OLD, ...hostile }), request(20, { accessKey: OTHERS, ...hostile }));
    const table = await usage();
    assert.doesNotMatch(`${table.out}${table.said}`, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    assert.match(table.out, /\\x1b\[2J/);
    const json = await usage("--json");
    assert.doesNotMatch(json.out, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    assert.equal(JSON.parse(json.out).keys[1].lastAccepted.client, hostile.client);
  });
});
