/**
 * Users that leave a fleet: what becomes of each, when it has to go, and which may not be deleted at all. Pure.
 */
import { ObjectUserError } from "../../errors";
import type { Inputs, Remembered } from "../state";
import type { Users } from "../users";
import type { FleetState } from "./state";

/** Fewer deletions than this are never taken for an accident. */
const FEW = 3;

/** As many members are named in a refusal; the rest is counted. */
const NAMED = 5;

/** Whether a member's user is to be left as it is when the fleet has no more to do with it. */
export function isRetained({ inputs }: Remembered): boolean {
  return inputs.retainOnDelete === true;
}

/** What becomes of members that are replaced or not wanted any more, a sentence each. */
export function departures(
  users: Users,
  leaving: FleetState,
  wanted: ReadonlyMap<string, Inputs>,
): (readonly [name: string, says: string])[] {
  const replaced = [...leaving].filter(([name]) => wanted.has(name));
  const removed = [...leaving].filter(([name]) => !wanted.has(name));
  return [...replaced, ...removed].map(([name, member]) => {
    const inputs = wanted.get(name);
    const why = inputs ? `${users.managed(inputs).subject} takes its place` : "it is not declared any more";
    return [name, `${departure(users, member)}: ${why}`] as const;
  });
}

/** What becomes of a member that leaves the fleet. */
export function departure(users: Users, member: Remembered): string {
  const { subject } = users.managed(member.inputs);
  if (isRetained(member)) return `${subject} is left as it is (retainOnDelete)`;
  return `${subject} is ${users.backend.capabilities.keysOnly ? "revoked" : "deleted"}`;
}

/** Whether a user that leaves has a value that a wanted one needs and two cannot have: it has to go before that comes. */
export function isInTheWay(users: Users, member: Remembered, wanted: ReadonlyMap<string, Inputs>): boolean {
  for (const inputs of wanted.values()) if (users.replacements.excludesOld(member.inputs, inputs)) return true;
  return false;
}

/** What a member is about, in words: all of a user, or its key only. */
function words({ backend }: Users) {
  return backend.capabilities.keysOnly
    ? ({ noun: "key", end: "revoke", ending: "revoking" } as const)
    : ({ noun: "user", end: "delete", ending: "deleting" } as const);
}

/** Refuses to delete users that state protects, whatever else is about to be done. */
export function protectedRemovals(
  users: Users,
  operation: "updating" | "deleting",
  title: string,
  leaving: FleetState,
): ObjectUserError | undefined {
  const names = [...leaving].filter(([, { inputs }]) => inputs.protect === true).map(([name]) => name);
  if (names.length === 0) return undefined;
  const { noun } = words(users);
  const [members, them, theirs] =
    names.length === 1 ? ["member", "it", `its ${noun}`] : ["members", "them", `their ${noun}s`];
  return new ObjectUserError({
    code: "invalid",
    operation,
    subject: title,
    problem: `${members} ${listOf(names)} would lose ${theirs}, and state has protect: true for ${them}`,
    advice: `Set protect: false for ${them} with one up, then remove or replace ${them} with the next.`,
  });
}

/**
 * Refuses an update that would delete most of a fleet: that is what an empty list or a changed default does, and seldom
 * what somebody means. `total` is how many members state has. Users that are left as they are do not count.
 */
export function tooManyRemovals(
  users: Users,
  title: string,
  leaving: FleetState,
  total: number,
): ObjectUserError | undefined {
  const { noun, end, ending } = words(users);
  const deleted = [...leaving].filter(([, member]) => !isRetained(member)).map(([name]) => name);
  if (deleted.length < FEW || deleted.length * 2 <= total) return undefined;
  return new ObjectUserError({
    code: "invalid",
    operation: "updating",
    subject: title,
    problem: `this would ${end} the ${noun}s of ${deleted.length} of ${total} members: ${listOf(deleted)}`,
    advice: [
      "If that is meant, set allowRemovals: true on the fleet for this up.",
      `To take members out without ${ending} their ${noun}s, set retainOnDelete: true for them with one up and remove them with the next.`,
      "Otherwise look for what changed: a member removed, or another user under its name.",
    ].join(" "),
  });
}

/** Names of members, the first ones of many. */
export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}
