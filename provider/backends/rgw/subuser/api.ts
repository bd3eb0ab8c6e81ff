/**
 * The lifecycle's port for subusers. All that is known of them stands in their user's answer. The cluster need not say who it
 * is: the secrets of a subuser's keys do, which can always be read.
 *
 * Who made a subuser shows in the id of its first S3 key, which is derived. A subuser with a Swift key has none; so it is
 * made with an S3 key whose id is the mark of unfinished work, and loses it when its Swift secret is proven.
 */
import { isObjectUserError, ObjectUserError } from "../../../errors";
import { orUndefined } from "../../../http/api";
import type { Send } from "../../../http/wire";
import type { Live, LiveKey } from "../../../lifecycle/model";
import type { UserApi } from "../../../lifecycle/user-api";
import type { BackendDeps } from "../../backend";
import { fingerprint, sha256 } from "../../fingerprint";
import { readBy } from "../../rows";
import { listBuckets } from "../../s3";
import { knowsAdmin, madeKey, sameUser, verdictOf } from "../answers";
import { requestsTo } from "../requests";
import type { Settings } from "../settings";
import { keysOf, type WireUser } from "../wire";
import { idOf, rows, type Where } from "./args";
import { subuserRequests } from "./requests";
import { logIn } from "./swift";
import type { WireSubuser, WireSwiftKey } from "./wire";

/** What the id of an S3 key begins with that marks a subuser as unfinished; the mark follows. */
const UNFINISHED = "UNFINISHED";

/** The subusers of one gateway. */
export function subuserApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const requests = requestsTo(settings, deps);
  const { getUser, deleteKey, setActive, disablesKeys } = requests;
  const subusers = subuserRequests(requests);

  async function find({ where }: { readonly where: Where }): Promise<Live | undefined> {
    const user = await orUndefined(getUser(where.user));
    return user && liveOf(sameUser(where.user, user), where);
  }

  /** Resolves when the key is gone; the refusal of a key that is not there may be that of the admin's own. */
  async function end(where: Where, request: Promise<unknown>, isThere: (user: WireUser) => boolean): Promise<void> {
    try {
      await request;
    } catch (error) {
      if (!isObjectUserError(error, "unauthorized", "not-found")) throw error;
      const user = await orUndefined(getUser(where.user));
      if (user && isThere(user)) throw error;
    }
  }

  const endKey = ({ where }: { readonly where: Where }, accessKey: string) =>
    end(where, deleteKey(where.user, accessKey), (user) => user.keys.some((key) => key.access_key === accessKey));

  return {
    find,

    async create({ name, where, fields, key, mark }) {
      const user = await getUser(where.user).catch((error) => Promise.reject(withoutUser(error, name, where)));
      if (liveOf(sameUser(where.user, user), where)) throw exists(name);
      const accessKey = key?.accessKey ?? `${UNFINISHED}${mark}`;
      await subusers.create(where, fields, accessKey);
      const made = await getUser(where.user);
      if (keyIdsOf(made, where).some((id) => id !== accessKey)) {
        // Somebody else has made it at the same moment.
        await endKey({ where }, accessKey);
        throw exists(name);
      }
      madeKey(s3KeysOf(made, where), { name, noun: "subuser" }, accessKey);
      return liveOf(made, where) as Live;
    },

    async update({ where }, before, changes) {
      const found = subuserIn(await subusers.modify(where, { ...before, ...changes }), where);
      return { ...before, ...changes, ...(found ? readBy(rows, found) : {}) };
    },

    async remove({ where }) {
      await orUndefined(subusers.remove(where));
    },

    async issueKey({ where, ...subuser }, { accessKey }) {
      if (where.keyType === "swift")
        return madeKey(swiftKeysOf(await subusers.replaceSecret(where), where), subuser, subuser.name);
      const keys = await subusers.issueKey(where, accessKey as string);
      return madeKey(keysOf(keys, idOf(where)), subuser, accessKey);
    },

    activateKey: ({ where }, { accessKey }) => setActive(where.user, accessKey, true),
    disableKey: ({ where }, { accessKey }) => setActive(where.user, accessKey, false),
    disablesKeys,
    knowsOtherKeys: () => knowsAdmin(settings, deps),

    async revokeKey({ where }, { id, accessKey }) {
      if (where.keyType === "s3") return endKey({ where }, accessKey);
      // A former secret has ended with the one that took its place.
      const isThere = ({ swift_keys }: WireUser) => swiftKeysOf(swift_keys, where).some((key) => key.id === id);
      const user = await orUndefined(getUser(where.user));
      if (user && isThere(user)) await end(where, subusers.deleteSecret(where), isThere);
    },

    async removeMark({ where }) {
      if (where.keyType === "s3") return;
      const user = await orUndefined(getUser(where.user));
      for (const { accessKey } of user ? s3KeysOf(user, where) : []) {
        if (accessKey.startsWith(UNFINISHED)) await endKey({ where }, accessKey);
      }
    },

    async probe({ where, ...subuser }, key, s3Endpoint = settings.s3Endpoint) {
      const { timeoutSeconds } = settings;
      if (where.keyType === "swift") return logIn(key, { endpoint: s3Endpoint, timeoutSeconds }, deps);
      const answer = await listBuckets(key, subuser, { ...settings, s3Endpoint }, deps);
      return verdictOf(answer, where.user, key, () => find({ where }));
    },
  };
}

