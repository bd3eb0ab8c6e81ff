/**
 * Keys of a user and its subusers: PUT and DELETE /admin/user?key, and the key part of creating and modifying a user.
 */
import type { Arguments } from "./arguments";
import type { Answer } from "./call";
import { type Context, newAccessKey, newSecretKey } from "./context";
import { refuse } from "./refusal";
import { missing, subuserIn, userIn, written } from "./subject";
import { keysJson, type StoredUser, swiftKeysJson } from "./user";

type Keys = StoredUser["keys"];

/**
 * The keys after the parameters access-key, secret-key, generate-key and key-type have been applied.
 * `generate` says what may be made up: with it a missing secret is new, also that of an existing key.
 */
export function withKey(context: Context, user: StoredUser, args: Arguments, generate: boolean): Keys {
  const type = args.text("key-type");
  // An unknown type makes no key and no error.
  if (type !== "" && type !== "s3" && type !== "swift") return user.keys;
  if (type === "swift") return refuse("InvalidAccessKeyId");
  const subuser = subuserIn(args);

  const accessKey = args.text("access-key");
  const owner = accessKey === "" ? undefined : context.store.byAccessKey(accessKey);
  if (owner !== undefined && !user.keys.has(accessKey)) return refuse("KeyExists");
  if (accessKey === "" && !generate) return refuse("InvalidAccessKeyId");
  const { ways } = context;
  const old = user.keys.get(accessKey);
  const kept = ways.keepsSecrets ? old?.secret : undefined;
  const secret = args.text("secret-key") || (generate ? newSecretKey(context) : (kept ?? refuse("InvalidSecretKey")));
  const madeAt = ways.disablesKeys && old === undefined ? { madeAt: context.now() } : {};
  // A key that is there stays whose it is.
  const whose = old === undefined && subuser !== "" ? { subuser } : {};
  return new Map(user.keys).set(accessKey || newAccessKey(context), { ...madeAt, ...whose, ...old, secret });
}

/**
 * PUT ?key. The answer lists all keys of the user, or nothing when key-type was not understood.
 * The user is looked up by uid and, when there is none, by access key: the request then acts on somebody else.
 */
export function putKey(context: Context, args: Arguments): Answer {
  const user = keyOwner(context, args);
  const accessKey = args.text("access-key");
  if (args.text("key-type") === "swift" && subuserIn(args) !== "") return putSwiftKey(context, user, args);
  const changed = withKey(context, user, args, args.flag("generate-key", true));
  if (changed === user.keys) return {};
  const keys = new Map(changed);
  const key = keys.get(accessKey);
  // Of a new key it is not read; of another one everything but "false" counts as true.
  if (context.ways.disablesKeys && args.has("active") && key !== undefined && user.keys.has(accessKey)) {
    const disabled = !args.flag("active", true);
    // While a key is disabled, its id is free. The code is the real gateway's.
    const owner = context.store.byAccessKey(accessKey);
    if (!disabled && key.disabled && owner !== undefined) return refuse("BucketAlreadyExists");
    keys.set(accessKey, { ...key, disabled });
  }
  return { body: JSON.stringify(keysJson(written(context, { ...user, keys }), context.ways)) };
}

/** DELETE ?key. A key that the user does not have is "InvalidAccessKeyId", as if the signing key were unknown. */
export function deleteKey(context: Context, args: Arguments): Answer {
  const user = keyOwner(context, args);
  const accessKey = args.text("access-key");
  if (args.text("key-type") === "swift") return deleteSwiftKey(context, user, args);
  if (!user.keys.has(accessKey)) refuse("InvalidAccessKeyId");
  const keys = new Map(user.keys);
  keys.delete(accessKey);
  written(context, { ...user, keys });
  return {};
}

/** The one Swift key of a subuser, which need not be there. Answers all Swift keys of the user. */
function putSwiftKey(context: Context, user: StoredUser, args: Arguments): Answer {
  const generate = args.flag("generate-key", true);
  const secret = args.text("secret-key") || (generate ? newSecretKey(context) : refuse("InvalidSecretKey"));
  const swiftKeys = new Map(user.swiftKeys).set(subuserIn(args), secret);
  return { body: JSON.stringify(swiftKeysJson(written(context, { ...user, swiftKeys }), context.ways)) };
}

function deleteSwiftKey(context: Context, user: StoredUser, args: Arguments): Answer {
  const swiftKeys = new Map(user.swiftKeys);
  if (!swiftKeys.delete(subuserIn(args))) refuse("InvalidAccessKeyId");
  written(context, { ...user, swiftKeys });
  return {};
}

function keyOwner(context: Context, args: Arguments): StoredUser {
  const { store } = context;
  const uid = userIn(args);
  return store.byUid(uid) ?? store.byAccessKey(args.text("access-key")) ?? missing(context, uid);
}
