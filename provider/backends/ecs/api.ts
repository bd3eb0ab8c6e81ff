/**
 * The lifecycle's port, spoken in ECS's calls. A user's access key is its id; only secrets come and go.
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import { orUndefined } from "../../http/api";
import type { Send } from "../../http/wire";
import type { Fields, Live } from "../../lifecycle/model";
import type { UserApi, UserRef } from "../../lifecycle/user-api";
import type { BackendDeps } from "../backend";
import { proveUnlessLocked } from "../s3";
import { partsOf } from "./args";
import { usersOf } from "./listing";
import { MARK_NAME } from "./mark";
import { type Requests, requestsTo, type Tags, type UserPath } from "./requests";
import { endSecret, makeSecret, secretsOf } from "./secrets";
import type { Settings } from "./settings";
import { fieldsOf, markOf } from "./wire";

/** The users of one system. */
export function userApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi {
  const requests = requestsTo(settings, deps);
  const pathOf = ({ name }: Pick<UserRef, "name">) => partsOf(name);

  async function find(user: { readonly name: string }): Promise<Live | undefined> {
    const path = pathOf(user);
    const found = await orUndefined(requests.getUser(path));
    if (found === undefined) return undefined;
    const keys = await secretsOf(requests, path);
    const mark = markOf(found);
    return { userId: path.userId, fields: fieldsOf(found), keys, ...(mark === undefined ? {} : { mark }) };
  }

  return {
    find,

    /** Made unlocked; the lifecycle locks it if that is wanted. */
    async create({ name, fields, mark }) {
      const path = partsOf(name);
      const tags = tagsOf(fields);
      try {
        await requests.createUser(path, [...tags, { name: MARK_NAME, value: mark }]);
      } catch (error) {
        // "Exists already" has no code of its own: looking tells, if it can.
        const isThere = () => requests.getUser(path).catch(() => undefined);
        if (isObjectUserError(error, "invalid", "conflict") && (await isThere())) throw existsAlready(error);
        throw error;
      }
      return { userId: path.userId, fields: { locked: false, tags: fields.tags ?? {} }, keys: [], mark };
    },

    async update(user, before, changes) {
      const path = pathOf(user);
      if (changes.tags !== undefined) await changeTags(requests, path, tagsOf(before), tagsOf(changes));
      if (changes.locked !== undefined) await requests.lockUser(path, changes.locked === true);
      return fieldsOf(await requests.getUser(path));
    },

    async remove(user) {
      await orUndefined(requests.deleteUser(pathOf(user)));
    },

    issueKey: (user, request) => makeSecret(requests, pathOf(user), request, deps),

    async revokeKey(user, key) {
      await orUndefined(endSecret(requests, pathOf(user), key));
    },

    async settle(user) {
      const path = pathOf(user);
      const mark = markOf(await requests.getUser(path));
      if (mark === undefined) return;
      await orUndefined(requests.changeTags(path, "DELETE", [{ name: MARK_NAME, value: mark }]));
    },

    list: ({ namespace }) => usersOf(requests, String(namespace)),

    async probe(user, key) {
      const isLocked = async () => (await requests.getUser(pathOf(user))).locked;
      return proveUnlessLocked(user, key, settings, deps, NOWHERE_TO_PROVE, isLocked);
    },
  };
}

const NOWHERE_TO_PROVE = {
  problem: "ecs.Provider has no s3Endpoint to prove it at",
  advice: "Give s3Endpoint (ECS_S3_ENDPOINT), mostly https://…:9021, or leave prove out.",
};

/** A name is added, changed or removed by a request of its own kind. */
async function changeTags(requests: Requests, user: UserPath, before: Tags, wanted: Tags): Promise<void> {
  const had = new Map(before.map(({ name, value }) => [name, value]));
  const kept = new Set(wanted.map(({ name }) => name));
  const changes = {
    DELETE: before.filter(({ name }) => !kept.has(name)),
    PUT: wanted.filter(({ name, value }) => had.has(name) && had.get(name) !== value),
    POST: wanted.filter(({ name }) => !had.has(name)),
  };
  for (const method of ["DELETE", "PUT", "POST"] as const) {
    if (changes[method].length > 0) await requests.changeTags(user, method, changes[method]);
  }
}

function tagsOf({ tags }: Fields): Tags {
  return Object.entries(tags ?? {}).map(([name, value]) => ({ name, value: String(value) }));
}

function existsAlready(error: ObjectUserError): ObjectUserError {
  return new ObjectUserError({
    ...error.parts,
    code: "already-exists",
    problem: "a user of this name exists already and was not made by this resource",
    advice: "Set adopt: true to adopt it with its secret, or choose another userId.",
  });
}
