/**
 * What `status` found, as plain data: this is what `--json` writes, and what every other form is made of. Names and
 * meanings are documented in docs/cli.md and stay. No secrets: of a key its id and its times, and nothing else.
 */

import type { KeyRecord } from "../../provider/lifecycle/model";
import type { ManagedUser } from "../../provider/operator/inventory";
import type { StackRead } from "../stacks";
import { secondsBetween, showDuration } from "./duration";
import { type KeyPhase, keyDeadline, keyPhaseOf, overdueSince, type Phase, phaseOf } from "./phase";

/** A key. Times are ISO 8601 in UTC. */
export interface KeyStatus {
  readonly accessKey: string;
  readonly phase: KeyPhase;
  readonly rotationId: string;
  readonly issuedAt?: string;
  /** Whole seconds since it was issued. */
  readonly ageSeconds?: number;
  readonly provenAt?: string;
  readonly retiredAt?: string;
  /** When it is to be revoked, or first disabled, or the system ends it. */
  readonly expiresAt?: string;
  /** When it was disabled, for the time of its quarantine. */
  readonly disabledAt?: string;
}

/** A user. */
export interface UserStatus {
  readonly stack: string;
  /** The resource's name in the program; "teams/red" for a member of a fleet. */
  readonly resource: string;
  /** What the program calls the user. */
  readonly user: string;
  /** The user's full name or number on the system. */
  readonly userId: string;
  readonly kind: string;
  readonly phase: Phase;
  readonly reason: string;
  /** The published key. */
  readonly currentKey?: KeyStatus;
  /** The others that state knows of, oldest first. */
  readonly otherKeys: readonly KeyStatus[];
  readonly urn: string;
}

/** A stack. */
export interface StackStatus {
  readonly stack: string;
  readonly users: number;
  /** Why it cannot be read; then nothing is known of its users. */
  readonly problem?: string;
}

/** A resource that cannot be read, or whose last operation failed. */
export interface ResourceProblem {
  readonly stack: string;
  readonly urn: string;
  readonly problem: string;
}

/** Something that wants attention. */
export interface Finding {
  readonly finding: "key-too-old" | "grace-overdue";
  readonly stack: string;
  readonly resource: string;
  readonly user: string;
  readonly accessKey: string;
  readonly message: string;
}

/** All that was found. */
export interface Report {
  /** The moment for which ages and phases hold. */
  readonly at: string;
  readonly maxAgeSeconds?: number;
  readonly stacks: StackStatus[];
  readonly users: UserStatus[];
  readonly unreadable: ResourceProblem[];
  readonly interrupted: ResourceProblem[];
  readonly findings: Finding[];
}

const collator = new Intl.Collator("en", { numeric: true });

/** A report on nothing yet. */
export function newReport(now: Date, maxAgeSeconds: number | undefined): Report {
  const limit = maxAgeSeconds === undefined ? {} : { maxAgeSeconds };
  return { at: now.toISOString(), ...limit, stacks: [], users: [], unreadable: [], interrupted: [], findings: [] };
}

/** Adds a stack to the report. Keeps nothing of what was read but what the report needs. */
export function addStack(report: Report, read: StackRead): void {
  const { stack } = read;
  if ("problem" in read) {
    report.stacks.push({ stack, users: 0, problem: read.problem });
    return;
  }
  const { users, unreadable, interrupted } = read.inventory;
  report.stacks.push({ stack, users: users.length });
  const statuses = users.map((user) => statusOf(stack, user, report.at));
  for (const status of statuses.sort((a, b) => collator.compare(a.resource, b.resource))) {
    report.users.push(status);
    for (const finding of findingsOf(status, report.maxAgeSeconds)) report.findings.push(finding);
  }
  const mine = ({ urn, problem }: { urn: string; problem: string }) => ({ stack, urn, problem });
  report.unreadable.push(...unreadable.map(mine));
  report.interrupted.push(...interrupted.map(mine));
}

/** Whether something could not be read, so that the report says less than was asked for. */
export function isIncomplete({ stacks, unreadable }: Report): boolean {
  return unreadable.length > 0 || stacks.some(({ problem }) => problem !== undefined);
}

/** Every key of a user, the current one first. */
export function keysOf({ currentKey, otherKeys }: UserStatus): readonly KeyStatus[] {
  return currentKey ? [currentKey, ...otherKeys] : otherKeys;
}

function statusOf(stack: string, user: ManagedUser, at: string): UserStatus {
  const now = new Date(at);
  const keys = user.known.keys.map((key) => {
    const expiresAt = keyDeadline(key, user);
    return keyStatus({ ...key, ...(expiresAt === undefined ? {} : { expiresAt }) }, keyPhaseOf(key, user, now), at);
  });
  const currentKey = keys.find(({ phase }) => phase === "current");
  return {
    stack,
    resource: user.resource,
    user: user.name,
    userId: user.known.userId,
    kind: user.backend.kind,
    ...phaseOf(user, now),
    ...(currentKey ? { currentKey } : {}),
    otherKeys: keys.filter((key) => key !== currentKey),
    urn: user.urn,
  };
}

function keyStatus(key: KeyRecord, phase: KeyPhase, at: string): KeyStatus {
  const { accessKey, rotationId } = key;
  const times = (["issuedAt", "provenAt", "retiredAt", "expiresAt", "disabledAt"] as const).flatMap((name) => {
    const moment = Date.parse(key[name] ?? "");
    // A time that somebody wrote into state by hand, and that is none, is not known.
    return Number.isNaN(moment) ? [] : [[name, new Date(moment).toISOString()] as const];
  });
  const known: Partial<Record<(typeof times)[number][0], string>> = Object.fromEntries(times);
  const age = known.issuedAt === undefined ? {} : { ageSeconds: Math.max(0, secondsBetween(known.issuedAt, at)) };
  return { accessKey, phase, rotationId, ...known, ...age };
}

function findingsOf(user: UserStatus, maxAgeSeconds: number | undefined): Finding[] {
  const { stack, resource, user: name, currentKey, otherKeys } = user;
  const found = (finding: Finding["finding"], accessKey: string, message: string): Finding => {
    return { finding, stack, resource, user: name, accessKey, message };
  };
  const age = currentKey?.ageSeconds ?? 0;
  const old =
    currentKey && maxAgeSeconds !== undefined && age > maxAgeSeconds
      ? [
          found(
            "key-too-old",
            currentKey.accessKey,
            `is ${showDuration(age)} old, more than ${showDuration(maxAgeSeconds)}`,
          ),
        ]
      : [];
  const overdue = otherKeys.filter(({ phase }) => phase === "overdue");
  return [...old, ...overdue.map((key) => found("grace-overdue", key.accessKey, overdueSince(key.expiresAt)))];
}
