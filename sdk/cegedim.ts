/**
 * Object users of cegedim.cloud's object storage, managed by its ITCare API. The API's conventions are published, and its
 * part about object users is not. Paths and fields of object users are assumed; the setting `paths` overrides the paths.
 */
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

/** Overrides of the assumed paths, each below the endpoint. */
export interface Paths {
  /** The users of a store. Default "/storage/object-stores/{objectStore}/users". */
  objectUsers?: pulumi.Input<string>;
  /** One user. Default "/storage/object-stores/{objectStore}/users/{userId}". */
  objectUser?: pulumi.Input<string>;
}

/** Arguments of a connection. Those that are not given come from stack configuration, then from the environment. */
export interface ProviderArgs extends TransportArgs {
  /** The API account's id, as cegedim.cloud's support gives it. Environment: ITCARE_CLIENT_ID. */
  clientId?: pulumi.Input<string>;
  /** The API account's secret. Environment: ITCARE_CLIENT_SECRET. */
  clientSecret?: pulumi.Input<string>;
  /** The API. Default "https://api.cegedim.cloud/itcare". Environment: ITCARE_ENDPOINT. */
  endpoint?: pulumi.Input<string>;
  /** Where tokens are given. Default: cegedim.cloud's own. Environment: ITCARE_TOKEN_URL. */
  tokenUrl?: pulumi.Input<string>;
  /** Where users reach S3. Without it the provider proves nothing. Environment: ITCARE_S3_ENDPOINT. */
  s3Endpoint?: pulumi.Input<string>;
  /** The region in S3 signatures. Default "us-east-1". */
  region?: pulumi.Input<string>;
  /** Overrides of the paths, which are assumed. */
  paths?: pulumi.Input<Paths>;
}

/**
 * A connection to cegedim.cloud. Without one, resources use stack configuration (`cegedim:clientId`, …), then the environment.
 *
 * ```ts
 * const cloud = new cegedim.Provider("cloud", { clientId, clientSecret, s3Endpoint: "https://cos.example.com" });
 * const app = new cegedim.ObjectUser("app", { objectStore: "cos-acme-media", label: "app" }, { provider: cloud });
 * ```
 */
export class Provider extends ConnectionProvider {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("cegedim", name, args, ["clientSecret"], opts);
  }
}

/**
 * Inputs of a user. The access key stays; a rotation renews the secret. The service accepts both secrets during
 * `gracePeriodSeconds`. A running grace can be neither ended nor extended, and an old secret cannot come back. A renewal
 * with `gracePeriodSeconds: 0` ends every earlier secret.
 *
 * The service shows a secret once. The stack's state is its only copy: protect it (`protect: true`) and back it up.
 */
export interface UserArgs extends LifecycleArgs {
  /** The store's name, "cos-…". A change replaces the user. */
  objectStore: pulumi.Input<string>;
  /** The user's label, unique in the store. It can be changed. */
  label: pulumi.Input<string>;
  /** Refuse every request of the user; its secret stays. Default false. */
  locked?: pulumi.Input<boolean>;
}

/**
 * An object user of cegedim.cloud, with its current secret as an output. `adopt: true` adopts a user that exists, such as the
 * "Initial S3 user" of every store; it has no `secretKey` output until a `rotationId` renews its secret.
 *
 * ```ts
 * const app = new cegedim.ObjectUser("app", { objectStore: "cos-acme-media", label: "app", rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = app;
 * ```
 */
export class ObjectUser extends BaseUser {
  /** The user's label. */
  declare readonly label: pulumi.Output<string>;
  /** Whether every request of the user is refused. */
  declare readonly locked: pulumi.Output<boolean>;

  constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions) {
    super("cegedim", "cegedim:ObjectUser", name, { ...outputsOf(SETTINGS), ...args }, opts);
  }
}

const SETTINGS = ["label", "locked"] as const;

/** A user's settings as found. */
export type Settings = SettingsOf<ObjectUser, (typeof SETTINGS)[number]>;

/** Many object users of cegedim.cloud as one resource. */
export class ObjectUsers extends Fleet<Settings> {
  constructor(name: string, args: FleetArgs<UserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("cegedim", "cegedim:ObjectUsers", name, args, SETTINGS, opts);
  }
}

/** Which user. */
export interface GetUserArgs extends SecretsArgs {
  /** The store's name. */
  objectStore: string;
  /** The user's label. */
  label: string;
}

/** What a look-up shows of a user. The service lists no secrets, and shows none. */
export type FoundUser = Found<Settings & { /** The access key of all its secrets. */ accessKey: string }>;

/**
 * Looks up a user that nobody need manage here. Changes nothing. Runs in previews, too. Fails when there is no such user.
 *
 * ```ts
 * const { userId, keys } = await cegedim.getUser({ objectStore: "cos-acme-media", label: "app" });
 * ```
 */
export function getUser(args: GetUserArgs, opts: LookUpOptions = {}): Promise<FoundUser> {
  return get("cegedim", args, opts);
}

/** The same with arguments that may be outputs. With `withSecrets`, all of the output is secret. */
export function getUserOutput(
  args: Inputs<GetUserArgs>,
  opts: LookUpOptions = {},
): pulumi.Output<pulumi.Unwrap<FoundUser>> {
  return getOutput("cegedim", args, opts);
}

/** The users of a store, each as the arguments of `getUser`. Fails when they cannot be listed. */
export function listUsers(
  place: Pick<GetUserArgs, "objectStore">,
  opts: LookUpOptions = {},
): Promise<Omit<GetUserArgs, keyof SecretsArgs>[]> {
  return list("cegedim", place, opts);
}
