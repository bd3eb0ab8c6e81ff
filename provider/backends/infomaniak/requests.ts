/**
 * The remote calls of the account API, one function each. Whatever changes a user is answered with a task, or (as an
 * earlier revision did) with the result itself: both are told apart here.
 *
 * Documentation: https://developer.infomaniak.com/docs/api (Public Cloud); what it leaves out is from the API's own
 * clients: https://github.com/Infomaniak/terraform-provider-infomaniak/pull/105
 */
import { isObjectUserError } from "../../errors";
import { openApi, withHeaders } from "../../http/api";
import { type Act, refused, repeatable, unrepeatable } from "../../http/dialect";
import type { HttpDeps } from "../../http/exchange";
import type { Place as Whole } from "./args";
import { accountApi } from "./refusals";
import type { Settings } from "./settings";
import { envelope, type Outcome, type WireUser, wireOutcome, wireTask, wireUser, wireUsers } from "./wire";

/** The project that users are in. */
type Place = Pick<Whole, "publicCloudId" | "projectId">;

/** Where a task is. */
export type TaskState =
  | { readonly status: "spooled" | "running" }
  | { readonly status: "executed"; readonly data: unknown };

/** The calls. */
export type Requests = ReturnType<typeof requestsTo>;

const PER_PAGE = 100;

/** Opens the calls. Each rejects with an ObjectUserError. */
export function requestsTo(settings: Settings, deps: HttpDeps) {
  const dialect = accountApi(settings);
  const api = openApi(dialect, deps, (send) => send(withHeaders({ authorization: `Bearer ${settings.token}` })));

  const change = (act: Act, method: string, path: string, body?: object): Promise<Outcome> =>
    api.call(act, method, path, { body, schema: wireOutcome });

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
    const act = repeatable("listing", `the users of project ${place.projectId}`);
    const all: WireUser[] = [];
    for (let page = 1; ; page++) {
      const path = `${users(place)}?page=${page}&per_page=${PER_PAGE}`;
      const { data, pages } = await api.call(act, "GET", path, { schema: wireUsers });
      all.push(...data);
      if (pages === undefined || page >= pages) return all;
    }
  }

  return {
    /** GET …/users, all pages. */
    listUsers,

    /** GET …/users/U; undefined when there is none, which the list must confirm: a wrong project is answered alike. */
    async getUser(place: Place, id: number, name: string): Promise<WireUser | undefined> {
      const act = repeatable("reading", `user "${name}"`);
      try {
        return (await api.call(act, "GET", `${users(place)}/${id}`, { schema: wireUser })).data;
      } catch (error) {
        if (!isObjectUserError(error, "not-found")) throw error;
        return (await listUsers(place)).find((user) => user.public_cloud_user_id === id);
      }
    },

    /** POST …/users. */
    createUser: (place: Place, name: string, body: { readonly password: string; readonly description: string }) =>
      change(unrepeatable("creating", `user "${name}"`), "POST", users(place), body),

    /** POST …/users/invite: the user sets its password by a link that is mailed. */
    inviteUser: (place: Place, name: string, body: { readonly email: string; readonly description: string }) =>
      change(unrepeatable("inviting", `user "${name}"`), "POST", `${users(place)}/invite`, body),

    /** POST …/users/U/invite: the link once more. */
    inviteAgain: (place: Place, id: number, name: string, email: string) => {
      const act = unrepeatable("sending the invitation of", `user "${name}"`);
      return change(act, "POST", `${users(place)}/${id}/invite`, { email });
    },

    /** PATCH …/users/U: one thing at a time, as the API wants it. Harmless to repeat. */
    changeUser: (
      place: Place,
      id: number,
      name: string,
      body: { readonly description: string } | { readonly password: string },
    ) => {
      const act = repeatable(`changing the ${Object.keys(body)[0]} of`, `user "${name}"`);
      return change(act, "PATCH", `${users(place)}/${id}`, body);
    },

    /** DELETE …/users/U. Harmless to repeat. */
    deleteUser: (place: Place, id: number, name: string) =>
      change(repeatable("deleting", `user "${name}"`), "DELETE", `${users(place)}/${id}`),

    /** GET /1/async/tasks/{task_uuid}. Rejects, with what the task was answered, when it failed. */
    async readTask(act: Act, task: string): Promise<TaskState> {
      const path = `/1/async/tasks/${encodeURIComponent(task)}`;
      const { status, response } = (await api.call({ ...act, safe: true }, "GET", path, { schema: wireTask })).data;
      if (status === "spooled" || status === "running") return { status };
      const answer = envelope.safeParse(response).data;
      if (status === "executed" && answer && answer.result !== "error") return { status, data: answer.data };
      // A task's answer has no status of its own.
      throw refused(dialect, act, { status: 0, headers: {} }, answer ?? { result: "error" });
    },
  };
}
