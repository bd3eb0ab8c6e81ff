/**
 * Accounts, from Ceph 19 on: GET, POST, PUT and DELETE /admin/account, and ?quota; and what an account demands of its users.
 * Policies, groups and roles are not here: a plain user of an account may do nothing in S3. Buckets stay their makers'.
 */
import type { Arguments } from "./arguments";
import type { Answer } from "./call";
import type { Context } from "./context";
import { refuse } from "./refusal";
import type { StoredAccount } from "./store";
import { formatUid } from "./uid";
import { noQuota, quotaJson, type StoredUser } from "./user";

const MOST = ["max_users", "max_roles", "max_groups", "max_buckets", "max_access_keys"] as const;
const ID = /^RGW\d{17}$/;
const IAM_NAME = /^[\w+=,.@-]{1,64}$/;
const usual = { max_users: 1000, max_roles: 1000, max_groups: 1000, max_buckets: 1000, max_access_keys: 4 };

/** GET account: by id, else by name. */
export function getAccount(context: Context, args: Arguments): Answer {
  return shown(meant(context, args));
}

/** POST account: makes one. The id may be chosen; a name or an e-mail address that is taken is refused as the id is. */
export function createAccount(context: Context, args: Arguments): Answer {
  const { store, random } = context;
  const digits = Array.from({ length: 17 }, () => Math.floor(random() * 10)).join("");
  const id = args.text("id") || `RGW${digits}`;
  if (!ID.test(id)) refuse("InvalidArgument");
  const fresh = { id, tenant: args.text("tenant"), name: "", email: "", quota: noQuota, bucketQuota: noQuota };
  const account = changed({ ...fresh, most: usual }, args);
  const isTaken = store.account(id) !== undefined || isTakenBy(context, account) !== undefined;
  if (isTaken) refuse("AccountAlreadyExists");
  store.putAccount(account);
  return shown(account);
}

/** PUT account: changes what is given and not empty; ?quota one of the quotas of one that is named by its id. */
export function modifyAccount(context: Context, args: Arguments): Answer {
  if (args.has("quota") && args.text("id") === "") refuse("InvalidArgument");
  const account = meant(context, args);
  const next = args.has("quota") ? withQuota(account, args) : changed(account, args);
  if (isTakenBy(context, next) !== undefined) refuse("BucketAlreadyExists");
  context.store.putAccount(next);
  return shown(next);
}

/** DELETE account: not while it has users or buckets. */
export function deleteAccount(context: Context, args: Arguments): Answer {
  const { id } = meant(context, args);
  if (context.store.allUsers().some(({ accountId }) => accountId === id)) refuse("BucketNotEmpty");
  if (context.store.bucketsOf(id).length > 0) refuse("BucketAlreadyExists");
  context.store.removeAccount(id);
  return {};
}

/** What a request says of a user's account, with what the account demands; `user` is as it will be otherwise. */
export function joined(context: Context, args: Arguments, user: StoredUser): StoredUser {
  if (!context.ways.caps.includes("accounts")) return user;
  const path = args.text("path") || user.path;
  const accountId = args.text("account-id") || user.accountId;
  const isRoot = args.has("account-root") ? args.flag("account-root", false) : user.accountRoot === true;
  if (accountId === undefined) return isRoot ? refuse("InvalidArgument") : { ...user, ...(path ? { path } : {}) };
  const isMoved = user.accountId !== undefined && user.accountId !== accountId;
  if (isMoved || !ID.test(accountId)) refuse("InvalidArgument");
  const { tenant } = context.store.account(accountId) ?? refuse("NoSuchKey");
  if (tenant !== user.uid.tenant || !IAM_NAME.test(user.displayName)) refuse("InvalidArgument");
  const id = formatUid(user.uid);
  const isNamesake = (other: StoredUser) => other.displayName === user.displayName && formatUid(other.uid) !== id;
  const others = context.store.allUsers().filter((other) => other.accountId === accountId);
  if (others.some(isNamesake)) refuse("UserAlreadyExists");
  return { ...user, accountId, accountRoot: isRoot, ...(path ? { path } : {}) };
}

function meant({ store }: Context, args: Arguments): StoredAccount {
  const [id, name] = [args.text("id"), args.text("name")];
  if (id === "" && name === "") refuse("InvalidArgument");
  const found = id === "" ? store.accountNamed(args.text("tenant"), name) : store.account(id);
  return found ?? refuse("NoSuchKey");
}

function changed(account: StoredAccount, args: Arguments): StoredAccount {
  const name = args.text("name") || account.name;
  if (/[$:]/.test(name)) refuse("InvalidArgument");
  const given = MOST.filter((limit) => args.has(limit.replaceAll("_", "-")));
  const numbers = given.map((limit) => {
    const number = args.number(limit.replaceAll("_", "-"));
    return [limit, typeof number === "bigint" ? Number(number) : 0] as const;
  });
  const most = { ...account.most, ...Object.fromEntries(numbers) };
  return { ...account, name, email: args.text("email") || account.email, most };
}

function withQuota(account: StoredAccount, args: Arguments): StoredAccount {
  const fields = { account: "quota", bucket: "bucketQuota" } as const;
  const type = args.text("quota-type");
  if (type !== "account" && type !== "bucket") return refuse("InvalidArgument");
  const old = account[fields[type]];
  const count = (name: string, before: bigint) => {
    const number = args.number(name);
    return typeof number === "bigint" ? BigInt.asIntN(32, number) : before;
  };
  const maxSize = count("max-size", old.maxSize);
  const quota = {
    enabled: args.flag("enabled", old.enabled),
    maxSize,
    maxObjects: count("max-objects", old.maxObjects),
  };
  return { ...account, [fields[type]]: quota };
}

/** Who else has the name or the e-mail address. */
function isTakenBy({ store }: Context, { id, tenant, name, email }: StoredAccount): StoredAccount | undefined {
  const isSame = (other: StoredAccount) =>
    (name !== "" && other.tenant === tenant && other.name === name) ||
    (email !== "" && other.email.toLowerCase() === email.toLowerCase());
  return store.allAccounts().find((other) => other.id !== id && isSame(other));
}

function shown({ id, tenant, name, email, quota, bucketQuota, most }: StoredAccount): Answer {
  const head = JSON.stringify({ id, tenant, name, email }).slice(0, -1);
  const quotas = `"quota":${quotaJson(quota)},"bucket_quota":${quotaJson(bucketQuota)}`;
  return { body: `${head},${quotas},${JSON.stringify(most).slice(1)}` };
}
