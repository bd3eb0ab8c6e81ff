/**
 * A user as the gateway stores it, and the JSON in which the API shows it. What may be done with users is elsewhere.
 */
import { type Caps, capsJson, formatMask } from "./permissions";
import { formatUid, type Uid } from "./uid";

/** A limit on what a user, or each of his buckets, may hold. Sizes are signed 64-bit numbers; -1 is no limit. */
export interface Quota {
  readonly enabled: boolean;
  readonly maxSize: bigint;
  readonly maxObjects: bigint;
}

/** A stored user. Never changed in place: a request puts a new one where the old one was. */
export interface StoredUser {
  readonly uid: Uid;
  readonly displayName: string;
  readonly email: string;
  readonly suspended: boolean;
  readonly maxBuckets: number;
  /** Access key to secret. */
  readonly keys: ReadonlyMap<string, string>;
  /** Access keys that are disabled, from release 19 on; absent on older ones, which do not show it either. */
  readonly inactive?: ReadonlySet<string>;
  readonly caps: Caps;
  readonly mask: number;
  readonly defaultPlacement: string;
  readonly defaultStorageClass: string;
  readonly placementTags: readonly string[];
  readonly userQuota: Quota;
  readonly bucketQuota: Quota;
  /** How often it was written, and when last: what the metadata API shows. */
  readonly version: number;
  readonly modifiedAt: Date;
}

export const noQuota: Quota = { enabled: false, maxSize: -1n, maxObjects: -1n };

/** The answer of GET, PUT and POST user. */
export function userJson(user: StoredUser, { stats = false, keys = true } = {}): string {
  const { uid } = user;
  const secrets = keys ? credentials(user) : {};
  const head = { tenant: uid.tenant, user_id: uid.id, ...basics(user), subusers: [], ...secrets, ...rights(user) };
  const rest = { op_mask: formatMask(user.mask), system: "false", admin: "false", ...placement(user) };
  const usage = stats ? `,"stats":${JSON.stringify(noUsage)}` : "";
  return `${open(head)},${inner(rest)},${quotas(user)},${tail}${usage}}`;
}

/** The answer of GET metadata/user?key=: the same fields but for tenant, system and admin. */
export function metadataJson(user: StoredUser): string {
  const id = formatUid(user.uid);
  const head = { user_id: id, ...basics(user), subusers: [], ...credentials(user), ...rights(user) };
  const rest = { op_mask: formatMask(user.mask), ...placement(user) };
  const outer = {
    key: `user:${id}`,
    ver: { tag: "_embedded", ver: user.version },
    mtime: user.modifiedAt.toISOString(),
  };
  return `${open(outer)},"data":${open(head)},${inner(rest)},${quotas(user)},${tail},"attrs":[]}}`;
}

/** The answer of PUT ?key: all keys, sorted by access key. */
export function keysJson(user: StoredUser) {
  const owner = formatUid(user.uid);
  const sorted = [...user.keys].sort(([a], [b]) => (a < b ? -1 : 1));
  const { inactive } = user;
  return sorted.map(([access_key, secret_key]) => ({
    user: owner,
    access_key,
    secret_key,
    ...(inactive === undefined ? {} : { active: !inactive.has(access_key) }),
  }));
}

/** One quota. Written by hand because its numbers may need more than the 53 bits of JSON.stringify. */
export function quotaJson({ enabled, maxSize, maxObjects }: Quota): string {
  // Rounded up, and towards zero below it: -1 is shown as 0.
  const kilobytes = (maxSize + 1023n) / 1024n;
  return `{"enabled":${enabled},"check_on_raw":false,"max_size":${maxSize},"max_size_kb":${kilobytes},"max_objects":${maxObjects}}`;
}

/** Both quotas, as GET ?quota without a type answers them. */
export function quotas(user: StoredUser): string {
  return `"bucket_quota":${quotaJson(user.bucketQuota)},"user_quota":${quotaJson(user.userQuota)}`;
}

const tail = `"temp_url_keys":[],"type":"rgw","mfa_ids":[]`;

const noUsage = {
  size: 0,
  size_actual: 0,
  size_utilized: 0,
  size_kb: 0,
  size_kb_actual: 0,
  size_kb_utilized: 0,
  num_objects: 0,
};

function basics(user: StoredUser) {
  return {
    display_name: user.displayName,
    email: user.email,
    suspended: user.suspended ? 1 : 0,
    max_buckets: user.maxBuckets,
  };
}

function credentials(user: StoredUser) {
  return { keys: keysJson(user), swift_keys: [] };
}

function rights(user: StoredUser) {
  return { caps: capsJson(user.caps) };
}

function placement(user: StoredUser) {
  return {
    default_placement: user.defaultPlacement,
    default_storage_class: user.defaultStorageClass,
    placement_tags: user.placementTags,
  };
}

/** An object's JSON without its closing brace. */
function open(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}

/** An object's JSON without both braces. */
function inner(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
