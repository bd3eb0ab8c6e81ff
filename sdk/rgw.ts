/** Users of a Ceph RADOS Gateway, managed by its Admin Ops API: https://docs.ceph.com/en/latest/radosgw/adminops/ */
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
  ConnectionProvider,
  type LifecycleArgs,
  ObjectUser,
  type Resolved,
  type SettingsOf,
  type TransportArgs,
} from "./resource";
import type { Quota } from "./rgw-quota";

export type { FoundKey, LookUpOptions } from "./look-up";
export type { Key } from "./resource";
export { AccessKey, type AccessKeyArgs, AccessKeys } from "./rgw-access-key";
export { Account, type AccountArgs } from "./rgw-account";
export type { Quota } from "./rgw-quota";
export { Subuser, type SubuserArgs, Subusers } from "./rgw-subuser";

/** Arguments of a connection. Those that are not given come from stack configuration, then from the environment. */
export interface ProviderArgs extends TransportArgs {
  /** The gateway's address, without /admin. Environment: RADOSGW_ENDPOINT. */
  endpoint?: pulumi.Input<string>;
  /**
   * The admin user's access key. The user needs the caps "users=*". With "buckets=read" the provider names the buckets of a
   * user that it cannot delete. From Ceph 18 on, "info=read" lets it recognise the cluster by the cluster's own id. With
   * several zones give it "zone=read": the provider then refuses to change users outside the metadata master.
   * Environment: RADOSGW_ACCESS_KEY.
   */
  accessKey?: pulumi.Input<string>;
  /** The admin user's secret key. Environment: RADOSGW_SECRET_KEY. */
  secretKey?: pulumi.Input<string>;
  /** Where users reach S3, and where the provider proves keys. Default: `endpoint`. */
  s3Endpoint?: pulumi.Input<string>;
  /**
   * Where users reach S3 when there are several zones, in place of `s3Endpoint`: a key is published when every address
   * accepts it, and revoked when every address refuses it. The first one is the users' `endpoint`.
   */
  s3Endpoints?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Longest time, in seconds, until every zone knows of a change of keys. A proof waits no longer than this. Default 0 with
   * one address of S3, 60 with several.
   */
  propagationSeconds?: pulumi.Input<number>;
  /** The region in signatures. Default "us-east-1"; Ceph ignores it. */
  region?: pulumi.Input<string>;
}

/**
 * A connection to one cluster. Without one, resources use stack configuration (`rgw:endpoint`, …), then the environment.
 *
 * ```ts
 * const cluster = new rgw.Provider("cluster", { endpoint: "https://rgw.example.com", accessKey, secretKey });
 * const alice = new rgw.User("alice", { uid: "alice", displayName: "Alice" }, { provider: cluster });
 * ```
 */
export class Provider extends ConnectionProvider {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("rgw", name, args, ["secretKey"], opts);
  }
}

/** What a user may do in a minute, at each gateway; it counts only while `enabled`. 0 is unlimited. */
export interface RateLimit {
  /** Default true. */
  enabled?: pulumi.Input<boolean>;
  /** Most reading requests. Default 0. */
  maxReadOps?: pulumi.Input<number>;
  /** Most writing requests. Default 0. */
  maxWriteOps?: pulumi.Input<number>;
  /** Most bytes read. Default 0. */
  maxReadBytes?: pulumi.Input<number>;
  /** Most bytes written. Default 0. */
  maxWriteBytes?: pulumi.Input<number>;
}

