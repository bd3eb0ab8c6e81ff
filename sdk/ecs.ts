/** Object users of Dell ECS and ObjectScale, managed by the management API of the system. */
import type * as pulumi from "@pulumi/pulumi";
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
import {
  ObjectUser as BaseUser,
  ConnectionProvider,
  type LifecycleArgs,
  type SettingsOf,
  type TransportArgs,
} from "./resource";

export type { FoundKey, LookUpOptions } from "./look-up";
export type { Key } from "./resource";

/** Arguments of a connection. Those that are not given come from stack configuration, then from the environment. */
export interface ProviderArgs extends TransportArgs {
  /** The management address, usually `https://…:4443`. Environment: ECS_ENDPOINT. */
  endpoint?: pulumi.Input<string>;
  /** A management user with the role SYSTEM_ADMIN, or NAMESPACE_ADMIN of the namespaces. Environment: ECS_USERNAME. */
  username?: pulumi.Input<string>;
  /** The management user's password. Environment: ECS_PASSWORD. */
  password?: pulumi.Input<string>;
  /** Where users reach S3, usually `https://…:9021`. Without it the provider proves nothing. Environment: ECS_S3_ENDPOINT. */
  s3Endpoint?: pulumi.Input<string>;
  /** The region in S3 signatures. Default "us-east-1"; ECS ignores it. */
  region?: pulumi.Input<string>;
}

/**
 * A connection to one system. Without one, resources use stack configuration (`ecs:endpoint`, …), then the environment. It
 * logs in once for all its users, and logs out when Pulumi is done.
 *
 * ```ts
 * const system = new ecs.Provider("system", { endpoint: "https://ecs.example.com:4443", username, password });
 * const alice = new ecs.ObjectUser("alice", { userId: "alice", namespace: "media" }, { provider: system });
 * ```
 */
export class Provider extends ConnectionProvider {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("ecs", name, args, ["password"], opts);
  }
}

/**
 * Inputs of a user. Its access key is its `userId`, for ever; a rotation makes a new secret. ECS keeps two secrets and ends
 * the old one by itself. `gracePeriodSeconds` is rounded up to whole minutes, and the nodes of ECS may accept the old secret
 * for two minutes more. 0 ends a running grace; nothing extends it. An old secret cannot come back.
 */
export interface UserArgs extends LifecycleArgs {
  /** The user's name. A change replaces the user. */
  userId: pulumi.Input<string>;
  /** The namespace. A change replaces the user. */
  namespace: pulumi.Input<string>;
  /** Refuse every request of the user; its secrets stay. Default false. */
  locked?: pulumi.Input<boolean>;
  /** The user's tags by name. */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * An object user of Dell ECS or ObjectScale, with its current secret as an output.
 *
 * ```ts
 * const alice = new ecs.ObjectUser("alice", { userId: "alice", namespace: "media", rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = alice;
 * ```
 */
export class ObjectUser extends BaseUser {
  /** Whether every request of the user is refused. */
  declare readonly locked: pulumi.Output<boolean>;
  /** The user's tags by name. */
  declare readonly tags: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions) {
    super("ecs", "ecs:ObjectUser", name, { ...outputsOf(SETTINGS), ...args }, opts);
  }
}

const SETTINGS = ["locked", "tags"] as const;

/** A user's settings as found. */
export type Settings = SettingsOf<ObjectUser, (typeof SETTINGS)[number]>;

/** Many object users of Dell ECS or ObjectScale as one resource. */
export class ObjectUsers extends Fleet<Settings> {
  constructor(name: string, args: FleetArgs<UserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("ecs", "ecs:ObjectUsers", name, args, SETTINGS, opts);
  }
}

/** Which user. */
export interface GetUserArgs extends SecretsArgs {
  /** The user's name. */
  userId: string;
  /** The namespace. */
  namespace: string;
}

/** What a look-up shows of a user. */
export type FoundUser = Found<Settings>;

/**
 * Looks up a user that nobody need manage here. Changes nothing. Runs in previews, too. Fails when there is no such user.
 *
 * ```ts
 * const { userId, keys } = await ecs.getUser({ userId: "alice", namespace: "media" });
 * ```
 */
export function getUser(args: GetUserArgs, opts: LookUpOptions = {}): Promise<FoundUser> {
  return get("ecs", args, opts);
}

/** The same with arguments that may be outputs. With `withSecrets`, all of the output is secret. */
export function getUserOutput(
  args: Inputs<GetUserArgs>,
  opts: LookUpOptions = {},
): pulumi.Output<pulumi.Unwrap<FoundUser>> {
  return getOutput("ecs", args, opts);
}

/** The users of a namespace, each as the arguments of `getUser`. Fails when they cannot be listed. */
export function listUsers(
  place: Pick<GetUserArgs, "namespace">,
  opts: LookUpOptions = {},
): Promise<Omit<GetUserArgs, keyof SecretsArgs>[]> {
  return list("ecs", place, opts);
}
