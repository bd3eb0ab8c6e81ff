/**
 * Users of Infomaniak Public Cloud, managed by Infomaniak's account API, with their S3 keys from the region's Keystone:
 * https://developer.infomaniak.com/docs/api
 */
import * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetArgs } from "./fleet";
import {
  type FoundUser as Found,
  getUser as get,
  getUserOutput as getOutput,
  type Inputs,
  type LookUpOptions,
  listUsers as list,
  type SecretsArgs,
} from "./look-up";
import { outputsOf } from "./managed";
import { ConnectionProvider, type LifecycleArgs, ObjectUser, type SettingsOf, type TransportArgs } from "./resource";

export { Project, type ProjectArgs } from "./infomaniak-project";
export type { FoundKey, LookUpOptions } from "./look-up";
export type { Key } from "./resource";

/** Arguments of a connection. Those that are not given come from stack configuration, then from the environment. */
export interface ProviderArgs extends TransportArgs {
  /** An API token with the scope for Public Cloud. Environment: INFOMANIAK_TOKEN. */
  token?: pulumi.Input<string>;
  /** The account API's address. Default "https://api.infomaniak.com". */
  endpoint?: pulumi.Input<string>;
  /** The region of the projects, "dc3-a" or "dc4-a": it determines where Keystone and S3 are. Default "dc3-a". */
  region?: pulumi.Input<string>;
  /** The region's Keystone. Default: the region's. */
  authUrl?: pulumi.Input<string>;
  /** Where users reach S3, and where the provider proves keys. Default: the region's. */
  s3Endpoint?: pulumi.Input<string>;
  /** Longest wait, in seconds, for one operation of the account API, which runs as a task. Default 600. */
  waitSeconds?: pulumi.Input<number>;
  /** Most requests a minute to the account API. Default 60, which is what Infomaniak allows an account. */
  requestsPerMinute?: pulumi.Input<number>;
}

/**
 * A connection to one account. Without one, resources use stack configuration (`infomaniak:token`, …), then the environment.
 *
 * ```ts
 * const account = new infomaniak.Provider("account", { token, region: "dc4-a" });
 * const alice = new infomaniak.User("alice", { publicCloudId: 12, projectId: 34, description: "Alice" }, { provider: account });
 * ```
 */
export class Provider extends ConnectionProvider {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("infomaniak", name, args, ["token"], opts);
  }
}

/** Inputs of a user. */
export interface UserArgs extends LifecycleArgs {
  /** The public cloud's number. A change replaces the user. */
  publicCloudId: pulumi.Input<number>;
  /** The number of the project that the user belongs to. A change replaces the user. */
  projectId: pulumi.Input<number>;
  /**
   * What distinguishes the users of a project, because their names are generated. At most 250 letters, digits, spaces and
   * - _ . characters; unique in the project. Required, unless `userId` or `openStackName` names the user: then a user keeps
   * the description that it has, or gets this one.
   */
  description?: pulumi.Input<string>;
  /**
   * The number of a user that is there already, such as the first one of a project, which may have no description. Give
   * `adopt: true` beside it. It cannot change.
   */
  userId?: pulumi.Input<string>;
  /** The generated name ("PCU-…") of a user that is there already. Give `adopt: true` beside it. It cannot change. */
  openStackName?: pulumi.Input<string>;
  /** The user's own password. Default: the provider makes one, see the output. A new password revokes no S3 keys. */
  password?: pulumi.Input<string>;
  /** A new value makes a new password, where none is given. It does not touch S3 keys. */
  passwordRotationId?: pulumi.Input<string>;
  /**
   * Mail a link by which the user chooses a password, instead of making one. Such a user has no S3 keys here, because they
   * are made with the user's own password. The provider makes them once `inviteEmail` is removed or replaced by `password`.
   */
  inviteEmail?: pulumi.Input<string>;
  /** A new value mails the link again. */
  inviteRotationId?: pulumi.Input<string>;
  /** False: make the user without an S3 key. Default true, without `inviteEmail`. */
  createKey?: pulumi.Input<boolean>;
}

/**
 * A user of an Infomaniak Public Cloud project, with its current S3 key as outputs.
 *
 * ```ts
 * const alice = new infomaniak.User("alice", { publicCloudId: 12, projectId: 34, description: "Alice", rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = alice;
 * ```
 */
export class User extends ObjectUser {
  /** The generated name by which the user logs in to OpenStack: "PCU-…". */
  declare readonly openStackName: pulumi.Output<string>;
  /** What distinguishes the users of the project. */
  declare readonly description: pulumi.Output<string>;
  /** The address that the last link for a password was mailed to, where it is declared. */
  declare readonly inviteEmail: pulumi.Output<string | undefined>;
  /** What the last link was mailed for, where it is declared. */
  declare readonly inviteRotationId: pulumi.Output<string | undefined>;
  /** The password, given or made; absent for an invited user. Secret. */
  declare readonly password: pulumi.Output<string | undefined>;

  constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = outputsOf(["password", ...SETTINGS]);
    super("infomaniak", "infomaniak:User", name, { ...outputs, ...args }, opts);
    this.password = pulumi.secret(this.password);
  }
}

const SETTINGS = ["description", "openStackName", "inviteEmail", "inviteRotationId"] as const;

/** A user's settings as found. */
export type Settings = SettingsOf<User, (typeof SETTINGS)[number]>;

/** Many users of an Infomaniak Public Cloud project as one resource. */
export class Users extends Fleet<Settings> {
  constructor(name: string, args: FleetArgs<UserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("infomaniak", "infomaniak:Users", name, args, SETTINGS, opts);
  }
}

/** Which user: by its description, its generated name or its number. */
export interface GetUserArgs extends SecretsArgs {
  /** The public cloud's number. */
  publicCloudId: number;
  /** The project's number. */
  projectId: number;
  /** The user's description. */
  description?: string;
  /** The user's generated name: "PCU-…". */
  openStackName?: string;
  /** The user's number. */
  userId?: string;
}

/** What a look-up shows of a user. Its keys are shown to the user itself only, not here. */
export type FoundUser = Found<Settings>;

/**
 * Looks up a user that nobody need manage here. Changes nothing. Runs in previews, too. Fails when there is no such user.
 *
 * ```ts
 * const { userId, keys } = await infomaniak.getUser({ publicCloudId: 12, projectId: 34, description: "Alice" });
 * ```
 */
export function getUser(args: GetUserArgs, opts: LookUpOptions = {}): Promise<FoundUser> {
  return get("infomaniak", args, opts);
}

/** The same with arguments that may be outputs. With `withSecrets`, all of the output is secret. */
export function getUserOutput(
  args: Inputs<GetUserArgs>,
  opts: LookUpOptions = {},
): pulumi.Output<pulumi.Unwrap<FoundUser>> {
  return getOutput("infomaniak", args, opts);
}

/**
 * The users of a project, each as the arguments of `getUser`: one without a description by its generated name. Fails when
 * they cannot be listed.
 */
export function listUsers(
  place: Pick<GetUserArgs, "publicCloudId" | "projectId">,
  opts: LookUpOptions = {},
): Promise<Omit<GetUserArgs, keyof SecretsArgs>[]> {
  return list("infomaniak", place, opts);
}
