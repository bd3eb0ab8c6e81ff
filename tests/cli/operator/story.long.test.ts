/**
 * An operator's year in short, on a real Ceph: users that exist move in, rotate by the calendar at their own moments, are
 * watched as a page and as metrics, and a sweep ends the graces, while consumers use the newest keys all the time.
 *
 *   OBJECT_USERS_OPERATED=200 npx mocha -r ts-node/register/transpile-only tests/cli/operator/story.long.test.ts
 *   OBJECT_USERS_SHOTS=DIR keeps the page and its picture there.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "../../../cli/status/report";
import type { Credentials } from "../../../tools/ceph/cluster";
import { type Cluster, cluster, sharedClusters } from "../../e2e/rgw/cluster";
import { type Consumers, consumersAt } from "../../proofs/ground/consumers";
import { size } from "../../proofs/ground/seed";
import { needCeph } from "../../real/needs";
import { openStack, type Result, type Stack } from "../../real/pulumi";
import { objectUsers, type Ran } from "../real";
import { startBrowser } from "../status/real/browser";

const MANY = size("OBJECT_USERS_OPERATED", 12);
const SHOTS = process.env.OBJECT_USERS_SHOTS;
const NOTHING = { expect: 0, args: ["--expect-no-changes"] };

/** Gives each user its first rotation at its own moment of the quarter after the one in which it moved in. */
const ROTATION = `
import * as pulumi from "@pulumi/pulumi";
import * as calendar from "pulumi-object-users/calendar";
const config = new pulumi.Config();
const now = new Date(config.require("now"));
const gracePeriodSeconds = config.requireNumber("grace");
pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
  if (!type.endsWith("/rgw:User")) return undefined;
  const rotationId = calendar.rotationId(name, { every: "quarter", now });
  return { props: { ...props, gracePeriodSeconds, ...(rotationId > "2026-q4" ? { rotationId } : {}) }, opts };
});
`;

sharedClusters();

