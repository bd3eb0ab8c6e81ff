/**
 * Which member of a fleet is which user: what is remembered under one name and wanted under another is the same user,
 * and a rename in the program must not delete it. Pure.
 */

import type { Inputs, Remembered } from "../state";
import type { Users } from "../users";
import type { FleetState } from "./state";

/** What is remembered, as the program sees it now. */
export interface Assignment {
  /** Users that stay, by the names that the program has for them now. */
  readonly staying: ReadonlyMap<string, Remembered>;
  /** Users that the program does not declare any more, by the names that state has for them. */
  readonly leaving: ReadonlyMap<string, Remembered>;
}

/**
 * Finds each user that is remembered among those that are wanted: by what the program calls the user, wherever it stands;
 * then by the member's name, where the system lets users be renamed. What the program declares never leaves.
 */
export function assign(users: Users, before: FleetState, wanted: ReadonlyMap<string, Inputs>): Assignment {
  const formers = new Map([...before].map(([name, { inputs }]) => [users.nameOf(inputs), name]));
  const staying = new Map<string, Remembered>();
  const leaving = new Map(before);
  const keep = (name: string, former: string | undefined) => {
    const member = former === undefined ? undefined : leaving.get(former);
    if (former === undefined || member === undefined) return;
    staying.set(name, member);
    leaving.delete(former);
  };
  for (const [name, inputs] of wanted) {
    const user = users.nameOf(inputs);
    const namesake = before.get(name);
    keep(name, namesake && users.nameOf(namesake.inputs) === user ? name : formers.get(user));
  }
  const declared = new Set([...wanted.values()].map((inputs) => users.nameOf(inputs)));
  for (const [name, { inputs }] of leaving) if (declared.has(users.nameOf(inputs))) leaving.delete(name);
  for (const [name, inputs] of wanted) {
    const member = staying.has(name) ? undefined : leaving.get(name);
    if (member && users.replacements.by(member.inputs, inputs).length === 0) keep(name, name);
  }
  return { staying, leaving };
}

/**
 * The members as state lists them after a run. A user that was to leave and is still there keeps its name as long as the
 * member that takes its place is not done: its credentials are those that consumers have. Else it gets a name of its own.
 * Also answers which name that is.
 */
export function listed(
  settled: FleetState,
  remaining: FleetState,
  isDone: (name: string) => boolean,
): { members: Map<string, Remembered>; nameOf: (leaver: string) => string } {
  const members = new Map(settled);
  const names = new Map<string, string>();
  const isTaken = (name: string) => members.has(name) || remaining.has(name);
  for (const [name, member] of remaining) {
    const successor = members.get(name);
    const free = successor === undefined ? name : freeName(name, isTaken);
    const [own, other] = isDone(name) ? [free, name] : [name, free];
    members.set(own, member);
    if (successor !== undefined) members.set(other, successor);
    names.set(name, own);
  }
  return { members, nameOf: (leaver) => names.get(leaver) ?? leaver };
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let number = 2; isTaken(free); number++) free = `${name} (${number})`;
  return free;
}
