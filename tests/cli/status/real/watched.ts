// Real stacks for `status`: the real Pulumi CLI makes users on the embedded gateway, and the command reads what it kept.

import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "../../../../cli/main";
import type { Terminal } from "../../../../cli/terminal";
import { Gateway } from "../../../../devserver/rgw/gateway";
import { serve } from "../../../../devserver/rgw/serve";
import { world } from "../../../../provider/world";
import { type Env, isolatedEnv } from "../../../real/cli";
import { openStack, type Stack } from "../../../real/pulumi";

/** Inputs of single users by resource, and of members by fleet. */
export interface Declared {
  readonly singles?: Readonly<Record<string, object>>;
  readonly fleets?: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/** What a run of the command wrote, and its exit code. */
export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** What a run of the command meets that is not as usual. */
export interface Outside extends Partial<Terminal> {
  /** Variables over the project's; undefined takes one away. */
  readonly env?: Env;
}

/** A project with a gateway of its own. */
export interface Watched {
  readonly gateway: Gateway;
  readonly stack: Stack;
  /** For processes that are to see this project's stacks. */
  readonly env: Readonly<Record<string, string>>;
  /** A directory for files that a test writes; gone with the project. */
  readonly scratch: string;
  /** Makes the program declare exactly these users. */
  declare(users: Declared): void;
  /** Runs the command in this process, with the project's stacks before it. */
  command(args: readonly string[], outside?: Outside): Promise<Said>;
  /** Makes a stack out of a state: that of the open one, exported and changed. */
  import(name: string, change: (state: ExportedState) => void): Promise<void>;
  close(): Promise<void>;
}

/** An exported state, to be changed. */
export interface ExportedState {
  deployment: {
    resources: { urn: string; type: string; outputs: Record<string, unknown>; [more: string]: unknown }[];
    pending_operations?: unknown[];
  };
}

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const { singles = {}, fleets = {} } = require("./users.json");
for (const [name, args] of Object.entries(singles)) new rgw.User(name, args);
for (const [name, users] of Object.entries(fleets)) new rgw.Users(name, { users });
`;

/** Opens a project with an empty stack "test". */
export async function openWatched(): Promise<Watched> {
  const gateway = new Gateway();
  const served = await serve(gateway);
  const scratch = await mkdtemp(path.join(tmpdir(), "object-users-status-"));
  const stack = await openStack({
    program: { files: { "index.js": PROGRAM, "users.json": "{}" } },
    env: {
      RADOSGW_ENDPOINT: served.url,
      RADOSGW_ACCESS_KEY: gateway.admin.accessKey,
      RADOSGW_SECRET_KEY: gateway.admin.secretKey,
    },
  });
  const env = isolatedEnv(stack.cli, path.dirname(stack.directory));
  return {
    gateway,
    stack,
    env,
    scratch,
    declare: (users) => stack.write({ "users.json": JSON.stringify(users) }),
    command: (args, { env: more = {}, ...terminal } = {}) =>
      within({ ...env, ...more }, () => commanded([...args, "--cwd", stack.directory], terminal)),
    import: async (name, change) => {
      const { stdout } = await stack.run(["stack", "export"], { expect: 0 });
      const state = JSON.parse(stdout) as ExportedState;
      change(state);
      const file = path.join(scratch, `${name}.json`);
      await writeFile(file, JSON.stringify(state).replaceAll("urn:pulumi:test::", `urn:pulumi:${name}::`));
      await stack.run(["stack", "init", name, "--no-select"], { expect: 0 });
      await stack.run(["stack", "import", "--stack", name, "--file", file], { expect: 0 });
    },
    close: async () => {
      await stack.dispose();
      await served.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Runs a command line in this process and keeps what it writes. */
export async function commanded(args: readonly string[], terminal: Partial<Terminal> = {}): Promise<Said> {
  const said = { out: "", err: "" };
  const exit = await run(args, {
    out: (text) => {
      said.out += `${text}\n`;
    },
    say: (text) => {
      said.err += `${text}\n`;
    },
    input: () => process.stdin,
    interrupted: new AbortController().signal,
    world,
    ...terminal,
  });
  return { exit, ...said };
}

/** Does something with this process's environment replaced. */
export async function within<T>(env: Env, task: () => Promise<T>): Promise<T> {
  const before = process.env;
  process.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  try {
    return await task();
  } finally {
    process.env = before;
  }
}
