/**
 * The remote calls of the account API, one function each. Whatever changes a user is answered with a task, or (as an
 * earlier revision did) with the result itself: both are told apart here.
 *
 * Documentation: https://developer.infomaniak.com/docs/api (Public Cloud); what it leaves out is from the API's own
 * clients: https://github.com/Infomaniak/terraform-provider-infomaniak/pull/105
 */
import type * as z from "zod";
import { isObjectUserError } from "../../errors";
import { exchange, type HttpDeps } from "../../http/exchange";
import type { Place } from "./args";
import { type Act, failure, notTheApi, parseJson, refused, refusedBy } from "./refusals";
import type { Settings } from "./settings";
import { type Envelope, envelope, taskId, type WireUser, wireTask, wireUser, wireUsers } from "./wire";

/** What a change came to: its result, or the task that will bring it. */
export type Outcome = { readonly data: unknown } | { readonly task: string };

/** Where a task is. */
export type TaskState =
  | { readonly status: "spooled" | "running" }
  | { readonly status: "executed"; readonly data: unknown };

/** The calls. */
export type Requests = ReturnType<typeof requestsTo>;

const PER_PAGE = 100;

/** Opens the calls. Each rejects with an ObjectUserError. */
export function requestsTo(settings: Settings, deps: HttpDeps) {
  const { endpoint, token, timeoutSeconds } = settings;

  async function call(act: Act, method: string, path: string, body?: unknown): Promise<Envelope> {
    return exchange(deps, {
      operation: act.operation,
      subject: act.subject,
      safe: !act.writes,
      timeoutMs: timeoutSeconds * 1000,
      request: () => ({
        method,
        url: new URL(`${endpoint}${path}`),
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      read: (response) => {
        if (response.status < 200 || response.status > 299) throw refused(act, response, endpoint);
        const parsed = envelope.safeParse(parseJson(response.body));
        if (!parsed.success) throw senseless(act, response.headers["content-type"]);
        if (parsed.data.result === "error") throw refusedBy(act, response.status, parsed.data);
        return parsed.data;
      },
    });
  }

  function senseless(act: Act, contentType?: string) {
    return failure(act, { ...notTheApi(endpoint, contentType), uncertain: act.writes });
  }

  function parsed<T>(act: Act, schema: z.ZodType<T>, data: unknown): T {
    const result = schema.safeParse(data);
    if (result.success) return result.data;
    throw senseless(act);
  }

  async function change(act: Act, method: string, path: string, body?: unknown): Promise<Outcome> {
    const { result, data } = await call(act, method, path, body);
    return result === "success" ? { data } : { task: parsed(act, taskId, data) };
  }

  const users = ({ publicCloudId, projectId }: Place) =>
    `/1/public_clouds/${publicCloudId}/projects/${projectId}/users`;

  /** A list that is under way serves all who ask for it meanwhile: many users that are made at once look once. */
  const underWay = new Map<string, Promise<WireUser[]>>();

  function listUsers(place: Place): Promise<WireUser[]> {
    const path = users(place);
    const list = underWay.get(path) ?? listAll(place).finally(() => underWay.delete(path));
    underWay.set(path, list);
    return list;
  }

  async function listAll(place: Place): Promise<WireUser[]> {
    const act = { operation: "listing", subject: `the users of project ${place.projectId}`, writes: false };
    const all: WireUser[] = [];
    for (let page = 1; ; page++) {
      const { data, pages } = await call(act, "GET", `${users(place)}?page=${page}&per_page=${PER_PAGE}`);
      all.push(...parsed(act, wireUsers, data));
      if (pages === undefined || page >= pages) return all;
    }
  }

  return {
    /** GET …/users, all pages. */
    listUsers,

    /** GET …/users/U; undefined when there is none, which the list must confirm: a wrong project is answered alike. */
    async getUser(place: Place, id: number, name: string): Promise<WireUser | undefined> {
      const act = { operation: "reading", subject: `user "${name}"`, writes: false };
      try {
        return parsed(act, wireUser, (await call(act, "GET", `${users(place)}/${id}`)).data);
      } catch (error) {
        if (!isObjectUserError(error, "not-found")) throw error;
        return (await listUsers(place)).find((user) => user.public_cloud_user_id === id);
      }
    },

    /** POST …/users. */
    createUser: (place: Place, name: string, body: { readonly password: string; readonly description: string }) =>
      change({ operation: "creating", subject: `user "${name}"`, writes: true }, "POST", users(place), body),

    /** POST …/users/invite: the user sets its password by a link that is mailed. */
    inviteUser: (place: Place, name: string, body: { readonly email: string; readonly description: string }) =>
      change(
        { operation: "inviting", subject: `user "${name}"`, writes: true },
        "POST",
        `${users(place)}/invite`,
        body,
      ),

    /** POST …/users/U/invite: the link once more. */
    inviteAgain: (place: Place, id: number, name: string, email: string) =>
      change(
        { operation: "sending the invitation of", subject: `user "${name}"`, writes: true },
        "POST",
        `${users(place)}/${id}/invite`,
        { email },
      ),

    /** PATCH …/users/U: one thing at a time, as the API wants it. Harmless to repeat. */
    changeUser: (
      place: Place,
      id: number,
      name: string,
      body: { readonly description: string } | { readonly password: string },
    ) =>
      change(
        { operation: `changing the ${Object.keys(body)[0]} of`, subject: `user "${name}"`, writes: false },
        "PATCH",
        `${users(place)}/${id}`,
        body,
      ),

    /** DELETE …/users/U. Harmless to repeat. */
    deleteUser: (place: Place, id: number, name: string) =>
      change({ operation: "deleting", subject: `user "${name}"`, writes: false }, "DELETE", `${users(place)}/${id}`),

    /** GET /1/async/tasks/{task_uuid}. Rejects, with what the task was answered, when it failed. */
    async readTask(act: Act, task: string): Promise<TaskState> {
      const reading = { ...act, writes: false };
      const { data } = await call(reading, "GET", `/1/async/tasks/${encodeURIComponent(task)}`);
      const { status, response } = parsed(reading, wireTask, data);
      if (status === "spooled" || status === "running") return { status };
      const answer = envelope.safeParse(response);
      if (status === "executed" && answer.success && answer.data.result !== "error")
        return { status, data: answer.data.data };
      throw refusedBy(act, undefined, answer.success ? answer.data : {});
    },
  };
}
