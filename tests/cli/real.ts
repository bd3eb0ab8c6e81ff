// The command itself, as a process of its own beside the real Pulumi CLI, in the environment of a stack of tests.

import { spawn } from "node:child_process";
import path from "node:path";
import { isolatedEnv } from "../real/cli";
import { type Env, REPOSITORY, type Stack } from "../real/pulumi";

/** What the command came to. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly said: string;
  readonly ms: number;
}

/** Runs `object-users …` in a stack's project. `env` comes over the stack's own. */
export function objectUsers(stack: Stack, args: readonly string[], env: Env = {}): Promise<Ran> {
  const whole = { ...isolatedEnv(stack.cli, path.dirname(stack.directory)), ...env };
  const main = path.join(REPOSITORY, "dist", "cli", "main.js");
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: stack.directory,
      env: whole,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (part: string) => {
        text[name] += part;
      });
    }
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code: code ?? 128, out: text.stdout, said: text.stderr, ms: Date.now() - began }),
    );
  });
}
