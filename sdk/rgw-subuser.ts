/** Subusers of a Ceph RADOS Gateway: https://docs.ceph.com/en/latest/radosgw/admin/#create-a-subuser */
import type * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetArgs } from "./fleet";
import { outputsOf } from "./managed";
import { ObjectUser, type RotationArgs, type SettingsOf } from "./resource";

/** Inputs of a subuser. */
export interface SubuserArgs extends RotationArgs {
  /** The user's full id: "alice", or "tenant$alice"; of an rgw.User the output `userId`. It must exist. A change replaces the subuser. */
  user: pulumi.Input<string>;
  /** The subuser's name: letters, digits and . _ @ + = , -. A change replaces the subuser. */
  name: pulumi.Input<string>;
  /** What the subuser may do in its user's buckets: "read", "write", "readwrite" or "full". */
  access: pulumi.Input<string>;
  /**
   * "s3", which is the default: S3 keys, which rotate with a grace. "swift": one Swift secret, `secretKey`, with the subuser's
   * id for `accessKey`. The next secret ends the one before it immediately, so `gracePeriodSeconds` and
   * `quarantinePeriodSeconds` are refused beside it. It cannot change.
   */
  keyType?: pulumi.Input<string>;
  /**
   * Adopt a subuser that exists, with the first key of `keyType` that it has; one without gets one. Its other keys stay. Set
   * it for one `pulumi up`. Default false: a subuser that exists is an error.
   */
  adopt?: pulumi.Input<boolean>;
  /** Revoke keys of `keyType` that the subuser has and this resource did not make. Default false: they are left alone. */
  exclusiveKeys?: pulumi.Input<boolean>;
}

/**
 * A subuser of a Ceph RADOS Gateway, with its current key as outputs. Deleting it takes its keys along, and nothing else.
 *
 * ```ts
 * const sync = new rgw.Subuser("sync", { user: alice.userId, name: "sync", access: "read", rotationId: "2026-q4" });
 * const legacy = new rgw.Subuser("legacy", { user: alice.userId, name: "legacy", access: "full", keyType: "swift" });
 * export const swift = { user: legacy.accessKey, key: legacy.secretKey };
 * ```
 */
export class Subuser extends ObjectUser {
  /** "uid:name", or "tenant$uid:name". */
  declare readonly subuserId: pulumi.Output<string>;
  /** What the subuser may do, as found: "none" where somebody took all of it away. */
  declare readonly access: pulumi.Output<string>;

  constructor(name: string, args: SubuserArgs, opts?: pulumi.CustomResourceOptions) {
    super("rgw.subuser", "rgw:Subuser", name, { ...outputsOf(SETTINGS), ...args }, opts);
  }
}

const SETTINGS = ["subuserId", "access"] as const;

/**
 * Many subusers as one resource, of one user or of several.
 *
 * ```ts
 * const apps = new rgw.Subusers("apps", {
 *   defaults: { user: alice.userId, access: "read" },
 *   users: { red: { name: "red" }, blue: { name: "blue", access: "full" } },
 * });
 * export const red = apps.get("red").secretKey;
 * ```
 */
export class Subusers extends Fleet<SettingsOf<Subuser, (typeof SETTINGS)[number]>> {
  constructor(name: string, args: FleetArgs<SubuserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("rgw.subuser", "rgw:Subusers", name, args, [...SETTINGS], opts);
  }
}
