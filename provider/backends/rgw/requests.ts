/**
 * The remote calls, one function each. Everything stands in the query: this API refuses signed bodies and a name that
 * is given twice. A secret is in a query only when the caller brings his own; there is no other way to give Ceph one.
 *
 * Documentation: https://docs.ceph.com/en/latest/radosgw/adminops/
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import { type Content, openApi } from "../../http/api";
import { askedOnce } from "../../http/asked-once";
import { type Act, failure, type Meaning, type Meanings, repeatable, unrepeatable } from "../../http/dialect";
import { escaped, signed } from "../../http/sigv4";
import type { Send } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { wireCaps } from "./caps";
import { gateway } from "./refusals";
import type { Settings } from "./settings";
import { datesIn, wireBuckets, wireInfo, wireKeys, wireMetadata, wirePage, wireRateLimit, wireUser } from "./wire";
import { findPlace, refuseSecondary, wirePeriod, wireZone } from "./zone";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Deleting a user with all its objects takes the gateway as long as there are objects. */
const PURGE_TIMEOUT_MS = 3_600_000;

/** Where users are, with their keys and subusers. */
export const USERS = "/admin/user";
const RATE_LIMIT = "/admin/ratelimit";
/** Decoded once by every release. */
const METADATA = "/admin/metadata/user";
/** Where accounts are. */
export const ACCOUNT = "/admin/account";
/** What a second decoding would change: Ceph 20 decodes a query's values once more, after it has checked the signature. */
const DECODABLE = /[%+]/;

/** While a key is disabled, anybody may make one of the same id; Ceph then says that there is a bucket. */
const TAKEN: Meaning = {
  code: "conflict",
  problem: "another user was given this access key while it was disabled",
  advice: "Change rotationId, for another key; or remove the other user's key.",
};

const IGNORED: Meaning = {
  code: "unsupported",
  problem: "the gateway accepted the request and did not do it",
  advice: "Set quarantinePeriodSeconds: 0, or use gateways of Ceph 19 or later only.",
};

const ZONES: Act = {
  ...repeatable("finding out", "the gateway's zone"),
  means: { "404 NoSuchKey": { code: "not-found", problem: "there is no realm" } },
};

/** What an account that is named does to a request about a user. */
const IN_ACCOUNT: Meanings = {
  "404 NoSuchKey": {
    code: "invalid",
    problem: "there is no such account",
    advice: "Check accountId, and that the account is on this cluster.",
  },
};

/** What the answers of /admin/account mean. */
export const OF_ACCOUNTS: Meanings = {
  "404 NoSuchKey": { code: "not-found", problem: "there is no such account", advice: "Check name and tenant." },
  AccountAlreadyExists: {
    code: "already-exists",
    problem: "an account with this name or e-mail address exists already",
    advice: "Set adopt: true to adopt the one of this name, or choose another name or email.",
  },
  AccessDenied: {
    code: "forbidden",
    problem: "the admin user lacks the capability accounts",
    advice: 'Give it with: radosgw-admin caps add --uid=ADMIN --caps="accounts=*".',
  },
  MethodNotAllowed: {
    code: "unsupported",
    problem: "this release of Ceph has no accounts",
    advice: "Use gateways of Ceph 19 or later.",
  },
};

/** What the answers of /admin/ratelimit mean. */
const OF_RATE_LIMITS: Meanings = {
  "404 NoSuchKey": { code: "not-found", problem: "there is no such user", advice: "Check uid and tenant." },
  AccessDenied: {
    code: "forbidden",
    problem: "the admin user lacks the capability ratelimit",
    advice: 'Give it with: radosgw-admin caps add --uid=ADMIN --caps="ratelimit=*"; or leave rateLimit out.',
  },
  MethodNotAllowed: {
    code: "unsupported",
    problem: "this release of Ceph has no rate limits",
    advice: "Leave rateLimit out, or use gateways of Ceph 17 or later.",
  },
};

/** Users a page: what the gateway sends without being asked. */
const PAGE_SIZE = 1000;

/** The calls of one gateway. */
export type Requests = ReturnType<typeof requestsTo>;

