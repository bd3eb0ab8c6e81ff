/**
 * Which member of a fleet is which user: what is remembered under one name and wanted under another is the same user,
 * and a rename in the program must not delete it. Also what a run is about to do to members as a whole. Pure.
 */
import type { FleetState } from "./fleet-state";
import type { Inputs, Remembered } from "./state";
import type { Users } from "./users";

/**
 * What is remembered, by the names that the program has now: a member that only got another name keeps its user. A user
 * that nobody wants any more keeps its name, or gets one of its own where another member has that now.
 */
export function byPresentNames(
  users: Users,
  before: FleetState,
  wanted: ReadonlyMap<string, Inputs>,
): Map<string, Remembered> {
  const names = new Map([...before].map(([name, { inputs }]) => [users.nameOf(inputs), name]));
  const present = new Map<string, Remembered>();
  const left = new Map(before);
  const keep = (name: string, former: string | undefined) => {
    const member = former === undefined ? undefined : left.get(former);
    if (former === undefined || member === undefined) return;
    present.set(name, member);
    left.delete(former);
  };
  for (const [name, inputs] of wanted) keep(name, names.get(users.nameOf(inputs)));
  // Another user of the same name, or the same one under a new name on the system: that is for the plan to say.
  for (const name of wanted.keys()) if (!present.has(name)) keep(name, name);
  for (const name of left.keys()) keep(freeName(name, present), name);
  return present;
}

/** Whether a member's user is to be left as it is when the fleet has no more to do with it. */
export function isRetained({ inputs }: Remembered): boolean {
  return inputs.retainOnDelete === true;
}

/** What becomes of members that are not wanted any more or are replaced, a sentence each. */
export function farewells(
  users: Users,
  before: FleetState,
  wanted: ReadonlyMap<string, Inputs>,
): (readonly [name: string, says: string])[] {
  return [...before].flatMap(([name, member]) => {
    const inputs = wanted.get(name);
    if (inputs && users.replacing(member.inputs, inputs).length === 0) return [];
    const why = inputs ? `user ${JSON.stringify(users.nameOf(inputs))} takes its place` : "it is not declared any more";
    return [[name, `${farewell(users, member)}: ${why}`] as const];
  });
}

/** What becomes of a member that leaves the fleet. */
export function farewell(users: Users, member: Remembered): string {
  const user = `user ${JSON.stringify(users.nameOf(member.inputs))}`;
  return isRetained(member) ? `${user} is left as it is (retainOnDelete)` : `${user} is deleted`;
}

function freeName(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} (${number})`;
  return free;
}
