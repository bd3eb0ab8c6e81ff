/**
 * What `usage` found, as plain data: the keys of the stacks with what the logs say of each. This is what `--json` writes.
 * Names and meanings are documented in docs/cli.md and stay. No secrets.
 */
import { isDerived } from "../../provider/lifecycle/keys";
import { type KeyStatus, keysOf, type Report, type ResourceProblem, type StackStatus } from "../status/report";
import type { LogReading } from "./ops-log";
import { type KeyUse, showUse } from "./uses";

/** A key of a stack, and its use. */
export interface KeyUsage extends Omit<KeyUse, "user"> {
  readonly stack: string;
  /** The resource's name in the program; "teams/red" for a member of a fleet. */
  readonly resource: string;
  readonly user: string;
  readonly kind: string;
  readonly accessKey: string;
  readonly phase: KeyStatus["phase"];
  readonly retiredAt?: string;
  readonly expiresAt?: string;
}

/** A key with an id that only this package makes, that somebody used, and that no given stack knows. */
export interface OtherKey extends KeyUse {
  readonly accessKey: string;
}

/** Something that wants attention. */
export interface UsageFinding {
  readonly finding: "former-key-used";
  readonly stack: string;
  readonly resource: string;
  readonly user: string;
  readonly accessKey: string;
  readonly message: string;
}

/** All that was found. */
export interface UsageReport {
  /** The moment for which phases hold. */
  readonly at: string;
  readonly logs: readonly LogReading[];
  readonly stacks: readonly StackStatus[];
  readonly keys: readonly KeyUsage[];
  readonly others: readonly OtherKey[];
  readonly unreadable: readonly ResourceProblem[];
  readonly findings: readonly UsageFinding[];
}

const NEVER = { accepted: 0, refused: 0 };

/** Joins what the stacks know with what the logs say. */
export function usageOf(report: Report, uses: ReadonlyMap<string, KeyUse>, logs: readonly LogReading[]): UsageReport {
  const { at, stacks, users, unreadable } = report;
  const keys = users.flatMap((status) =>
    keysOf(status).map(({ accessKey, phase, retiredAt, expiresAt }): KeyUsage => {
      const { user: _, ...use } = uses.get(accessKey) ?? { user: "", ...NEVER };
      const { stack, resource, user, kind } = status;
      const times = {
        ...(retiredAt === undefined ? {} : { retiredAt }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
      return { stack, resource, user, kind, accessKey, phase, ...times, ...use };
    }),
  );
  const known = new Set(keys.map(({ accessKey }) => accessKey));
  const others = [...uses]
    .filter(([accessKey]) => !known.has(accessKey) && isDerived(accessKey))
    .map(([accessKey, use]) => ({ accessKey, ...use }))
    .sort((a, b) => (a.accessKey < b.accessKey ? -1 : 1));
  return { at, logs, stacks, keys, others, unreadable, findings: keys.flatMap(findingsOf) };
}

/** A retired key that was used after it was retired: its consumer has not got the current one. */
function findingsOf({ stack, resource, user, accessKey, retiredAt, lastAccepted }: KeyUsage): UsageFinding[] {
  if (retiredAt === undefined || lastAccepted === undefined || lastAccepted.at <= retiredAt) return [];
  const message = `is retired and still in use: ${showUse(lastAccepted)}`;
  return [{ finding: "former-key-used", stack, resource, user, accessKey, message }];
}
