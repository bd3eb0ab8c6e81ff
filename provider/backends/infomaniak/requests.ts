/**
 * The remote calls of the account API, one function each. Whatever changes a user is answered with a task, or (as an
 * earlier revision did) with the result itself: both are told apart here.
 *
 * Documentation: https://developer.infomaniak.com/docs/api (Public Cloud); what it leaves out is from the API's own
 * clients: https://github.com/Infomaniak/terraform-provider-infomaniak/pull/105
 */
import type * as z from "zod";
import { isObjectUserError } from "../../errors";
import { openApi, withHeaders } from "../../http/api";
import { type Act, refused, repeatable, unrepeatable } from "../../http/dialect";
import type { HttpDeps } from "../../http/exchange";
import type { Place as Whole } from "./args";
import { accountApi } from "./refusals";
import type { Settings } from "./settings";
import {
  envelope,
  type Outcome,
  type WireProject,
  type WireUser,
  wireOutcome,
  wireProject,
  wireProjects,
  wireTask,
  wireUser,
  wireUsers,
} from "./wire";

/** The project that users are in. */
type Place = Pick<Whole, "publicCloudId" | "projectId">;

/** The public cloud that projects are in. */
type Cloud = Pick<Whole, "publicCloudId">;

/** A page of a list. */
interface Page<Item> {
  readonly data: Item[];
  readonly pages?: number | undefined;
}

/** A project to be made, with its first user. */
export type NewProject = { readonly project_name: string; readonly user_description?: string } & (
  | { readonly user_password: string }
  | { readonly user_email: string }
);

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

  const projects = ({ publicCloudId }: Cloud) => `/1/public_clouds/${publicCloudId}/projects`;
  const users = (place: Place) => `${projects(place)}/${place.projectId}/users`;

  /** A list that is under way serves all who ask for it meanwhile: many users that are made at once look once. */
  const underWay = new Map<string, Promise<WireUser[]>>();

  function listUsers(place: Place): Promise<WireUser[]> {
    const path = users(place);
    const act = repeatable("listing", `the users of project ${place.projectId}`);
    const list = underWay.get(path) ?? listAll(act, path, wireUsers).finally(() => underWay.delete(path));
    underWay.set(path, list);
    return list;
  }

  async function listAll<Item>(act: Act, path: string, schema: z.ZodType<Page<Item>>): Promise<Item[]> {
    const all: Item[] = [];
    for (let page = 1; ; page++) {
      const { data, pages } = await api.call(act, "GET", `${path}?page=${page}&per_page=${PER_PAGE}`, { schema });
      all.push(...data);
      if (pages === undefined || page >= pages) return all;
    }
  }

  /** GET …/projects, all pages. */
  const listProjects = (cloud: Cloud): Promise<WireProject[]> =>
    listAll(
      repeatable("listing", `the projects of public cloud ${cloud.publicCloudId}`),
      projects(cloud),
      wireProjects,
    );

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

    listProjects,

    /** GET …/projects/P; undefined when there is none, which the list must confirm: a wrong cloud is answered alike. */
    async getProject(cloud: Cloud, id: number, name: string): Promise<WireProject | undefined> {
      const act = repeatable("reading", `project "${name}"`);
      try {
        return (await api.call(act, "GET", `${projects(cloud)}/${id}`, { schema: wireProject })).data;
      } catch (error) {
        if (!isObjectUserError(error, "not-found")) throw error;
        return (await listProjects(cloud)).find((project) => project.public_cloud_project_id === id);
      }
    },

    /** POST …/projects, with the password of its first user, or …/projects/invite, with an address for a link. */
    createProject: (cloud: Cloud, name: string, body: NewProject) => {
      const path = "user_email" in body ? "/invite" : "";
      return change(unrepeatable("creating", `project "${name}"`), "POST", `${projects(cloud)}${path}`, body);
    },

    /** PATCH …/projects/P: its name. Harmless to repeat. */
    renameProject: (cloud: Cloud, id: number, name: string, to: string) =>
      change(repeatable("renaming", `project "${name}"`), "PATCH", `${projects(cloud)}/${id}`, { name: to }),

    /** DELETE …/projects/P, which deletes its users, too. Harmless to repeat. */
    deleteProject: (cloud: Cloud, id: number, name: string) =>
      change(repeatable("deleting", `project "${name}"`), "DELETE", `${projects(cloud)}/${id}`),

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