/** Opens the calls of one gateway. Each rejects with an ObjectUserError. */
export function requestsTo(settings: Settings, deps: BackendDeps & { readonly send: Send }) {
  const api = openApi(gateway(settings, deps.now), deps, (send) =>
    send((request) => signed(request, settings, settings.region, deps.now())),
  );

  /** Every request. What changes something is sent only where users are changed, as far as that can be known. */
  async function call<T>(act: Act, method: string, path: string, query: Query, content: Content<T> = {}): Promise<T> {
    if (method !== "GET") refuseSecondary(act, await place().catch((error) => Promise.reject(notSent(act, error))));
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    );
    const isDecodable = path !== METADATA && given.some(([, value]) => DECODABLE.test(value));
    const text = isDecodable && (await decodesTwice()) ? (value: string) => escaped(escaped(value)) : escaped;
    const escapedQuery = given.map(([name, value]) => `${name}=${text(value)}`).join("&");
    return api.call(act, method, `${path}?${escapedQuery}`, content);
  }

  /**
   * Whether this gateway decodes twice: it then finds the admin by his access key with every character escaped twice. Asked
   * once, and only before something is sent that would be another text, as it would be about another user.
   */
  const decodesTwice = askedOnce(async () => {
    const act = repeatable("finding out", "how the gateway decodes a query");
    const find = (text: string) => api.call(act, "GET", `${USERS}?access-key=${text}`, { schema: wireUser });
    const { accessKey } = settings;
    const everyByte = [...Buffer.from(accessKey)].map((byte) => `%25${byte.toString(16).padStart(2, "0")}`).join("");
    try {
      await find(everyByte);
      return true;
    } catch (error) {
      // Releases differ in how they say that nobody has this key. One of the answers also says that the admin may not look.
      if (!isObjectUserError(error, "not-found", "invalid", "forbidden")) throw error;
      await find(escaped(accessKey));
      return false;
    }
  });

  /** In which zone the gateway is. Asked once, before the first change. */
  const place = askedOnce(() =>
    findPlace({
      getPeriod: () => api.call(ZONES, "GET", "/admin/realm/period", { schema: wirePeriod }),
      getZone: () => api.call(ZONES, "GET", "/admin/config?type=zone", { schema: wireZone }),
    }),
  );

  const user = (userId: string) => `user "${userId}"`;

  const getOwnUser = () => {
    const query = { "access-key": settings.accessKey };
    return call(repeatable("reading", "the admin user"), "GET", USERS, query, { schema: wireUser });
  };

  /** What the gateway shows of its admin tells releases apart. */
  const ownUser = askedOnce(getOwnUser);

  /**
   * Placement and storage class are one value, `placement/class`, up to Ceph 18, which ignores a second parameter; Ceph 20
   * refuses the one value, and takes two.
   */
  const takesTwo = async () => (await ownUser()).create_date !== undefined;

  /** Ceph 19 and later show of each key whether it is active, and take it. */
  const disablesKeys = async () => (await ownUser()).keys.some(({ active }) => active !== undefined);

  /** Whether the release has an operation at all. What it refuses for another reason it has. */
  const has = (what: string, path: string, query: Query) =>
    askedOnce(async () => {
      try {
        await call(repeatable("finding out", `whether the gateway has ${what}`), "GET", path, query);
      } catch (error) {
        if (isObjectUserError(error, "unsupported")) return false;
        if (!isObjectUserError(error, "forbidden", "invalid", "not-found")) throw error;
      }
      return true;
    });

  const hasRateLimits = has("rate limits", RATE_LIMIT, { global: true });
  const hasAccounts = has("accounts", ACCOUNT, { id: "RGW00000000000000000" });

  async function placed(query: Query): Promise<Query> {
    const [placement, storageClass] = String(query["default-placement"] ?? "").split("/");
    if (storageClass === undefined || !(await takesTwo())) return query;
    return { ...query, "default-placement": placement, "default-storage-class": storageClass };
  }

  return {
    /** Any call, with a query that is escaped as this gateway reads it. */
    call,

    /** GET /admin/user. Never with an access key: an unknown uid would find the key's owner instead. */
    getUser: (uid: string) => call(repeatable("reading", user(uid)), "GET", USERS, { uid }, { schema: wireUser }),

    /** GET /admin/user?access-key= of the admin's own key: who is logged in. */
    getOwnUser,

    /** GET /admin/info: what the cluster calls itself. From Ceph 18 on; needs the cap info=read. */
    systemId: async () => {
      const act = repeatable("reading", "the cluster's id");
      const { info } = await call(act, "GET", "/admin/info", {}, { schema: wireInfo });
      return info.storage_backends.find(({ name }) => name === "rados")?.cluster_id;
    },

    /** GET /admin/user?list: a page of ids, `tenant$uid` in a tenant. Needs users=read. The marker is opaque. */
    listUsers: (marker: string) => {
      const query = { list: "", "max-entries": PAGE_SIZE, marker };
      return call(repeatable("listing", "the users"), "GET", USERS, query, { schema: wirePage });
    },

    /** GET /admin/metadata/user?key=: when the user's keys were made, from Ceph 20 on. Needs metadata=read. */
    keyDates: async (uid: string) => {
      const act = repeatable("reading", `the age of the keys of ${user(uid)}`);
      return datesIn(await call(act, "GET", METADATA, { key: uid }, { schema: wireMetadata }));
    },

    /** PUT /admin/user. 409 UserAlreadyExists for any user that exists; two at once may both answer 200. */
    createUser: async (userId: string, query: Query) =>
      call({ ...unrepeatable("creating", user(userId)), means: IN_ACCOUNT }, "PUT", USERS, await placed(query), {
        schema: wireUser,
      }),

    /**
     * POST /admin/user. It also makes keys, and unlike PUT /admin/user?key it then refuses an unknown uid and somebody
     * else's key, instead of acting on that other user.
     */
    modifyUser: async (uid: string, query: Query) =>
      call(
        { ...unrepeatable("changing", user(uid)), means: IN_ACCOUNT },
        "POST",
        USERS,
        { uid, ...(await placed(query)) },
        {
          schema: wireUser,
        },
      ),

    disablesKeys,

    /** GET /admin/realm/period and GET /admin/config?type=zone, both with the cap zone=read. */
    place,

    /**
     * PUT /admin/user?key, from Ceph 19 on: disables a key, or enables a disabled one. Without generate-key=false it would get
     * a new secret. An unknown uid acts on the key's owner, so the user must have been seen. What the answer shows is believed,
     * and not its status: a release that does not know the parameter ignores it.
     */
    setActive: async (uid: string, accessKey: string, active: boolean) => {
      const key = { "key-type": "s3", "access-key": accessKey, active, "generate-key": false };
      const act = {
        ...repeatable(active ? "enabling" : "disabling", `key ${accessKey} of ${user(uid)}`),
        means: { BucketAlreadyExists: TAKEN },
      };
      const keys = await call(act, "PUT", USERS, { key: "", uid, ...key }, { schema: wireKeys });
      if (!keys.some((one) => one.access_key === accessKey && one.active === active)) throw failure(act, IGNORED);
    },

    /** DELETE /admin/user. Harmless to repeat. 409 BucketAlreadyExists when the user owns buckets and purge is false. */
    deleteUser: (uid: string, purge: boolean) => {
      const content = purge ? { timeoutMs: PURGE_TIMEOUT_MS } : {};
      return call(repeatable("deleting", user(uid)), "DELETE", USERS, { uid, "purge-data": purge }, content);
    },

    /** DELETE /admin/user?key. 403 InvalidAccessKeyId when the key is gone. */
    deleteKey: (uid: string, accessKey: string) => {
      const act = unrepeatable("revoking", `key ${accessKey} of ${user(uid)}`);
      return call(act, "DELETE", USERS, { key: "", uid, "access-key": accessKey });
    },

    /** PUT /admin/user?caps adds; DELETE /admin/user?caps removes. Both answer what is left. */
    changeCaps: (method: "PUT" | "DELETE", uid: string, caps: readonly string[]) => {
      const query = { caps: "", uid, "user-caps": caps.join(";") };
      return call(unrepeatable("changing the caps of", user(uid)), method, USERS, query, { schema: wireCaps });
    },

    /** PUT /admin/user?quota. Sizes in bytes: a negative max-size-kb would be stored as -1024. */
    setQuota: (uid: string, type: "user" | "bucket", quota: Query) => {
      const query = { quota: "", uid, "quota-type": type, ...quota };
      return call(unrepeatable(`changing the ${type} quota of`, user(uid)), "PUT", USERS, query);
    },

    /** GET /admin/ratelimit. From Ceph 17 on; needs ratelimit=read. */
    getRateLimit: (uid: string) => {
      const act = { ...repeatable("reading the rate limit of", user(uid)), means: OF_RATE_LIMITS };
      return call(act, "GET", RATE_LIMIT, { "ratelimit-scope": "user", uid }, { schema: wireRateLimit });
    },

    /** POST /admin/ratelimit: what is not given stays. 400 InvalidArgument when nothing is given. */
    setRateLimit: (uid: string, limit: Query) => {
      const act = { ...unrepeatable("changing the rate limit of", user(uid)), means: OF_RATE_LIMITS };
      return call(act, "POST", RATE_LIMIT, { "ratelimit-scope": "user", uid, ...limit });
    },

    /** GET /admin/account, for its answer's sake alone: whether the admin may read accounts. */
    getAccount: (id: string) =>
      call({ ...repeatable("reading", `account ${id}`), means: OF_ACCOUNTS }, "GET", ACCOUNT, { id }),

    /** PUT /admin/account. */
    changeAccount: (id: string, query: Query) =>
      call({ ...unrepeatable("changing", `account ${id}`), means: OF_ACCOUNTS }, "PUT", ACCOUNT, { id, ...query }),

    /** Whether this release has accounts. Asked once. Rejects where the gateway cannot be asked. */
    hasAccounts,

    /** Whether this release has rate limits. Asked once. Rejects where the gateway cannot be asked. */
    hasRateLimits,

    /** GET /admin/bucket?uid=: names of the user's buckets. Needs buckets=read. */
    listBuckets: (uid: string) =>
      call(repeatable("listing the buckets of", user(uid)), "GET", "/admin/bucket", { uid }, { schema: wireBuckets }),
  };
}

/** The failure of a question that goes before an act, as the act's own. */
function notSent({ operation, subject }: Act, error: unknown): unknown {
  return isObjectUserError(error)
    ? new ObjectUserError({ ...error.parts, operation, subject, uncertain: false })
    : error;
}
