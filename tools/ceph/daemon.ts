/**
 * One daemon process: detached from the terminal, ended by its process id, gone when this process is gone.
 *
 * Which daemons make a cluster is not known here.
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { atExit } from "./exit";
import { untilAccepting } from "./ports";
import type { Command } from "./programs";

/** A running daemon. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  /** SIGSTOP: the process keeps its sockets and answers nothing. */
  freeze(): void;
  /** SIGCONT: what waited is answered now. */
  thaw(): void;
  /** SIGKILL, also for a frozen one. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/** How to start a daemon and how to know that it is there. */
export interface DaemonSpec {
  readonly name: string;
  readonly command: Command;
  readonly directory: string;
  /** Ready when something accepts here. Without it the daemon counts as ready once started. */
  readonly port?: number;
  /** Default 60 seconds. */
  readonly startSeconds?: number;
}

/**
 * Starts a daemon and waits until it is ready.
 * Throws with the tail of its log when it ends, or does not accept connections in time.
 */
export async function startDaemon(spec: DaemonSpec): Promise<Daemon> {
  const output = `${spec.directory}/${spec.name}.out`;
  const file = openSync(output, "a", 0o600);
  const [program, args] = spec.command;
  const child = spawn(program, args, { detached: true, stdio: ["ignore", file, file], cwd: spec.directory });
  closeSync(file);
  let failure: string | undefined;
  child.once("error", (error) => {
    failure = error.message;
  });
  const gone = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", (code, signal) => {
      forget();
      failure ??= `it ended with ${signal ?? `status ${code}`}`;
      resolve();
    });
  });
  const forget = atExit(() => child.kill("SIGKILL"));
  child.unref();

  const seconds = spec.startSeconds ?? 60;
  const deadline = Date.now() + seconds * 1000;
  const giveUp = () => {
    const reason = failure ?? (Date.now() > deadline ? `it does not listen after ${seconds} s` : undefined);
    if (reason !== undefined) {
      throw new Error(`${spec.name} did not come up: ${reason}.\n${logTail(spec)}`);
    }
  };
  try {
    if (spec.port !== undefined) await untilAccepting(spec.port, giveUp);
    giveUp();
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }

  const pid = child.pid;
  if (pid === undefined) throw new Error(`${spec.name} has no process id.`);
  return {
    name: spec.name,
    pid,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    kill: () => {
      child.ref();
      child.kill("SIGKILL");
      return gone;
    },
  };
}

/** The last lines that a daemon wrote, from its log and from its output. */
function logTail(spec: DaemonSpec): string {
  const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").slice(-12) : []);
  return [...read(`${spec.directory}/${spec.name}.log`), ...read(`${spec.directory}/${spec.name}.out`)].join("\n");
}
