/**
 * The lifecycle's port, spoken in Keystone's calls. Users are made and changed by the administrator that is logged in;
 * so are their keys, unless the login may not touch keys: then by the user itself, with the password that we know.
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import type { Send } from "../../http/wire";
import type { Fields, Live } from "../../lifecycle/model";
import type { UserApi, UserRef } from "../../lifecycle/user-api";
import { issueKey, keysNeedPassword, keysOf, listKeys, revokeKey } from "../../protocols/keystone/credentials";
import { openSession, type Session } from "../../protocols/keystone/session";
import { userSessions } from "../../protocols/keystone/user-sessions";
import { whyRefused } from "../../protocols/keystone/why-refused";
import type { WireKey } from "../../protocols/keystone/wire";
import type { BackendDeps } from "../backend";
import { readBy, writtenBy } from "../rows";
import { proveByS3 } from "../s3";
import { rows, type Where } from "./args";
import { usersOf } from "./listing";
import { concernsPlace, grantRoles, move, placeOf } from "./membership";
import { placesOf } from "./places";
import { proveByKeystone } from "./proof";
import { requestsBy } from "./requests";
import type { Access } from "./settings";
import type { WireUser } from "./wire";

const USER_LOGIN_ADVICE =
  "The password that this resource knows is not the user's any more, or the user is locked: run pulumi refresh, then up.";

/** Whose keys they are. */
type Owner = Pick<UserRef, "userId" | "name" | "password">;

/** The users of one Keystone. */
export function userApi(access: Access, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const admin = openSession(access.login, access, deps);
  const requests = requestsBy(admin);
  const places = placesOf(requests, admin);
  const asUser = userSessions(access, deps);

  /** Runs calls about keys: by the administrator, or by the user where the administrator may not. */
  async function forKeys<T>(
    operation: string,
    { userId, name, password }: Owner,
    act: (session: Session) => Promise<T>,
  ): Promise<T> {
    try {
      if (!admin.isDelegated) return await act(admin);
    } catch (error) {
      if (!isObjectUserError(error, "forbidden") || password === undefined) throw error;
    }
    if (password === undefined) throw keysNeedPassword(operation, name);
    return act(asUser({ user: { id: userId }, name, password }, USER_LOGIN_ADVICE));
  }

  /** No list where nobody who can log in may see it. A login that Keystone refuses tells of the password. */
  async function keys(user: Owner, isEnabled: boolean): Promise<{ list?: WireKey[]; passwordRefused?: true }> {
    try {
      return { list: await forKeys("listing", user, (session) => listKeys(session, user)) };
    } catch (error) {
      if (isObjectUserError(error, "forbidden") && user.password === undefined) return {};
      // Then it was the user who logged in. A locked one cannot, whatever its password.
      if (isObjectUserError(error, "unauthorized") && admin.isDelegated)
        return isEnabled ? { passwordRefused: true } : {};
      throw error;
    }
  }

  async function liveOf(user: WireUser, ref: Omit<Owner, "userId">): Promise<Live> {
    const projectId = user.default_project_id ?? "";
    const [project, roles, { list, passwordRefused }] = await Promise.all([
      projectId === "" ? "" : places.projectName(projectId),
      projectId === "" ? [] : requests.rolesOf(user.id, ref.name, projectId),
      keys({ ...ref, userId: user.id }, user.enabled),
    ]);
    const fields: Fields = {
      ...readBy(rows, user),
      project,
      projectId,
      roles: [...new Set(roles.map((role) => role.name))].sort(),
    };
    return {
      userId: user.id,
      fields,
      ...(list ? { keys: keysOf(list, projectId) } : {}),
      ...(passwordRefused ? { passwordRefused } : {}),
      ...(user.pulumi_object_users ? { mark: user.pulumi_object_users } : {}),
    };
  }

  async function find(user: Parameters<UserApi<Where>["find"]>[0]): Promise<Live | undefined> {
    const there =
      user.userId === undefined
        ? await requests.findUser(user.where.name, (await places.domain(user.where.domain)).id)
        : await requests.getUser(user.userId, user.name);
    return there && liveOf(there, user);
  }

  async function mustGet({ userId, name }: Owner): Promise<WireUser> {
    const user = await requests.getUser(userId, name);
    if (user) return user;
    throw new ObjectUserError({
      code: "conflict",
      operation: "changing",
      subject: `user "${name}"`,
      problem: "the user was deleted a moment ago by somebody else",
      advice: "Run again.",
      uncertain: true,
    });
  }

  return {
    find,

    async create({ name: full, where, fields, password, mark }) {
      const domainId = (await places.domain(where.domain)).id;
      const place = await placeOf(fields, domainId, places);
      const user = await requests.createUser(full, {
        ...writtenBy(rows, fields),
        name: where.name,
        domain_id: domainId,
        default_project_id: place.projectId,
        ...(password === undefined ? {} : { password }),
        pulumi_object_users: mark,
      });
      await grantRoles(user, place, requests);
      return liveOf(user, { name: full, ...(password === undefined ? {} : { password }) });
    },

    async update(ref, before, changes) {
      const body = writtenBy(rows, changes);
      if (Object.keys(body).length > 0) await requests.changeUser(ref.userId, ref.name, body);
      const user = await mustGet(ref);
      if (concernsPlace(changes)) {
        const { project, projectId, ...rest } = { ...before, ...changes };
        const wanted = changes.projectId === undefined && changes.project !== undefined ? { project } : { projectId };
        places.forget();
        const place = await placeOf({ ...rest, ...wanted } as Fields, user.domain_id, places);
        await move(user, place, requests, async () => {
          await requests.changeUser(ref.userId, ref.name, { default_project_id: place.projectId });
        });
      }
      return (await liveOf(await mustGet(ref), ref)).fields;
    },

    async setPassword({ userId, name }, password) {
      await requests.changeUser(userId, name, { password });
    },

    async remove({ userId, name }) {
      await requests.deleteUser(userId, name);
    },

    async issueKey(ref, { accessKey }) {
      if (accessKey === undefined) throw new Error("keys of this system have an id that is chosen");
      const projectId = (await mustGet(ref)).default_project_id ?? "";
      return forKeys("issuing", ref, (session) => issueKey(session, { ...ref, projectId }, accessKey));
    },

    async revokeKey(ref, { accessKey }) {
      await forKeys("revoking", ref, (session) => revokeKey(session, ref, accessKey));
    },

    async removeMark({ userId, name }) {
      await requests.changeUser(userId, name, { pulumi_object_users: null });
    },

    list: ({ domain }) => usersOf(admin, places, String(domain)),

    async sameValue(_domain, one, other) {
      const [mine, theirs] = await Promise.all([places.domain(String(one)), places.domain(String(other))]);
      return mine.id === theirs.id;
    },

    whyRefused: (ref, { accessKey }) => whyRefused(admin, ref, accessKey),

    async probe(ref, key) {
      const { s3Endpoint } = access;
      const verdict =
        s3Endpoint === undefined
          ? await proveByKeystone(ref.name, key, admin, deps.now())
          : await proveByS3(ref.name, key, { ...access, s3Endpoint }, deps);
      if (verdict !== "refused") return verdict;
      // Neither tells a locked user from a wrong key: looking does.
      const live = await find(ref);
      const isThere = live?.keys?.some((one) => one.accessKey === key.accessKey && one.secretKey === key.secretKey);
      return live?.fields.enabled === false && isThere ? "suspended" : "refused";
    },
  };
}
