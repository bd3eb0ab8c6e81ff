/**
 * The user operations of the admin API: GET, PUT, POST and DELETE /admin/user, and ?caps.
 *
 * Each reads its parameters, refuses or writes once, and answers. Oddities are the real gateway's.
 */
import { joined } from "./accounts";
import { type Arguments, garbageNumber } from "./arguments";
import type { Answer } from "./call";
import type { Context } from "./context";
import { withKey } from "./keys";
import { addCaps, capsJson, maskAll, parseCaps, parseMask, subtractCaps } from "./permissions";
import { refuse } from "./refusal";
import type { Ways } from "./release";
import { missing, written } from "./subject";
import { formatUid, isNobody, parseUid, validTenant } from "./uid";
import { noQuota, type StoredUser, userJson } from "./user";

const defaultMaxBuckets = 1000;

/** GET user: by uid, else by access-key. The e-mail address is not looked at. Some callers may not see keys. */
export function getUser(context: Context, args: Arguments, showsKeys = true): Answer {
  const { store, ways } = context;
  const uid = parseUid(args.text("uid"));
  const accessKey = args.text("access-key");
  if (args.text("uid") === "" && accessKey === "") refuse("InvalidArgument");
  const user = store.byUid(uid) ?? store.byAccessKey(accessKey) ?? missing(context, uid);
  return { body: userJson(user, ways, { stats: args.flag("stats", false), keys: showsKeys }) };
}

/** PUT user: makes one. An existing user, e-mail address or access key is refused, in this order. */
export function createUser(context: Context, args: Arguments): Answer {
  const { store, ways } = context;
  refuseUnknownSettings(args, ways);
  const given = parseUid(args.text("uid"));
  const uid = args.text("tenant") === "" ? given : { ...given, tenant: args.text("tenant") };
  const email = emailOf(args, ways);
  const swift = args.text("key-type") === "swift";
  if (store.byUid(uid) !== undefined) refuse("UserAlreadyExists");
  if (email !== "" && store.byEmail(email) !== undefined) refuse("EmailExists");
  if (!swift && store.byAccessKey(args.text("access-key")) !== undefined) refuse("KeyExists");
  if (isNobody(uid)) refuse(ways.nobody);
  if (!validTenant(uid.tenant)) refuse("InvalidTenantName");
  if (args.text("display-name") === "") refuse("InvalidArgument");

  const fresh: StoredUser = {
    uid,
    displayName: args.text("display-name"),
    email,
    suspended: args.flag("suspended", false),
    maxBuckets: args.has("max-buckets") ? maxBuckets(args) : defaultMaxBuckets,
    keys: new Map(),
    subusers: new Map(),
    swiftKeys: new Map(),
    caps: new Map(),
    mask: args.text("op-mask") === "" ? maskAll : parseMask(args.text("op-mask")),
    ...placement(args, ways),
    placementTags: tags(args),
    userQuota: noQuota,
    bucketQuota: noQuota,
    version: 0,
    modifiedAt: context.now(),
    ...(ways.disablesKeys ? { madeAt: context.now() } : {}),
  };
  const generate = args.flag("generate-key", true);
  const keys = generate || wantsKey(args) ? withKey(context, fresh, args, generate) : fresh.keys;
  const caps = args.text("user-caps") === "" ? fresh.caps : parseCaps(args.text("user-caps"), ways);
  return { body: userJson(written(context, joined(context, args, { ...fresh, keys, caps })), ways) };
}

/**
 * POST user: changes the fields that are given. An empty e-mail address clears it; other empty fields, and user-caps
 * whatever they are, change nothing. A uid that is not there, next to an e-mail address or access key that somebody
 * else has, is "InvalidArgument".
 */
