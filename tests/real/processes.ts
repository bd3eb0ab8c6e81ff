// Finds and ends processes by what their environment holds. A stack's processes (the CLI, its language host, the program,
// the plugins) share an environment and survive each other: a plugin whose engine was killed has no parent to find it by.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A running process: its id and its command line. */
export interface Process {
  readonly pid: number;
  readonly command: string;
}

const GIVE_UP_AFTER_MS = 10_000;
const PAUSE_MS = 20;

/** The running processes whose environment has this variable, or names a path below its value; without the one that asks. */
export function processesWith(name: string, value: string): Process[] {
  const found = existsSync("/proc/self/environ") ? fromProc(`${name}=${value}`) : fromPs(`${name}=${value}`);
  return found.filter(({ pid }) => pid !== process.pid);
}

/**
 * Ends these processes with SIGKILL, by id, and waits until they are gone; those they start meanwhile too. Synchronous, so
 * that it works while this process exits. Throws when some are still there after ten seconds.
 */
export function endProcessesWith(name: string, value: string): void {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const left = processesWith(name, value);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`still running: ${left.map((each) => each.command).join("; ")}`);
    for (const { pid } of left) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

function fromProc(entry: string): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, "utf8").split("\0");
        if (!environment.some((one) => one === entry || one.startsWith(`${entry}/`))) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").join(" ").trim();
        return [{ pid: Number(name), command }];
      } catch {
        return []; // It ended, or it is another user's.
      }
    });
}

/** macOS: `e` appends the environment to the command line. */
function fromPs(entry: string): Process[] {
  const lines = execFileSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 64 << 20 });
  return lines
    .split("\n")
    .filter((line) => `${line} `.includes(` ${entry} `) || line.includes(` ${entry}/`))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+\s+/, "") }));
}
