/**
 * Rate limits of users: GET and POST /admin/ratelimit?ratelimit-scope=user, from Ceph 17 on. They are stored and shown;
 * nothing is held to them. Limits of buckets and of all users are shown as they come.
 */
import type { Arguments } from "./arguments";
import type { Answer } from "./call";
import type { Context } from "./context";
import { refuse } from "./refusal";
import { written } from "./subject";
import { parseUid } from "./uid";
import type { RateLimit, StoredUser } from "./user";

const none: RateLimit = {
  max_read_ops: 0n,
  max_write_ops: 0n,
  max_read_bytes: 0n,
  max_write_bytes: 0n,
  enabled: false,
};

const { enabled: _, ...limits } = none;
const numbers = Object.keys(limits);

/** GET ratelimit: one user's, or with `global=true` those of everybody. */
export function getRateLimit(context: Context, args: Arguments): Answer {
  if (args.flag("global", false)) {
    const shown = ["bucket", "user", "anonymous"].map((scope) => `"${scope}_ratelimit":${json(none)}`);
    return { body: `{${shown.join(",")}}` };
  }
  return { body: `{"user_ratelimit":${json(limited(context, args).rateLimit ?? none)}}` };
}

/** POST ratelimit: changes what is given. A number that is none is refused, a negative one ignored, an empty one is 0. */
export function setRateLimit(context: Context, args: Arguments): Answer {
  const changes = Object.fromEntries([
    ...numbers
      .map((name) => [name, args.number(name.replaceAll("_", "-"))] as const)
      .filter(([, value]) => isGiven(value)),
    ...(args.has("enabled") ? [["enabled", truth(args.text("enabled"))] as const] : []),
  ]);
  if (Object.keys(changes).length === 0) refuse("InvalidArgument");
  const user = limited(context, args);
  const rateLimit = { ...none, ...user.rateLimit, ...changes };
  written(context, { ...user, rateLimit });
  return {};
}

function limited({ store }: Context, args: Arguments): StoredUser {
  if (args.text("ratelimit-scope") !== "user" || args.text("uid") === "") refuse("InvalidArgument");
  return store.byUid(parseUid(args.text("uid"))) ?? refuse("NoSuchKey");
}

function isGiven(number: ReturnType<Arguments["number"]>): boolean {
  return number === "unreadable" ? refuse("InvalidArgument") : number !== undefined && number >= 0n;
}

function truth(text: string): boolean {
  if (/^true$/i.test(text)) return true;
  return /^false$/i.test(text) ? false : refuse("InvalidArgument");
}

/** Written by hand because its numbers may need more than the 53 bits of JSON.stringify. */
function json(limit: RateLimit): string {
  return `{${Object.entries(limit)
    .map(([name, value]) => `"${name}":${value}`)
    .join(",")}}`;
}
