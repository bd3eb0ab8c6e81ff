/**
 * The lifecycle's port. Users are the account API's business, which does everything later; their S3 keys are the
 * region's, where each user makes its own with its own password.
 */
import { isObjectUserError, ObjectUserError } from "../../errors";
import { type Act, failure, repeatable, unrepeatable } from "../../http/dialect";
import type { Send } from "../../http/wire";
import type { Fields, Live } from "../../lifecycle/model";
import type { UserApi, UserRef, UserRequest } from "../../lifecycle/user-api";
import { issueKey, keysOf, listKeys, revokeKey } from "../../protocols/keystone/credentials";
import type { BackendDeps } from "../backend";
import { proveByS3 } from "../s3";
import type { Place } from "./args";
import { marked, unmarked } from "./description";
import { limited, limiterOf } from "./limiter";
import { usersOf } from "./listing";
import { alreadyCalled, isNamed, lookupBy, taskAsId } from "./lookup";
import { type RegionUser, regionOf } from "./region";
import { requestsTo } from "./requests";
import type { Settings } from "./settings";
import { StillPending, waitingFor } from "./waiting";
import { madeUser, type WireUser } from "./wire";

/** The users of the projects that a token may manage. */
export function userApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Place> {
  const limiter = limiterOf(settings.endpoint, settings.requestsPerMinute);
  const requests = requestsTo(settings, { ...deps, send: limited(deps.send, limiter, deps) });
  const awaited = { noun: "user", resource: "infomaniak.User", get: requests.getUser };
  const waiting = waitingFor<Place, WireUser>(awaited, requests, settings, deps);
  const lookup = lookupBy(requests, waiting);
  const region = regionOf(settings, deps);
  /** The generated names never change. */
  const names = new Map<string, string>();

  async function regionUser({ userId, name, where, password }: UserRef<Place>, operation: string): Promise<RegionUser> {
    if (password === undefined) throw noPassword(operation, name);
    const known = names.get(userId);
    if (known !== undefined) return { openStackName: known, name, password };
    const user = await lookup.find({ userId, name, where });
    if (user === undefined) throw vanished(operation, name);
    const openStackName = nameOf(user, name);
    names.set(userId, openStackName);
    return { openStackName, name, password };
  }

  /** The keys as the user itself sees them; nothing where we cannot log in as the user. */
  async function keysSeenBy(user: RegionUser): Promise<Pick<Live, "keys" | "passwordRefused">> {
    try {
      const projectId = await region.projectOf(user);
      return { keys: keysOf(await region.as(user, listKeys), projectId) };
    } catch (error) {
      if (isObjectUserError(error, "unauthorized")) return { passwordRefused: true };
      throw error;
    }
  }

  async function liveOf(user: WireUser, ref: Omit<UserRef<Place>, "userId">): Promise<Live> {
    const { name, password, where } = ref;
    const raw = user.description ?? "";
    const { description: shown, mark } = unmarked(raw);
    // A long description is cut to make room for the mark, which says that it is this one.
    const given = where.description;
    const description = mark !== undefined && given !== undefined && raw === marked(given, mark) ? given : shown;
    const openStackName = user.open_stack_name ?? "";
    const canLogIn = password !== undefined && openStackName !== "" && user.status !== "disabled";
    const userId = String(user.public_cloud_user_id);
    return {
      userId,
      fields: { description, userId, openStackName },
      ...(canLogIn ? await keysSeenBy({ openStackName, name, password }) : {}),
      ...(mark === undefined ? {} : { mark }),
    };
  }

  /** Sends the request that makes the user; when its answer is lost, looks whether the user appears. */
  async function make({ name, where: place, fields, password, mark }: UserRequest<Place>): Promise<number> {
    const act = unrepeatable("creating", `user "${name}"`);
    const description = marked(place.description ?? "", mark);
    try {
      const outcome =
        password === undefined
          ? await requests.inviteUser(place, name, { email: String(fields.inviteEmail), description })
          : await requests.createUser(place, name, { password, description });
      return madeUser.parse(await waiting.outcomeOf(name, act, outcome));
    } catch (error) {
      if (!isObjectUserError(error) || !error.uncertain) throw error;
      deps.log(`infomaniak.User ${name}: ${error.message}`);
      const user = await waiting.appears(name, async () => {
        const user = await lookup.byInputs(place, name, mark);
        return user && unmarked(user.description ?? "").mark === mark ? user : undefined;
      });
      if (user) return user.public_cloud_user_id;
      // Not uncertain any more: sending it again at once could make the user twice.
      const advice = "Run again in some minutes: a user that appears until then is found and finished.";
      throw new ObjectUserError({ ...error.parts, advice, uncertain: false });
    }
  }

  async function describe(id: number, name: string, place: Place, description: string): Promise<void> {
    const act = changing("description", name);
    await waiting.mustEnd(name, act, await requests.changeUser(place, id, name, { description }));
    await waiting.idle(place, id, name);
  }

  /** Deletes a user by its number, and waits until it is gone. */
  async function removeById(id: number, name: string, place: Place): Promise<void> {
    await waiting.gone(place, id, name, requests.deleteUser(place, id, name));
  }

  /**
   * Deletes other users that carry the same mark. A run that was killed may have asked for one that was not there yet
   * when the next run looked, and was made nevertheless. Nobody has its password.
   */
  async function removeTwins({ public_cloud_user_id: id, description }: WireUser, name: string, place: Place) {
    for (const twin of await requests.listUsers(place)) {
      if (twin.description !== description || twin.public_cloud_user_id === id || twin.status === "deleting") continue;
      deps.log(`infomaniak.User ${name}: deleting user ${twin.public_cloud_user_id}, which an interrupted run made`);
      await removeById(twin.public_cloud_user_id, name, place);
    }
  }

  return {
    async find(user) {
      const there = await lookup.find(user);
      if (there === undefined) return undefined;
      try {
        return await liveOf(there, user);
      } catch (error) {
        // A deletion that a killed run has begun goes on: the region may forget the user while it is read.
        if (isObjectUserError(error, "not-found") && (await lookup.find(user)) === undefined) return undefined;
        throw error;
      }
    },

    async create(request) {
      const { name, where: place, fields, mark } = request;
      if (await lookup.byInputs(place, name, mark)) throw exists(name);
      if (isNamed(place)) throw notMadeByName(name);
      let id: number;
      try {
        id = await make(request);
      } catch (error) {
        if (!(error instanceof StillPending)) throw error;
        deps.log(`infomaniak.User ${name}: ${error.message}; it is kept in state and gone on with`);
        return { userId: taskAsId(error.task), fields: { ...fields, description: "" } };
      }
      const user = await waiting.idle(place, id, name);
      if (user === undefined) throw vanished("creating", name);
      names.set(String(id), nameOf(user, name));
      region.passwordChanged(nameOf(user, name));
      const live = await liveOf(user, { name, where: place });
      return { ...live, fields: { ...fields, ...live.fields }, keys: [] };
    },

    async update(ref, before, changes) {
      const { userId, name, where: place } = ref;
      const id = await lookup.mustHaveId(userId, name);
      if (changes.userId !== undefined || changes.openStackName !== undefined) throw anotherUser(ref);
      if (typeof changes.description === "string") {
        const named = { ...place, userId: undefined, openStackName: undefined };
        const there = changes.description === "" ? undefined : await lookup.byInputs(named, name, undefined);
        const { public_cloud_user_id: other = id } = there ?? {};
        if (other !== id) throw alreadyCalled(name, "user", "description", other);
        await describe(id, name, place, changes.description);
      }
      if (changes.inviteEmail !== undefined || changes.inviteRotationId !== undefined) {
        const email = String(changes.inviteEmail ?? before.inviteEmail);
        const act = unrepeatable("sending the invitation of", `user "${name}"`);
        await waiting.mustEnd(name, act, await requests.inviteAgain(place, id, name, email));
      }
      const user = await waiting.idle(place, id, name);
      if (user === undefined) throw vanished("changing", name);
      const live = await liveOf(user, ref);
      return { ...before, ...changes, ...live.fields } satisfies Fields;
    },

    async setPassword({ userId, name, where: place }, password) {
      const id = await lookup.mustHaveId(userId, name);
      const act = changing("password", name);
      await waiting.mustEnd(name, act, await requests.changeUser(place, id, name, { password }));
      const user = await waiting.idle(place, id, name);
      if (user?.open_stack_name) region.passwordChanged(user.open_stack_name);
    },

    async remove({ userId, name, where: place }) {
      const id = await lookup.idOf(userId, name);
      if (id === undefined || (await requests.getUser(place, id, name)) === undefined) return;
      await removeById(id, name, place);
    },

    async issueKey(ref, { accessKey }) {
      if (accessKey === undefined) throw new Error("keys of this system have an id that is chosen");
      const user = await regionUser(ref, "issuing a key of");
      const projectId = await region.projectOf(user);
      return region.as(user, (session, owner) => issueKey(session, { ...owner, projectId }, accessKey));
    },

    async revokeKey(ref, { accessKey }) {
      const user = await regionUser(ref, `revoking key ${accessKey} of`);
      await region.as(user, (session, owner) => revokeKey(session, owner, accessKey));
    },

    async removeMark({ userId, name, where: place }) {
      const id = await lookup.mustHaveId(userId, name);
      const user = await requests.getUser(place, id, name);
      const { description, mark } = unmarked(user?.description ?? "");
      if (user === undefined || mark === undefined) return;
      await removeTwins(user, name, place);
      await describe(id, name, place, place.description ?? description);
    },

    list: (where) => usersOf(requests, where),

    probe: (ref, key) => proveByS3(ref.name, key, { ...settings, region: undefined }, deps),
  };
}

