/**
 * The remote calls of the management API, one function each. Bodies are flat JSON; a user's id is escaped in paths, where
 * it may hold `/`, `?` and `#`.
 *
 * Documentation: "Dell ObjectScale/ECS Management API", https://www.dell.com/support/manuals, services UserManagementService
 * and UserSecretKeyService.
 */
import { type Content, openApi } from "../../http/api";
import { repeatable } from "../../http/dialect";
import { escaped } from "../../http/sigv4";
import type { Send } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { type Act, managementApi, missing, SomethingMissing } from "./refusals";
import { openSession } from "./session";
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
  const api = openApi(managementApi(settings), deps, openSession(settings, deps));

  async function call<T>(act: Act, method: string, path: string, content?: Content<T>): Promise<T> {
    try {
      return await api.call(act, method, path, content);
    } catch (error) {
      if (!(error instanceof SomethingMissing)) throw error;
      throw missing(act, await whatIsMissing(act), error.answer);
    }
  }

  /** What ECS did not find: the list of the namespace tells. A failed list tells nothing, and is thrown. */
  async function whatIsMissing({ about }: Act): Promise<"user" | "namespace" | "other"> {
    if (about === undefined) return "namespace";
    for (let marker = ""; ; ) {
      const page = await pageOf(about.namespace, marker).catch((error) => {
        if (error instanceof SomethingMissing) return undefined;
        throw error;
      });
      if (page === undefined) return "namespace";
      if (about.isNew || page.blobuser.some(({ userid }) => userid === about.userId)) return "other";
      if (!page.NextMarker || page.NextMarker === marker) return "user";
      marker = page.NextMarker;
    }
  }

  const listing = (namespace: string) => repeatable("listing", `the users of namespace "${namespace}"`);
  const listPath = (namespace: string, marker: string) =>
    `/object/users/${escaped(namespace)}?limit=${PAGE_SIZE}${marker === "" ? "" : `&marker=${escaped(marker)}`}`;
  const pageOf = (namespace: string, marker: string) =>
    api.call(listing(namespace), "GET", listPath(namespace, marker), { schema: wirePage });

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
  const named = ({ userId, namespace }: UserPath) => ({ user: userId, namespace });
  const userPath = ({ userId }: UserPath) => `/object/users/${escaped(userId)}`;
  const keysPath = ({ userId }: UserPath) => `/object/user-secret-keys/${escaped(userId)}`;

  return {
    /** POST /object/users. It makes no secret. Refuses a user that exists, with 400 and a code that is not documented. */
    createUser: (user: UserPath, tags: Tags) => {
      const creating = { ...act("creating", user, false), about: { ...user, isNew: true } };
      return call(creating, "POST", "/object/users", { body: { ...named(user), tags } });
    },

    /** GET /object/users/{uid}/info. Unknown: 404 code 2000, or 400 code 1004. */
    getUser: (user: UserPath) => {
      const path = `${userPath(user)}/info?namespace=${user.namespace}`;
      return call(at("reading", user, true), "GET", path, { schema: wireUser });
    },

    /** GET /object/users/{namespace}: a page of its users. The marker is opaque; without a next one it is the last page. */
    listUsers: (namespace: string, marker: string) =>
      call(listing(namespace), "GET", listPath(namespace, marker), { schema: wirePage }),

    /** PUT /object/users/lock: locks or unlocks. Harmless to repeat. */
    lockUser: (user: UserPath, isLocked: boolean) => {
      const locking = act(isLocked ? "locking" : "unlocking", user, true);
      return call(locking, "PUT", "/object/users/lock", { body: { ...named(user), isLocked } });
    },

    /** POST (adds), PUT (changes those that exist) or DELETE /object/users/{uid}/tags. The last two may be repeated. */
    changeTags: (user: UserPath, method: "POST" | "PUT" | "DELETE", tags: Tags) => {
      const path = `${userPath(user)}/tags?namespace=${user.namespace}`;
      return call(at("changing the tags of", user, method !== "POST"), method, path, { body: { tags } });
    },

    /** POST /object/users/deactivate: deletes the user with its secrets. Harmless to repeat. */
    deleteUser: (user: UserPath) =>
      call(act("deleting", user, true), "POST", "/object/users/deactivate", { body: named(user) }),

    /** GET /object/user-secret-keys/{uid}/{namespace}. */
    listKeys: (user: UserPath) => {
      const path = `${keysPath(user)}/${user.namespace}`;
      return call(at("reading the secrets of", user, true), "GET", path, { schema: wireKeys });
    },

    /**
     * POST /object/user-secret-keys/{uid}. `expiryMinutes` is for the secret before this one: without it that one lives
     * for ever, and with it though there is none the answer is not documented. Not to be repeated blindly.
     */
    createKey: (user: UserPath, secretKey: string, expiryMinutes: number | undefined) => {
      const expiry = expiryMinutes === undefined ? {} : { existing_key_expiry_time_mins: String(expiryMinutes) };
      const body = { namespace: user.namespace, secretkey: secretKey, ...expiry };
      return call(at("making a secret for", user, false), "POST", keysPath(user), { body, schema: wireNewKey });
    },

    /** POST /object/user-secret-keys/{uid}/deactivate: ends one secret. One that names none would end them all. */
    deleteKey: (user: UserPath, secret: { readonly secret_key?: string; readonly secret_key_id?: string }) => {
      const body = { ...secret, namespace: user.namespace };
      return call(at("ending a secret of", user, true), "POST", `${keysPath(user)}/deactivate`, { body });
    },
  };
}
