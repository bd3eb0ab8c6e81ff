/**
 * What a stack's exported state says of object users: the users that it manages, alone or in fleets, and the connections
 * that it recorded for them. Reads only. Secrets are known if the export shows them, and masked otherwise.
 */
import * as z from "zod";
import { findResource } from "../backends";
import type { Backend } from "../backends/backend";
import type { Config } from "../connection";
import type { KeyRecord } from "../lifecycle/model";
import { nestedConfig } from "../nested-config";
import { memberOutputs } from "../pulumi/fleet/state";
import { type Outputs, type Remembered, read, SECRET_SIGNATURE } from "../pulumi/state";

/** A user that a stack manages. */
export interface ManagedUser extends Remembered {
  readonly urn: string;
  /** The resource's name in the program; "teams/red" for the member "red" of the fleet "teams". */
  readonly resource: string;
  readonly backend: Backend;
  /** What the program calls the user. */
  readonly name: string;
  /** The key that is published; none before the first one is, and once it is known not to work. */
  readonly current?: KeyRecord;
  readonly s3Endpoint?: string;
  /** The connection's name in `Inventory.connections`. */
  readonly connection: string;
  /** A run ended before the user was what the program wants. */
  readonly isUnfinished: boolean;
  /** An operation on the resource is under way, or was ended half-way. */
  readonly isPending: boolean;
  /** Another user has taken its place; the next `up` deletes it. */
  readonly isReplaced: boolean;
}

/** A resource of this package that this release cannot read. */
export interface Unreadable {
  readonly urn: string;
  readonly problem: string;
}

/** A resource of this package whose last operation failed or did not end. What is known of its users is in `users`. */
export interface Interrupted {
  readonly urn: string;
  /** The resource's name in the program. */
  readonly resource: string;
  /** What the last run said of it, without secrets; of a fleet the members that failed, one a line. */
  readonly problem: string;
}

/** What one stack has. */
export interface Inventory {
  readonly users: readonly ManagedUser[];
  readonly unreadable: readonly Unreadable[];
  readonly interrupted: readonly Interrupted[];
  /** The URNs of object users with an operation that is under way or was ended half-way, those being made included. */
  readonly pending: readonly string[];
  /** Settings by name of connection, as the last `up` recorded them. */
  readonly connections: ReadonlyMap<string, Config>;
}

const record = z.record(z.string(), z.unknown());

const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().optional(),
  inputs: record.optional(),
  outputs: record.optional(),
  provider: z.string().optional(),
  delete: z.boolean().optional(),
  initErrors: z.array(z.string()).nullish(),
});
type Resource = z.infer<typeof resourceSchema>;

const exportSchema = z.looseObject({
  deployment: z.looseObject({
    resources: z.array(resourceSchema).nullish(),
    pending_operations: z
      .array(z.looseObject({ type: z.string(), resource: z.looseObject({ urn: z.string(), type: z.string() }) }))
      .nullish(),
  }),
});

/** The types of both kinds of provider, dynamic and packaged. */
const TYPE = /^(?:pulumi-nodejs:dynamic\/object-users\/|object-users:)(\w+):(\w+)$/;

/** How each kind of provider has its settings. */
const PROVIDERS: Readonly<Record<string, (inputs: Outputs) => Config>> = {
  "pulumi:providers:pulumi-nodejs": (inputs) => ({ get: (key) => inputs[key] }),
  "pulumi:providers:object-users": nestedConfig,
};

/** Reads what `pulumi stack export` prints, parsed. Throws when that is no exported state. */
export function takeInventory(exported: unknown): Inventory {
  const { deployment } = exportSchema.parse(exported);
  const resources = deployment.resources ?? [];
  const operations = (deployment.pending_operations ?? []).filter(({ resource }) => hasKeys(resource.type));
  const pending = new Set(operations.map(({ resource }) => resource.urn));
  const users: ManagedUser[] = [];
  const unreadable: Unreadable[] = [];
  const interrupted: Interrupted[] = operations.map(({ type, resource: { urn } }) => ({
    urn,
    resource: resourceNameOf(urn),
    problem: `An operation on it (${type}) is in progress, or was interrupted.`,
  }));
  for (const resource of resources.filter(({ type }) => hasKeys(type))) {
    const { urn, initErrors } = resource;
    if (initErrors?.length) interrupted.push({ urn, resource: resourceNameOf(urn), problem: initErrors.join("\n") });
    try {
      for (const user of usersOf(resource, pending.has(urn))) users.push(user);
    } catch (error) {
      unreadable.push({ urn, problem: problemOf(error) });
    }
  }
  const connections = resources.flatMap(({ type, urn, id, inputs = {} }) => {
    const configOf = Object.hasOwn(PROVIDERS, type) ? PROVIDERS[type] : undefined;
    return configOf ? [[`${urn}::${id}`, configOf(unmasked(inputs, undefined) as Outputs)] as const] : [];
  });
  return { users, unreadable, interrupted, pending: [...pending], connections: new Map(connections) };
}

