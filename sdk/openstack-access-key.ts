/** S3 keys of an ordinary user of an OpenStack cloud, which he makes for himself without an administrator. */
import type * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetArgs } from "./fleet";
import type { KeyArgs } from "./keys";
import { ObjectUser } from "./resource";

/** Inputs of a key. Without any it is a key of whoever is logged in, for the project of the login. */
export interface AccessKeyArgs extends KeyArgs {
  /**
   * The id of the user. A change replaces the key. Default: whoever is logged in. For another user the login must be an
   * administrator's.
   */
  userId?: pulumi.Input<string>;
  /** The name of the project that the key opens. A change replaces the key. Default: the project of the login. */
  project?: pulumi.Input<string>;
  /** The id of the project, instead of `project`. A change replaces the key. */
  projectId?: pulumi.Input<string>;
  /** The secret for `accessKey`. Default: one is made. */
  secretKey?: pulumi.Input<string>;
}

/**
 * A rotating S3 key (an EC2 credential in Keystone) of a user that this program does not manage: by default of whoever is
 * logged in, with a password. The user and its other keys are left alone. Deleting the resource revokes its keys.
 *
 * ```ts
 * const key = new openstack.AccessKey("key", { rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = key;
 * ```
 */
export class AccessKey extends ObjectUser {
  constructor(name: string, args: AccessKeyArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super("openstack.accessKey", "openstack:AccessKey", name, args, opts);
  }
}

/** Keys of many users or for many projects as one resource; one key of each user for each project. */
export class AccessKeys extends Fleet {
  constructor(name: string, args: FleetArgs<AccessKeyArgs>, opts?: pulumi.CustomResourceOptions) {
    super("openstack.accessKey", "openstack:AccessKeys", name, args, [], opts);
  }
}
