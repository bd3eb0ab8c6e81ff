/**
 * The lifecycle's port, spoken in Ceph's calls. What Ceph cannot do in one call is done by the calls that work.
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import { orUndefined } from "../../http/api";
import type { Send } from "../../http/wire";
import type { Fields, KeyRequest, Live, LiveKey } from "../../lifecycle/model";
import type { UserApi } from "../../lifecycle/user-api";
import type { BackendDeps } from "../backend";
import { writtenBy } from "../rows";
import { listBuckets } from "../s3";
import { knowsAdmin, madeKey, notOfSubuser, sameUser, verdictOf } from "./answers";
import { idOf, type RateLimit, rows, type Where } from "./args";
import { capsDifference, capsOf } from "./caps";
import { type Quota, quotaQuery } from "./limits";
import { allUsers } from "./listing";
import { type Requests, requestsTo } from "./requests";
import type { Settings } from "./settings";
import { liveOf } from "./wire";

const NO_RATE_LIMITS = "must be left out: this release of Ceph has no rate limits, which begin with Ceph 17";
const NO_ACCOUNTS = "must be left out: this release of Ceph has no accounts, which begin with Ceph 19";

const NAME_TAKEN = {
  code: "conflict",
  problem: "another user of the account has this displayName, which is the user's name in IAM",
  advice: "Give another displayName, or delete the other user.",
} as const;

/** The users of one gateway. */
export function userApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const requests = requestsTo(settings, deps);

  async function find({ where }: { readonly where: Where }): Promise<Live | undefined> {
    const userId = idOf(where);
    const user = await orUndefined(requests.getUser(userId));
    return user && liveOf(sameUser(userId, user));
  }

  /**
   * The keys of a user that may be adopted, each with its age. Of Ceph 20 only the metadata has it, which the
   * admin may not be allowed to read; then the keys are as old as this look.
   */
  async function dated(live: Live): Promise<Live> {
    // A release that does not say when a user was made does not say it of keys.
    if (live.createdAt === undefined || !live.keys?.some(({ issuedAt }) => issuedAt === undefined)) return live;
    const dates = await requests.keyDates(live.userId).catch((error) => {
      if (!isObjectUserError(error) || isObjectUserError(error, "unavailable", "rate-limited")) throw error;
      return undefined;
    });
    const keys = live.keys.map((key) => ({ ...key, ...issuedOf(dates?.get(key.id)) }));
    return { ...live, keys };
  }

  async function findWhole(user: { readonly where: Where; readonly aged?: boolean }): Promise<Live | undefined> {
    const found = await find(user);
    const live = found && user.aged === true ? await dated(found) : found;
    if (live === undefined || !user.where.rateLimit) return live;
    const rateLimit = await orUndefined(requests.getRateLimit(live.userId));
    return rateLimit && { ...live, fields: { ...live.fields, rateLimit } };
  }

  return {
    find: findWhole,

    async create({ where, fields, key }) {
      const userId = idOf(where);
      try {
        return liveOf(sameUser(userId, await requests.createUser(userId, creation(where, fields, key))));
      } catch (error) {
        const isInAccount = fields.accountId !== undefined && isObjectUserError(error, "already-exists");
        // One answer says that the user is there, and that its name is another's.
        if (!isInAccount || (await find({ where })) !== undefined) throw error;
        throw new ObjectUserError({ ...error.parts, ...NAME_TAKEN });
      }
    },

    async update({ userId }, before, changes) {
      return changeSettings(requests, userId, before, changes, (user) => liveOf(sameUser(userId, user)).fields);
    },

    async remove({ userId }, { force }) {
      try {
        await orUndefined(requests.deleteUser(userId, force));
      } catch (error) {
        throw isObjectUserError(error, "in-use") ? await naming(error, userId, requests) : error;
      }
    },

    async issueKey({ userId }, { accessKey, secretKey, isChosen }) {
      if (isChosen) notOfSubuser(await requests.getUser(userId), accessKey);
      const secret = secretKey === undefined ? { "generate-key": true } : { "secret-key": secretKey };
      const user = await requests.modifyUser(userId, { "key-type": "s3", "access-key": accessKey, ...secret });
      return madeKey(liveOf(sameUser(userId, user)).keys, { name: userId }, accessKey);
    },

    activateKey: ({ userId }, { accessKey }) => requests.setActive(userId, accessKey, true),
    disableKey: ({ userId }, { accessKey }) => requests.setActive(userId, accessKey, false),
    disablesKeys: requests.disablesKeys,

    async unsupported(inputs) {
      const isGiven = (name: string) => inputs[name] !== undefined;
      const accounts = ["accountId", "accountRoot", "path"].filter(isGiven);
      const hasLimits = !isGiven("rateLimit") || (await requests.hasRateLimits());
      const hasAccounts = accounts.length === 0 || (await requests.hasAccounts());
      return {
        ...(hasLimits ? {} : { rateLimit: NO_RATE_LIMITS }),
        ...(hasAccounts ? {} : Object.fromEntries(accounts.map((name) => [name, NO_ACCOUNTS]))),
      };
    },

    async revokeKey(user, { accessKey }) {
      try {
        await requests.deleteKey(user.userId, accessKey);
      } catch (error) {
        // The same answer says "no such key" and "unknown admin key": looking tells which.
        if (!isObjectUserError(error, "unauthorized", "not-found")) throw error;
        const live = await find(user);
        if (live?.keys?.some((key) => key.accessKey === accessKey)) throw error;
      }
    },

    list: () => allUsers(requests),

    systemId: requests.systemId,
    knowsOtherKeys: () => knowsAdmin(settings, deps),

    async probe(user, key, s3Endpoint = settings.s3Endpoint) {
      const answer = await listBuckets(key, user, { ...settings, s3Endpoint }, deps);
      return verdictOf(answer, user.userId, key, () => find(user));
    },
  };
}

