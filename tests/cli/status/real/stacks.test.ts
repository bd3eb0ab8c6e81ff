/** `object-users status` on real states: the real CLI makes users on the embedded gateway and keeps the stacks. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Report } from "../../../../cli/status/report";
import { world } from "../../../../provider/world";
import { needCli } from "../../../real/needs";
import { REPOSITORY } from "../../../real/pulumi";
import { openWatched, type Watched } from "./watched";

const HOUR_MS = 3_600_000;
const OK = { expect: 0 };

/** A clock that is ahead, so that graces are over without waiting for it. */
const later = (ms: number) => ({ world: { ...world, now: () => new Date(Date.now() + ms) } });

const users = (rotationId: string) => ({
  singles: {
    alice: { uid: "alice", displayName: "Alice", rotationId },
    bob: { uid: "bob", displayName: "Bob", createKey: false },
  },
  fleets: {
    teams: {
      red: { uid: "red", displayName: "Red", rotationId, gracePeriodSeconds: 600 },
      blue: { uid: "blue", displayName: "Blue" },
    },
  },
});

describe("object-users status, on real states", function () {
  this.timeout(120_000);
  let watched: Watched;

  before(async function () {
    await needCli(this);
    watched = await openWatched();
    watched.declare(users("a"));
    await watched.stack.up(OK);
    watched.declare(users("b"));
    await watched.stack.up(OK);
    await watched.import("newer", ({ deployment: { resources } }) => {
      for (const { urn, outputs } of resources) if (urn.endsWith("::alice")) outputs.schemaVersion = 2;
    });
    await watched.import("empty", ({ deployment }) => {
      deployment.resources = [];
    });
  });

  after(() => watched?.close());

  const phases = (report: Report, stack = "test") =>
    Object.fromEntries(report.users.filter((one) => one.stack === stack).map((one) => [one.resource, one.phase]));

  it("shows singles and members of fleets of the selected stack, as the gateway has them", async () => {
    const { exit, out } = await watched.command(["status", "--json"]);
    const report = JSON.parse(out) as Report;
    assert.equal(exit, 0);
    assert.deepEqual(phases(report), {
      alice: "grace",
      bob: "no-key",
      "teams/blue": "stable",
      "teams/red": "grace",
    });
    for (const { user, currentKey, otherKeys } of report.users) {
      const keys = [currentKey, ...otherKeys].flatMap((key) => (key ? [key.accessKey] : []));
      assert.deepEqual(keys.sort(), [...(watched.gateway.user(user)?.keys.keys() ?? [])].sort());
      if (currentKey) assert.ok(currentKey.provenAt !== undefined);
    }
  });

  it("an hour later the short grace is overdue: exit code 1, and the table says so", async () => {
    const { exit, out } = await watched.command(["status"], later(HOUR_MS));
    assert.equal(exit, 1);
    assert.match(out, /^Stack test: 4 users: 1 stable, 1 grace, 1 no-key, 1 overdue$/m);
    assert.match(out, /^alice +alice +rgw +grace +PULU\w{16} +1 h +1 h$/m);
    assert.match(out, / PULU\w{16} +1 h +1 h +until \d{4}-\d\d-\d\d \d\d:\d\d$/m);
    assert.match(out, /^ {2}test teams\/red: PULU\w{16} was to be revoked /m);
  });

  it("--max-age finds keys that are older, and only those", async () => {
    const old = await watched.command(["status", "--max-age", "7d", "--json"], later(8 * 24 * HOUR_MS));
    const findings = (JSON.parse(old.out) as Report).findings.filter(({ finding }) => finding === "key-too-old");
    assert.equal(old.exit, 1);
    assert.deepEqual(
      findings.map(({ resource }) => resource),
      ["alice", "teams/blue", "teams/red"],
    );
    assert.equal((await watched.command(["status", "--max-age", "7d"])).exit, 0);
  });

  it("state of a newer release: exit code 3, a sentence, and the others are shown", async () => {
    const { exit, out } = await watched.command(["status", "--stack", "newer", "--stack", "test"]);
    assert.equal(exit, 3);
    assert.match(out, /^Stack newer: 3 users/m);
    assert.match(out, /^Stack test: 4 users/m);
    assert.match(out, /newer alice: .*schema version 2.*Install the release that wrote it, or a later one\.$/m);
  });

  it("--all shows every stack of the project; one without users says so", async () => {
    const { exit, out } = await watched.command(["status", "--all"]);
    assert.equal(exit, 3, "because of the newer one");
    assert.deepEqual([...out.matchAll(/^Stack (\w+)/gm)].map(([, name]) => name).sort(), ["empty", "newer", "test"]);
    const empty = await watched.command(["status", "--stack", "empty"]);
    assert.deepEqual([empty.exit, empty.out], [0, "Stack empty has no object users.\n"]);
  });

  it("a stack that is not there: exit code 3, and the others are shown", async () => {
    const { exit, out, err } = await watched.command(["status", "--stack", "nope", "test", "--json"]);
    const report = JSON.parse(out) as Report;
    assert.equal(exit, 3);
    assert.equal(report.users.length, 4);
    assert.match(report.stacks[0]?.problem ?? "", /no stack named 'nope' found/);
    // Before it, a command that takes long says so.
    assert.match(err, /^error: stack nope cannot be read: /m);
  });

  for (const [what, env] of [
    ["no passphrase", { PULUMI_CONFIG_PASSPHRASE: undefined }],
    ["a wrong passphrase", { PULUMI_CONFIG_PASSPHRASE: "wrong" }],
  ] as const) {
    it(`with ${what} everything is shown: it takes none`, async () => {
      const { exit, out } = await watched.command(["status", "--json"], { env });
      assert.deepEqual([exit, (JSON.parse(out) as Report).users.length], [0, 4]);
    });
  }

  it("without a login, and without a pulumi: exit code 3 and why", async () => {
    const nowhere = path.join(watched.scratch, "nowhere");
    mkdirSync(nowhere, { recursive: true });
    const login = await watched.command(["status", "--stack", "test"], {
      env: { PULUMI_BACKEND_URL: undefined, PULUMI_HOME: nowhere },
    });
    assert.equal(login.exit, 3, login.out);
    assert.match(login.out, /^Stack test cannot be read: .*(PULUMI_ACCESS_TOKEN|logged in|pulumi login)/);
    const missing = await watched.command(["status", "--stack", "test"], { env: { PATH: nowhere } });
    assert.equal(missing.exit, 3);
    assert.match(missing.out, /pulumi cannot be started .* Is it installed/);
  });

  for (const [what, args, sentence] of [
    [
      "a span of an unknown form",
      ["--max-age", "3w"],
      /'3w' is invalid\. Give a whole number above 0 with d, h, m or s/,
    ],
    ["an unknown option", ["--maxage", "3d"], /unknown option '--maxage'/],
  ] as const) {
    it(`${what}: exit code 2, and nothing is shown`, async () => {
      const { exit, out, err } = await watched.command(["status", ...args]);
      assert.deepEqual([exit, out], [2, ""]);
      assert.match(err, sentence);
    });
  }

  it("Ctrl-C: exit code 130, and no half of a result", async () => {
    const file = path.join(watched.scratch, "interrupted.prom");
    const args = ["status", "--all", "--prometheus", file];
    const { exit, out } = await watched.command(args, { interrupted: AbortSignal.abort() });
    assert.deepEqual([exit, out, existsSync(file)], [130, "", false]);
  });

  it("writes metrics for all and the page for its owner; no secret is anywhere", async () => {
    const page = path.join(watched.scratch, "users.html");
    const metrics = path.join(watched.scratch, "users.prom");
    const { exit, out, err } = await watched.command(["status", "--html", page, "--prometheus", metrics]);
    assert.equal(exit, 0, err);
    assert.deepEqual(
      [page, metrics].map((file) => statSync(file).mode & 0o777),
      [0o600, 0o644],
    );
    const written = [out, err, readFileSync(page, "utf8"), readFileSync(metrics, "utf8")].join("\n");
    const keys = ["alice", "red", "blue"].flatMap((uid) => [...(watched.gateway.user(uid)?.keys ?? [])]);
    assert.equal(keys.length, 5);
    for (const [accessKey, secretKey] of keys) {
      assert.ok(written.includes(accessKey));
      assert.ok(!written.includes(secretKey));
    }
  });

  it("a file that cannot be written: exit code 3, and the result is shown", async () => {
    const file = path.join(watched.scratch, "none", "users.prom");
    const { exit, out, err } = await watched.command(["status", "--prometheus", file]);
    assert.equal(exit, 3);
    assert.match(out, /^Stack test: 4 users/);
    assert.match(err, /users\.prom cannot be written: ENOENT/);
  });

  it("as a program of its own: the same result, and its exit code", async () => {
    const program = path.join(REPOSITORY, "dist", "cli", "main.js");
    const started = (args: readonly string[]) =>
      new Promise<{ code: unknown; out: string }>((resolve) => {
        const options = { cwd: watched.stack.directory, env: watched.env };
        execFile(process.execPath, [program, ...args], options, (error, out) =>
          resolve({ code: error === null ? 0 : error.code, out }),
        );
      });
    const good = await started(["status", "--json"]);
    assert.equal(good.code, 0);
    assert.deepEqual(Object.values(phases(JSON.parse(good.out) as Report)), ["grace", "no-key", "stable", "grace"]);
    assert.equal((await started(["status", "--stack", "newer"])).code, 3);
    assert.equal((await started(["status", "--max-age", "soon"])).code, 2);
  });

  it("what a run left half-way is shown as unfinished, with the reason", async () => {
    const { singles, fleets } = users("b");
    const more = { ...fleets.teams, green: { uid: "green", displayName: "Green" } };
    watched.declare({
      singles: { ...singles, carol: { uid: "carol", displayName: "Carol" } },
      fleets: { teams: more },
    });
    watched.gateway.faults = ({ url }) => {
      const isS3 = url.pathname === "/";
      if (isS3) return { kind: "answer", status: 403, code: "InvalidAccessKeyId" };
      return url.searchParams.get("uid") === "green"
        ? { kind: "answer", status: 403, code: "AccessDenied" }
        : undefined;
    };
    try {
      // Whichever fails first, the other one is begun all the same.
      assert.notEqual((await watched.stack.up({ args: ["--continue-on-error"] })).code, 0);
    } finally {
      watched.gateway.faults = undefined;
    }
    const { out } = await watched.command(["status", "--json"]);
    const report = JSON.parse(out) as Report;
    assert.deepEqual(phases(report), {
      alice: "grace",
      bob: "no-key",
      carol: "unfinished",
      "teams/blue": "stable",
      "teams/red": "grace",
    });
    const problems = report.interrupted.map(({ urn, problem }) => `${urn.split("::").at(-1)}: ${problem}`).sort();
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? "", /^carol: .*S3 refuses the key/s);
    assert.match(problems[1] ?? "", /^teams: 1 of 3 users failed.*\ngreen: /s);
  });
});
