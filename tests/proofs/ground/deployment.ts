/**
 * A stack of the real Pulumi CLI whose program is a table of users, with its state in clear: what was published, what the
 * ring holds, and everything that was said or written on the way.
 */
import path from "node:path";
import type { Credentials } from "../../../tools/ceph/cluster";
import { filesBelow } from "../../real/files";
import type { Places } from "../../real/leaks";
import { openStack, type RunOptions, type Stack } from "../../real/pulumi";
import type { Values } from "./engine";

/** A resource, that is a user or a fleet, or a fleet's member as if it were a user of its own. Secrets in clear. */
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
  /** Every resource of ours by its name. */
  readonly users: Readonly<Record<string, KeptUser>>;
  /** Every user: a single one by its resource's name, a fleet's member by its own. */
  readonly everybody: Readonly<Record<string, KeptUser>>;
  readonly pending: number;
}

/** An open stack of users. */
export interface Deployment extends Stack {
  /** Inputs by resource name. A user's text `$NAME` is taken from the environment, so that no secret lies in the project. */
  declare(users: Readonly<Record<string, Values>>, fleets?: Readonly<Record<string, Values>>): void;
  /** What state has now, also after a crash. */
  kept(): Promise<KeptState>;
  /** Everything the CLI said, and every file of the project, of PULUMI_HOME and of the backend. */
  places(): Places;
}

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
const given = (value) => (/^\\$\\w+$/.test(value) ? process.env[value.slice(1)] : value);
const all = (record, change) => Object.fromEntries(Object.entries(record).map(([name, each]) => [name, change(each)]));
const { users, fleets } = require("./users.json");
for (const [name, { defaults = {}, users }] of Object.entries(fleets)) {
  const fleet = new rgw.Users(name, { defaults, users: all(users, (member) => all(member, given)) });
  exports[name] = fleet.credentials;
}
for (const [name, args] of Object.entries(users)) {
  const user = new rgw.User(name, all(args, given));
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

/** What `pulumi stack export --show-secrets` prints. */
export interface Exported {
  readonly deployment: {
    readonly resources?: readonly ExportedResource[];
    readonly pending_operations?: readonly unknown[];
  };
}

/** What an export has of ours. */
export function keptState({ deployment }: Exported): KeptState {
  const ours = (deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
  const users = ours.map((each) => [each.urn.split("::").at(-1) ?? "", keptUser(each)] as const);
  return {
    users: Object.fromEntries(users),
    everybody: Object.fromEntries(users.flatMap(([name, user]) => (isFleet(user) ? membersOf(user) : [[name, user]]))),
    pending: deployment.pending_operations?.length ?? 0,
  };
}

/** Whether a resource of ours is a fleet. */
export function isFleet({ type }: Pick<KeptUser, "type">): boolean {
  return type.endsWith("Users");
}

function membersOf({ type, inputs, outputs }: KeptUser): [string, KeptUser][] {
  const { users = {} } = inputs as { users?: Readonly<Record<string, Values>> };
  const { keys, credentials } = outputs as Readonly<Record<string, Readonly<Record<string, Values>>>>;
  return Object.entries((outputs.members ?? {}) as Record<string, string>).map(([name, text]) => {
    const member = JSON.parse(text) as Values;
    const own = { ...member, ...credentials?.[name], keys: keys?.[name] };
    return [name, kept({ type, id: String(member.userId), inputs: users[name] ?? {}, outputs: own })];
  });
}

function keptUser({ type, id = "", inputs = {}, outputs = {} }: ExportedResource): KeptUser {
  return kept({ type, id, inputs: inClear(inputs), outputs: inClear(outputs) });
}

function kept(clear: Pick<KeptUser, "type" | "id" | "inputs" | "outputs">): KeptUser {
  const { outputs } = clear;
  const key = keyOf(outputs.accessKey, outputs.secretKey);
  const previous = keyOf(outputs.previousAccessKey, outputs.previousSecretKey);
  return {
    ...clear,
    ...(key ? { key } : {}),
    ...(previous ? { previous } : {}),
    ring: Array.isArray(outputs.keys) ? outputs.keys.map((record: { id: string }) => record.id) : [],
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
