/** The uses of keys as people read them in a terminal: a table a stack, a line a key, and what wants attention below. */
import { resourceNameOf } from "../../provider/operator/inventory";
import { aligned, section, short, visible } from "../columns";
import type { LogReading } from "./ops-log";
import type { KeyUsage, OtherKey, UsageReport } from "./report";
import { showUse } from "./uses";

/** The lines of a report. Names from state and from the log cannot do anything to the terminal. */
export function usageLines({ logs, stacks, keys, others, unreadable, findings }: UsageReport): string[] {
  const byStack = new Map<string, KeyUsage[]>(stacks.map(({ stack }) => [stack, []]));
  for (const key of keys) byStack.get(key.stack)?.push(key);
  return [
    ...logs.map(logLine),
    ...stacks.flatMap(({ stack, problem }) => ["", ...stackLines(stack, problem, byStack.get(stack) ?? [])]),
    ...section("Used, and not of these stacks:", others.map(otherLine)),
    ...section(
      "Wants attention:",
      findings.map(({ stack, resource, accessKey, message }) => `  ${stack} ${resource}: ${accessKey} ${message}`),
    ),
    ...section(
      "Cannot be read:",
      unreadable.map(({ stack, urn, problem }) => `  ${stack} ${resourceNameOf(urn)}: ${problem}`),
    ),
  ].map(visible);
}

function logLine({ log, requests, since, until, problem }: LogReading): string {
  if (problem !== undefined) return problem;
  if (since === undefined || until === undefined) return `Ops log ${log}: no requests. Nothing is known of any key.`;
  return `Ops log ${log}: ${requests} requests, ${minuteOf(since)} to ${minuteOf(until)} (UTC)`;
}

function stackLines(stack: string, problem: string | undefined, keys: readonly KeyUsage[]): string[] {
  if (problem !== undefined) return [`Stack ${stack} cannot be read: ${problem}`];
  if (keys.length === 0) return [`Stack ${stack} has no keys that a log could name.`];
  const used = keys.filter(({ lastAccepted }) => lastAccepted !== undefined).length;
  return [
    `Stack ${stack}: ${keys.length} keys, ${used} of them used`,
    ...aligned([
      ["RESOURCE", "PHASE", "KEY", "LAST USED (UTC)", "FROM", "BY", "USES", "REFUSED"],
      ...keys.map((key, index) => rowOf(key, keys[index - 1])),
    ]),
  ];
}

function rowOf(key: KeyUsage, above: KeyUsage | undefined): string[] {
  const { resource, phase, accessKey, lastAccepted, lastRefused, accepted, refused } = key;
  const last = lastAccepted ?? lastRefused;
  const name = above?.resource === resource ? "" : short(resource);
  if (last === undefined) return [name, phase, accessKey, "not in the log"];
  const when = `${minuteOf(last.at)}${lastAccepted ? "" : " refused"}`;
  return [name, phase, accessKey, when, short(last.from), short(last.client) || "-", `${accepted}`, `${refused}`];
}

function otherLine({ accessKey, user, lastAccepted, lastRefused }: OtherKey): string {
  const last = lastAccepted ?? lastRefused;
  return `  ${accessKey} of user "${user}"${last ? `: ${showUse(last)}` : ""}`;
}

function minuteOf(moment: string): string {
  return `${moment.slice(0, 10)} ${moment.slice(11, 16)}`;
}
