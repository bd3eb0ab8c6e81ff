/**
 * The lifecycle's port, spoken in ECS's calls. A user's access key is its id; only secrets come and go.
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import { orUndefined } from "../../http/api";
import type { Send } from "../../http/wire";
import type { Fields, Live } from "../../lifecycle/model";
import type { UserApi } from "../../lifecycle/user-api";
import type { BackendDeps } from "../backend";
import { readBy } from "../rows";
import { proveUnlessLocked } from "../s3";
import { rows, type Where } from "./args";
import { usersOf } from "./listing";
import { MARK_NAME } from "./mark";
import { type Requests, requestsTo, type Tags, type UserPath } from "./requests";
import { endSecret, makeSecret, secretsOf } from "./secrets";
import type { Settings } from "./settings";
import { markOf } from "./wire";

/** The users of one system. */
export function userApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const requests = requestsTo(settings, deps);

  async function find({ where: path }: { readonly where: Where }): Promise<Live | undefined> {
    const found = await orUndefined(requests.getUser(path));
    if (found === undefined) return undefined;
    const keys = await secretsOf(requests, path);
    const mark = markOf(found);
    return { userId: path.userId, fields: readBy(rows, found), keys, ...(mark === undefined ? {} : { mark }) };
  }

  return {
    find,

    /** Made unlocked; the lifecycle locks it if that is wanted. */
    async create({ where: path, fields, mark }) {
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

    async update({ where: path }, before, changes) {
      if (changes.tags !== undefined) await changeTags(requests, path, tagsOf(before), tagsOf(changes));
      if (changes.locked !== undefined) await requests.lockUser(path, changes.locked === true);
      return readBy(rows, await requests.getUser(path));
    },

    async remove(user) {
      await orUndefined(requests.deleteUser(user.where));
    },

    issueKey: (user, request) => makeSecret(requests, user.where, request, deps),

    async revokeKey(user, key) {
      await orUndefined(endSecret(requests, user.where, key));
    },

    async removeMark({ where: path }) {
      const mark = markOf(await requests.getUser(path));
      if (mark === undefined) return;
      await orUndefined(requests.changeTags(path, "DELETE", [{ name: MARK_NAME, value: mark }]));
    },

    list: ({ namespace }) => usersOf(requests, String(namespace)),

    async probe(user, key) {
      const isLocked = async () => (await requests.getUser(user.where)).locked;
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
