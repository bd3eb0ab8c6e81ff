/**
 * The remote calls, one function each, in the conventions that cegedim.cloud publishes: bearer token, versioned media
 * type, pages, 202 with an action. Paths and fields come from assumed.ts.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/overview
 */
import * as z from "zod";
import { ObjectUserError } from "../../errors";
import { exchange } from "../../http/exchange";
import { escaped } from "../../http/sigv4";
import type { Send, WireResponse } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { type Ending, ended, notDone, wireAction } from "./actions";
import {
  assumedChanges,
  assumedCreation,
  assumedCredentials,
  assumedTracking,
  assumedUser,
  type WireUser,
} from "./assumed";
import { type Act, notTheApi, parseJson, refused } from "./refusals";
import type { Settings } from "./settings";
import { openAccess } from "./token";

/** The media type that carries the API's version. */
export const MEDIA_TYPE = "application/vnd.cegedim-it.v1+json";

/** Users a page. */
const PAGE_SIZE = 100;

const pageOfUsers = z.looseObject({ content: z.array(assumedUser), last: z.boolean() });

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
  const { endpoint, timeoutSeconds, paths } = settings;
  const access = openAccess(settings, deps);

  function call<T>(
    act: Act,
    method: string,
    path: string,
    body: object | undefined,
    read: (r: WireResponse) => T,
  ): Promise<T> {
    return access.use((token) =>
      exchange(deps, {
        ...act,
        timeoutMs: timeoutSeconds * 1000,
        request: () => ({
          method,
          url: new URL(`${endpoint}${path}`),
          headers: {
            authorization: `Bearer ${token}`,
            accept: MEDIA_TYPE,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
        read: (response) => {
          if (response.status < 200 || response.status > 202) throw refused(act, response, endpoint);
          return read(response);
        },
      }),
    );
  }

  const reader =
    <T>(schema: z.ZodType<T>, { operation, subject, safe }: Act) =>
    ({ status, body }: WireResponse): T => {
      const parsed = schema.safeParse(parseJson(body));
      if (parsed.success) return parsed.data;
      const answer = String(status);
      throw new ObjectUserError({ ...notTheApi(endpoint), operation, subject, answer, uncertain: !safe });
    };

  const askAction = (actionId: number) => {
    const act = { operation: "reading", subject: `action ${actionId}`, safe: true };
    return call(act, "GET", `/actions/${actionId}`, undefined, reader(wireAction, act));
  };

  /** A call whose effect may come after its answer. */
  async function change(act: Act, method: string, path: string, body?: object): Promise<void> {
    const actionId = await call(act, method, path, body, (response) => {
      if (response.status !== 202) return undefined;
      const { actionId, id } = reader(assumedTracking, act)(response);
      return actionId ?? id;
    });
    if (actionId === undefined) return;
    const ending = await ended(actionId, act, askAction, deps);
    if (ending !== "done") throw notDone(ending, actionId, act);
  }

  /** A call that answers with a secret. Unless its action is known to have failed the secret is kept: the proof decides. */
  async function credentials(act: Act, method: string, path: string, body: object): Promise<WireCredentials> {
    const made = await call(act, method, path, body, reader(assumedCredentials, act));
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
  const about = (operation: string, user: UserPath, safe: boolean): Act => ({
    operation,
    subject: `user ${user.userId} of object store "${user.objectStore}"`,
    safe,
  });

  return {
    /** GET users, page by page, to the last. */
    async listUsers(objectStore: string): Promise<WireUser[]> {
      const act = { operation: "listing the users of", subject: `object store "${objectStore}"`, safe: true };
      const users: WireUser[] = [];
      for (let page = 0; ; page++) {
        const path = `${listPath(objectStore)}?page=${page}&size=${PAGE_SIZE}&sort=id,asc`;
        const { content, last } = await call(act, "GET", path, undefined, reader(pageOfUsers, act));
        users.push(...content);
        if (last || content.length === 0) return users;
      }
    },

    /** GET one user. */
    getUser: (user: UserPath): Promise<WireUser> => {
      const act = about("reading", user, true);
      return call(act, "GET", userPath(user), undefined, reader(assumedUser, act));
    },

    /** POST a user: 201, or 202 with an action; 409 when the label is taken. Its secret is shown in this answer only. */
    createUser: (objectStore: string, label: string) => {
      const act = { operation: "creating", subject: `user "${objectStore}/${label}"`, safe: false };
      return credentials(act, "POST", listPath(objectStore), assumedCreation(label));
    },

    /** PATCH a user: another label. */
    relabelUser: (user: UserPath, label: string) =>
      change(about("changing the label of", user, true), "PATCH", userPath(user), assumedChanges.relabel(label)),

    /** PATCH a user: locked or not. */
    lockUser: (user: UserPath, locked: boolean) =>
      change(
        about(locked ? "locking" : "unlocking", user, true),
        "PATCH",
        userPath(user),
        locked ? assumedChanges.lock() : assumedChanges.unlock(),
      ),

    /** PATCH a user: another secret, shown in this answer only. 409 while a grace period runs. Never to be repeated blindly. */
    renewSecret: (user: UserPath, graceSeconds: number | undefined) =>
      credentials(
        about("renewing the secret of", user, false),
        "PATCH",
        userPath(user),
        assumedChanges.renewSecret(graceSeconds),
      ),

    /** DELETE a user, for good. */
    deleteUser: (user: UserPath) => change(about("deleting", user, true), "DELETE", userPath(user)),
  };
}
