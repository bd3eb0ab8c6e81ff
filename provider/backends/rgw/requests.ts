/**
 * The remote calls, one function each. Everything stands in the query: this API refuses signed bodies and a name that
 * is given twice. A secret is in a query only when the caller brings his own; there is no other way to give Ceph one.
 *
 * Documentation: https://docs.ceph.com/en/latest/radosgw/adminops/
 */
import type * as z from "zod";
import { isObjectUserError, ObjectUserError } from "../../errors";
import { exchange } from "../../http/exchange";
import { escaped, signed } from "../../http/sigv4";
import type { BackendDeps } from "../backend";
import { wireCaps } from "./caps";
import type { Act } from "./refusals";
import { parseJson, refused, unreadable } from "./refusals";
import type { Settings } from "./settings";
import { wireBuckets, wireInfo, wirePage, wireUser } from "./wire";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Deleting a user with all its objects takes the gateway as long as there are objects. */
const PURGE_TIMEOUT_MS = 3_600_000;

/** Below this path Ceph 20.2.4 decodes the values of a query once more, after it has checked the signature. */
const USERS = "/admin/user";
/** What a second decoding would change. */
const DECODABLE = /[%+]/;

/** Users a page: what the gateway sends without being asked. */
const PAGE_SIZE = 1000;

/** The calls of one gateway. */
export type Requests = ReturnType<typeof requestsTo>;

/** Opens the calls of one gateway. Each rejects with an ObjectUserError. */
export function requestsTo(settings: Settings, deps: BackendDeps & { readonly send: import("../../http/wire").Send }) {
  const { endpoint, region, timeoutSeconds } = settings;

  async function call<T>(
    act: Act,
    method: string,
    path: string,
    query: Query,
    schema: z.ZodType<T> | undefined,
    timeoutMs?: number,
  ): Promise<T> {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const isDecodable = path === USERS && given.some(([, value = ""]) => DECODABLE.test(value));
    const text = isDecodable && (await decodesTwice()) ? (value: string) => escaped(escaped(value)) : escaped;
    return send(
      act,
      method,
      path,
      given.map(([name, value = ""]) => `${name}=${text(value)}`).join("&"),
      schema,
      timeoutMs,
    );
  }

  async function send<T>(
    act: Act,
    method: string,
    path: string,
    text: string,
    schema: z.ZodType<T> | undefined,
    timeoutMs?: number,
  ): Promise<T> {
    const url = new URL(`${endpoint}${path}?${text}`);
    return exchange(deps, {
      ...act,
      safe: !act.writes,
      timeoutMs: timeoutMs ?? timeoutSeconds * 1000,
      request: () => signed({ method, url }, settings, region, deps.now()),
      read: (response) => {
        if (response.status !== 200) throw refused(act, response, endpoint, deps.now());
        if (schema === undefined) return undefined as T;
        const parsed = schema.safeParse(parseJson(response.body));
        if (parsed.success) return parsed.data;
        throw new ObjectUserError({ ...act, ...unreadable(response, endpoint), answer: "200", uncertain: act.writes });
      },
    });
  }

  /**
   * Whether this gateway decodes twice: it then finds the admin by his access key with every character escaped twice. Asked
   * once, and only before something is sent that would be another text, as it would be about another user.
   */
  let answer: Promise<boolean> | undefined;
  function decodesTwice(): Promise<boolean> {
    answer ??= asked().catch((error) => {
      answer = undefined;
      throw error;
    });
    return answer;
  }

  async function asked(): Promise<boolean> {
    const act = { operation: "finding out", subject: "how the gateway decodes a query", writes: false };
    const find = (text: string) => send(act, "GET", USERS, `access-key=${text}`, wireUser);
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
  }

  const user = (userId: string) => `user "${userId}"`;

  return {
    /** GET /admin/user. Never with an access key: an unknown uid would find the key's owner instead. */
    getUser: (uid: string) =>
      call({ operation: "reading", subject: user(uid), writes: false }, "GET", USERS, { uid }, wireUser),

    /** GET /admin/user?access-key= of the admin's own key: who is logged in. */
    getOwnUser: () =>
      call(
        { operation: "reading", subject: "the admin user", writes: false },
        "GET",
        USERS,
        { "access-key": settings.accessKey },
        wireUser,
      ),

    /** GET /admin/info: what the cluster calls itself. From Ceph 18 on; needs the cap info=read. */
    getInfo: () =>
      call({ operation: "reading", subject: "the cluster's id", writes: false }, "GET", "/admin/info", {}, wireInfo),

    /** GET /admin/user?list: a page of ids, `tenant$uid` in a tenant. Needs users=read. The marker is opaque. */
    listUsers: (marker: string) =>
      call(
        { operation: "listing", subject: "the users", writes: false },
        "GET",
        USERS,
        { list: "", "max-entries": PAGE_SIZE, marker },
        wirePage,
      ),

    /** PUT /admin/user. 409 UserAlreadyExists for any user that exists; two at once may both answer 200. */
    createUser: (userId: string, query: Query) =>
      call({ operation: "creating", subject: user(userId), writes: true }, "PUT", USERS, query, wireUser),

    /**
     * POST /admin/user. It also makes keys, and unlike PUT /admin/user?key it then refuses an unknown uid and somebody
     * else's key, instead of acting on that other user.
     */
    modifyUser: (uid: string, query: Query) =>
      call({ operation: "changing", subject: user(uid), writes: true }, "POST", USERS, { uid, ...query }, wireUser),

    /** DELETE /admin/user. Harmless to repeat. 409 BucketAlreadyExists when the user owns buckets and purge is false. */
    deleteUser: (uid: string, purge: boolean) =>
      call(
        { operation: "deleting", subject: user(uid), writes: false },
        "DELETE",
        USERS,
        { uid, "purge-data": purge },
        undefined,
        purge ? PURGE_TIMEOUT_MS : undefined,
      ),

    /** DELETE /admin/user?key. 403 InvalidAccessKeyId when the key is gone. */
    deleteKey: (uid: string, accessKey: string) =>
      call(
        { operation: "revoking", subject: `key ${accessKey} of ${user(uid)}`, writes: true },
        "DELETE",
        USERS,
        { key: "", uid, "access-key": accessKey },
        undefined,
      ),

    /** PUT /admin/user?caps adds; DELETE /admin/user?caps removes. Both answer what is left. */
    changeCaps: (method: "PUT" | "DELETE", uid: string, caps: readonly string[]) =>
      call(
        { operation: "changing the caps of", subject: user(uid), writes: true },
        method,
        USERS,
        { caps: "", uid, "user-caps": caps.join(";") },
        wireCaps,
      ),

    /** PUT /admin/user?quota. Sizes in bytes: a negative max-size-kb would be stored as -1024. */
    setQuota: (uid: string, type: "user" | "bucket", quota: Query) =>
      call(
        { operation: `changing the ${type} quota of`, subject: user(uid), writes: true },
        "PUT",
        USERS,
        { quota: "", uid, "quota-type": type, ...quota },
        undefined,
      ),

    /** GET /admin/bucket?uid=: names of the user's buckets. Needs buckets=read. */
    listBuckets: (uid: string) =>
      call(
        { operation: "listing the buckets of", subject: user(uid), writes: false },
        "GET",
        "/admin/bucket",
        { uid },
        wireBuckets,
      ),
  };
}
