/**
 * The remote calls, one function each, in the conventions that cegedim.cloud publishes: bearer token, versioned media
 * type, pages, 202 with an action. Paths and fields come from assumed.ts.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/overview
 */
import * as z from "zod";
import { openApi } from "../../http/api";
import { type Act, repeatable, unrepeatable } from "../../http/dialect";
import { escaped } from "../../http/sigv4";
import type { Send } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { type Ending, ended, notDone, wireAction } from "./actions";
import { assumedChanges, assumedCreation, assumedCredentials, assumedTracking, assumedUser } from "./assumed";
import { api as apiOf } from "./refusals";
import type { Settings } from "./settings";
import { openAccess } from "./token";

/** Users a page. */
const PAGE_SIZE = 100;

const pageOfUsers = z.looseObject({ content: z.array(assumedUser), last: z.boolean() });

/** A user as the API shows it. */
export type WireUser = z.infer<typeof assumedUser>;

/** A user with its new secret. */
export type WireCredentials = z.infer<typeof assumedCredentials>;

/** A user by its id and its store. */
export interface UserPath {
  readonly objectStore: string;
  readonly userId: string;
}

/** The calls of one account. */
export type Requests = ReturnType<typeof requestsTo>;

/** Opens the calls of one account. Each rejects with an ObjectUserError. */
export function requestsTo(settings: Settings, deps: BackendDeps & { readonly send: Send }) {
  const { paths } = settings;
  const api = openApi(apiOf(settings), deps, openAccess(settings, deps));

  const askAction = (actionId: number) =>
    api.call(repeatable("reading", `action ${actionId}`), "GET", `/actions/${actionId}`, { schema: wireAction });

  /** A call whose effect may come after its answer. */
  async function change(act: Act, method: string, path: string, body?: object): Promise<void> {
    const schema = (status: number) => (status === 202 ? assumedTracking : undefined);
    const tracking = await api.call(act, method, path, { body, schema });
    const actionId = tracking?.actionId ?? tracking?.id;
    if (actionId === undefined) return;
    const ending = await ended(actionId, act, askAction, deps);
    if (ending !== "done") throw notDone(ending, actionId, act);
  }

  /** A call that answers with a secret. Unless its action is known to have failed the secret is kept: the proof decides. */
  async function credentials(act: Act, method: string, path: string, body: object): Promise<WireCredentials> {
    const made = await api.call(act, method, path, { body, schema: assumedCredentials });
    const { actionId } = made;
    if (actionId === undefined) return made;
    const unknown = (error: Error): Ending => {
      deps.log(`${error.message} The new secret is kept.`);
      return "still under way";
    };
    const ending = await ended(actionId, act, askAction, deps).catch(unknown);
    if (ending === "failed") throw notDone(ending, actionId, act);
    return made;
  }

  const listPath = (objectStore: string) => paths.objectUsers.replace("{objectStore}", escaped(objectStore));
  const userPath = ({ objectStore, userId }: UserPath) =>
    paths.objectUser.replace("{objectStore}", escaped(objectStore)).replace("{userId}", escaped(userId));
  const of = ({ objectStore, userId }: UserPath) => `user ${userId} of object store "${objectStore}"`;

  return {
    /** GET users, page by page, to the last. */
    async listUsers(objectStore: string): Promise<WireUser[]> {
      const act = repeatable("listing the users of", `object store "${objectStore}"`);
      const users: WireUser[] = [];
      for (let page = 0; ; page++) {
        const path = `${listPath(objectStore)}?page=${page}&size=${PAGE_SIZE}&sort=id,asc`;
        const { content, last } = await api.call(act, "GET", path, { schema: pageOfUsers });
        users.push(...content);
        if (last || content.length === 0) return users;
      }
    },

    /** GET one user. */
    getUser: (user: UserPath): Promise<WireUser> =>
      api.call(repeatable("reading", of(user)), "GET", userPath(user), { schema: assumedUser }),

    /** POST a user: 201, or 202 with an action; 409 when the label is taken. Its secret is shown in this answer only. */
    createUser: (objectStore: string, label: string) =>
      credentials(
        unrepeatable("creating", `user "${objectStore}/${label}"`),
        "POST",
        listPath(objectStore),
        assumedCreation(label),
      ),

    /** PATCH a user: another label. */
    relabelUser: (user: UserPath, label: string) =>
      change(repeatable("changing the label of", of(user)), "PATCH", userPath(user), assumedChanges.relabel(label)),

    /** PATCH a user: locked or not. */
    lockUser: (user: UserPath, locked: boolean) => {
      const body = locked ? assumedChanges.lock() : assumedChanges.unlock();
      return change(repeatable(locked ? "locking" : "unlocking", of(user)), "PATCH", userPath(user), body);
    },

    /** PATCH a user: another secret, shown in this answer only. 409 while a grace period runs. Never to be repeated blindly. */
    renewSecret: (user: UserPath, graceSeconds: number | undefined) => {
      const body = assumedChanges.renewSecret(graceSeconds);
      return credentials(unrepeatable("renewing the secret of", of(user)), "PATCH", userPath(user), body);
    },

    /** DELETE a user, for good. */
    deleteUser: (user: UserPath) => change(repeatable("deleting", of(user)), "DELETE", userPath(user)),
  };
}
