/** One random walk: a program to begin with, and steps, each of some edits and what is then done with Pulumi. */
import * as fc from "fast-check";
import { type Edit, edit, newItem } from "./edits";
import { EMPTY, type Item, type Source, type StackName, UIDS } from "./program";
import { Stage, type Tally } from "./stage";
import type { Crash } from "./wire";

/** One step of a walk. */
export interface Step {
  readonly stack: StackName;
  /** Seconds that pass before. */
  readonly advance: number;
  readonly edits: readonly Edit[];
  readonly run: {
    readonly do: "up" | "refresh" | "destroy" | "state delete";
    /** A resource in state, by its place. */
    readonly at: number;
    /** Whether that one is to be replaced (`--replace`). */
    readonly replace: boolean;
    /** `up --refresh` */
    readonly refresh: boolean;
  };
  readonly crash?: Crash | undefined;
  /** After a crash the same is run again; otherwise the next step's edits come first. */
  readonly again: boolean;
  /** What is done about a first refusal. */
  readonly wayOut: "adopt" | "restore";
  /** One thing at a time. */
  readonly serial: boolean;
  /** Resources are registered in another order than that of the text, as Node programs often do. */
  readonly shuffled: boolean;
  /** Says who overtakes whom. */
  readonly seed: number;
}

/** A walk. */
export interface Story {
  /** Where the users of the first program stand, and how many they are. */
  readonly home: Item["home"];
  readonly users: number;
  /** Whether the other stack has users, too, which the first one may come to want. */
  readonly others: boolean;
  readonly steps: readonly Step[];
}

const rarely = fc.integer({ min: 0, max: 4 }).map((n) => n === 4);

const run: fc.Arbitrary<Step["run"]> = fc.record({
  do: fc.oneof(
    { weight: 12, arbitrary: fc.constant("up" as const) },
    { weight: 1, arbitrary: fc.constant("refresh" as const) },
    { weight: 1, arbitrary: fc.constant("destroy" as const) },
    { weight: 1, arbitrary: fc.constant("state delete" as const) },
  ),
  at: fc.nat(4),
  replace: rarely,
  refresh: rarely,
});

const crash: fc.Arbitrary<Crash | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record({ at: fc.integer({ min: 1, max: 14 }), when: fc.constantFrom("before", "after") }),
  },
);

const step: fc.Arbitrary<Step> = fc.record({
  stack: fc.oneof(
    { weight: 4, arbitrary: fc.constant("dev" as const) },
    { weight: 1, arbitrary: fc.constant("prod" as const) },
  ),
  advance: fc.constantFrom(0, 0, 1800, 4000),
  edits: fc.array(edit, { maxLength: 3, size: "max" }),
  run,
  crash,
  again: rarely.map((isRare) => !isRare),
  wayOut: fc.constantFrom("adopt" as const, "restore" as const),
  serial: rarely,
  shuffled: fc.boolean(),
  seed: fc.nat(1000),
});

/** Any walk. */
export const story: fc.Arbitrary<Story> = fc.record({
  home: fc.constantFrom<Item["home"]>("list", "single", "fleet"),
  users: fc.integer({ min: 1, max: 4 }),
  others: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 5, size: "max" }),
});

/** Plays a walk: first the program comes up, then it is edited. Rejects where a promise is broken. */
export async function play({ home, users, others, steps }: Story, tally = newTally()): Promise<void> {
  const first: Source = { ...EMPTY, items: UIDS.slice(0, users).map((uid) => newItem(home, uid)) };
  const stage = new Stage(first, tally);
  await stage.play(UP);
  if (others) await stage.play({ ...UP, stack: "prod", edits: OTHERS });
  for (const one of steps) await stage.play(one);
}

/** Nothing so far. */
export function newTally(): Tally {
  return { runs: 0, crashes: 0, refusals: 0 };
}

const OTHERS: readonly Edit[] = [
  { do: "insert", at: 0, home: "list", uid: "dan", adopt: false },
  { do: "insert", at: 1, home: "fleet", uid: "cyn", adopt: false },
];

const UP: Step = {
  stack: "dev",
  advance: 0,
  edits: [],
  run: { do: "up", at: 0, replace: false, refresh: false },
  again: true,
  wayOut: "restore",
  serial: false,
  shuffled: false,
  seed: 0,
};
