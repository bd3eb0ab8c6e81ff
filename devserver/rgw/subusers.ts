/**
 * Subusers: PUT, POST and DELETE /admin/user?subuser, and their login at the Swift side. A subuser's keys are among its
 * user's (keys.ts); a Swift key is one secret, which the next one replaces.
 */
import type { Arguments } from "./arguments";
import type { Answer, Call } from "./call";
import { type Context, newSecretKey } from "./context";
import { withKey } from "./keys";
import { refuse } from "./refusal";
import { halves, missing, subuserIn, userIn, written } from "./subject";
import { parseUid } from "./uid";
import { type Access, type StoredUser, subusersJson } from "./user";

/** What a request may say of a subuser's rights, in any case. */
const ACCESS: Readonly<Record<string, Access>> = {
  "": "<none>",
  read: "read",
  write: "write",
  readwrite: "read-write",
  full: "full-control",
};

/** PUT ?subuser. One that is there keeps its rights; a key is made in any case, a Swift key unless key-type is "s3". */
export function createSubuser(context: Context, args: Arguments): Answer {
  const name = subuserIn(args) || refuse("InvalidArgument");
  const access = accessIn(args);
  const uid = userIn(args);
  const { store } = context;
  const user = store.byUid(uid) ?? store.byAccessKey(args.text("access-key")) ?? missing(context, uid);
  const subusers = new Map(user.subusers).set(name, user.subusers.get(name) ?? access);
  const isS3 = args.text("key-type") === "s3";
  const made = isS3
    ? { keys: withKey(context, user, args, true) }
    : { swiftKeys: new Map(user.swiftKeys).set(name, args.text("secret-key") || newSecretKey(context)) };
  return shown(written(context, { ...user, subusers, ...made }));
}

/** POST ?subuser. Rights that are not given are taken away. */
export function modifySubuser(context: Context, args: Arguments): Answer {
  const access = accessIn(args);
  const { user, name } = found(context, args);
  const makes = args.text("secret-key") !== "" || args.flag("generate-secret", false);
  if (makes && args.text("key-type") === "s3") refuse("InvalidAccessKeyId");
  const swiftKeys = new Map(user.swiftKeys);
  if (makes) swiftKeys.set(name, args.text("secret-key") || newSecretKey(context));
  return shown(written(context, { ...user, swiftKeys, subusers: new Map(user.subusers).set(name, access) }));
}

/** DELETE ?subuser takes its keys along, whatever purge-keys says. */
export function deleteSubuser(context: Context, args: Arguments): Answer {
  if (subuserIn(args) === "") refuse("InvalidArgument");
  const { user, name } = found(context, args);
  const subusers = new Map(user.subusers);
  const swiftKeys = new Map(user.swiftKeys);
  subusers.delete(name);
  swiftKeys.delete(name);
  const keys = new Map([...user.keys].filter(([, key]) => key.subuser !== name));
  written(context, { ...user, subusers, swiftKeys, keys });
  return {};
}

/** GET /auth/v1.0 by X-Auth-User and X-Auth-Key. A suspended user may log in, and do nothing afterwards. */
export function logIn({ store }: Context, { headers }: Call): Answer {
  const [id = "", name = ""] = halves(Buffer.from(headers.get("x-auth-user") ?? "", "latin1").toString("utf8"));
  const secret = store.byUid(parseUid(id))?.swiftKeys.get(name) ?? refuse("AccessDenied");
  if (secret !== headers.get("x-auth-key")) refuse("AccessDenied", 401);
  const url = `http://${headers.get("host")}/swift/v1`;
  return { status: 204, headers: { "x-auth-token": "AUTH_embedded", "x-storage-url": url } };
}

function accessIn(args: Arguments): Access {
  return ACCESS[args.text("access").toLowerCase()] ?? refuse("InvalidArgument");
}

function found(context: Context, args: Arguments): { user: StoredUser; name: string } {
  const uid = userIn(args);
  const user = context.store.byUid(uid) ?? missing(context, uid);
  const name = subuserIn(args);
  return user.subusers.has(name) ? { user, name } : refuse("NoSuchSubUser");
}

function shown(user: StoredUser): Answer {
  return { body: JSON.stringify(subusersJson(user)) };
}