describe(`an operator of ${MANY} users`, function () {
  this.timeout(120_000 + MANY * 2_000);
  let ceph: Cluster;
  let stack: Stack;
  let consumers: Consumers;
  const oldKeys = new Map<string, Credentials>();
  const names = Array.from({ length: MANY }, (_, index) => `op-${index}`);

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    consumers = consumersAt(ceph.ceph.endpoint);
    for (const uid of names) {
      await ceph.admin("PUT", { uid, "display-name": `User ${uid}` });
      const key = await keyAtCeph(uid);
      oldKeys.set(uid, key);
      consumers.hold(uid, key);
    }
    const files = { "index.ts": 'import "./rotation";\nimport "./users";\n', "rotation.ts": ROTATION, "users.ts": "" };
    stack = await openStack({
      program: { files },
      env: ceph.env,
      config: { "program:now": "2026-12-01", "program:grace": "3600" },
    });
  });
  after(async () => {
    await consumers?.stop();
    await stack?.dispose();
  });

  const keyAtCeph = async (uid: string): Promise<Credentials> => {
    const [key] = (await ceph.user(uid))?.keys ?? [];
    assert.ok(key, uid);
    return { accessKey: key.access_key, secretKey: key.secret_key };
  };
  const command = (...args: string[]) => objectUsers(stack, args, ceph.env);
  const status = async () => JSON.parse((await command("status", "--json")).out) as Report;
  const tell = (what: string, { ms }: Result | Ran) => console.log(`      ${what}: ${(ms / 1000).toFixed(1)} s`);

  it("moves them in, and the first up changes nothing", async () => {
    ceph.witness.forget();
    const looked = await command("import", "rgw", "--filter", "op-*", "--force");
    assert.equal(looked.code, 0, looked.said);
    tell("import", looked);
    const content = JSON.parse(readFileSync(path.join(stack.directory, "import.json"), "utf8"));
    tell("pulumi import", await stack.import(content, { expect: 0 }));
    // The grace is an input of its own, and nothing that the system has.
    tell("up", await stack.up({ expect: 0 }));
    tell("preview", await stack.preview(NOTHING));
    assert.deepEqual(ceph.witness.writes(), []);
  });

  it("rotates all within a quarter, each once, on days of their own", async () => {
    const rotated: string[] = [];
    for (const now of ["2027-01-20", "2027-02-20", "2027-03-31T23:59:59.999Z"]) {
      await stack.setConfig("program:now", now);
      tell(`up on ${now}`, await stack.up({ expect: 0 }));
      const { users } = await status();
      const fresh = users.filter(
        ({ user, currentKey }) => currentKey?.rotationId === "2027-q1" && !rotated.includes(user),
      );
      for (const { user } of fresh) consumers.hold(user, await publishedKey(user));
      rotated.push(...fresh.map(({ user }) => user));
      console.log(`      ${fresh.length} rotated`);
    }
    assert.deepEqual(rotated.sort(), [...names].sort());
    assert.deepEqual(await stack.preview(NOTHING).then(({ code }) => code), 0);
    for (const key of oldKeys.values()) assert.equal(await ceph.s3(key), "200", "within its grace");
  });

  it("shows them as a page and as metrics", async () => {
    const directory = SHOTS ?? stack.directory;
    mkdirSync(directory, { recursive: true });
    const files = { html: path.join(directory, "status.html"), metrics: path.join(directory, "object_users.prom") };
    const shown = await command("status", "--html", files.html, "--prometheus", files.metrics);
    assert.equal(shown.code, 0, shown.said);
    tell("status", shown);
    await expectPage(readFileSync(files.html, "utf8"), directory);
    expectMetrics(readFileSync(files.metrics, "utf8"));
  });

  it("sweeps once the graces are over, and no consumer is refused", async () => {
    const { users } = await status();
    const retired = users.flatMap(({ otherKeys }) => otherKeys.map(({ retiredAt = "" }) => Date.parse(retiredAt)));
    const oldest = Math.ceil((Date.now() - Math.min(...retired)) / 1000);
    // Long enough that the up that sets it does not end them itself.
    await stack.setConfig("program:grace", String(oldest + 30));
    await stack.up({ expect: 0 });
    while ((await status()).users.some(({ phase }) => phase === "grace")) await sleep(500);
    const due = await command("sweep", "--dry-run");
    assert.equal(due.code, 1, due.said);
    ceph.witness.forget();
    const swept = await command("sweep", "--json");
    assert.equal(swept.code, 0, swept.said);
    tell("sweep", swept);
    for (const key of oldKeys.values()) assert.notEqual(await ceph.s3(key), "200");
    const { keys } = JSON.parse(swept.out) as { keys: { outcome: string }[] };
    assert.equal(keys.filter(({ outcome }) => outcome === "revoked").length, MANY);
    ceph.witness.forget();
    tell("the next up", await stack.up({ expect: 0 }));
    assert.deepEqual(ceph.witness.writes(), []);
    await stack.preview({ expect: 0, args: ["--refresh", "--expect-no-changes"] });
    assert.deepEqual(consumers.refused, []);
    console.log(`      consumers asked ${consumers.asked} times, 0 refused`);
  });

  async function publishedKey(user: string): Promise<Credentials> {
    const { stdout } = await stack.run(["stack", "export", "--show-secrets"], { expect: 0, onOutput: () => undefined });
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: Exported[] } };
    const outputs = deployment.resources.find(({ outputs }) => outputs?.uid === user)?.outputs;
    assert.ok(outputs, user);
    return { accessKey: outputs.accessKey, secretKey: JSON.parse(outputs.secretKey.plaintext) as string };
  }

  async function expectPage(html: string, directory: string): Promise<void> {
    const { browserAvailable } = await import("../../../tools/browser/install.mjs");
    const found = browserAvailable();
    if (!found.available) return console.warn(`    SKIPPED, the page: ${found.reason}`);
    const browser = await startBrowser();
    try {
      const { page, complaints, requests } = await browser.show(html);
      if (SHOTS) await page.screenshot({ path: path.join(directory, "status.png") });
      assert.deepEqual([complaints, requests], [[], []]);
      assert.match(await page.$eval("body", (body) => body.textContent ?? ""), new RegExp(`${MANY} users`));
    } finally {
      await browser.close();
    }
  }
});

interface Exported {
  readonly outputs?: { readonly uid: string; readonly accessKey: string; readonly secretKey: { plaintext: string } };
}

function expectMetrics(text: string): void {
  const script = `
import sys
from prometheus_client.parser import text_string_to_metric_families as families
print(sum(sample.value for family in families(sys.stdin.read()) if family.name == "object_users_users" for sample in family.samples))`;
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", script], { input: text, encoding: "utf8" });
  if (/No module named|ENOENT/.test(stderr ?? ""))
    console.warn(
      "    SKIPPED, the metrics: there is no parser. `apt-get install python3-prometheus-client` brings it.",
    );
  else assert.deepEqual([status, Number(stdout)], [0, MANY], stderr);
}
