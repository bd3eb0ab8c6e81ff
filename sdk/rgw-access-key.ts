/** Keys of users of a Ceph RADOS Gateway that somebody else manages: Rook, a dashboard, another team. */
import type * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetArgs } from "./fleet";
import type { KeyArgs } from "./keys";
import { ObjectUser } from "./resource";

/** Inputs of a key. The user is given by `userId`, or by `uid` and `tenant`. A change of it replaces the key. */
export interface AccessKeyArgs extends KeyArgs {
  /** The user's id: "alice", or "tenant$alice". It must exist. */
  userId?: pulumi.Input<string>;
  /** The user's name, instead of `userId`. */
  uid?: pulumi.Input<string>;
  /** The user's tenant, beside `uid`. */
  tenant?: pulumi.Input<string>;
  /**
   * The secret for `accessKey`, or without one for the key of the `rotationId`: then change both to rotate. Ceph takes it in a
   * query only, which access logs may keep. Default: the gateway makes one.
   */
  secretKey?: pulumi.Input<string>;
}

/**
 * A rotating key of a user that this program does not manage. The user must exist; its settings and its other keys are
 * neither changed nor watched. Deleting the resource revokes its keys and leaves the user.
 *
 * ```ts
 * const backup = new rgw.AccessKey("backup", { userId: "rook-user", rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = backup;
 * ```
 */
export class AccessKey extends ObjectUser {
  constructor(name: string, args: AccessKeyArgs, opts?: pulumi.CustomResourceOptions) {
    super("rgw.accessKey", "rgw:AccessKey", name, args, opts);
  }
}

/**
 * Keys of many users that this program does not manage, as one resource; one key of each user.
 *
 * ```ts
 * const keys = new rgw.AccessKeys("keys", { users: { red: { userId: "red" }, blue: { userId: "blue" } } });
 * export const red = keys.get("red").secretKey;
 * ```
 */
export class AccessKeys extends Fleet {
  constructor(name: string, args: FleetArgs<AccessKeyArgs>, opts?: pulumi.CustomResourceOptions) {
    super("rgw.accessKey", "rgw:AccessKeys", name, args, [], opts);
  }
}
