// A reader who follows a guide: a project with a stack "prod", the guide's programs as its files, the guide's shell blocks
// run by bash with the real Pulumi CLI and `npx object-users`, an embedded gateway as the cluster. What the guide's blocks
// are not used for is found out at the end.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Gateway } from "../../devserver/rgw/gateway";
import { type Served, serve } from "../../devserver/rgw/serve";
import { admin, s3 } from "../devserver/request";
import { isolatedEnv } from "../real/cli";
import { type Env, openStack, REPOSITORY, type Stack } from "../real/pulumi";
import { type Block, type Guide, RUN, readGuide } from "./blocks";

/** What a shell block came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

/** How to run a shell block. */
export interface Shell {
  /** The exit code that must come. Default 0. */
  readonly expect?: number;
  /** Over the stack's own environment. */
  readonly env?: Env;
  /** What stands in the text for the reader's own values, by what it is replaced with. */
  readonly replace?: Readonly<Record<string, string>>;
}

/** A cluster: the embedded gateway on a port of loopback. */
export interface Cluster {
  readonly gateway: Gateway;
  readonly served: Served;
  /** What the connection is read from where no provider is given. */
  readonly env: Readonly<Record<string, string>>;
  /** An admin request past Pulumi: `admin("POST user?uid=alice&max-buckets=5")`. Must succeed; answers the body. */
  admin(what: string): string;
  /** What S3 answers to a key: 200 or 403. */
  s3(accessKey: unknown, secretKey: unknown): number;
}

/** Somebody who reads a guide. */
export class Reader {
  private readonly used = new Set<string>();

  private constructor(
    readonly guide: Guide,
    readonly stack: Stack,
    readonly cluster: Cluster,
    private readonly own: Env,
  ) {}

  /** Opens a guide on a new cluster, in a new project. `files` are what the reader has besides. */
  static async open(name: string, files: Readonly<Record<string, string>> = {}, more: Env = {}): Promise<Reader> {
    const guide = readGuide(name);
    const cluster = await openCluster();
    const env = { ...cluster.env, ...more };
    const stack = await openStack({ program: { files: { "index.ts": "", ...files } }, stack: "prod", env });
    const reader = new Reader(guide, stack, cluster, env);
    // An `up` and an `import` of the blocks go without the preview that the CLI makes first, which takes as long as they do.
    const direct = `case "$1" in up | import) set -- "$@" --skip-preview ;; esac\nexec "${stack.cli.command}" "$@"`;
    reader.command("pulumi", direct, "bin");
    // And npx takes as long as what it runs; `tests/package` runs the command as it is installed.
    reader.command("npx", `exec "${stack.directory}/node_modules/.bin/$@"`, "bin");
    reader.command("object-users", `exec "${process.execPath}" "${path.join(REPOSITORY, "dist/cli/main.js")}" "$@"`);
    return reader;
  }

  /** A block of the guide by its name. */
  block(name: string): Block {
    const found = this.guide.blocks.find((block) => block.name === name);
    assert.ok(found, `${this.guide.file} has no block "${name}"`);
    this.used.add(name);
    return found;
  }

  /** Saves blocks under their own names, or `[name, file]` under another. */
  save(...names: readonly (string | readonly [string, string])[]): void {
    for (const each of names) {
      const [name, file] = typeof each === "string" ? [each, each] : each;
      this.stack.write({ [file]: this.block(name).text });
    }
  }

  /** Runs a shell block of the guide as bash would with `set -e`. */
  run(name: string, how: Shell = {}): Promise<Ran> {
    return this.bash(this.block(name).text, how, name);
  }

  /** Runs any shell text in the project's directory. */
  async bash(text: string, { expect = 0, env = {}, replace = {} }: Shell = {}, name = text): Promise<Ran> {
    const script = Object.entries(replace).reduce((all, [from, to]) => {
      assert.ok(all.includes(from), `the block "${name}" does not have ${from}`);
      return all.replaceAll(from, to);
    }, text);
    const ran = await bash(script, this.stack.directory, { ...this.env(), ...env });
    assert.equal(ran.code, expect, `${name} ended with ${ran.code}:\n${ran.out}\n${ran.said}`);
    return ran;
  }

  /** The environment in which the reader's shell is. */
  env(): Record<string, string | undefined> {
    const base = path.dirname(this.stack.directory);
    const env = isolatedEnv(this.stack.cli, base);
    const commands = path.join(this.stack.directory, "bin");
    const PATH = [commands, path.dirname(this.stack.cli.command), env.PATH].join(path.delimiter);
    return { ...env, ...this.own, PATH };
  }

  /** Puts a command into node_modules/.bin, where npx finds it; with "bin" as the place, on PATH. */
  command(name: string, script: string, place = path.join("node_modules", ".bin")): void {
    const file = path.join(this.stack.directory, place, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** The stack's outputs with their secrets. */
  outputs(): Promise<Record<string, unknown>> {
    return this.stack.outputs({ showSecrets: true });
  }

  /** Ends everything. */
  async abandon(): Promise<void> {
    await this.stack.dispose();
    await this.cluster.served.close();
  }

  /** Ends everything. Throws when a block that readers run was used by nobody. `others` read parts of the same guide. */
  async close(...others: readonly Reader[]): Promise<void> {
    await this.abandon();
    for (const name of others.flatMap(({ used }) => [...used])) this.used.add(name);
    const runs = this.guide.blocks.filter(({ language }) => RUN.includes(language));
    const left = runs.filter(({ name }) => !this.used.has(name)).map(({ language, name }) => `${language} ${name}`);
    assert.deepEqual(left, [], `blocks of ${this.guide.file} that no test uses`);
  }
}

/** Opens a cluster. */
export async function openCluster(): Promise<Cluster> {
  const gateway = new Gateway();
  const served = await serve(gateway);
  const { accessKey, secretKey } = gateway.admin;
  return {
    gateway,
    served,
    env: { RADOSGW_ENDPOINT: served.url, RADOSGW_ACCESS_KEY: accessKey, RADOSGW_SECRET_KEY: secretKey },
    admin(what) {
      const { status, body } = gateway.handle(admin(gateway, what));
      assert.equal(status, 200, `${what}: ${status} ${body}`);
      return body;
    },
    s3: (access, secret) => gateway.handle(s3("GET /", String(access), String(secret))).status,
  };
}

/** Runs a script by bash. */
export function bash(script: string, cwd: string, env: Env): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-eo", "pipefail", "-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (part: string) => {
        text[name] += part;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 128, out: text.stdout, said: text.stderr }));
  });
}
