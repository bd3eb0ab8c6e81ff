/**
 * Waiting for what Infomaniak does later: first the task, then the own status of what it is about. Bounded, told, and the
 * slower the more there is to wait for, as every look counts against the limit of requests.
 */
import { isObjectUserError } from "../../errors";
import { orUndefined } from "../../http/api";
import { type Act, failure, repeatable } from "../../http/dialect";
import { poll, type Seen } from "../../http/poll";
import type { BackendDeps } from "../backend";
import type { Requests } from "./requests";
import type { Settings } from "./settings";
import type { Outcome } from "./wire";

/** What is waited for may stay busy for half as long as its task may take. */
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

/** What is waited for. */
export interface Awaited<Place, Thing> {
  /** What it is, in messages: "user". */
  readonly noun: string;
  /** The resource's name in messages: "infomaniak.User". */
  readonly resource: string;
  get(place: Place, id: number, name: string): Promise<Thing | undefined>;
}

/** Waits for tasks and what they are about. */
export type Waiting<Place, Thing extends { readonly status: string }> = ReturnType<typeof waitingFor<Place, Thing>>;

/** How many wait at this moment: they share the limit of requests. */
let waiters = 0;

/** Opens the waits. */
export function waitingFor<Place, Thing extends { readonly status: string }>(
  { noun, resource, get }: Awaited<Place, Thing>,
  requests: Pick<Requests, "readTask">,
  { waitSeconds, requestsPerMinute }: Settings,
  deps: BackendDeps,
) {
  async function until<T>(name: string, what: string, seconds: number, look: () => Promise<Seen<T>>) {
    // All waiters together look no more often than the limit allows, with room for the rest.
    const pause = (ms: number) => Math.max(ms, (waiters * 60_000 * 1.5) / requestsPerMinute);
    const tell = (status: string, waited: number) =>
      deps.log(`${resource} ${name}: ${what}: ${status} (${waited} of at most ${seconds} s)`);
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

  /** The same, where a task that is not done in time is an error with a sentence. */
  async function mustEnd(name: string, act: Act, outcome: Outcome): Promise<unknown> {
    try {
      return await outcomeOf(name, act, outcome);
    } catch (error) {
      if (!(error instanceof StillPending)) throw error;
      throw pending(act, error);
    }
  }

  return {
    outcomeOf,
    mustEnd,

    /** It once it is not busy any more; undefined when it is gone. Gives up waiting silently: status goes stale anyway. */
    async idle(place: Place, id: number, name: string): Promise<Thing | undefined> {
      let last: Thing | undefined;
      const seconds = Math.ceil(waitSeconds * STATUS_SHARE);
      const seen = await until(name, `waiting for the ${noun}`, seconds, async () => {
        last = await get(place, id, name);
        return last && BUSY.has(last.status) ? { status: last.status } : { done: last };
      });
      const found = "done" in seen ? seen.done : last;
      if (found?.status === "error" || found?.status === "disabled")
        deps.log(`warning: ${resource} ${name}: Infomaniak says that the ${noun}'s status is "${found.status}"`);
      return found?.status === "deleting" ? undefined : found;
    },

    /** Resolves when it is gone, though somebody else deletes it at the same moment: then the request meets nothing. */
    async gone(place: Place, id: number, name: string, deletion: Promise<Outcome>): Promise<void> {
      const seconds = Math.ceil(waitSeconds * STATUS_SHARE);
      const act = repeatable("deleting", `${noun} "${name}"`);
      const outcome = await orUndefined(deletion);
      if (outcome) await mustEnd(name, act, outcome);
      const seen = await until(name, `waiting for the end of the ${noun}`, seconds, async () => {
        const found = await get(place, id, name);
        return found ? { status: found.status } : { done: true };
      });
      if ("done" in seen) return;
      throw failure(act, {
        code: "unavailable",
        problem: `Infomaniak accepted it, but the ${noun} is still there after ${seen.seconds} s with the status "${seen.status}"`,
        advice: "Run again: it resumes there.",
      });
    },

    /** The first that `look` finds, within a short time. */
    async appears<Found>(
      name: string,
      look: () => Promise<Found | undefined>,
      what = `looking whether the ${noun} was made`,
    ): Promise<Found | undefined> {
      const seen = await until(name, what, Math.min(60, waitSeconds), async () => {
        const found = await look().catch((error: unknown) => {
          if (isObjectUserError(error, "unavailable")) return undefined;
          throw error;
        });
        return found ? { done: found } : { status: "not there yet" };
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
