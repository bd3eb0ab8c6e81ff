/**
 * The remote calls of the management API, one function each. Bodies are flat JSON; a user's id is escaped in paths, where
 * it may hold `/`, `?` and `#`.
 *
 * Documentation: "Dell ObjectScale/ECS Management API", https://www.dell.com/support/manuals, services UserManagementService
 * and UserSecretKeyService.
 */
import type * as z from "zod";
import { ObjectUserError } from "../../errors";
import { exchange } from "../../http/exchange";
import { escaped } from "../../http/sigv4";
import type { Send } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { type Act, missing, notTheApi, parseJson, refused, SomethingMissing } from "./refusals";
import { openSession, TOKEN } from "./session";
import type { Settings } from "./settings";
import { wireKeys, wireNewKey, wirePage, wireUser } from "./wire";

/** A user by its id and its namespace. */
export interface UserPath {
  readonly userId: string;
  readonly namespace: string;
}

/** Users a page. */
const PAGE_SIZE = 1000;

/** Tags as requests have them. */
export type Tags = readonly { readonly name: string; readonly value: string }[];

/** The calls of one system. */
export type Requests = ReturnType<typeof requestsTo>;

/** Opens the calls of one system. Each rejects with an ObjectUserError; "not-found" is said of the user and of nothing else. */
export function requestsTo(settings: Settings, deps: BackendDeps & { readonly send: Send }) {
  const { endpoint, timeoutSeconds } = settings;
  const session = openSession(settings, deps);

  async function call<T>(act: Act, method: string, path: string, body?: object, schema?: z.ZodType<T>): Promise<T> {
    try {
      return await send(act, method, path, body, schema);
    } catch (error) {
      if (!(error instanceof SomethingMissing)) throw error;
      throw missing(act, await whatIsMissing(act), error.answer);
    }
  }

  /** What ECS did not find: the list of the namespace tells. A failed list tells nothing, and is thrown. */
  async function whatIsMissing({ about }: Act): Promise<"user" | "namespace" | "other"> {
    if (about === undefined) return "namespace";
    const act = { operation: "listing", subject: `the users of namespace "${about.namespace}"`, safe: true };
    for (let marker = ""; ; ) {
      const page = await send(act, "GET", listPath(about.namespace, marker), undefined, wirePage).catch((error) => {
        if (error instanceof SomethingMissing) return undefined;
        throw error;
      });
      if (page === undefined) return "namespace";
      if (about.isNew || page.blobuser.some(({ userid }) => userid === about.userId)) return "other";
      if (!page.NextMarker || page.NextMarker === marker) return "user";
      marker = page.NextMarker;
    }
  }

  function send<T>(act: Act, method: string, path: string, body?: object, schema?: z.ZodType<T>): Promise<T> {
    return session.use((token) =>
      exchange(deps, {
        ...act,
        timeoutMs: timeoutSeconds * 1000,
        request: () => ({
          method,
          url: new URL(`${endpoint}${path}`),
          headers: { [TOKEN]: token, accept: "application/json", "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
        read: (response) => {
          if (response.status !== 200) throw refused(act, response, endpoint);
          if (schema === undefined) return undefined as T;
          const parsed = schema.safeParse(parseJson(response.body));
          if (parsed.success) return parsed.data;
          const { operation, subject } = act;
          throw new ObjectUserError({
            ...notTheApi(endpoint),
            operation,
            subject,
            answer: "200",
            uncertain: !act.safe,
          });
        },
      }),
    );
  }

  const act = (operation: string, user: UserPath, safe: boolean): Act => ({
    operation,
    subject: `user "${user.namespace}/${user.userId}"`,
    safe,
    about: user,
  });
  /** Of a call whose address is the user's own. */
  const at = (operation: string, user: UserPath, safe: boolean): Act => ({
    ...act(operation, user, safe),
    about: { ...user, isInPath: true },
  });
  const listPath = (namespace: string, marker: string) =>
    `/object/users/${escaped(namespace)}?limit=${PAGE_SIZE}${marker === "" ? "" : `&marker=${escaped(marker)}`}`;
  const tagsPath = ({ userId, namespace }: UserPath) => `/object/users/${escaped(userId)}/tags?namespace=${namespace}`;

  return {
    /** POST /object/users. It makes no secret. Refuses a user that exists, with 400 and a code that is not documented. */
    createUser: (user: UserPath, tags: Tags) =>
      call({ ...act("creating", user, false), about: { ...user, isNew: true } }, "POST", "/object/users", {
        user: user.userId,
        namespace: user.namespace,
        tags,
      }),

    /** GET /object/users/{uid}/info. Unknown: 404 code 2000, or 400 code 1004. */
    getUser: (user: UserPath) =>
      call(
        at("reading", user, true),
        "GET",
        `/object/users/${escaped(user.userId)}/info?namespace=${user.namespace}`,
        undefined,
        wireUser,
      ),

    /** GET /object/users/{namespace}: a page of its users. The marker is opaque; without a next one it is the last page. */
    listUsers: (namespace: string, marker: string) =>
      call(
        { operation: "listing", subject: `the users of namespace "${namespace}"`, safe: true },
        "GET",
        listPath(namespace, marker),
        undefined,
        wirePage,
      ),

    /** PUT /object/users/lock: locks or unlocks. Harmless to repeat. */
    lockUser: (user: UserPath, isLocked: boolean) =>
      call(act(isLocked ? "locking" : "unlocking", user, true), "PUT", "/object/users/lock", {
        user: user.userId,
        namespace: user.namespace,
        isLocked,
      }),

    /** POST (adds), PUT (changes those that exist) or DELETE /object/users/{uid}/tags. The last two may be repeated. */
    changeTags: (user: UserPath, method: "POST" | "PUT" | "DELETE", tags: Tags) =>
      call(at("changing the tags of", user, method !== "POST"), method, tagsPath(user), { tags }),

    /** POST /object/users/deactivate: deletes the user with its secrets. Harmless to repeat. */
    deleteUser: (user: UserPath) =>
      call(act("deleting", user, true), "POST", "/object/users/deactivate", {
        user: user.userId,
        namespace: user.namespace,
      }),

    /** GET /object/user-secret-keys/{uid}/{namespace}. */
    listKeys: (user: UserPath) =>
      call(
        at("reading the secrets of", user, true),
        "GET",
        `/object/user-secret-keys/${escaped(user.userId)}/${user.namespace}`,
        undefined,
        wireKeys,
      ),

    /**
     * POST /object/user-secret-keys/{uid}. `expiryMinutes` is for the secret before this one: without it that one lives
     * for ever, and with it though there is none the answer is not documented. Not to be repeated blindly.
     */
    createKey: (user: UserPath, secretKey: string, expiryMinutes: number | undefined) =>
      call(
        at("making a secret for", user, false),
        "POST",
        `/object/user-secret-keys/${escaped(user.userId)}`,
        {
          namespace: user.namespace,
          secretkey: secretKey,
          ...(expiryMinutes === undefined ? {} : { existing_key_expiry_time_mins: String(expiryMinutes) }),
        },
        wireNewKey,
      ),

    /** POST /object/user-secret-keys/{uid}/deactivate: ends one secret. One that names none would end them all. */
    deleteKey: (user: UserPath, named: { readonly secret_key?: string; readonly secret_key_id?: string }) =>
      call(
        at("ending a secret of", user, true),
        "POST",
        `/object/user-secret-keys/${escaped(user.userId)}/deactivate`,
        { ...named, namespace: user.namespace },
      ),
  };
}
