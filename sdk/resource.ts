/**
 * What every user resource and every provider of this package share: the inputs and outputs that all have, and how they
 * reach Pulumi. This file has Pulumi's words only; the provider decides what they do.
 */
import * as pulumi from "@pulumi/pulumi";
import { DEFAULTS, IDENTITY, identityOf, SECRET_INPUTS, SECRET_NAMES, SECRETS } from "../provider/protocol";
import { connectionOf, doorOf, withoutNulls } from "./door";

/** The inputs that every user has, whatever the system. */
export interface LifecycleArgs {
  /**
   * The rotation that the current key belongs to; any text. A new value makes a new key, proves it and retires the old one.
   * Going back to the value of a key whose grace still runs makes that key current again. It is refused for a user with a
   * key of your own or without a key. Default: one key for ever.
   */
  rotationId?: pulumi.Input<string>;
  /**
   * How long, in whole seconds, a retired key stays valid after it was replaced. Default 86400, a day. The value also counts
   * for running graces: a larger number extends them, and 0 ends them with the next `pulumi up`. A grace begins when the
   * user's own update has succeeded, whether or not dependents have the new key. The first `pulumi up` after the grace
   * revokes the key, even if a dependent of a failed run still has it. Choose more than the time in which you notice a failed
   * run. With 0 the old key ends before dependents have the new one.
   */
  gracePeriodSeconds?: pulumi.Input<number>;
  /**
   * How long, in whole seconds, a key whose grace is over is kept before it is deleted. In that time the key is disabled:
   * S3 refuses it, and going back to its `rotationId` enables it again with the same secret. So a forgotten consumer is one
   * `pulumi up` away from working again. Default 0: the key is deleted when its grace is over. For Ceph 19 and later;
   * elsewhere another value than 0 is refused.
   */
  quarantinePeriodSeconds?: pulumi.Input<number>;
  /**
   * Prove keys: send an S3 request signed with a new key before it is published, and require that S3 accepts it; send one
   * with a revoked key, and require that S3 refuses it. Default: true where an S3 endpoint is known.
   */
  prove?: pulumi.Input<boolean>;
  /**
   * Adopt a user that exists, with the first key that it has, and change none of its keys. A user exists for every resource
   * but the one that made it, in whatever stack. For another name or parent of a resource, use `aliases` instead. Set it for
   * one `pulumi up`: while it is true, a user of this name at another address is adopted, too. Default false: a user that
   * exists is an error.
   */
  adopt?: pulumi.Input<boolean>;
  /** Revoke keys of the user that this resource did not make. Default false: they are left alone. */
  exclusiveKeys?: pulumi.Input<boolean>;
  /** Delete the user even if it owns buckets, with all they hold. Default false: refuse, and list the buckets. */
  forceDestroy?: pulumi.Input<boolean>;
}

/** A living key that the resource made or adopted, without its secret. Times are ISO 8601 in UTC. */
export interface Key {
  /** Tells the user's keys apart; the access key itself where every key has one of its own. */
  id: string;
  accessKey: string;
  /** The `rotationId` the key was made for; empty without one. */
  rotationId: string;
  issuedAt: string;
  /** When S3 accepted it, just before it was published; absent with `prove: false`. */
  provenAt?: string;
  /** When another key replaced it. */
  retiredAt?: string;
  /** From when on the next `pulumi up` revokes it, or disables it for its quarantine. */
  expiresAt?: string;
  /** When it was disabled, for the time of its quarantine. */
  disabledAt?: string;
}

/** The arguments that every provider has. */
export interface TransportArgs {
  /** PEM text of a certificate authority to trust besides the system's. */
  caCertificate?: pulumi.Input<string>;
  /** Accept any TLS certificate. Default false. For experiments only. */
  insecure?: pulumi.Input<boolean>;
  /** Longest wait for one answer, in seconds. Default 60; a Ceph gateway may take 30 when a peer of it is stuck. */
  timeoutSeconds?: pulumi.Input<number>;
  /** Most requests in progress concurrently. Default 32. */
  maxConcurrency?: pulumi.Input<number>;
}

/** A user of an object store, of whatever system. */
export abstract class ObjectUser extends pulumi.CustomResource {
  /** The user's full name on the system. */
  declare readonly userId: pulumi.Output<string>;
  /** The current key's id. */
  declare readonly accessKey: pulumi.Output<string>;
  /** The current key's secret. Secret. */
  declare readonly secretKey: pulumi.Output<string>;
  /** The key retired last, while its grace runs. */
  declare readonly previousAccessKey: pulumi.Output<string | undefined>;
  /** The secret of the key retired last, while its grace runs. Secret. */
  declare readonly previousSecretKey: pulumi.Output<string | undefined>;
  /** When that grace ends, ISO 8601 in UTC. */
  declare readonly previousKeyExpiresAt: pulumi.Output<string | undefined>;
  /** The S3 endpoint the keys are for, when known. */
  declare readonly endpoint: pulumi.Output<string | undefined>;
  /** Every living key of this resource, oldest first, without secrets. */
  declare readonly keys: pulumi.Output<Key[]>;

