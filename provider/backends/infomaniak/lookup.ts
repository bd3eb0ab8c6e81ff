/**
 * Users by what the lifecycle calls them: an id; the task that is making the user, while it has no id; or, before anything
 * is known, what the inputs say: an id, a generated name, or a description.
 */
import type * as z from "zod";
import { ObjectUserError } from "../../errors";
import { failure, repeatable, unrepeatable } from "../../http/dialect";
import type { Place } from "./args";
import { marked, unmarked } from "./description";
import type { Requests } from "./requests";
import type { Waiting } from "./waiting";
import { madeUser, type WireUser } from "./wire";

const TASK = "task:";

/** What stands for a user's id while a task is making it. */
export function taskAsId(task: string): string {
  return `${TASK}${task}`;
}

/** Whether an id stands for a task. */
export function isTask(userId: string): boolean {
  return userId.startsWith(TASK);
}

/** Whether the inputs name a user that is there already. */
export function isNamed({ userId, openStackName }: Place): boolean {
  return userId !== undefined || openStackName !== undefined;
}

/** Ids of users or projects, while a task is making them too. `made` reads the id in a task's result. */
export function idsBy(
  { mustEnd }: Pick<Waiting<unknown, { status: string }>, "mustEnd">,
  noun: string,
  made: z.ZodType<number>,
) {
  /** Undefined: the task that was to make it failed. */
  async function idOf(userId: string, name: string): Promise<number | undefined> {
    if (!userId.startsWith(TASK)) return Number(userId);
    const act = repeatable("creating", `${noun} "${name}"`);
    const task = userId.slice(TASK.length);
    try {
      return made.parse(await mustEnd(name, act, { task }));
    } catch (error) {
      const isPending = error instanceof ObjectUserError && error.code === "unavailable";
      if (isPending || !(error instanceof ObjectUserError)) throw error;
      return undefined;
    }
  }

  return {
    idOf,

    /** The id of one that must be there. */
    async mustHaveId(userId: string, name: string): Promise<number> {
      const id = await idOf(userId, name);
      if (id !== undefined) return id;
      throw failure(repeatable("creating", `${noun} "${name}"`), {
        code: "unexpected",
        problem: `Infomaniak's task to make the ${noun} failed`,
        advice: "Run again: it is made anew.",
      });
    },
  };
}

/** The look-ups. */
export type Lookup = ReturnType<typeof lookupBy>;

/** Opens the look-ups. */
export function lookupBy(requests: Requests, waiting: Waiting<Place, WireUser>) {
  const { idOf, mustHaveId } = idsBy(waiting, "user", madeUser);

  /**
   * The user that the inputs name; without a name, the one that bears the description with this mark, else the one that bears
   * it without a mark, or with another's.
   */
  async function byInputs(place: Place, name: string, mark: string | undefined): Promise<WireUser | undefined> {
    const { description, userId, openStackName } = place;
    const there = (await requests.listUsers(place)).filter((user) => user.status !== "deleting");
    if (isNamed(place))
      return there.find(
        (user) =>
          (userId ?? String(user.public_cloud_user_id)) === String(user.public_cloud_user_id) &&
          (openStackName ?? user.open_stack_name) === user.open_stack_name,
      );
    if (description === undefined) throw unnamed(name);
    const unfinished = there.filter((user) => mark !== undefined && user.description === marked(description, mark));
    const finished = there.filter((user) => user.description === description);
    const others = there.filter((user) => unmarked(user.description ?? "").description === description);
    // All of them are ours; the others go when the mark of this one is taken off.
    if (unfinished[0] !== undefined) return unfinished[0];
    const found = [finished, others].find((users) => users.length > 0) ?? [];
    if (found.length <= 1) return found[0];
    const ids = found.map((user) => user.public_cloud_user_id).join(", ");
    throw failure(repeatable("looking for", `user "${name}"`), {
      code: "conflict",
      problem: `${found.length} users of the project have this description (${ids})`,
      advice: "Give them different descriptions, or delete those that are not needed.",
    });
  }

  return {
    idOf,
    mustHaveId,
    byInputs,

    /** The user once it is not busy; undefined when there is none. */
    async find(user: {
      readonly name: string;
      readonly where: Place;
      readonly userId?: string;
      readonly mark?: string;
    }): Promise<WireUser | undefined> {
      const place = user.where;
      const id =
        user.userId === undefined
          ? (await byInputs(place, user.name, user.mark))?.public_cloud_user_id
          : await idOf(user.userId, user.name);
      return id === undefined ? undefined : waiting.idle(place, id, user.name);
    },
  };
}

/** The refusal to call a user or a project what another one is called: by that text neither would be found again. */
export function alreadyCalled(
  name: string,
  noun: "user" | "project",
  what: "description" | "name",
  id: number,
): ObjectUserError {
  return failure(unrepeatable("changing", `${noun} "${name}"`), {
    code: "already-exists",
    problem: `${noun} ${id} has this ${what} already`,
    advice: `Give another ${what}, or change that of the other ${noun} first.`,
  });
}

function unnamed(name: string): ObjectUserError {
  return failure(repeatable("looking for", `user "${name}"`), {
    code: "invalid",
    problem: "nothing says which user of the project is meant",
    advice: "Give its description, openStackName or userId.",
  });
}
