// Who still uses the old key, on a real Ceph whose gateway writes an ops log: a key is rotated, one client goes on with the
// old one, `usage` names it and `sweep --unless-used` leaves the key; then the client is gone.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws4 from "aws4";
import { requestsIn } from "../../../../cli/usage/line";
import { type Credentials, type RealCeph, startCeph } from "../../../../tools/ceph/cluster";
import { needCeph } from "../../../real/needs";
import { openStack, type Stack } from "../../../real/pulumi";
import { objectUsers } from "../../real";

/** The first release whose ops log names access keys and that is tested. */
const RELEASE = 20;
const AT_ONCE = 60;

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const ann = new rgw.User("ann", { uid: "ann", displayName: "Ann", gracePeriodSeconds: 1, ...require("./wish.json") });
module.exports = { accessKey: ann.accessKey, secretKey: ann.secretKey };
`;

describe("who still uses the old key, on a real Ceph", function () {
  this.timeout(180_000);
  let ceph: RealCeph;
  let stack: Stack;
  let directory: string;
  let log: string;
  let env: Record<string, string>;
  let old: Credentials;
  let current: Credentials;

  before(async function () {
    await needCeph(this, { cli: true, release: RELEASE });
    directory = mkdtempSync(path.join(tmpdir(), "object-users-ops-log-"));
    chmodSync(directory, 0o700);
    log = path.join(directory, "ops.log");
    const conf = ["rgw_enable_ops_log = true", "rgw_ops_log_rados = false", `rgw_ops_log_file_path = ${log}`];
    ceph = await startCeph({ release: RELEASE, conf });
    env = {
      RADOSGW_ENDPOINT: ceph.endpoint,
      RADOSGW_ACCESS_KEY: ceph.admin.accessKey,
      RADOSGW_SECRET_KEY: ceph.admin.secretKey,
    };
    stack = await openStack({ program: { files: { "index.js": PROGRAM, "wish.json": "{}" } }, env });
    old = await rotate("a");
    current = await rotate("b");
  });
  after(async () => {
    await stack?.dispose();
    await ceph?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  async function rotate(rotationId: string): Promise<Credentials> {
    stack.write({ "wish.json": JSON.stringify({ rotationId }) });
    await stack.up({ expect: 0 });
    const { accessKey, secretKey } = await stack.outputs({ showSecrets: true });
    return { accessKey: String(accessKey), secretKey: String(secretKey) };
  }

  /** What S3 answers a client that calls itself so. */
  async function s3(key: Credentials, client: string, to = "/", method = "GET"): Promise<number> {
    const { headers } = aws4.sign(
      { service: "s3", region: "us-east-1", method, host: new URL(ceph.endpoint).host, path: to },
      { accessKeyId: key.accessKey, secretAccessKey: key.secretKey },
    );
    const { Host: _, "Content-Length": _length, ...own } = headers as Record<string, string>;
    const answer = await fetch(`${ceph.endpoint}${to}`, { method, headers: { ...own, "user-agent": client } });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Until the gateway has written so many requests of a client; it does so a moment after it has answered. */
  async function written(client: string, count: number): Promise<void> {
    const watcher = watch(directory);
    const isThere = () => {
      const text = readFileSync(log, "utf8");
      return text.endsWith("\n") && text.split(`"user_agent":"${client}"`).length > count;
    };
    try {
      if (isThere()) return;
      await new Promise<void>((resolve) => watcher.on("change", () => isThere() && resolve()));
    } finally {
      watcher.close();
    }
  }

  const usage = (...args: string[]) => objectUsers(stack, ["usage", "--ops-log", log, ...args], env);
  const sweep = (...logs: string[]) => objectUsers(stack, ["sweep", "--unless-used", "1h", "--ops-log", ...logs], env);
  const deletions = (out: string) => out.match(/revoked and refused by S3/g)?.length ?? 0;

  /** The gateway's own lines, some of them as if they were three hours old. */
  function writeLog(
    name: string,
    isOld: (line: string) => boolean,
    keeps: (line: string) => boolean = () => true,
  ): string {
    const before = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const lines = readFileSync(log, "utf8").trimEnd().split("\n").filter(keeps);
    const aged = lines.map((line) => (isOld(line) ? line.replace(/"time":"[^"]+"/g, `"time":"${before}"`) : line));
    const file = path.join(directory, name);
    writeFileSync(file, `${aged.join("\n")}\n`);
    return file;
  }

  it("the gateway names the key of a request that it accepted, and of none that it refused for its key", async () => {
    assert.equal(await s3(current, "new-app", "/bucket-of-ann", "PUT"), 200);
    assert.equal(await s3({ ...old, secretKey: "wrong" }, "wrong-secret"), 403);
    await written("wrong-secret", 1);
    const requests = readFileSync(log, "utf8").split("\n").flatMap(requestsIn);
    const keysOf = (client: string) =>
      requests.filter((each) => each?.client === client).map((each) => each?.accessKey);
    assert.deepEqual(keysOf("new-app"), [current.accessKey]);
    assert.deepEqual(keysOf("wrong-secret"), [undefined]);
    // The proofs of this package, which are nobody's use.
    assert.deepEqual(keysOf("pulumi-object-users"), [old.accessKey, current.accessKey]);
  });

  it("every request of a busy moment is read, however the gateway puts them on lines", async () => {
    const statuses = await Promise.all(Array.from({ length: AT_ONCE }, () => s3(current, "busy-app")));
    assert.deepEqual(new Set(statuses), new Set([200]));
    await written("busy-app", AT_ONCE);
    const lines = readFileSync(log, "utf8").split("\n");
    const requests = lines.flatMap(requestsIn);
    assert.equal(requests.filter((each) => each?.client === "busy-app").length, AT_ONCE);
    assert.ok(!requests.includes(undefined));
    console.log(`      ${requests.length} requests on ${lines.filter(Boolean).length} lines`);
  });

  it("usage names who still uses the retired key, and sweep leaves the key", async () => {
    const none = await usage();
    assert.equal(none.code, 0, none.out + none.said);
    assert.match(none.out, new RegExp(`${old.accessKey}  not in the log`));

    assert.equal(await s3(old, "forgotten-app/1"), 200);
    await written("forgotten-app/1", 1);
    const found = await usage();
    assert.equal(found.code, 1, found.said);
    const use = String.raw`\S+Z from 127\.0\.0\.1 by "forgotten-app/1" \(list_buckets\)`;
    assert.match(found.out, new RegExp(`test ann: ${old.accessKey} is retired and still in use: ${use}`));
    assert.equal(found.said, "");

    // The log of a cluster that has been there for long: its first request three hours ago.
    const former = writeLog("ops.log.1", (request) => request.includes(current.accessKey));
    const left = await sweep(log, former);
    assert.deepEqual([left.code, deletions(left.out)], [1, 0], left.said);
    assert.match(left.out, new RegExp(`key ${old.accessKey} is left: it is in use: ${use}`));
    assert.equal(await s3(old, "forgotten-app/1"), 200);
  });

  it("sweep leaves a key while the log does not reach back, and revokes it once nobody has used it for the time", async () => {
    const young = writeLog(
      "young.log",
      () => false,
      (request) => !request.includes(old.accessKey),
    );
    const unknown = await sweep(young);
    assert.equal(unknown.code, 1, unknown.said);
    assert.match(unknown.out, /is left: the ops log begins \S+Z, so nobody knows whether it was used in the last 1 h/);

    const long = writeLog("long.log", (request) => request.includes(old.accessKey));
    const swept = await sweep(long);
    assert.deepEqual([swept.code, deletions(swept.out)], [0, 1], swept.out + swept.said);
    assert.equal(await s3(old, "forgotten-app/1"), 403);
    assert.equal(await s3(current, "new-app"), 200);
  });
});
