/**
 * Actions: what the API does after it answered 202. They are asked for until they end, and not for ever.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/itcare-api-reference/operations/operations-actions
 */
import * as z from "zod";
import type { ObjectUserError } from "../../errors";
import { type Act, failure } from "../../http/dialect";
import { poll } from "../../http/poll";
import type { BackendDeps } from "../backend";

/** An action, as `GET /actions/{id}` shows it. */
export const wireAction = z.looseObject({
  id: z.number(),
  status: z.enum(["SUCCESS", "IN_PROGRESS", "ERROR"]),
  submittedAt: z.string().optional(),
});
type WireAction = z.infer<typeof wireAction>;

/** How long an action is waited for. */
const PATIENCE_SECONDS = 600;

/** How an action ended, as far as was waited for it. */
export type Ending = "done" | "failed" | "still under way";

/** Waits until an action ends, for ten minutes at most. Rejects when nobody says how it stands. */
export async function ended(
  actionId: number,
  { operation, subject }: Act,
  ask: (actionId: number) => Promise<WireAction>,
  deps: BackendDeps,
): Promise<Ending> {
  const seen = await poll<Ending>(
    {
      seconds: PATIENCE_SECONDS,
      firstPauseMs: 500,
      longestPauseMs: 10_000,
      growth: 2,
      async look() {
        const { status, submittedAt } = await ask(actionId);
        if (status !== "IN_PROGRESS") return { done: status === "SUCCESS" ? "done" : "failed" };
        const since = momentOf(submittedAt);
        return { status: `action ${actionId}${since ? ` of ${since}` : ""} is under way` };
      },
      tell: (status, waited) => deps.log(`${operation} ${subject}: ${status} (${waited} of ${PATIENCE_SECONDS} s)`),
    },
    deps,
  );
  return "done" in seen ? seen.done : "still under way";
}

/** ISO 8601 in UTC, from the API's dates: `2026-11-22T12:00:00.000+0200`. */
export function momentOf(date: string | undefined): string | undefined {
  const moment = new Date((date ?? "").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/** The error for an action that did not end well. Its own message is not shown: nobody says what may stand in it. */
export function notDone(ending: Ending, actionId: number, act: Act): ObjectUserError {
  const how = ending === "failed" ? "ended in an error" : `is still under way after ${PATIENCE_SECONDS} s`;
  return failure(act, {
    code: "unavailable",
    problem: `action ${actionId} of cegedim.cloud ${how}`,
    advice: `Look at action ${actionId} in the console of cegedim.cloud, and run again when it has ended.`,
  });
}
