/**
 * S3 keys of a user: PUT and DELETE /admin/user?key, and the key part of creating and modifying a user.
 */
import type { Arguments } from "./arguments";
import type { Answer } from "./call";
import { type Context, newAccessKey, newSecretKey } from "./context";
import { refuse } from "./refusal";
import { isNobody, parseUid } from "./uid";
import { keysJson, type StoredUser } from "./user";
import { written } from "./users";

type Keys = ReadonlyMap<string, string>;

/**
 * The keys after the parameters access-key, secret-key, generate-key and key-type have been applied.
 * `generate` says what may be made up: with it a missing secret is new, also that of an existing key.
 */
export function withKey(context: Context, user: StoredUser, args: Arguments, generate: boolean): Keys {
  const type = args.text("key-type");
  // An unknown type makes no key and no error.
  if (type !== "" && type !== "s3" && type !== "swift") return user.keys;
  if (type === "swift") return refuse("InvalidAccessKeyId");

  const accessKey = args.text("access-key");
  const owner = accessKey === "" ? undefined : context.store.byAccessKey(accessKey);
  if (owner !== undefined && !user.keys.has(accessKey)) return refuse("KeyExists");
  if (accessKey === "" && !generate) return refuse("InvalidAccessKeyId");
  const secret = args.text("secret-key") || (generate ? newSecretKey(context) : refuse("InvalidSecretKey"));
  return new Map(user.keys).set(accessKey || newAccessKey(context), secret);
}

/**
 * PUT ?key. The answer lists all keys of the user, or nothing when key-type was not understood.
 * The user is looked up by uid and, when there is none, by access key: the request then acts on somebody else.
 */
export function putKey(context: Context, args: Arguments): Answer {
  const user = keyOwner(context, args);
  const accessKey = args.text("access-key");
  const isKept = context.release >= 20 && user.keys.has(accessKey) && !args.flag("generate-key", true);
  const isSame = isKept && args.text("secret-key") === "";
  const keys = isSame ? new Map(user.keys) : withKey(context, user, args, args.flag("generate-key", true));
  if (keys === user.keys) return {};
  const inactive = new Set(user.inactive);
  if (args.flag("active", !inactive.has(accessKey))) inactive.delete(accessKey);
  else inactive.add(accessKey);
  const changed = written(context, { ...user, keys, inactive });
  return { body: JSON.stringify(keysJson(changed)) };
}

/** DELETE ?key. A key that the user does not have is "InvalidAccessKeyId", as if the signing key were unknown. */
export function deleteKey(context: Context, args: Arguments): Answer {
  const user = keyOwner(context, args);
  const accessKey = args.text("access-key");
  if (args.text("key-type") === "swift" || !user.keys.has(accessKey)) refuse("InvalidAccessKeyId");
  const keys = new Map(user.keys);
  keys.delete(accessKey);
  written(context, { ...user, keys });
  return {};
}

function keyOwner({ store }: Context, args: Arguments): StoredUser {
  const uid = parseUid(args.text("uid"));
  const found = store.byUid(uid) ?? store.byAccessKey(args.text("access-key"));
  return found ?? refuse(isNobody(uid) ? "AccessDenied" : "NoSuchUser");
}
