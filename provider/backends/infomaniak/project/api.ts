/**
 * The lifecycle's port for projects. A project is made together with its first user, and deleted together with all of them.
 * Its name has the resource's mark until the project is done, as the description of a user has.
 */
import { isObjectUserError, ObjectUserError } from "../../../errors";
import { failure, repeatable, unrepeatable } from "../../../http/dialect";
import type { Send } from "../../../http/wire";
import type { Fields, Live } from "../../../lifecycle/model";
import type { Sought, UserApi, UserRequest } from "../../../lifecycle/user-api";
import type { BackendDeps } from "../../backend";
import { keyless } from "../../keyless";
import { marked, unmarked } from "../description";
import { limited, limiterOf } from "../limiter";
import { alreadyCalled, idsBy, isTask, taskAsId } from "../lookup";
import { type NewProject, requestsTo } from "../requests";
import type { Settings } from "../settings";
import { StillPending, waitingFor } from "../waiting";
import { madeProject, type WireProject, type WireUser } from "../wire";
import type { Where } from "./args";

/** The projects of the public clouds that a token may manage. */
export function projectApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const limiter = limiterOf(settings.endpoint, settings.requestsPerMinute);
  const requests = requestsTo(settings, { ...deps, send: limited(deps.send, limiter, deps) });
  const awaited = { noun: "project", resource: "infomaniak.Project", get: requests.getProject };
  const waiting = waitingFor<Pick<Where, "publicCloudId">, WireProject>(awaited, requests, settings, deps);
  const { idOf, mustHaveId } = idsBy(waiting, "project", madeProject);
  const of = (name: string) => `project "${name}"`;

  /** Projects as they were made. */
  async function projectsOf({ publicCloudId }: Where): Promise<WireProject[]> {
    return (await requests.listProjects({ publicCloudId }))
      .filter(({ status }) => status !== "deleting")
      .sort((one, other) => one.public_cloud_project_id - other.public_cloud_project_id);
  }

  /** The project that has the name with this mark; else the one that has it without a mark, or with another's. */
  async function byName(where: Where, name: string, mark: string | undefined) {
    const { name: wanted } = where;
    const there = await projectsOf(where);
    // Of several that are ours, removeTwins leaves the first.
    const unfinished = there.filter((one) => mark !== undefined && one.name === marked(wanted, mark)).slice(0, 1);
    const finished = there.filter((one) => one.name === wanted);
    const others = there.filter((one) => unmarked(one.name).description === wanted);
    const found = [unfinished, finished, others].find((projects) => projects.length > 0) ?? [];
    if (found.length <= 1) return found[0];
    throw failure(repeatable("looking for", of(name)), {
      code: "conflict",
      problem: `${found.length} projects have this name (${found.map((one) => one.public_cloud_project_id).join(", ")})`,
      advice: "Give them different names, or delete those that are not needed.",
    });
  }

  async function find({ userId, name, where, mark }: Sought<Where>): Promise<WireProject | undefined> {
    const id =
      userId === undefined ? (await byName(where, name, mark))?.public_cloud_project_id : await idOf(userId, name);
    return id === undefined ? undefined : waiting.idle(where, id, name);
  }

  async function usersOf({ publicCloudId }: Where, projectId: number): Promise<WireUser[]> {
    const users = await requests.listUsers({ publicCloudId, projectId });
    return users
      .filter(({ status }) => status !== "deleting")
      .sort((one, other) => one.public_cloud_user_id - other.public_cloud_user_id);
  }

  /** The user that a project was just made with: nobody else can have made one before. */
  async function firstUser(where: Where, project: WireProject, name: string): Promise<Fields> {
    const look = async () => (await usersOf(where, project.public_cloud_project_id)).find((one) => one.open_stack_name);
    const first = await waiting.appears(name, look, "looking for the project's first user");
    if (first === undefined) return {};
    return { firstUserId: String(first.public_cloud_user_id), firstUserName: first.open_stack_name ?? "" };
  }

  function liveOf(project: WireProject, where: Where): Live {
    const { description: shown, mark } = unmarked(project.name);
    const name = mark !== undefined && project.name === marked(where.name, mark) ? where.name : shown;
    const projectId = project.public_cloud_project_id;
    return {
      userId: String(projectId),
      fields: { name, projectId, openStackName: project.open_stack_name ?? "" },
      keys: [],
      ...(mark === undefined ? {} : { mark }),
    };
  }

  /** Sends the request that makes the project; when its answer is lost, looks whether the project appears. */
  async function make({ name, where, fields, password, mark }: UserRequest<Where>): Promise<number> {
    const act = unrepeatable("creating", of(name));
    const user = password === undefined ? { user_email: String(fields.inviteEmail) } : { user_password: password };
    const described = fields.userDescription === undefined ? {} : { user_description: String(fields.userDescription) };
    const body: NewProject = { project_name: marked(where.name, mark), ...user, ...described };
    try {
      const outcome = await requests.createProject(where, name, body);
      return madeProject.parse(await waiting.outcomeOf(name, act, outcome));
    } catch (error) {
      if (!isObjectUserError(error) || !error.uncertain) throw error;
      deps.log(`infomaniak.Project ${name}: ${error.message}`);
      const made = await waiting.appears(name, async () => {
        const project = await byName(where, name, mark);
        return project && unmarked(project.name).mark === mark ? project : undefined;
      });
      if (made) return made.public_cloud_project_id;
      // Not uncertain any more: sending it again could make the project twice.
      const advice = "Run again in some minutes: a project that appears until then is found and finished.";
      throw new ObjectUserError({ ...error.parts, advice, uncertain: false });
    }
  }

  /**
   * Deletes other projects that carry the same mark, unless somebody has made users in them. A run that was killed may have
   * asked for one that was not there yet when the next run looked, and was made nevertheless. Nobody has the password of
   * its first user.
   */
  async function removeTwins(
    { public_cloud_project_id: id, name: unfinished }: WireProject,
    name: string,
    where: Where,
  ) {
    for (const { public_cloud_project_id: twin, name: other } of await projectsOf(where)) {
      if (other !== unfinished || twin === id || (await usersOf(where, twin)).length > 1) continue;
      deps.log(`infomaniak.Project ${name}: deleting project ${twin}, which an interrupted run made`);
      await waiting.gone(where, twin, name, requests.deleteProject(where, twin, name));
    }
  }

  async function rename(where: Where, id: number, name: string, to: string): Promise<void> {
    const act = unrepeatable("renaming", of(name));
    await waiting.mustEnd(name, act, await requests.renameProject(where, id, name, to));
  }

  return {
    async find(sought) {
      const { where, userId, name, mark, password } = sought;
      const project = await find(sought);
      if (project === undefined) return undefined;
      const live = liveOf(project, where);
      // One that a run has made and not finished bears this mark, or was a task until now. Whose password is known was made by
      // us, too, under whatever name; one that was adopted may bear another resource's mark.
      const isOurs = live.mark === mark || password !== undefined;
      const isUnfinished = (live.mark !== undefined && isOurs) || (userId !== undefined && isTask(userId));
      if (!isUnfinished) return live;
      const first = await firstUser(where, project, name);
      const users = await usersOf(where, project.public_cloud_project_id);
      const { description } = users.find((one) => String(one.public_cloud_user_id) === first.firstUserId) ?? {};
      const invited = where.inviteEmail === undefined ? {} : { inviteEmail: where.inviteEmail };
      const described = description ? { userDescription: description } : {};
      return { ...live, fields: { ...live.fields, ...first, ...invited, ...described } };
    },

    async create(request) {
      const { name, where, fields, mark } = request;
      if (await byName(where, name, mark)) throw exists(name);
      let id: number;
      try {
        id = await make(request);
      } catch (error) {
        if (!(error instanceof StillPending)) throw error;
        deps.log(`infomaniak.Project ${name}: ${error.message}; it is kept in state and gone on with`);
        return { userId: taskAsId(error.task), fields: { ...fields, name: "" }, keys: [] };
      }
      const project = await waiting.idle(where, id, name);
      if (project === undefined) throw vanished("creating", name);
      const live = liveOf(project, where);
      return { ...live, fields: { ...fields, ...live.fields, ...(await firstUser(where, project, name)) } };
    },

    async update({ userId, name, where }, before, changes) {
      if (changes.inviteEmail !== undefined || changes.userDescription !== undefined) throw onlyNew(name);
      const id = await mustHaveId(userId, name);
      if (typeof changes.name === "string") {
        const { public_cloud_project_id: other = id } = (await byName(where, name, undefined)) ?? {};
        if (other !== id) throw alreadyCalled(name, "project", "name", other);
        await rename(where, id, name, changes.name);
      }
      const project = await waiting.idle(where, id, name);
      if (project === undefined) throw vanished("changing", name);
      return { ...before, ...liveOf(project, where).fields };
    },

    async setPassword({ name, where, fields = {} }, password) {
      const act = unrepeatable("changing the password of", `the first user of ${of(name)}`);
      const place = { publicCloudId: where.publicCloudId, projectId: Number(fields.projectId) };
      const outcome = await requests.changeUser(place, Number(fields.firstUserId), name, { password });
      await waiting.mustEnd(name, act, outcome);
    },

    async remove({ userId, name, where, fields = {} }, { force }) {
      const id = await idOf(userId, name);
      if (id === undefined || (await requests.getProject(where, id, name)) === undefined) return;
      const isOther = (user: WireUser) => String(user.public_cloud_user_id) !== fields.firstUserId;
      const others = force ? [] : (await usersOf(where, id)).filter(isOther);
      if (others.length > 0) throw inUse(name, others);
      await waiting.gone(where, id, name, requests.deleteProject(where, id, name));
    },

    async removeMark({ userId, name, where, fields = {} }) {
      const id = await mustHaveId(userId, name);
      const project = await requests.getProject(where, id, name);
      if (project === undefined || unmarked(project.name).mark === undefined) return;
      // Whose password is ours is to be known: a finished project's first user is not looked for any more.
      if (where.inviteEmail === undefined && fields.firstUserId === undefined) throw notThereYet(name);
      await removeTwins(project, name, where);
      await rename(where, id, name, where.name);
      await waiting.idle(where, id, name);
    },

    async *list(where) {
      const publicCloudId = Number(where.publicCloudId);
      for (const { name } of await requests.listProjects({ publicCloudId }))
        if (unmarked(name).mark === undefined) yield { label: name, inputs: { publicCloudId, name } };
    },

    ...keyless("project"),
  };
}