/** The name that the program gives the resource of a URN; it may have colons of its own. */
export function resourceNameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function usersOf(resource: Resource, isPending: boolean): ManagedUser[] {
  const { urn, type, outputs = {}, provider = "", initErrors } = resource;
  const backend = backendOf(type);
  const name = resourceNameOf(urn);
  const clear = unmasked(outputs, "") as Outputs;
  const common = {
    urn,
    backend,
    connection: provider,
    isPending,
    isReplaced: resource.delete === true,
    ...(typeof clear.endpoint === "string" ? { s3Endpoint: clear.endpoint } : {}),
  };
  const describe = (resourceName: string, remembered: Remembered, keyId: unknown, isUnfinished: boolean) => {
    const isCurrent = (id: string, accessKey: string) =>
      id === keyId || (typeof keyId === "string" && id === backend.keyIdOf?.(keyId, accessKey));
    const current = remembered.known.keys.find(({ id, accessKey }) => isCurrent(id, accessKey));
    const names = { resource: resourceName, name: backend.specOf(remembered.inputs).name };
    const user: ManagedUser = { ...common, ...remembered, ...names, isUnfinished };
    return current ? { ...user, current } : user;
  };
  const errors = initErrors ?? [];
  if (!("members" in clear)) return [describe(name, read(clear, backend), clear.keyId, errors.length > 0)];
  const hasFailed = failures(errors);
  return memberOutputs({ ...clear, credentials: clear.credentials || {} }).map(([member, own]) =>
    describe(`${name}/${member}`, read(own, backend), own.keyId, hasFailed(member)),
  );
}

/**
 * Which members a fleet's last run failed for. Its error names the first ones, a line each, "name: what went wrong"; when
 * it only counts the others, any member may be among them.
 */
function failures(errors: readonly string[]): (member: string) => boolean {
  if (errors.length === 0) return () => false;
  const lines = errors.join("\n").split("\n");
  const areAllNamed = !lines.some((line) => /^and \d+ more$/.test(line));
  return (member) => !areAllNamed || lines.some((line) => line.startsWith(`${member}: `));
}

/** What cannot be read, in a sentence. A parser's message could quote the state. */
function problemOf(error: unknown): string {
  if (error instanceof z.ZodError || error instanceof SyntaxError || !(error instanceof Error)) {
    return "Its state is not in a form that is known.";
  }
  return error.message;
}

/** Whether a type is of this package, and not of those that have no keys. One that a later release has may be of either. */
function hasKeys(type: string): boolean {
  const [, system, name = ""] = TYPE.exec(type) ?? [];
  return system !== undefined && !findResource(system, name)?.backend.isKeyless;
}

function backendOf(type: string): Backend {
  const [, system = "", name = ""] = TYPE.exec(type) ?? [];
  const found = findResource(system, name);
  if (found) return found.backend;
  throw new Error(
    `The installed release of pulumi-object-users has no resource ${system}.${name}. Install a later one.`,
  );
}

const [SIGNATURE_NAME = "", SIGNATURE_VALUE] = Object.entries(SECRET_SIGNATURE)[0] ?? [];

/** A value with its secrets in clear where the export shows them, and `mask` where it does not. */
function unmasked(value: unknown, mask: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => unmasked(each, mask));
  if (typeof value !== "object" || value === null) return value;
  const members: Outputs = { ...value };
  if (members[SIGNATURE_NAME] === SIGNATURE_VALUE) {
    return typeof members.plaintext === "string" ? unmasked(JSON.parse(members.plaintext), mask) : mask;
  }
  return Object.fromEntries(Object.entries(members).map(([name, each]) => [name, unmasked(each, mask)]));
}
