/**
 * What the Admin Ops API answers, and its translation into the project's words. Loose: releases add fields, and some
 * leave out the keys.
 */
import * as z from "zod";
import type { Fields, Live, LiveKey } from "../../lifecycle/model";
import { ALL_OPERATIONS, NO_QUOTA, type Quota } from "./args";
import { normalCaps } from "./caps";

const wireQuota = z.looseObject({ enabled: z.boolean(), max_size: z.number().optional(), max_objects: z.number() });

const wireKey = z.looseObject({ user: z.string(), access_key: z.string(), secret_key: z.string().optional() });

/** The answer of `PUT` and `DELETE /admin/user?caps`. */
export const wireCaps = z.array(z.looseObject({ type: z.string(), perm: z.string() }));

/** The answer of `GET /admin/bucket?uid=`. */
export const wireBuckets = z.array(z.string());

/** The answer of `GET /admin/info`. */
export const wireInfo = z.looseObject({
  info: z.looseObject({
    storage_backends: z.array(z.looseObject({ name: z.string(), cluster_id: z.string().optional() })),
  }),
});

/** The answer of `GET /admin/user?list`. */
export const wirePage = z.looseObject({
  keys: z.array(z.string()),
  truncated: z.boolean(),
  marker: z.string().optional(),
});

/** The answer of `GET`, `PUT` and `POST /admin/user`. */
export const wireUser = z.looseObject({
  tenant: z.string().optional(),
  user_id: z.string(),
  display_name: z.string(),
  email: z.string().default(""),
  /** A number here; a boolean is tolerated. */
  suspended: z.union([z.number(), z.boolean()]).default(0),
  max_buckets: z.number(),
  keys: z.array(wireKey).default([]),
  caps: wireCaps.default([]),
  op_mask: z.string().default(ALL_OPERATIONS),
  default_placement: z.string().default(""),
  default_storage_class: z.string().default(""),
  placement_tags: z.array(z.string()).default([]),
  user_quota: wireQuota.optional(),
  bucket_quota: wireQuota.optional(),
  /** From Ceph 20 on. */
  create_date: z.string().optional(),
});
type WireUser = z.infer<typeof wireUser>;

/** The user as the lifecycle knows it. */
export function liveOf(user: WireUser): Live {
  const { create_date: createdAt } = user;
  return {
    userId: userIdOf(user),
    fields: fieldsOf(user),
    keys: keysOf(user.keys),
    ...(createdAt ? { createdAt } : {}),
  };
}

/** `tenant$uid`, or the uid of a user without tenant. */
export function userIdOf({ tenant, user_id }: WireUser): string {
  return tenant && !user_id.startsWith(`${tenant}$`) ? `${tenant}$${user_id}` : user_id;
}

/** The S3 keys; subusers' keys ("uid:subuser") are the subusers' business. */
function keysOf(keys: readonly z.infer<typeof wireKey>[]): LiveKey[] {
  return keys
    .filter(({ user }) => !user.includes(":"))
    .map(({ access_key, secret_key }) => ({
      id: access_key,
      accessKey: access_key,
      ...(secret_key === undefined ? {} : { secretKey: secret_key }),
    }));
}

/** Capabilities in normal form. */
export function capsOf(caps: z.infer<typeof wireCaps>): string[] {
  return normalCaps(caps.map(({ type, perm }) => `${type}=${perm}`));
}

function fieldsOf(user: WireUser): Fields {
  return {
    displayName: user.display_name,
    email: user.email,
    suspended: user.suspended === true || user.suspended === 1,
    maxBuckets: Math.max(user.max_buckets, -1),
    caps: capsOf(user.caps),
    opMask: user.op_mask,
    defaultPlacement: user.default_placement,
    defaultStorageClass: user.default_storage_class === "STANDARD" ? "" : user.default_storage_class,
    placementTags: user.placement_tags,
    userQuota: quotaOf(user.user_quota),
    bucketQuota: quotaOf(user.bucket_quota),
  };
}

function quotaOf(quota: z.infer<typeof wireQuota> | undefined): Quota {
  if (quota === undefined) return NO_QUOTA;
  return { enabled: quota.enabled, maxSizeBytes: quota.max_size ?? -1, maxObjects: quota.max_objects };
}
