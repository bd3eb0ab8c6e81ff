// Runs real stacks with the real Pulumi CLI, apart from everything that the user has: own PULUMI_HOME, file backend,
// passphrase and project directory, an environment of its own, no plugin downloads. Nothing is left after `dispose`.

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import {
  type Cli,
  describe,
  type Env,
  findCli,
  HOW_TO_GET_THE_CLI,
  isolatedEnv,
  type Result,
  type Running,
  type RunOptions,
  start,
} from "./cli";
import { endProcessesWith } from "./processes";
import { type Files, layOut, type Program, REPOSITORY, writeFiles } from "./project";

export type { Files, Program };
export {
  type Cli,
  describe,
  type Env,
  findCli,
  HOW_TO_GET_THE_CLI,
  REPOSITORY,
  type Result,
  type Running,
  type RunOptions,
};

/** A value of the stack's configuration, such as "http://127.0.0.1:7480" under the key "rgw:endpoint". */
export type ConfigValue = string | { readonly value: string; readonly secret: boolean };

/** How to open a stack. */
export interface StackOptions {
  readonly program: Program;
  /** Default "test". */
  readonly stack?: string;
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** For every call, over the runner's own variables. Of the caller's environment only PATH and the like get through. */
  readonly env?: Env;
  /** Gets the output of every call while it comes. */
  readonly onOutput?: NonNullable<RunOptions["onOutput"]>;
  /** An executable that calls the CLI, whose path it gets as PULUMI_CLI, and does something besides, such as measuring it. */
  readonly wrapper?: string;
}

/** A stack of its own, in temporary directories. */
export interface Stack {
  readonly cli: Cli;
  /** The project's directory. */
  readonly directory: string;
  /** `pulumi up`, without the preview that the CLI makes first. */
  up(options?: RunOptions): Promise<Result>;
  /** `pulumi preview` */
  preview(options?: RunOptions): Promise<Result>;
  /** `pulumi refresh`, without the preview that the CLI makes first. */
  refresh(options?: RunOptions): Promise<Result>;
  /** `pulumi destroy`, without the preview that the CLI makes first. */
  destroy(options?: RunOptions): Promise<Result>;
  /** `pulumi import --file` with this content, unprotected, generating no code. */
  import(resources: object, options?: RunOptions): Promise<Result>;
  /** The stack's outputs; secret ones read "[secret]" unless they are asked for. */
  outputs(options?: { readonly showSecrets?: boolean }): Promise<Record<string, unknown>>;
  /** The state as the backend keeps it, secrets encrypted. */
  exportState(): Promise<State>;
  /** `pulumi config set` */
  setConfig(key: string, value: string, options?: { readonly secret?: boolean }): Promise<Result>;
  /** Any other call, such as ["stack", "rename", "other"]. */
  run(args: readonly string[], options?: RunOptions): Promise<Result>;
  /** Starts a call without waiting for it. */
  spawn(args: readonly string[], options?: RunOptions): Running;
  /** Writes files of the program, for the next call. */
  write(files: Files): void;
  /** Ends every process of the stack and removes its directories. Happens by itself when this process exits. */
  dispose(): Promise<void>;
}

/** The part of an exported state that tests look at. */
export interface State {
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly unknown[];
  };
}

