/**
 * Users that leave a fleet: what becomes of each, and when it has to go. Pure.
 */
import type { FleetState } from "./fleet-state";
import type { Inputs, Remembered } from "./state";
import type { Users } from "./users";

/** Whether a member's user is to be left as it is when the fleet has no more to do with it. */
export function isRetained({ inputs }: Remembered): boolean {
  return inputs.retainOnDelete === true;
}

/** What becomes of members that are replaced or not wanted any more, a sentence each. */
export function farewells(
  users: Users,
  leaving: FleetState,
  wanted: ReadonlyMap<string, Inputs>,
): (readonly [name: string, says: string])[] {
  const replaced = [...leaving].filter(([name]) => wanted.has(name));
  const removed = [...leaving].filter(([name]) => !wanted.has(name));
  return [...replaced, ...removed].map(([name, member]) => {
    const inputs = wanted.get(name);
    const why = inputs ? `user ${JSON.stringify(users.nameOf(inputs))} takes its place` : "it is not declared any more";
    return [name, `${farewell(users, member)}: ${why}`] as const;
  });
}

/** What becomes of a member that leaves the fleet. */
export function farewell(users: Users, member: Remembered): string {
  const user = `user ${JSON.stringify(users.nameOf(member.inputs))}`;
  return isRetained(member) ? `${user} is left as it is (retainOnDelete)` : `${user} is deleted`;
}

/** Whether a user that leaves has a value that a wanted one needs and two cannot have: it has to go before that comes. */
export function isInTheWay(users: Users, member: Remembered, wanted: ReadonlyMap<string, Inputs>): boolean {
  for (const inputs of wanted.values()) if (users.excludesOld(member.inputs, inputs)) return true;
  return false;
}
