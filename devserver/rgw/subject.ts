/** Whom a request is about, how he is stored when it has changed him, and what it gets when nobody is there. */
import type { Arguments } from "./arguments";
import type { Context } from "./context";
import { refuse } from "./refusal";
import { isNobody, parseUid, type Uid } from "./uid";
import type { StoredUser } from "./user";

/** The name of the subuser that a request is about: "sub" of "uid:sub", or all of a text without a colon. */
export function subuserIn(args: Arguments): string {
  const [id, name] = halves(args.text("subuser"));
  return name ?? id;
}

/** The user that a request is about: the one in the subuser's id, if it has one; else uid. A tenant may stand in either. */
export function userIn(args: Arguments): Uid {
  const uid = parseUid(args.text("uid"));
  const [id, name] = halves(args.text("subuser"));
  if (name === undefined) return uid;
  const own = parseUid(id);
  return own.tenant === "" ? { ...uid, id: own.id } : own;
}

/** "uid" and "sub" of "uid:sub". */
export function halves(text: string): [string, string | undefined] {
  const colon = text.indexOf(":");
  return colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

/**
 * Stores a user, one version on, and answers what the request may show of it. The class STANDARD is shown in this
 * answer only: what is stored, and read back later, is no class at all.
 */
export function written(context: Context, user: StoredUser): StoredUser {
  const next = { ...user, version: user.version + 1, modifiedAt: context.now() };
  context.store.putUser(next.defaultStorageClass === "STANDARD" ? { ...next, defaultStorageClass: "" } : next);
  return next;
}

/** What a uid gets that names nobody. */
export function missing({ ways }: Context, uid: Uid): never {
  return refuse(isNobody(uid) ? ways.nobody : "NoSuchUser");
}
