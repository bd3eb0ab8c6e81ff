/**
 * Quotas: GET and PUT /admin/user?quota. They are stored and shown; nothing is held to them.
 */
import { type Arguments, garbageNumber } from "./arguments";
import type { Answer } from "./call";
import type { Context } from "./context";
import { refuse } from "./refusal";
import { missing, written } from "./subject";
import { parseUid } from "./uid";
import { type Quota, quotaJson, quotas, type StoredUser } from "./user";

/** GET ?quota: one by quota-type, else both. */
export function getQuota(context: Context, args: Arguments): Answer {
  const type = args.text("quota-type");
  if (type !== "") refuseUnknownType(args);
  const user = quotaOwner(context, args);
  if (type === "") return { body: `{${quotas(user)}}` };
  return { body: quotaJson(type === "user" ? user.userQuota : user.bucketQuota) };
}

/** PUT ?quota: changes what is given. A number that is none becomes -1; max-size-kb wins over max-size. */
export function putQuota(context: Context, args: Arguments): Answer {
  if (args.text("uid") === "") refuse("InvalidArgument");
  refuseUnknownType(args);
  const user = quotaOwner(context, args);
  const field = args.text("quota-type") === "user" ? "userQuota" : "bucketQuota";
  const old = user[field];
  const quota: Quota = {
    enabled: args.flag("enabled", old.enabled),
    maxSize: kilobytes(args) ?? count(args, "max-size") ?? old.maxSize,
    maxObjects: count(args, "max-objects") ?? old.maxObjects,
  };
  written(context, { ...user, [field]: quota });
  return {};
}

function quotaOwner(context: Context, args: Arguments): StoredUser {
  if (args.text("uid") === "") refuse("InvalidArgument");
  const uid = parseUid(args.text("uid"));
  return context.store.byUid(uid) ?? missing(context, uid);
}

function refuseUnknownType(args: Arguments): void {
  if (!["user", "bucket"].includes(args.text("quota-type"))) refuse("InvalidArgument");
}

function count(args: Arguments, name: string): bigint | undefined {
  const given = args.number(name);
  return given === "unreadable" ? -1n : given;
}

function kilobytes(args: Arguments): bigint | undefined {
  const given = args.number("max-size-kb");
  if (given === undefined) return undefined;
  return BigInt.asIntN(64, (given === "unreadable" ? garbageNumber : given) * 1024n);
}
