/** Fleets: many users as one resource. */
import * as pulumi from "@pulumi/pulumi";
import { DEFAULTS, SECRET_INPUTS } from "../provider/protocol";
import { doorOf, withoutNulls } from "./door";
import { outputsOf, toldToProvider } from "./managed";
import type { Key } from "./resource";

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