function issuedOf(issuedAt: string | undefined): Pick<LiveKey, "issuedAt"> {
  return issuedAt === undefined ? {} : { issuedAt };
}

function creation({ uid, tenant }: Where, fields: Fields, key: KeyRequest | undefined) {
  const caps = fields.caps as readonly string[] | undefined;
  return {
    uid,
    tenant,
    ...writtenBy(rows, fields),
    "user-caps": caps?.length ? caps.join(";") : undefined,
    "key-type": "s3",
    "generate-key": key !== undefined,
    "access-key": key?.accessKey,
    "secret-key": key?.secretKey,
  };
}

async function changeSettings(
  requests: Requests,
  userId: string,
  before: Fields,
  changes: Fields,
  read: (user: Awaited<ReturnType<Requests["modifyUser"]>>) => Fields,
): Promise<Fields> {
  const { caps, userQuota, bucketQuota, rateLimit, ...plain } = changes;
  let fields = before;
  if (Object.keys(plain).length > 0) {
    const user = await requests.modifyUser(userId, writtenBy(rows, plain, { ...before, ...plain }));
    // A setting that this release never shows stays as it was set last.
    fields = { ...before, ...plain, ...read(user) };
  }
  if (caps !== undefined) fields = { ...fields, caps: await changeCaps(requests, userId, before.caps, caps) };
  for (const [type, quota] of [
    ["user", userQuota],
    ["bucket", bucketQuota],
  ] as const) {
    if (quota === undefined) continue;
    await requests.setQuota(userId, type, quotaQuery(quota as Quota));
    fields = { ...fields, [`${type}Quota`]: quota };
  }
  if (rateLimit !== undefined) {
    const { enabled, maxReadOps, maxWriteOps, maxReadBytes, maxWriteBytes } = rateLimit as RateLimit;
    const most = { "max-read-ops": maxReadOps, "max-write-ops": maxWriteOps };
    const bytes = { "max-read-bytes": maxReadBytes, "max-write-bytes": maxWriteBytes };
    await requests.setRateLimit(userId, { enabled, ...most, ...bytes });
    fields = { ...fields, rateLimit };
  }
  return fields;
}

async function changeCaps(requests: Requests, userId: string, from: unknown, to: unknown): Promise<string[]> {
  const { add, remove } = capsDifference(from as string[], to as string[]);
  let left = from as string[];
  if (add.length > 0) left = capsOf(await requests.changeCaps("PUT", userId, add));
  if (remove.length > 0) left = capsOf(await requests.changeCaps("DELETE", userId, remove));
  return left;
}

/** The refusal to delete, with the names of the buckets that stand in the way. */
async function naming(error: ObjectUserError, userId: string, requests: Requests): Promise<ObjectUserError> {
  const shown = 10;
  const buckets = await requests.listBuckets(userId).catch(() => undefined);
  if (!buckets?.length) return error;
  const more = buckets.length > shown ? ` and ${buckets.length - shown} more` : "";
  const problem = `the user owns ${buckets.length} ${buckets.length === 1 ? "bucket" : "buckets"}: ${buckets.slice(0, shown).join(", ")}${more}`;
  return new ObjectUserError({ ...error.parts, problem });
}
