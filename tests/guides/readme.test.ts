// README.md, "First user": its two blocks as they are written, in a directory like a clone, by somebody who has nothing but
// Node and the Pulumi CLI.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findCli, isolatedEnv } from "../real/cli";
import { needCli, skipWithout } from "../real/needs";
import { layOut } from "../real/project";
import { REPOSITORY } from "../real/pulumi";
import { blocksOf } from "./blocks";
import { bash } from "./reader";

/** What stands in the README for the file that the gateway names. */
const ENV_FILE = "/tmp/object-users-gateway-XXXXXX/env";

const blocks = blocksOf(readFileSync(path.join(REPOSITORY, "README.md"), "utf8"));
const block = (name: string) => blocks.find((one) => one.name === name)?.text ?? assert.fail(`no block "${name}"`);

describe("README: the first user", function () {
  this.timeout(120_000);
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), "object-users-readme-")));
  let gateway: ReturnType<typeof spawn> | undefined;

  before(async function () {
    await needCli(this);
    // `npm run gateway` would install them, under the tests that run meanwhile.
    const [installed = 0, wanted = 0] = ["node_modules/.package-lock.json", "package-lock.json"].map((file) => {
      return statSync(path.join(REPOSITORY, file), { throwIfNoEntry: false })?.mtimeMs;
    });
    const reason = "node_modules is older than package-lock.json: run `node tools/setup.mjs deps`.";
    skipWithout(this, installed < wanted ? { available: false, reason } : { available: true });
  });
  after(() => {
    if (gateway?.pid) process.kill(-gateway.pid, "SIGTERM");
    rmSync(base, { recursive: true, force: true });
  });

  it("is made by two commands in two terminals", async () => {
    const cli = await findCli();
    assert.ok(cli);
    for (const name of ["home", "pulumi", "tmp"]) mkdirSync(path.join(base, name));
    const directory = path.join(base, "clone");
    layOut(REPOSITORY, directory);
    const { PULUMI_BACKEND_URL: _, PULUMI_CONFIG_PASSPHRASE: __, ...env } = isolatedEnv(cli, base);
    const terminal = { ...env, PATH: [path.dirname(cli.command), env.PATH].join(path.delimiter) };

    const started = spawn("bash", ["-ec", block("gateway")], { cwd: directory, env: terminal, detached: true });
    gateway = started;
    const file = await new Promise<string>((resolve, reject) => {
      let said = "";
      for (const stream of [started.stdout, started.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          const named = /^ +\. (\S+)$/m.exec(said)?.[1];
          if (named) resolve(named);
        });
      started.on("close", () => reject(new Error(`the gateway ended:\n${said}`)));
    });

    const first = block("first-user");
    assert.ok(first.includes(ENV_FILE));
    const { code, out, said } = await bash(
      `${first.replace(ENV_FILE, file)}\npulumi stack output accessKey >&2`,
      directory,
      terminal,
    );
    assert.equal(code, 0, `${out}\n${said}`);
    assert.match(said, /^PULU[A-Z0-9]{16}$/m);
  });
});