/** Inputs of a user, in Ceph's words. Undeclared settings stay as they were when the user was made or adopted. */
export interface UserArgs extends LifecycleArgs {
  /** The user's name. A change replaces the user. */
  uid: pulumi.Input<string>;
  /** The tenant; the user is then called `tenant$uid`. A change replaces the user. */
  tenant?: pulumi.Input<string>;
  /** The name that people see. */
  displayName: pulumi.Input<string>;
  /** An e-mail address that no other user has. Ceph keeps it in lower case. */
  email?: pulumi.Input<string>;
  /** Refuse every S3 request of the user; the keys stay. */
  suspended?: pulumi.Input<boolean>;
  /** Most buckets: 0 is unlimited, a negative number is none at all. Ceph's default is 1000. */
  maxBuckets?: pulumi.Input<number>;
  /** Rights to the Admin Ops API as a set: "users=read", "buckets=*". */
  caps?: pulumi.Input<pulumi.Input<string>[]>;
  /** Operations allowed: "read, write, delete" or a part of it. */
  opMask?: pulumi.Input<string>;
  /** Placement target of new buckets. It can be changed, not taken back. */
  defaultPlacement?: pulumi.Input<string>;
  /** Storage class of new buckets; needs `defaultPlacement`. It can be changed, not taken back. */
  defaultStorageClass?: pulumi.Input<string>;
  /** Placement tags. They can be changed, not emptied. */
  placementTags?: pulumi.Input<pulumi.Input<string>[]>;
  /** Limit of all that the user stores. */
  userQuota?: pulumi.Input<Quota>;
  /** Limit of each bucket of the user. */
  bucketQuota?: pulumi.Input<Quota>;
  /**
   * The account that the user belongs to: `accountId` of an rgw.Account. A user joins an account and never leaves it. Its
   * displayName is its name in IAM then, without spaces. For Ceph 19 and later, like the next two.
   */
  accountId?: pulumi.Input<string>;
  /** The user may do everything in its account, IAM included. Default false. */
  accountRoot?: pulumi.Input<boolean>;
  /** The user's path in IAM: "/", which is the default, or "/team/red/". */
  path?: pulumi.Input<string>;
  /**
   * Limit of requests and bytes in a minute. For Ceph 17 and later; the admin user needs the caps "ratelimit=*". It is watched
   * while it is declared, and costs a request of its own then. No longer declared, it goes back to what the user was found
   * with, or is switched off.
   */
  rateLimit?: pulumi.Input<RateLimit>;
  /** An access key of your own, instead of a `rotationId`. Default: derived from user, `rotationId` and this resource. */
  accessKey?: pulumi.Input<string>;
  /**
   * The secret for `accessKey`, or without one for the key of the `rotationId`: then change both to rotate. Ceph takes it in a
   * query only, which access logs may keep. Default: the gateway makes one.
   */
  secretKey?: pulumi.Input<string>;
  /** Only "s3": Ceph makes no other key for a user. A Swift key belongs to a subuser, an rgw.Subuser. */
  keyType?: pulumi.Input<string>;
  /**
   * False: make the user without a key; Ceph's generate-key. Such a user is recognised by its address only. When somebody
   * deletes it and makes another user of the same name there, the provider deletes that one with the resource. Default true.
   */
  createKey?: pulumi.Input<boolean>;
}

/**
 * A user of a Ceph RADOS Gateway, with its current key as outputs.
 *
 * ```ts
 * const alice = new rgw.User("alice", { uid: "alice", displayName: "Alice", rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = alice;
 * ```
 */
export class User extends ObjectUser {
  /** The name that people see. */
  declare readonly displayName: pulumi.Output<string>;
  /** The e-mail address, in lower case; empty without one. */
  declare readonly email: pulumi.Output<string>;
  /** Whether every S3 request of the user is refused. */
  declare readonly suspended: pulumi.Output<boolean>;
  /** Most buckets: 0 is unlimited, -1 is none at all. */
  declare readonly maxBuckets: pulumi.Output<number>;
  /** Rights to the Admin Ops API: "users=read". */
  declare readonly caps: pulumi.Output<string[]>;
  /** Operations allowed: "read, write, delete" or a part of it. */
  declare readonly opMask: pulumi.Output<string>;
  /** Placement target of new buckets; empty where it is the zone's. */
  declare readonly defaultPlacement: pulumi.Output<string | undefined>;
  /** Storage class of new buckets; empty where it is the placement's. */
  declare readonly defaultStorageClass: pulumi.Output<string | undefined>;
  /** Placement tags. */
  declare readonly placementTags: pulumi.Output<string[] | undefined>;
  /** Limit of all that the user stores. */
  declare readonly userQuota: pulumi.Output<QuotaFound>;
  /** Limit of each bucket of the user. */
  declare readonly bucketQuota: pulumi.Output<QuotaFound>;
  /** The account's id; empty without one, undefined where the release has none. */
  declare readonly accountId: pulumi.Output<string | undefined>;
  /** Whether the user is root of its account. */
  declare readonly accountRoot: pulumi.Output<boolean>;
  /** The user's path in IAM. */
  declare readonly path: pulumi.Output<string>;
  /** The user's subusers as last seen: one that the same run makes is shown from the next refresh on. */
  declare readonly subusers: pulumi.Output<SubuserFound[]>;
  /** The ids of the subusers that have a Swift key, as last seen. */
  declare readonly swiftKeys: pulumi.Output<string[]>;
  /** Limit of requests and bytes in a minute; undefined where it is not declared, as it is not looked at then. */
  declare readonly rateLimit: pulumi.Output<RateLimitFound | undefined>;

  constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions) {
    super("rgw", "rgw:User", name, { ...outputsOf(SETTINGS), ...args }, opts);
  }
}

const SETTINGS = [
  ...(["displayName", "email", "suspended", "maxBuckets", "caps", "opMask"] as const),
  ...(["defaultPlacement", "defaultStorageClass", "placementTags", "userQuota", "bucketQuota", "rateLimit"] as const),
  ...(["accountId", "accountRoot", "path", "subusers", "swiftKeys"] as const),
];

/** A user's settings as found. */
export type Settings = SettingsOf<User, (typeof SETTINGS)[number]>;

/** A subuser as found. */
export interface SubuserFound {
  /** "uid:name", or "tenant$uid:name". */
  id: string;
  /** "read", "write", "readwrite" or "full"; "none" where somebody took all of it away. */
  access: string;
}

/** A quota as found; it counts only while `enabled`. -1 is unlimited. */
export type QuotaFound = Resolved<Quota>;

/** A rate limit as found; it counts only while `enabled`. 0 is unlimited. */
export type RateLimitFound = Resolved<RateLimit>;

/**
 * Many users of a Ceph RADOS Gateway as one resource.
 *
 * ```ts
 * const teams = new rgw.Users("teams", {
 *   defaults: { gracePeriodSeconds: 3600, maxBuckets: 10 },
 *   users: { red: { uid: "red", displayName: "Red" }, blue: { uid: "blue", displayName: "Blue" } },
 * });
 * export const red = teams.get("red").secretKey;
 * ```
 */
export class Users extends Fleet<Settings> {
  constructor(name: string, args: FleetArgs<UserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("rgw", "rgw:Users", name, args, SETTINGS, opts);
  }
}

/** Which user. */
export interface GetUserArgs extends SecretsArgs {
  /** The user's name. */
  uid: string;
  /** The user's tenant. */
  tenant?: string;
}

/** What a look-up shows of a user: its settings, its subusers, and its keys without secrets. */
export type FoundUser = Found<Settings>;

/**
 * Looks up a user that nobody need manage here. Changes nothing. Runs in previews, too. Fails when there is no such user.
 *
 * ```ts
 * const { userId, keys } = await rgw.getUser({ uid: "alice" });
 * ```
 */
export function getUser(args: GetUserArgs, opts: LookUpOptions = {}): Promise<FoundUser> {
  return get("rgw", args, opts);
}

/** The same with arguments that may be outputs. With `withSecrets`, all of the output is secret. */
export function getUserOutput(
  args: Inputs<GetUserArgs>,
  opts: LookUpOptions = {},
): pulumi.Output<pulumi.Unwrap<FoundUser>> {
  return getOutput("rgw", args, opts);
}

/**
 * The users of the gateway without the admin itself, each as the arguments of `getUser`. Fails when they cannot be listed.
 */
export function listUsers(opts: LookUpOptions = {}): Promise<Omit<GetUserArgs, keyof SecretsArgs>[]> {
  return list("rgw", {}, opts);
}