/** A resource in an exported state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** Opens a new, empty stack of a program. Throws where there is no CLI, saying what makes one. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const found = await findCli();
  if (!found) throw new Error(HOW_TO_GET_THE_CLI);
  const cli = { ...found, command: options.wrapper ?? found.command };
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), "object-users-stack-")));
  const home = path.join(base, "pulumi");
  const env = { ...isolatedEnv(found, base), PULUMI_CLI: found.command, ...options.env, PULUMI_HOME: home };
  const directory = path.join(base, "program");
  const underWay = new Set<Promise<unknown>>();
  const close = closing(base);

  const spawnCall = (args: readonly string[], given: RunOptions = {}): Running => {
    const running = start(cli, args, directory, env, { onOutput: options.onOutput ?? (() => undefined), ...given });
    const settled = running.done.catch(() => undefined).finally(() => underWay.delete(settled));
    underWay.add(settled);
    return running;
  };
  const run = (args: readonly string[], given?: RunOptions) => spawnCall(args, given).done;
  let read = { at: "", texts: new Map<string, Promise<Result>>() };
  /** An answer of the CLI takes half a second: each question is asked once, until state or the selected stack changes. */
  const json = async (args: readonly string[]) => {
    const at = stamp([path.join(base, "state"), path.join(home, "workspaces")]);
    if (at !== read.at) read = { at, texts: new Map() };
    const asked = read.texts.get(args.join(" ")) ?? run(args, { expect: 0, onOutput: quiet });
    read.texts.set(args.join(" "), asked);
    return JSON.parse((await asked).stdout);
  };

  const stack: Stack = {
    cli,
    directory,
    up: (given) => run(["up", "--yes", "--skip-preview"], given),
    preview: (given) => run(["preview"], given),
    refresh: (given) => run(["refresh", "--yes", "--skip-preview"], given),
    destroy: (given) => run(["destroy", "--yes", "--skip-preview"], given),
    import: (resources, given) => {
      const file = path.join(base, "import.json");
      writeFileSync(file, JSON.stringify(resources));
      const plain = ["--generate-code=false", "--protect=false", "--yes", "--skip-preview"];
      return run(["import", "--file", file, ...plain], given);
    },
    outputs: ({ showSecrets = false } = {}) =>
      json(["stack", "output", "--json", ...(showSecrets ? ["--show-secrets"] : [])]),
    exportState: () => json(["stack", "export"]),
    setConfig: (key, value, { secret = false } = {}) =>
      run(["config", "set", secret ? "--secret" : "--plaintext", key, "--", value], { expect: 0 }),
    run,
    spawn: spawnCall,
    write: (files) => writeFiles(files, directory),
    dispose: async () => {
      endProcessesWith("PULUMI_HOME", home);
      await Promise.all(underWay);
      close();
    },
  };

  try {
    for (const name of ["home", "pulumi", "state", "tmp"]) mkdirSync(path.join(base, name));
    layOut(options.program, directory);
    await run(["stack", "init", options.stack ?? "test"], { expect: 0, onOutput: quiet });
    await setAll(run, options.config ?? {});
    return stack;
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}

async function setAll(run: Stack["run"], config: Readonly<Record<string, ConfigValue>>): Promise<void> {
  const words = Object.entries(config).flatMap(([key, given]) => {
    const { value, secret } = typeof given === "string" ? { value: given, secret: false } : given;
    return [secret ? "--secret" : "--plaintext", `${key}=${value}`];
  });
  if (words.length > 0) await run(["config", "set-all", ...words], { expect: 0, onOutput: quiet });
}

function quiet(): void {}

/** Differs once a file below these directories was written. */
function stamp(directories: readonly string[]): string {
  const files = directories.flatMap((each) =>
    readdirSync(each, { recursive: true }).map((name) => path.join(each, String(name))),
  );
  return files.map((file) => `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`).join("\n");
}

const open = new Set<() => void>();

/** Registers a stack for removal when this process ends before it is disposed of; the answer removes it now. */
function closing(base: string): () => void {
  const close = () => {
    open.delete(close);
    if (open.size === 0) listen("off");
    endProcessesWith("PULUMI_HOME", path.join(base, "pulumi"));
    rmSync(base, { recursive: true, force: true });
  };
  if (open.size === 0) listen("on");
  open.add(close);
  return close;
}

function closeAll(): void {
  for (const close of open) close();
}

/** Cleans up; then ends this process as the signal would have, unless somebody else listens and decides. */
function interrupted(signal: NodeJS.Signals): void {
  closeAll();
  if (process.listenerCount(signal) === 0) process.exit(128 + constants.signals[signal]);
}

function listen(how: "on" | "off"): void {
  process[how]("exit", closeAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process[how](signal, interrupted);
}
