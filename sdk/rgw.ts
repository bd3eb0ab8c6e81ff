/** Users of a Ceph RADOS Gateway, managed by its Admin Ops API: https://docs.ceph.com/en/latest/radosgw/adminops/ */
import type * as pulumi from "@pulumi/pulumi";
import {
  ConnectionProvider,
  Fleet,
  type FleetArgs,
  type LifecycleArgs,
  ObjectUser,
  type TransportArgs,
} from "./resource";

export type { Key } from "./resource";

/** Arguments of a connection. Those that are not given come from stack configuration, then from the environment. */
export interface ProviderArgs extends TransportArgs {
  /** The gateway's address, without /admin. Environment: RADOSGW_ENDPOINT. */
  endpoint?: pulumi.Input<string>;
  /**
   * The admin user's access key. The user needs the caps "users=*". With "buckets=read" the provider names the buckets of a
   * user that it cannot delete. From Ceph 18 on, "info=read" lets it recognise the cluster by the cluster's own id.
   * Environment: RADOSGW_ACCESS_KEY.
   */
  accessKey?: pulumi.Input<string>;
  /** The admin user's secret key. Environment: RADOSGW_SECRET_KEY. */
  secretKey?: pulumi.Input<string>;
  /** Where users reach S3, and where the provider proves keys. Default: `endpoint`. */
  s3Endpoint?: pulumi.Input<string>;
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

/** A quota; it counts only while `enabled`. */
export interface Quota {
  /** Default true. */
  enabled?: pulumi.Input<boolean>;
  /** Most bytes; negative: unlimited, which is the default. */
  maxSizeBytes?: pulumi.Input<number>;
  /** Most objects; negative: unlimited, which is the default. */
  maxObjects?: pulumi.Input<number>;
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
  /** An access key of your own, instead of a `rotationId`. Default: derived from user, `rotationId` and this resource. */
  accessKey?: pulumi.Input<string>;
  /** The secret for `accessKey`. Ceph takes it in a query only, which access logs may keep. Default: the gateway makes one. */
  secretKey?: pulumi.Input<string>;
  /** Only "s3": Ceph makes no other key for a user. */
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
  constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions) {
    super("rgw", "rgw:User", name, args, opts);
  }
}

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
export class Users extends Fleet {
  constructor(name: string, args: FleetArgs<UserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("rgw", "rgw:Users", name, args, opts);
  }
}
