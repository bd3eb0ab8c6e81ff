// Many users in every phase, always the same ones, for pages and tables of a realistic size.

import { type KeyText, rgwUser, type UserText } from "./states";

/** So many users in stacks of so many. */
export function crowd(users: number, stackSize = 100): Record<string, object[]> {
  const stacks: Record<string, object[]> = {};
  for (let place = 0; place < users; place++) {
    const stack = `team-${Math.floor(place / stackSize) + 1}`;
    stacks[stack] = [...(stacks[stack] ?? []), rgwUser(`user-${place + 1}`, standing(place))];
  }
  return stacks;
}

function standing(place: number): UserText {
  const issued = 1 + ((place * 37) % 70) + ((place * 13) % 24) / 24;
  const key = (letter: string, more: Omit<KeyText, "id">): KeyText => ({
    id: `PULU${letter}${String(place).padStart(15, "A")}`,
    ...more,
  });
  const now = key("N", { issued, proven: issued - 0.01 });
  const before = (retired: number, expires: number) =>
    key("B", { issued: issued + 55, proven: issued + 55, retired, expires });
  switch (place % 23) {
    case 3:
      return { keys: [before(issued, -3), now], current: now.id };
    case 7:
      return { keys: [before(issued, -(1 + (place % 9))), now], current: now.id };
    case 11:
      return { keys: [before(issued, Math.min(issued, 2)), now], current: now.id };
    case 14:
      return { keys: [now, key("I", { issued: 0.2 })], current: now.id };
    case 17:
      return { keys: [] };
    case 19:
      return { keys: [{ ...now, issued: 120, proven: 120 }], current: now.id };
    case 21:
      return {
        keys: [now],
        current: now.id,
        resource: { initErrors: ["S3 refuses the key although the system has it"] },
      };
    default:
      return { keys: [now], current: now.id };
  }
}
