// One call of the Pulumi CLI: which executable, in which environment, and what came of it. Knows nothing of stacks.

import { type ChildProcess, spawn } from "node:child_process";
import { constants, tmpdir, userInfo } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { endProcessesWith, type Process, processesWith } from "./processes";
import { QUICK_START, REPOSITORY } from "./project";

/** Variables for the CLI, the program and its plugins; undefined takes one away. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What a call did. One that was ended by a signal has the code 128 + the signal's number, as in a shell. */
export interface Result {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** How to make one call. */
export interface RunOptions {
  /** More arguments for the CLI, such as ["--refresh", "--expect-no-changes"]. */
  readonly args?: readonly string[];
  /** For this call only, over the stack's own. */
  readonly env?: Env;
  /** Gets the output while it comes. */
  readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void;
  /** The exit code that must come; with another one the call throws an Error with the whole output. Default: any. */
  readonly expect?: number;
}

/** A call that is under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Result>;
  /** The processes of this PULUMI_HOME, leftovers of earlier calls included: CLI, language host, program, plugins. */
  processes(): Process[];
  /** Ends all of them at once with SIGKILL, as a power cut would, and waits until they are gone. */
  kill(): Promise<Result>;
}

/** A CLI that was found: its path, and the directories with which PATH has to begin. */
export interface Cli {
  readonly command: string;
  readonly version: string;
  readonly source: "path" | "npm" | "built";
  readonly path: readonly string[];
}

/** What to do where there is no CLI, for messages of skipped tests. */
export const HOW_TO_GET_THE_CLI = "There is no Pulumi CLI here. `node tools/setup.mjs pulumi` finds or builds one.";

/** Of the caller's environment only these get through: no credentials, no profiles, no settings of the user's own Pulumi. */
const PASSED_ON = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SystemRoot", "ComSpec", "PATHEXT", "NODE_V8_COVERAGE"];

const INSPECT_FIX = path.join(REPOSITORY, "tools", "pulumi", "inspect-fix.cjs");

/** The CLI to use, or undefined where there is none. Installs nothing. */
export async function findCli(): Promise<Cli | undefined> {
  const file = path.join(REPOSITORY, "tools", "pulumi", "find.mjs");
  const tool: { findPulumi(): Cli | undefined } = await import(pathToFileURL(file).href);
  return tool.findPulumi();
}

/** The environment of a stack's calls: what the caller has, cut down, with a home and a backend below `base`. */
export function isolatedEnv(cli: Cli, base: string): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passed),
    PATH: [...cli.path, path.dirname(process.execPath), process.env.PATH ?? ""].join(path.delimiter),
    HOME: path.join(base, "home"),
    // What processes leave behind that are killed goes with the stack.
    TMPDIR: path.join(base, "tmp"),
    // But for the compiler's cache, which spares each program of TypeScript some tenths of a second.
    V8_COMPILE_CACHE_CACHE_DIR: path.join(tmpdir(), `v8-compile-cache-${userInfo().uid}`),
    PULUMI_HOME: path.join(base, "pulumi"),
    PULUMI_BACKEND_URL: pathToFileURL(path.join(base, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "correct horse battery staple",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The repository's own check looks at the types of its programs; compiling them without looking saves 2 s a run.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    NODE_OPTIONS: [
      // Our own language host does this by itself; without it, programs that fail hang on some versions of Node.
      ...(cli.source === "built" ? [] : [INSPECT_FIX]),
      ...(process.env.OBJECT_USERS_QUICK_START ? [QUICK_START] : []),
    ]
      .map((file) => `--require ${JSON.stringify(file)}`)
      .join(" "),
  };
}

/** Starts the CLI, apart from this process's terminal and its signals. */
export function start(cli: Cli, args: readonly string[], cwd: string, env: Env, options: RunOptions): Running {
  const all = [...args, ...(options.args ?? [])];
  const command = `pulumi ${all.join(" ")}`;
  const home = env.PULUMI_HOME ?? ""; // also what the call's processes are recognised by, so no option changes it
  const started = Date.now();
  const child = spawn(cli.command, ["--non-interactive", "--color", "never", ...all], {
    cwd,
    env: { ...env, ...options.env, PULUMI_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const done = new Promise<Result>((resolve, reject) => {
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
        options.onOutput?.(text, stream);
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const result = { command, code: code ?? codeOf(signal), ...said, ms: Date.now() - started };
      if (options.expect === undefined || options.expect === result.code) resolve(result);
      else reject(new Error(`${describe(result)}\nExpected was exit code ${options.expect}.`));
    });
  });
  done.catch(() => undefined); // Whoever awaits it hears of it; nobody has to.
  return {
    child,
    done,
    processes: () => processesWith("PULUMI_HOME", home),
    kill: () => {
      endProcessesWith("PULUMI_HOME", home);
      return done;
    },
  };
}

/** The call and all it said, for an error message. */
export function describe(result: Result): string {
  return [`${result.command} ended with code ${result.code} after ${result.ms} ms`, result.stdout, result.stderr]
    .map((text) => text.trim())
    .filter(Boolean)
    .join("\n");
}

function codeOf(signal: NodeJS.Signals | null): number {
  return 128 + (signal ? constants.signals[signal] : 0);
}
