/**
 * Keys that somebody still uses, and so are left: what the ops logs say against revoking a key. Only a log that reaches over
 * the whole time can say that a key was not used; where it does not, nothing is revoked.
 */
import type { World } from "../../provider/world";
import { showDuration } from "../status/duration";
import type { Terminal } from "../terminal";
import { OpsLog } from "../usage/ops-log";
import { addUse, isAccepted, isUse, type KeyUse, showUse } from "../usage/uses";
import { fresh } from "./fresh";

/** Why a key is to be left because of its use, as a clause without a full stop. Rejects when a log cannot be read. */
export type UseObjection = (accessKey: string) => Promise<string | undefined>;

/** What watches the logs while keys are swept. */
export interface UseWatch {
  readonly objection: UseObjection;
  close(): Promise<void>;
}

/** Without logs nothing is objected. */
export const NO_WATCH: UseWatch = { objection: async () => undefined, close: async () => {} };

/** Reads the logs, and what is new in them right before each revocation. Rejects when one cannot be read. */
export async function watchUses(names: readonly string[], seconds: number, terminal: Terminal): Promise<UseWatch> {
  const { world, input, interrupted, say } = terminal;
  const first = begin(seconds, world);
  const uses = new Map<string, KeyUse>();
  const logs = [...new Set(names)].map(
    (name) =>
      new OpsLog(name, input, (request) => {
        if (request.at >= first && isUse(request) && isAccepted(request)) addUse(uses, request);
      }),
  );
  const close = async () => void (await Promise.all(logs.map((log) => log.close())));
  const readOn = fresh(() => Promise.all(logs.map((log) => log.readOn(interrupted))), world);
  try {
    await readOn();
  } catch (error) {
    await close();
    throw error;
  }
  for (const { reading } of logs) {
    const { log, requests, unreadable, since, until } = reading;
    say(`ops log ${log}: ${requests} requests${since ? `, ${since} to ${until}` : ""}`);
    if (unreadable > 0) say(`warning: ${log}: ${unreadable} lines are no requests, or cut off`);
  }
  return {
    close,
    async objection(accessKey) {
      await readOn();
      // Then the logs may not have been read to their ends.
      if (interrupted.aborted) return "the sweep was interrupted";
      const start = begin(seconds, world);
      const last = uses.get(accessKey)?.lastAccepted;
      if (last && Date.parse(last.at) >= start) return `it is in use: ${showUse(last)}`;
      return gap(logs, start, showDuration(seconds));
    },
  };
}

/** Why the logs cannot tell whether a key was used since a moment; undefined when they can. */
function gap(logs: readonly OpsLog[], start: number, span: string): string | undefined {
  const times = logs.flatMap(({ reading: { since, until } }) => (since && until ? [{ since, until }] : []));
  const since = times.map((each) => each.since).sort()[0];
  const until = times
    .map((each) => each.until)
    .sort()
    .at(-1);
  const unknown = `so nobody knows whether it was used in the last ${span}`;
  if (since === undefined || until === undefined) return `the ops log has no requests, ${unknown}`;
  if (Date.parse(until) < start) return `the ops log ends ${until}, ${unknown}`;
  if (Date.parse(since) > start) return `the ops log begins ${since}, ${unknown}`;
  return undefined;
}

function begin(seconds: number, { now }: Pick<World, "now">): number {
  return now().getTime() - seconds * 1000;
}