function exists(name: string): ObjectUserError {
  return failure(repeatable("creating", `project "${name}"`), {
    code: "already-exists",
    problem: "a project of this name exists already in the public cloud and was not made by this resource",
    advice: "Set adopt: true to adopt it, or give another name.",
  });
}

function notThereYet(name: string): ObjectUserError {
  return failure(repeatable("looking for", `the first user of project "${name}"`), {
    code: "unexpected",
    problem: "the project is there, and the user that it was made with is not",
    advice: "Run again in some minutes: the project is found and finished.",
  });
}

function vanished(operation: string, name: string): ObjectUserError {
  return failure(repeatable(operation, `project "${name}"`), {
    code: "conflict",
    problem: "the project was deleted a moment ago by somebody else",
    advice: "Run again.",
    uncertain: true,
  });
}

function onlyNew(name: string): ObjectUserError {
  return failure(repeatable("changing", `project "${name}"`), {
    code: "unsupported",
    problem: "inviteEmail and userDescription are for the first user, with whom a new project is made",
    advice: "Leave them out. Manage a user of the project by an infomaniak.User.",
  });
}

function inUse(name: string, users: readonly WireUser[]): ObjectUserError {
  const shown = 10;
  const names = users.slice(0, shown).map((user) => user.description || user.open_stack_name || "one without a name");
  const more = users.length > shown ? ` and ${users.length - shown} more` : "";
  return failure(repeatable("deleting", `project "${name}"`), {
    code: "in-use",
    problem: `the project has users besides the one that it was made with: ${names.join(", ")}${more}`,
    advice: "Delete these first, or set forceDestroy: true and run up, to have them deleted with the project.",
  });
}