function changing(what: string, name: string): Act {
  return unrepeatable(`changing the ${what} of`, `user "${name}"`);
}

function nameOf(user: WireUser, name: string): string {
  if (user.open_stack_name) return user.open_stack_name;
  throw failure(repeatable("reading", `user "${name}"`), {
    code: "unavailable",
    problem: "Infomaniak has not given the user its OpenStack name yet",
    advice: "Run again in a minute.",
  });
}

function exists(name: string): ObjectUserError {
  return failure(repeatable("creating", `user "${name}"`), {
    code: "already-exists",
    problem: "a user with this description exists already in the project and was not made by this resource",
    advice: "Set adopt: true to adopt it, which sets a new password, or give another description.",
  });
}

function notMadeByName(name: string): ObjectUserError {
  return failure(repeatable("creating", `user "${name}"`), {
    code: "not-found",
    problem: "the project has no user with this userId and openStackName, and Infomaniak makes both itself",
    advice: "Check them; leave both out, and give a description, to have a new user made.",
  });
}

function anotherUser({ userId, name }: UserRef<Place>): ObjectUserError {
  return failure(repeatable("changing", `user "${name}"`), {
    code: "invalid",
    problem: `userId or openStackName is another user's: this resource has the user with the id ${userId}`,
    advice: "Correct them or leave them out. For the other user, give another resource.",
  });
}

function vanished(operation: string, name: string): ObjectUserError {
  return failure(repeatable(operation, `user "${name}"`), {
    code: "conflict",
    problem: "the user was deleted a moment ago by somebody else",
    advice: "Run again.",
    uncertain: true,
  });
}

function noPassword(operation: string, name: string): ObjectUserError {
  return failure(repeatable(operation, `user "${name}"`), {
    code: "unsupported",
    problem: "its password is not known here, and S3 keys at Infomaniak are made with the user's own password",
    advice: "Give password, or leave out inviteEmail to have a password made.",
  });
}
