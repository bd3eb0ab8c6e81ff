/**
 * The lifecycle's port, spoken in cegedim.cloud's calls. The service shows a secret once and never lists secrets: what
 * state holds is the only copy.
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import type { Send } from "../../http/wire";
import type { KeyRequest, Live, LiveKey } from "../../lifecycle/model";
import type { UserApi, UserRef } from "../../lifecycle/user-api";
import type { BackendDeps } from "../backend";
import { fingerprint, sha256 } from "../fingerprint";
import { readBy } from "../rows";
import { proveUnlessLocked } from "../s3";
import { rows, type Where } from "./args";
import { marked, unmarked, type WireUser } from "./assumed";
import { usersOf } from "./listing";
import { type Requests, requestsTo, type UserPath, type WireCredentials } from "./requests";
import type { Settings } from "./settings";

/** The users of one account. */
export function userApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const requests = requestsTo(settings, deps);
  const pathOf = ({ where: { objectStore }, userId }: UserRef<Where>): UserPath => ({ objectStore, userId });

  return {
    async find({ where, userId, mark }) {
      const { objectStore } = where;
      const found = await (userId === undefined
        ? byLabel(requests, where, mark)
        : byId(requests, { objectStore, userId }));
      return found && liveOf(found);
    },

    /** Looks first: that the service refuses a label that is taken is an assumption. */
    async create({ name, where, mark }) {
      const { objectStore, label } = where;
      if (await byLabel(requests, where)) throw existsAlready(name);
      try {
        const made = await requests.createUser(objectStore, marked(label, mark));
        return { ...liveOf(made), keys: [keyOf(made)] };
      } catch (error) {
        if (isObjectUserError(error, "conflict") && (await byLabel(requests, where))) throw existsAlready(name);
        throw error;
      }
    },

    async update(user, _before, { label, locked }) {
      const path = pathOf(user);
      if (typeof label === "string") await requests.relabelUser(path, label);
      if (locked !== undefined) await requests.lockUser(path, locked === true);
      return liveOf(await requests.getUser(path)).fields;
    },

    async remove(user) {
      const path = pathOf(user);
      try {
        await requests.deleteUser(path);
      } catch (error) {
        if (!isObjectUserError(error, "not-found") || (await byId(requests, path))) throw error;
      }
    },

    async issueKey(user, request) {
      try {
        return keyOf(await requests.renewSecret(pathOf(user), request.graceSeconds));
      } catch (error) {
        if (isObjectUserError(error, "conflict")) throw graceRuns(error);
        throw isObjectUserError(error) && error.uncertain ? secretLost(error, request) : error;
      }
    },

    /** There is nothing to call: the service ends the old secret by itself. */
    async revokeKey() {},

    async removeMark(user) {
      const found = await requests.getUser(pathOf(user));
      if (unmarked(found.label).mark !== undefined) await requests.relabelUser(pathOf(user), user.where.label);
    },

    list: ({ objectStore }) => usersOf(requests, String(objectStore)),

    async probe(user, key) {
      const isLocked = async () => (await requests.getUser(pathOf(user))).locked;
      return proveUnlessLocked(user, key, settings, deps, NOWHERE_TO_PROVE, isLocked);
    },
  };
}

const NOWHERE_TO_PROVE = {
  problem: "cegedim.Provider has no s3Endpoint to prove it at",
  advice: "Give s3Endpoint (ITCARE_S3_ENDPOINT), the address of the object store, or leave prove out.",
};

/** The user of this label; if there is none, one that is being made: by whoever has the mark, else by somebody. */
async function byLabel(
  requests: Requests,
  { objectStore, label }: Where,
  mark?: string,
): Promise<WireUser | undefined> {
  const users = (await requests.listUsers(objectStore)).filter((user) => unmarked(user.label).label === label);
  const markOf = (user: WireUser) => unmarked(user.label).mark;
  return users.find((user) => markOf(user) === undefined) ?? users.find((user) => markOf(user) === mark) ?? users[0];
}

/** "Not found" may mean the store, the path or the user: only the list of the store's users says that the user is gone. */
async function byId(requests: Requests, path: UserPath): Promise<WireUser | undefined> {
  try {
    return await requests.getUser(path);
  } catch (error) {
    if (!isObjectUserError(error, "not-found")) throw error;
    const users = await requests.listUsers(path.objectStore);
    if (users.some((user) => user.id === path.userId)) throw error;
    return undefined;
  }
}

function liveOf(user: WireUser): Live {
  const { mark } = unmarked(user.label);
  return { userId: user.id, fields: readBy(rows, user), ...(mark === undefined ? {} : { mark }) };
}

function keyOf({ accessKey, secretKey }: WireCredentials): LiveKey {
  return { id: fingerprint(accessKey, sha256(secretKey)), accessKey, secretKey };
}

function existsAlready(name: string): ObjectUserError {
  return new ObjectUserError({
    code: "already-exists",
    operation: "creating",
    subject: `user "${name}"`,
    problem: "the store has a user with this label already, which was not made by this resource",
    advice: "Set adopt: true to adopt it (its secret is renewed once you give a rotationId), or choose another label.",
  });
}

function graceRuns(error: ObjectUserError): ObjectUserError {
  return new ObjectUserError({
    ...error.parts,
    problem: "the grace period of an earlier renewal is still running, or another change of the user is under way",
    advice: "Run again when it is over; or set gracePeriodSeconds: 0 to end every old secret with this renewal.",
  });
}

/** The new secret is never shown again: the next run renews once more. */
function secretLost(error: ObjectUserError, { graceSeconds }: KeyRequest): ObjectUserError {
  const old = graceSeconds
    ? `the old one stays published, and works for ${graceSeconds} s if the renewal took place`
    : "the old one stays published, and does not work any more if the renewal took place";
  return new ObjectUserError({
    ...error.parts,
    problem: `${error.parts.problem}; the new secret, if there is one, was in that answer only and is lost`,
    advice: `Run again to have another one made; ${old}.`,
  });
}