  /** @internal */
  protected constructor(kind: string, type: string, name: string, args: object, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      userId: undefined,
      accessKey: undefined,
      secretKey: undefined,
      previousAccessKey: undefined,
      previousSecretKey: undefined,
      previousKeyExpiresAt: undefined,
      endpoint: undefined,
      keys: undefined,
    };
    const door = doorOf(kind, type, (dynamic) => toldToProvider(dynamic, name, args, opts), opts);
    const props = { ...outputs, ...withSecrets(args, SECRET_NAMES), ...door.props };
    const secretOutputs = [...SECRET_NAMES, SECRETS, ...(opts?.additionalSecretOutputs ?? [])];
    const { stackTraceLimit } = Error;
    // Pulumi takes several stack traces for each property, for debugging its own promises, and maps each to its sources:
    // a third of a program's time. The resource's own position in the program is taken with a limit of its own.
    Error.stackTraceLimit = 0;
    try {
      super(door.type, name, props, { ...door.options, additionalSecretOutputs: secretOutputs });
      withoutNulls(this, { ...outputs, ...args });
      this.secretKey = pulumi.secret(this.secretKey);
      this.previousSecretKey = pulumi.secret(this.previousSecretKey);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/** Outputs of a user by name, as their values: `SettingsOf<User, "email">` is `{ email: string }`. */
export type SettingsOf<User, Name extends keyof User> = {
  [name in Name]: User[name] extends pulumi.Output<infer Value> ? Value : never;
};

/** An input's members as a system shows them: all of them, resolved. */
export type Resolved<Input> = { [name in keyof Input]-?: pulumi.Unwrap<NonNullable<Input[name]>> };

/** Outputs that a resource has besides those that all have: named, so that Pulumi makes them. */
export function outputsOf(names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/** What consumers of a user need. The secret ones are secrets. */
export interface Credentials {
  accessKey: string;
  secretKey: string;
  previousAccessKey?: string;
  previousSecretKey?: string;
  previousKeyExpiresAt?: string;
  /** On systems whose users have one. */
  password?: string;
}

/** The inputs of a fleet's member: those of a user, and two that single users have as Pulumi's own options. */
export type MemberArgs<UserArgs> = Partial<UserArgs> & {
  /**
   * Leave the user and its keys as they are when the member is removed or replaced, or the fleet is deleted: the fleet
   * only forgets the user. The value that the last `up` stored counts, so set it with one `up` and remove the member with
   * the next. Default false: the user is deleted.
   */
  retainOnDelete?: pulumi.Input<boolean>;
  /**
   * Refuse to delete the user. Removing the member, replacing its user or deleting the fleet is then an error, already in the
   * preview where there is one, and deletes nothing. The value that the last `up` stored counts: to delete the user, set
   * false with one `up` and remove the member with the next. Default false.
   */
  protect?: pulumi.Input<boolean>;
};

/** The inputs of a fleet. */
export interface FleetArgs<UserArgs> {
  /** Inputs for every user, unless it gives its own. */
  defaults?: pulumi.Input<MemberArgs<UserArgs>>;
  /**
   * The users, each by a name that only this fleet uses. A member that gets another name keeps its user and its keys. The
   * fleet deletes the user of a removed member, after all others are done.
   */
  users: pulumi.Input<Record<string, pulumi.Input<MemberArgs<UserArgs>>>>;
  /**
   * Allow one update to delete more than half of the fleet's users, if these are three or more. Default false: such an
   * update is refused, already in the preview, because an empty list or a changed default causes one by accident. Users with
   * `retainOnDelete` in state are not deleted and do not count. The deletion of the whole fleet needs no permission.
   */
  allowRemovals?: pulumi.Input<boolean>;
}

/** What a fleet gives of one member. */
export type Member<Settings> = {
  [name in keyof Required<Credentials>]: pulumi.Output<Required<Credentials>[name] | undefined>;
} & MemberSettings<Settings>;

/** A member's settings as single outputs. */
export type MemberSettings<Settings> = { [name in keyof Settings]: pulumi.Output<Settings[name] | undefined> };

/**
 * Many users as one resource: Pulumi's cost for a resource grows with the number of resources, and a fleet is one. Each
 * member is made, changed, rotated, proven and deleted on its own, by the same rules as a single user. A member that fails
 * does not stop the others. Removing a member deletes its user, unless it has `retainOnDelete` or `protect`, or most of the
 * fleet would go.
 */
export abstract class Fleet<Settings extends object = object> extends pulumi.CustomResource {
  /** The members' credentials by name. Secret as a whole. */
  declare readonly credentials: pulumi.Output<Record<string, Credentials>>;
  /** The members' living keys by name, without secrets. */
  declare readonly keys: pulumi.Output<Record<string, Key[]>>;
  /** The S3 endpoint the keys are for, when known. */
  declare readonly endpoint: pulumi.Output<string | undefined>;
  /** What only the provider reads of each member, as JSON; of an early release, as it is. */
  declare private readonly members: pulumi.Output<Record<string, string | object>>;
  declare private readonly [DEFAULTS]: pulumi.Output<object | undefined>;
  declare private readonly [SECRET_INPUTS]: pulumi.Output<string[] | undefined>;
  readonly #settings: readonly (keyof Settings & string)[];

  /** @internal */
  protected constructor(
    kind: string,
    type: string,
    name: string,
    args: FleetArgs<object>,
    settings: readonly (keyof Settings & string)[],
    opts?: pulumi.CustomResourceOptions,
  ) {
    const outputs = outputsOf(["credentials", "keys", "endpoint", "members", DEFAULTS, SECRET_INPUTS]);
    const secretOutputs = ["credentials", ...(opts?.additionalSecretOutputs ?? [])];
    const told = (dynamic: string) => toldToProvider(dynamic, name, { "*": [args.users, args.defaults] }, opts);
    const door = doorOf(`${kind}/fleet`, type, told, opts);
    // The provider's check decides which inputs are secret: here they may not be resolved yet.
    const props = { ...outputs, ...args, ...door.props };
    super(door.type, name, props, { ...door.options, additionalSecretOutputs: secretOutputs });
    withoutNulls(this, outputs);
    this.credentials = pulumi.secret(this.credentials);
    this.#settings = settings;
  }

  /**
   * One member's credentials and settings as single outputs. When an output is resolved, it throws if there is no such
   * member. Of a fleet that an earlier release wrote, settings that nobody declared are undefined until its next update.
   */
  get(member: string): Member<Settings> {
    const one = <Name extends keyof Credentials>(name: Name) =>
      this.credentials.apply((all) => {
        const credentials = all[member];
        if (credentials === undefined) throw new Error(`The fleet has no user "${member}".`);
        return credentials[name];
      });
    const told = pulumi.all([this.members, this[DEFAULTS], this[SECRET_INPUTS]]);
    const found = told.apply(([all, defaults, secrets]): pulumi.Input<Settings> => {
      const own = all[member];
      if (own === undefined) throw new Error(`The fleet has no user "${member}".`);
      const settings = { ...defaults, ...(typeof own === "string" ? JSON.parse(own) : own) };
      return secrets === undefined ? settings : pulumi.secret(settings);
    }) as pulumi.Output<Settings>;
    const settings: Partial<MemberSettings<Settings>> = {};
    for (const name of this.#settings)
      settings[name] = found.apply((all) => all[name]) as (typeof settings)[typeof name];
    return {
      ...(settings as MemberSettings<Settings>),
      accessKey: pulumi.unsecret(one("accessKey")),
      secretKey: one("secretKey"),
      previousAccessKey: pulumi.unsecret(one("previousAccessKey")),
      previousSecretKey: one("previousSecretKey"),
      previousKeyExpiresAt: pulumi.unsecret(one("previousKeyExpiresAt")),
      password: one("password"),
    };
  }
}

/** A connection to a system, given to resources as `{ provider }`. */
export abstract class ConnectionProvider extends pulumi.ProviderResource {
  /**
   * The arguments by the names that stack configuration has for them, for look-ups.
   * @internal
   */
  readonly settings: Record<string, unknown>;

  /** @internal */
  protected constructor(kind: string, name: string, args: object, secrets: string[], opts?: pulumi.ResourceOptions) {
    const given = Object.entries(withSecrets(args, secrets)).filter(([, value]) => value !== undefined);
    // As in stack configuration, a list is its JSON text.
    const text = (value: unknown) =>
      typeof value === "object"
        ? pulumi.output(value).apply((all) => (Array.isArray(all) ? JSON.stringify(all) : all))
        : value;
    const settings = Object.fromEntries(given.map(([key, value]) => [key, text(value)]));
    const connection = connectionOf(kind, settings, opts);
    super(connection.package, name, connection.props, connection.options);
    this.settings = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${kind}:${key}`, value]));
  }
}

/**
 * What the provider gets besides the inputs: which resource this is, and which inputs are secrets. No display of Pulumi
 * shows either.
 */
export function toldToProvider(
  type: string,
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions | undefined,
) {
  const parent = opts?.parent;
  const identity = parent
    ? pulumi.createUrn(name, type, parent).apply(identityOf)
    : identityOf(`urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`);
  const deferred = Object.entries(args).filter(([, value]) => typeof value === "object" && value !== null);
  const secrets = deferred.length === 0 ? {} : { [SECRET_INPUTS]: secretsAmong(deferred) };
  return { [IDENTITY]: identity, ...secrets };
}

/** The names of values that are secret, in whole or in part; undefined when there is none. */
async function secretsAmong(values: readonly (readonly [string, unknown])[]): Promise<string[] | undefined> {
  const secrets = await Promise.all(
    values.map(async ([name, value]) => ((await pulumi.isSecret(pulumi.output(value))) ? [name] : [])),
  );
  const names = secrets.flat().filter((name) => !SECRET_NAMES.includes(name));
  return names.length === 0 ? undefined : names;
}

function withSecrets(args: object, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      names.includes(key) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  );
}
