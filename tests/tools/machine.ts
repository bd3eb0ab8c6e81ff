// A made-up machine for the tests of the set-up: a PATH with tiny scripts, an empty home. Nothing of the real one is seen.

import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Cli, REPOSITORY } from "../real/pulumi";

/** What the tools export that the tests call. */
export interface Tools {
  findPulumi(options: { env: NodeJS.ProcessEnv; repository?: string }): Cli | undefined;
  buildPulumi(options: { env: NodeJS.ProcessEnv; log?: (line: string) => void }): Promise<string>;
}

/** A machine on which only what a test puts there exists. */
export class Machine {
  readonly root = realpathSync(mkdtempSync(path.join(tmpdir(), "object-users-machine-")));
  readonly versions = path.join(this.root, "pulumi", "versions");

  /** The environment: a PATH of these directories below the root, and Pulumi's folder. */
  env(...directories: string[]): NodeJS.ProcessEnv {
    const PATH = directories.map((directory) => path.join(this.root, directory)).join(path.delimiter);
    return { PATH, HOME: this.root, PULUMI_HOME: path.dirname(this.versions), TMPDIR: this.temporary };
  }

  /** Where the tools keep what they make on the way. */
  get temporary(): string {
    const directory = path.join(this.root, "tmp");
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  /** Writes a shell script; the answer is its path. */
  script(name: string, body: string): string {
    const file = this.file(name, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Writes a file; the answer is its path. */
  file(name: string, text: string): string {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** What lies in Pulumi's versions folder and among the temporary files, finished or not. */
  leftovers(): string[] {
    return [this.versions, this.temporary].flatMap((each) => (existsSync(each) ? readdirSync(each) : []));
  }

  /** Runs the set-up, interrupting it as Ctrl-C does as soon as the condition holds. */
  setUp(
    words: string[],
    env: NodeJS.ProcessEnv,
    interruptWhen?: () => boolean,
  ): Promise<{ code: number | null; said: string }> {
    const script = path.join(REPOSITORY, "tools", "setup.mjs");
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
      }
      const watch = setInterval(() => interruptWhen?.() && child.kill("SIGINT"), 10);
      child.on("error", reject);
      child.on("close", (code) => {
        clearInterval(watch);
        resolve({ code, said });
      });
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Loads the tools, which are ES modules for Node alone. */
export async function loadTools(): Promise<Tools> {
  const file = (name: string) => pathToFileURL(path.join(REPOSITORY, "tools", "pulumi", name)).href;
  return { ...(await import(file("find.mjs"))), ...(await import(file("build.mjs"))) };
}
