/**
 * A stack of the real Pulumi CLI whose program is a table of users, with its state in clear: what was published, what the
 * ring holds, and everything that was said or written on the way.
 */
import path from "node:path";
import type { Credentials } from "../../../tools/ceph/cluster";
import { openStack, type RunOptions, type Stack } from "../../real/pulumi";
import type { Values } from "./engine";
import { filesBelow, type Places } from "./leaks";

/** A user, or a fleet, in state, secrets in clear. */
export interface KeptUser {
  readonly type: string;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** The key that is published, if one is. */
  readonly key?: Credentials;
  /** The key before it, while its grace runs. */
  readonly previous?: Credentials;
  /** Ids of the ring. */
  readonly ring: readonly string[];
}

/** What the backend has for the stack. */
export interface KeptState {
  readonly users: Readonly<Record<string, KeptUser>>;
  readonly pending: number;
}

/** An open stack of users. */
export interface Deployment extends Stack {
  /** Inputs by resource name. A text `$NAME` is taken from the environment, so that no secret lies in the project. */
  declare(users: Readonly<Record<string, Values>>, fleets?: Readonly<Record<string, Values>>): void;
  /** What state has now, also after a crash. */
  kept(): Promise<KeptState>;
  /** Everything the CLI said, and every file of the project, of PULUMI_HOME and of the backend. */
  places(): Places;
}

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const given = (value) => (/^\\$\\w+$/.test(value) ? process.env[value.slice(1)] : value);
const { users, fleets } = require("./users.json");
for (const [name, args] of Object.entries(fleets)) new rgw.Users(name, args);
for (const [name, args] of Object.entries(users)) {
  const inputs = Object.fromEntries(Object.entries(args).map(([input, value]) => [input, given(value)]));
  const user = new rgw.User(name, inputs);
  for (const output of ["accessKey", "secretKey"]) exports[name + "." + output] = user[output];
}
`;

const EMPTY = JSON.stringify({ users: {}, fleets: {} });

/** For calls that must succeed. */
export const OK: RunOptions = { expect: 0 };

/** Opens a stack, empty until it is brought up. */
export async function openDeployment(env: Readonly<Record<string, string>>): Promise<Deployment> {
  let said = "";
  const stack = await openStack({
    program: { files: { "index.js": PROGRAM, "users.json": EMPTY } },
    env,
    onOutput: (text) => {
      said += text;
    },
  });
  return {
    ...stack,
    declare: (users, fleets = {}) => stack.write({ "users.json": JSON.stringify({ users, fleets }) }),
    kept: async () => {
      const quiet: RunOptions = { ...OK, onOutput: () => undefined };
      const { stdout } = await stack.run(["stack", "export", "--show-secrets"], quiet);
      return keptState(JSON.parse(stdout) as Exported);
    },
    places: () => ({ "what the CLI said": said, ...filesBelow(path.dirname(stack.directory)) }),
  };
}

interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Values;
  readonly outputs?: Values;
}

interface Exported {
  readonly deployment: {
    readonly resources?: readonly ExportedResource[];
    readonly pending_operations?: readonly unknown[];
  };
}

function keptState({ deployment }: Exported): KeptState {
  const users = (deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
  return {
    users: Object.fromEntries(users.map((each) => [each.urn.split("::").at(-1) ?? "", keptUser(each)])),
    pending: deployment.pending_operations?.length ?? 0,
  };
}

function keptUser({ type, id = "", inputs = {}, outputs = {} }: ExportedResource): KeptUser {
  const clear = inClear(outputs);
  const key = keyOf(clear.accessKey, clear.secretKey);
  const previous = keyOf(clear.previousAccessKey, clear.previousSecretKey);
  return {
    type,
    id,
    inputs: inClear(inputs),
    outputs: clear,
    ...(key ? { key } : {}),
    ...(previous ? { previous } : {}),
    ring: Array.isArray(clear.keys) ? clear.keys.map((record: { id: string }) => record.id) : [],
  };
}

function keyOf(accessKey: unknown, secretKey: unknown): Credentials | undefined {
  return typeof accessKey === "string" && typeof secretKey === "string" ? { accessKey, secretKey } : undefined;
}

/** Secrets as an export with --show-secrets writes them: a mark with the JSON text. */
function inClear(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const marked = value as { plaintext?: unknown } | null;
      const isSecret = typeof marked === "object" && marked !== null && typeof marked.plaintext === "string";
      return [name, isSecret ? (JSON.parse(String(marked.plaintext)) as unknown) : value];
    }),
  );
}
