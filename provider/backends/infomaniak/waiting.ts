/**
 * Waiting for what Infomaniak does later: first the task, then the user's own status. Bounded, told, and the slower the
 * more there is to wait for, as every look counts against the limit of requests.
 */
import { isObjectUserError } from "../../errors";
import { type Act, failure, repeatable } from "../../http/dialect";
import { poll, type Seen } from "../../http/poll";
import type { BackendDeps } from "../backend";
import type { Place } from "./args";
import type { Requests } from "./requests";
import type { Settings } from "./settings";
import type { Outcome, WireUser } from "./wire";

/** A user may stay busy for half as long as its task may take. */
const STATUS_SHARE = 0.5;

const BUSY = new Set(["creating", "updating"]);

/** The task was accepted and is not done yet. */
export class StillPending extends Error {
  override readonly name = "StillPending";
  constructor(
    readonly task: string,
    readonly status: string,
    readonly seconds: number,
  ) {
    super(`task ${task} is ${status} after ${seconds} s`);
  }
}

/** Waits for tasks and users. */
export type Waiting = ReturnType<typeof waitingFor>;

/** How many wait at this moment: they share the limit of requests. */
let waiters = 0;

/** Opens the waits. */
export function waitingFor(requests: Requests, { waitSeconds, requestsPerMinute }: Settings, deps: BackendDeps) {
  async function until<T>(name: string, what: string, seconds: number, look: () => Promise<Seen<T>>) {
    // All waiters together look no more often than the limit allows, with room for the rest.
    const pause = (ms: number) => Math.max(ms, (waiters * 60_000 * 1.5) / requestsPerMinute);
    const tell = (status: string, waited: number) =>
      deps.log(`infomaniak.User ${name}: ${what}: ${status} (${waited} of at most ${seconds} s)`);
    waiters++;
    try {
      return await poll({ seconds, firstPauseMs: 1_000, longestPauseMs: 30_000, growth: 1.5, pause, look, tell }, deps);
    } finally {
      waiters--;
    }
  }

  /** The result of a change. Throws StillPending when the task is not done in time. */
  async function outcomeOf(name: string, act: Act, outcome: Outcome): Promise<unknown> {
    if ("data" in outcome) return outcome.data;
    const { task } = outcome;
    const seen = await until(name, act.operation, waitSeconds, async () => {
      const state = await requests.readTask(act, task);
      return state.status === "executed" ? { done: state.data } : { status: state.status };
    });
    if ("done" in seen) return seen.done;
    throw new StillPending(task, seen.status, seen.seconds);
  }

  return {
    outcomeOf,

    /** The same, where a task that is not done in time is an error with a sentence. */
    async mustEnd(name: string, act: Act, outcome: Outcome): Promise<unknown> {
      try {
        return await outcomeOf(name, act, outcome);
      } catch (error) {
        if (!(error instanceof StillPending)) throw error;
        throw pending(act, error);
      }
    },

    /** The user once it is not busy any more; undefined when it is gone. Gives up waiting silently: status goes stale anyway. */
    async idle(place: Place, id: number, name: string): Promise<WireUser | undefined> {
      let last: WireUser | undefined;
      const seconds = Math.ceil(waitSeconds * STATUS_SHARE);
      const seen = await until(name, "waiting for the user", seconds, async () => {
        last = await requests.getUser(place, id, name);
        return last && BUSY.has(last.status) ? { status: last.status } : { done: last };
      });
      const user = "done" in seen ? seen.done : last;
      if (user?.status === "error" || user?.status === "disabled")
        deps.log(`infomaniak.User ${name}: warning: Infomaniak says that the user's status is "${user.status}"`);
      return user?.status === "deleting" ? undefined : user;
    },

    /** Resolves when the user is gone. */
    async gone(place: Place, id: number, name: string): Promise<void> {
      const seconds = Math.ceil(waitSeconds * STATUS_SHARE);
      const act = repeatable("deleting", `user "${name}"`);
      const seen = await until(name, "waiting for the end of the user", seconds, async () => {
        const user = await requests.getUser(place, id, name);
        return user ? { status: user.status } : { done: true };
      });
      if ("done" in seen) return;
      throw failure(act, {
        code: "unavailable",
        problem: `Infomaniak accepted it, but the user is still there after ${seen.seconds} s with the status "${seen.status}"`,
        advice: "Run again: it resumes there.",
      });
    },

    /** The first user that `look` finds, within a short time. */
    async appears(name: string, look: () => Promise<WireUser | undefined>): Promise<WireUser | undefined> {
      const seen = await until(name, "looking whether the user was made", Math.min(60, waitSeconds), async () => {
        const user = await look().catch((error: unknown) => {
          if (isObjectUserError(error, "unavailable")) return undefined;
          throw error;
        });
        return user ? { done: user } : { status: "not there yet" };
      });
      return "done" in seen ? seen.done : undefined;
    },
  };
}

/** The sentence for a task that takes longer than we wait. */
export function pending(act: Act, { task, status, seconds }: StillPending) {
  return failure(act, {
    code: "unavailable",
    problem: `Infomaniak accepted it, but its task ${task} is still ${status} after ${seconds} s`,
    advice:
      "Run again: it resumes with what is there by then. To wait longer, raise waitSeconds of infomaniak.Provider.",
  });
}