export function modifyUser(context: Context, args: Arguments): Answer {
  const { store, ways } = context;
  refuseUnknownSettings(args, ways);
  const uid = parseUid(args.text("uid"));
  const email = emailOf(args, ways);
  const user = store.byUid(uid);
  if (user === undefined) {
    const other = (email === "" ? undefined : store.byEmail(email)) ?? store.byAccessKey(args.text("access-key"));
    if (other !== undefined) refuse("InvalidArgument");
    if (!isNobody(uid) && !validTenant(uid.tenant)) refuse("InvalidTenantName");
    return missing(context, uid);
  }
  const holder = email === "" ? undefined : store.byEmail(email);
  if (holder !== undefined && holder !== user) refuse("EmailExists");

  const generate = args.flag("generate-key", false);
  const changed: StoredUser = {
    ...user,
    displayName: args.text("display-name") || user.displayName,
    email: args.has("email") ? email : user.email,
    suspended: args.has("suspended") ? args.flag("suspended", false) : user.suspended,
    maxBuckets: args.has("max-buckets") ? maxBuckets(args) : user.maxBuckets,
    keys: generate || wantsKey(args) ? withKey(context, user, args, generate) : user.keys,
    mask: args.text("op-mask") === "" ? user.mask : parseMask(args.text("op-mask")),
    ...(args.text("default-placement") === "" ? {} : placement(args, ways)),
    placementTags: args.text("placement-tags") === "" ? user.placementTags : tags(args),
  };
  return { body: userJson(written(context, joined(context, args, changed)), ways) };
}

/**
 * DELETE user. One who owns buckets stays ("BucketAlreadyExists"), unless purge-data takes them along.
 * The e-mail address and access key are not looked at.
 */
export function deleteUser(context: Context, args: Arguments): Answer {
  const { store } = context;
  const uid = parseUid(args.text("uid"));
  if (!isNobody(uid) && !validTenant(uid.tenant)) refuse("InvalidTenantName");
  const user = store.byUid(uid) ?? missing(context, uid);
  const owned = store.bucketsOf(formatUid(user.uid));
  if (owned.length > 0 && !args.flag("purge-data", false)) refuse("BucketAlreadyExists");
  store.removeUser(user);
  return {};
}

/** PUT ?caps adds, DELETE ?caps takes away; both answer what is left. */
export function changeCaps(context: Context, args: Arguments, how: "add" | "subtract"): Answer {
  const uid = parseUid(args.text("uid"));
  const user = context.store.byUid(uid) ?? missing(context, uid);
  const given = parseCaps(args.text("user-caps"), context.ways);
  const caps = how === "add" ? addCaps(user.caps, given) : subtractCaps(user.caps, given);
  return { body: JSON.stringify(capsJson(written(context, { ...user, caps }).caps)) };
}

/** Checked before anything else, even before the user is looked up. */
function refuseUnknownSettings(args: Arguments, ways: Ways): void {
  if (args.flag("system", false)) refuse("InvalidArgument");
  const { defaultPlacement, defaultStorageClass } = placement(args, ways);
  if (!["", "default-placement"].includes(defaultPlacement)) refuse("InvalidArgument");
  if (!["", "STANDARD"].includes(defaultStorageClass)) refuse("InvalidArgument");
}

/** `placement/class` in one parameter, and default-storage-class is not read; or two, and no class without a placement. */
function placement(args: Arguments, ways: Ways) {
  const given = args.text("default-placement");
  if (ways.placement === "two") {
    return { defaultPlacement: given, defaultStorageClass: given === "" ? "" : args.text("default-storage-class") };
  }
  const [defaultPlacement = "", defaultStorageClass = ""] = given.split("/");
  return { defaultPlacement, defaultStorageClass };
}

function emailOf(args: Arguments, { lowersEmail }: Ways): string {
  return lowersEmail ? args.text("email").toLowerCase() : args.text("email");
}

function tags(args: Arguments): string[] {
  return args.text("placement-tags").split(",").filter(Boolean);
}

function wantsKey(args: Arguments): boolean {
  return args.text("access-key") !== "" || args.text("secret-key") !== "";
}

/** A 32-bit number, wrapped around; anything below zero is -1. */
function maxBuckets(args: Arguments): number {
  const given = args.number("max-buckets");
  if (given === undefined || given === "unreadable") return Number(garbageNumber);
  return Math.max(-1, Number(BigInt.asIntN(32, given)));
}
