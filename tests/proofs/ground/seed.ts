/**
 * Chance that can be had again: a generator of numbers from a seed, and the size and seed of a proof as its command
 * gives them. What is done with the numbers is each proof's own business.
 */

/** Random choices that are the same for the same seed. */
export interface Chance {
  readonly seed: number;
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `low` up to `high`, both included. */
  whole(low: number, high: number): number;
  /** One of these. */
  of<T>(choices: readonly [T, ...T[]]): T;
}

/** The choices of a seed, by the mulberry32 generator. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return { seed, next, whole, of: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0] };
}

/** OBJECT_USERS_SEED, else one that was never used before; each proof prints it. */
export function seed(): number {
  return Number(process.env.OBJECT_USERS_SEED ?? Date.now() % 2 ** 32);
}

/** A proof's size: the variable of the environment, else the size of `npm test`. */
export function size(variable: string, usual: number): number {
  const given = process.env[variable];
  if (given === undefined || given === "") return usual;
  const number = Number(given);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${variable} must be a whole number above 0, not ${JSON.stringify(given)}.`);
}
