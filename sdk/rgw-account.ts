/** Accounts of a Ceph RADOS Gateway, from Ceph 19 on: https://docs.ceph.com/en/latest/radosgw/account/ */
import type * as pulumi from "@pulumi/pulumi";
import { Managed } from "./managed";
import type { Resolved } from "./resource";
import type { Quota } from "./rgw-quota";

/** Inputs of an account. A limit that is not declared stays as it was when the account was made or adopted. */
export interface AccountArgs {
  /** The account's name, unique among those of its tenant. It can be changed; the account keeps its id. */
  name: pulumi.Input<string>;
  /** The tenant, which is its users' too. A change replaces the account. */
  tenant?: pulumi.Input<string>;
  /** The account's id, "RGW" and 17 digits. Default: made of this resource's URN. It cannot change. */
  accountId?: pulumi.Input<string>;
  /** An e-mail address that no other account has. It can be changed, not taken back. */
  email?: pulumi.Input<string>;
  /** Most users that IAM may make; the Admin Ops API, and so rgw.User, is not held to it. Ceph's default is 1000. */
  maxUsers?: pulumi.Input<number>;
  /** Most buckets. Ceph's default is 1000. */
  maxBuckets?: pulumi.Input<number>;
  /** Most roles. Ceph's default is 1000. */
  maxRoles?: pulumi.Input<number>;
  /** Most groups. Ceph's default is 1000. */
  maxGroups?: pulumi.Input<number>;
  /** Most access keys that IAM may make of a user; rgw.User is not held to it. Ceph's default is 4. */
  maxAccessKeys?: pulumi.Input<number>;
  /** Limit of all that the account stores. */
  quota?: pulumi.Input<Quota>;
  /** Limit of each bucket. */
  bucketQuota?: pulumi.Input<Quota>;
  /** Adopt an account of this name that exists. Set it for one `pulumi up`. Default false: an account that exists is an error. */
  adopt?: pulumi.Input<boolean>;
}

const OUTPUTS = [
  ...["userId", "accountId", "name", "email", "maxUsers", "maxBuckets", "maxRoles", "maxGroups", "maxAccessKeys"],
  ...["quota", "bucketQuota"],
];

/**
 * An account of a Ceph RADOS Gateway. Its users are rgw.User with `accountId`; it is not deleted while it has users or
 * buckets. The admin user needs the caps "accounts=*".
 *
 * ```ts
 * const media = new rgw.Account("media", { name: "media", maxUsers: 20 });
 * const root = new rgw.User("root", { uid: "media-root", displayName: "root", accountId: media.accountId, accountRoot: true });
 * ```
 */
export class Account extends Managed {
  /** The account's id: "RGW" and 17 digits. Made of this resource's URN, so that an interrupted run finds what it made. */
  declare readonly accountId: pulumi.Output<string>;
  /** The account's name. */
  declare readonly name: pulumi.Output<string>;
  /** The e-mail address, in lower case; empty without one. */
  declare readonly email: pulumi.Output<string>;
  /** Most users. */
  declare readonly maxUsers: pulumi.Output<number>;
  /** Most buckets. */
  declare readonly maxBuckets: pulumi.Output<number>;
  /** Most roles. */
  declare readonly maxRoles: pulumi.Output<number>;
  /** Most groups. */
  declare readonly maxGroups: pulumi.Output<number>;
  /** Most access keys of a user that IAM makes. */
  declare readonly maxAccessKeys: pulumi.Output<number>;
  /** Limit of all that the account stores. */
  declare readonly quota: pulumi.Output<Resolved<Quota>>;
  /** Limit of each bucket. */
  declare readonly bucketQuota: pulumi.Output<Resolved<Quota>>;

  constructor(name: string, args: AccountArgs, opts?: pulumi.CustomResourceOptions) {
    super("rgw.account", "rgw:Account", name, args, OUTPUTS, opts);
  }
}
