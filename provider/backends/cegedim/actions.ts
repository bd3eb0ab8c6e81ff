/**
 * Actions: what the API does after it answered 202. They are asked for until they end, and not for ever.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/itcare-api-reference/operations/operations-actions
 */
import * as z from "zod";
import { ObjectUserError } from "../../errors";
import type { BackendDeps } from "../backend";
import type { Act } from "./refusals";

/** An action, as `GET /actions/{id}` shows it. */
export const wireAction = z.looseObject({
  id: z.number(),
  status: z.enum(["SUCCESS", "IN_PROGRESS", "ERROR"]),
  submittedAt: z.string().optional(),
});
type WireAction = z.infer<typeof wireAction>;

/** How long an action is waited for. */
export const PATIENCE_SECONDS = 600;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** How an action ended, as far as was waited for it. */
export type Ending = "done" | "failed" | "still under way";

/** Waits until an action ends, for ten minutes at most. Rejects when nobody says how it stands. */
export async function ended(
  actionId: number,
  act: Act,
  ask: (actionId: number) => Promise<WireAction>,
  deps: BackendDeps,
): Promise<Ending> {
  for (let waitedMs = 0, pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const action = await ask(actionId);
    if (action.status === "SUCCESS") return "done";
    if (action.status === "ERROR") return "failed";
    if (waitedMs >= PATIENCE_SECONDS * 1000) return "still under way";
    const since = momentOf(action.submittedAt);
    const waited = `${Math.round(waitedMs / 1000)} of ${PATIENCE_SECONDS} s`;
    deps.log(
      `${act.operation} ${act.subject}: action ${actionId}${since ? ` of ${since}` : ""} is under way (${waited})`,
    );
    await deps.sleep(pauseMs);
    waitedMs += pauseMs;
  }
}

/** ISO 8601 in UTC, from the API's dates: `2026-11-22T12:00:00.000+0200`. */
export function momentOf(date: string | undefined): string | undefined {
  const moment = new Date((date ?? "").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}

/** The error for an action that did not end well. Its own message is not shown: nobody says what may stand in it. */
export function notDone(ending: Ending, actionId: number, { operation, subject }: Act): ObjectUserError {
  const how = ending === "failed" ? "ended in an error" : `is still under way after ${PATIENCE_SECONDS} s`;
  return new ObjectUserError({
    operation,
    subject,
    code: "unavailable",
    problem: `action ${actionId} of cegedim.cloud ${how}`,
    advice: `Look at action ${actionId} in the console of cegedim.cloud, and run again when it has ended.`,
  });
}
