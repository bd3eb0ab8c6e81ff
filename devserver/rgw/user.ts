/**
 * A user as the gateway stores it, and the JSON in which the API shows it. What may be done with users is elsewhere.
 */
import { type Caps, capsJson, formatMask } from "./permissions";
import type { Ways } from "./release";
import { formatUid, type Uid } from "./uid";

/** A limit on what a user, or each of his buckets, may hold. Sizes are signed 64-bit numbers; -1 is no limit. */
export interface Quota {
  readonly enabled: boolean;
  readonly maxSize: bigint;
  readonly maxObjects: bigint;
}

/** What a user may do in a minute, of 64-bit numbers, in the order in which they are shown. 0 is no limit. */
export interface RateLimit {
  readonly max_read_ops: bigint;
  readonly max_write_ops: bigint;
  readonly max_read_bytes: bigint;
  readonly max_write_bytes: bigint;
  readonly enabled: boolean;
}

/** A key of a user. */
export interface StoredKey {
  readonly secret: string;
  /** S3 does not know it, as if it were not there. */
  readonly disabled?: boolean;
  /** Absent when a release made it that does not note it. */
  readonly madeAt?: Date;
  /** The name of the subuser whose key it is. */
  readonly subuser?: string;
}

/** What a subuser may do, as the API shows it. */
export type Access = "<none>" | "read" | "write" | "read-write" | "full-control";

/** A stored user. Never changed in place: a request puts a new one where the old one was. */
export interface StoredUser {
  readonly uid: Uid;
  readonly displayName: string;
  readonly email: string;
  readonly suspended: boolean;
  readonly maxBuckets: number;
  /** By access key. */
  readonly keys: ReadonlyMap<string, StoredKey>;
  /** What each subuser may do, by its name. */
  readonly subusers: ReadonlyMap<string, Access>;
  /** The secrets of Swift keys by the subuser's name. */
  readonly swiftKeys: ReadonlyMap<string, string>;
  /** Who sent a request by a key of a subuser may do no more than that. */
  readonly access?: Access;
  readonly caps: Caps;
  readonly mask: number;
  readonly defaultPlacement: string;
  readonly defaultStorageClass: string;
  readonly placementTags: readonly string[];
  readonly userQuota: Quota;
  readonly bucketQuota: Quota;
  /** Absent: none was ever set. */
  readonly rateLimit?: RateLimit;
  readonly accountId?: string;
  readonly accountRoot?: boolean;
  readonly path?: string;
  /** How often it was written, and when last: what the metadata API shows. */
  readonly version: number;
  readonly modifiedAt: Date;
  /** Absent when a release made it that does not note it. */
  readonly madeAt?: Date;
}

export const noQuota: Quota = { enabled: false, maxSize: -1n, maxObjects: -1n };

/** The answer of GET, PUT and POST user. */
export function userJson(user: StoredUser, ways: Ways, { stats = false, keys = true } = {}): string {
  const { uid } = user;
  const full = ways.disablesKeys ? { full_user_id: formatUid(uid) } : {};
  const secrets = keys ? credentials(user, ways) : {};
  const named = { ...full, tenant: uid.tenant, user_id: uid.id };
  const head = { ...named, ...basics(user), subusers: subusersJson(user), ...secrets, ...rights(user) };
  const no = ways.flagsAreTexts ? "false" : false;
  const rest = { op_mask: formatMask(user.mask), system: no, admin: no, ...placement(user) };
  const usage = stats ? `,"stats":${JSON.stringify(noUsage)}` : "";
  return `${open(head)},${inner(rest)},${quotas(user)},${tail(user, ways)}${usage}}`;
}

/** The answer of GET metadata/user?key=: the same fields but for the parts of the id, system and admin. */
export function metadataJson(user: StoredUser, ways: Ways): string {
  const id = formatUid(user.uid);
  const whose = { user_id: id, ...basics(user), subusers: subusersJson(user) };
  const head = { ...whose, ...credentials(user, ways, true), ...rights(user) };
  const rest = { op_mask: formatMask(user.mask), ...placement(user) };
  const outer = {
    key: `user:${id}`,
    ver: { tag: "_embedded", ver: user.version },
    mtime: user.modifiedAt.toISOString(),
  };
  return `${open(outer)},"data":${open(head)},${inner(rest)},${quotas(user)},${tail(user, ways)},"attrs":[]}}`;
}

/** The answer of PUT ?key: all keys, sorted by access key. The metadata API shows their age as well. */
export function keysJson(user: StoredUser, ways: Ways, aged = false) {
  const owner = formatUid(user.uid);
  const sorted = [...user.keys].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([access_key, { secret, disabled = false, madeAt, subuser }]) => ({
    user: subuser === undefined ? owner : `${owner}:${subuser}`,
    access_key,
    secret_key: secret,
    ...(ways.disablesKeys ? { active: !disabled } : {}),
    ...(ways.disablesKeys && aged ? { create_date: dateOf(madeAt) } : {}),
  }));
}

/** The answer of PUT ?key to a Swift key: all of them, sorted by subuser. */
export function swiftKeysJson(user: StoredUser, { disablesKeys }: Ways) {
  const active = disablesKeys ? { active: true } : {};
  return byName(user.swiftKeys).map(([name, secret_key]) => ({ user: idOf(user, name), secret_key, ...active }));
}

/** The answer of PUT and POST ?subuser: all of them, sorted by name. */
export function subusersJson(user: StoredUser) {
  return byName(user.subusers).map(([name, permissions]) => ({ id: idOf(user, name), permissions }));
}

function byName<T>(all: ReadonlyMap<string, T>): [string, T][] {
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

function idOf({ uid }: StoredUser, name: string): string {
  return `${formatUid(uid)}:${name}`;
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

function tail({ madeAt, accountId = "", accountRoot, path = "/" }: StoredUser, { disablesKeys }: Ways): string {
  const dated = { account_id: accountId, path, create_date: dateOf(madeAt), tags: [], group_ids: [] };
  return `"temp_url_keys":[],"type":"${accountRoot ? "root" : "rgw"}","mfa_ids":[]${disablesKeys ? `,${inner(dated)}` : ""}`;
}

/** In microseconds; of what an older release made, nothing. */
function dateOf(date: Date | undefined): string {
  return date === undefined ? "0.000000" : date.toISOString().replace("Z", "000Z");
}

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

function credentials(user: StoredUser, ways: Ways, aged = false) {
  return { keys: keysJson(user, ways, aged), swift_keys: swiftKeysJson(user, ways) };
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
