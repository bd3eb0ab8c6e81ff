/**
 * The admin API's table of operations: which request is which operation, what it is called in the log, and which
 * capability it takes.
 */
import { createAccount, deleteAccount, getAccount, modifyAccount } from "./accounts";
import type { Arguments } from "./arguments";
import type { Answer, Call } from "./call";
import type { Context } from "./context";
import { deleteKey, putKey } from "./keys";
import { getMetadata, listAccounts, listBuckets, listMetadata, listUsers } from "./listing";
import { capRead, capWithoutKeys, capWrite } from "./permissions";
import { getQuota, putQuota } from "./quota";
import { getRateLimit, setRateLimit } from "./rate-limit";
import { refuse } from "./refusal";
import type { Ways } from "./release";
import { createSubuser, deleteSubuser, logIn, modifySubuser } from "./subusers";
import type { StoredUser } from "./user";
import { changeCaps, createUser, deleteUser, getUser, modifyUser } from "./users";

/** One operation of the gateway, ready to run once its caller is known. */
export interface Operation {
  /** Its name in the request log, such as "PUT user?key". */
  readonly kind: string;
  /** Whether this caller may; undefined is one without credentials. */
  allows(caller: StoredUser | undefined): boolean;
  run(context: Context, caller: StoredUser | undefined): Answer;
}

type Run = (context: Context, args: Arguments) => Answer;

/** The operation that a request asks for; undefined when there is none (405, even before the signature is read). */
export function adminOperation({ method, path, args }: Call, { caps }: Ways): Operation | undefined {
  const resource = path.split("/")[2] === "metadata" ? path.split("/").slice(2, 4).join("/") : path.split("/")[2];
  // Where several are given, the first one counts.
  const part = [...args.entries()].map(([name]) => name).find((name) => PARTS.includes(name));
  const has = (caller: StoredUser | undefined, cap: string, permission: number) =>
    caller !== undefined && ((caller.caps.get(cap) ?? 0) & permission) === permission;
  const found = (kind: string, cap: string, permission: number, run: Run): Operation => ({
    kind,
    allows: (caller) => has(caller, cap, permission),
    run: (context) => run(context, args),
  });
  const users = (kind: string, run: Run) => found(`${method} ${kind}`, "users", needed(method), run);

  switch (`${method} ${resource}`) {
    case "GET user":
      if (args.has("list")) return users("user?list", listUsers);
      if (part === "quota") return users("user?quota", getQuota);
      return {
        kind: "GET user",
        allows: (caller) => has(caller, "users", capRead) || has(caller, capWithoutKeys, capRead),
        run: (context, caller) => getUser(context, args, has(caller, "users", capRead)),
      };
    case "PUT user":
      if (part === "subuser") return users("user?subuser", createSubuser);
      if (part === "key") return users("user?key", putKey);
      if (part === "caps") return users("user?caps", (context) => changeCaps(context, args, "add"));
      return part === "quota" ? users("user?quota", putQuota) : users("user", createUser);
    case "POST user":
      if (part === "subuser") return users("user?subuser", modifySubuser);
      return users("user", modifyUser);
    case "DELETE user":
      if (part === "subuser") return users("user?subuser", deleteSubuser);
      if (part === "key") return users("user?key", deleteKey);
      if (part === "caps") return users("user?caps", (context) => changeCaps(context, args, "subtract"));
      // There is no DELETE ?quota: the gateway takes it for the deletion of the user, and so do we.
      return users("user", deleteUser);
    case "GET metadata/user":
      return found("GET metadata/user", "metadata", capRead, args.has("key") ? getMetadata : listMetadata);
    case "GET metadata/account":
      return caps.includes("accounts") ? found("GET metadata/account", "metadata", capRead, listAccounts) : undefined;
    case "GET bucket":
      return found("GET bucket", "buckets", capRead, listBuckets);
    case "GET info":
      return caps.includes("info") ? found("GET info", "info", capRead, showCluster) : undefined;
    // One zone, and no realm.
    case "GET realm":
      return path === "/admin/realm/period"
        ? found("GET realm/period", "zone", capRead, () => refuse("NoSuchKey"))
        : undefined;
    case "GET ratelimit":
      return caps.includes("ratelimit") ? found("GET ratelimit", "ratelimit", capRead, getRateLimit) : undefined;
    case "POST ratelimit":
      return caps.includes("ratelimit") ? found("POST ratelimit", "ratelimit", capWrite, setRateLimit) : undefined;
    case "GET account":
    case "PUT account":
    case "POST account":
    case "DELETE account":
      if (!caps.includes("accounts")) return undefined;
      return found(`${method} account`, "accounts", needed(method), ACCOUNTS[method as keyof typeof ACCOUNTS]);
    default:
      return undefined;
  }
}

/** The Swift side's one operation: the login, for which nobody signs. */
export function swiftOperation(call: Call): Operation | undefined {
  if (call.method !== "GET" || call.path !== "/auth/v1.0") return undefined;
  return { kind: "GET auth", allows: () => true, run: (context) => logIn(context, call) };
}

/** The parts of a user that an operation may be about. */
const PARTS = ["subuser", "key", "caps", "quota"];

/** GET info: what the cluster calls itself. */
function showCluster({ fsid }: Context): Answer {
  return { body: JSON.stringify({ info: { storage_backends: [{ name: "rados", cluster_id: fsid }] } }) };
}

const ACCOUNTS = { GET: getAccount, POST: createAccount, PUT: modifyAccount, DELETE: deleteAccount };

/** The permission that a method takes. */
function needed(method: string): number {
  return method === "GET" ? capRead : capWrite;
}
