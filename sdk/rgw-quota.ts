/** Quotas of a Ceph RADOS Gateway: of users, of accounts, and of their buckets. */
import type * as pulumi from "@pulumi/pulumi";

/** A quota; it counts only while `enabled`. */
export interface Quota {
  /** Default true. */
  enabled?: pulumi.Input<boolean>;
  /** Most bytes; negative: unlimited, which is the default. */
  maxSizeBytes?: pulumi.Input<number>;
  /** Most objects; negative: unlimited, which is the default. */
  maxObjects?: pulumi.Input<number>;
}