/** The subuser as the lifecycle knows it; undefined when the user has none of the name. */
function liveOf(user: WireUser, where: Where): Live | undefined {
  const subuser = subuserIn(user.subusers, where);
  if (subuser === undefined) return undefined;
  const s3 = s3KeysOf(user, where);
  const isSwift = where.keyType === "swift";
  const mark = isSwift ? s3.find(({ accessKey }) => accessKey.startsWith(UNFINISHED)) : undefined;
  return {
    userId: idOf(where),
    fields: readBy(rows, subuser),
    keys: isSwift ? swiftKeysOf(user.swift_keys, where) : s3,
    ...(mark ? { mark: mark.accessKey.slice(UNFINISHED.length) } : {}),
  };
}

function subuserIn(subusers: readonly WireSubuser[], where: Where): WireSubuser | undefined {
  return subusers.find(({ id }) => id === idOf(where));
}

function s3KeysOf({ keys }: Pick<WireUser, "keys">, where: Where): LiveKey[] {
  return keysOf(keys, idOf(where));
}

/** The one Swift key, if there is one. One that is disabled is as good as none: it is replaced. */
function swiftKeysOf(keys: readonly WireSwiftKey[], where: Where): LiveKey[] {
  const accessKey = idOf(where);
  return keys.flatMap(({ user, secret_key: secretKey, active }) =>
    user === accessKey && secretKey && active !== false
      ? [{ id: fingerprint(accessKey, sha256(secretKey)), accessKey, secretKey }]
      : [],
  );
}

/** What tells all keys of the subuser apart, of both types. */
function keyIdsOf(user: WireUser, where: Where): string[] {
  return [...s3KeysOf(user, where), ...swiftKeysOf(user.swift_keys, where)].map(({ id }) => id);
}

function exists(name: string): ObjectUserError {
  return new ObjectUserError({
    code: "already-exists",
    operation: "creating",
    subject: `subuser "${name}"`,
    problem: "a subuser of this name exists already and was not made by this resource",
    advice: "Set adopt: true to adopt it with its keys, or choose another name.",
  });
}

function withoutUser(error: unknown, name: string, { user }: Where): unknown {
  if (!isObjectUserError(error, "not-found")) return error;
  return new ObjectUserError({
    ...error.parts,
    operation: "creating",
    subject: `subuser "${name}"`,
    problem: `there is no user "${user}"`,
    advice: 'Check user, which is the full id: "uid", or "tenant$uid". Of an rgw.User it is the output userId.',
  });
}
