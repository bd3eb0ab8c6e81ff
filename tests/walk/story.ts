/** One random walk as data: a program to begin with, and steps, each of deeds, edits, and what is then done with Pulumi. */
import * as fc from "fast-check";
import { type Edit, edit } from "./edits";
import { homesOf, type Item, type StackName } from "./program";
import type { System } from "./system";
import { type Deed, deed, type Trouble, trouble, troubleOfS3 } from "./trouble";

/** One step of a walk. */
export interface Step {
  readonly stack: StackName;
  /** Seconds that pass before. */
  readonly advance: number;
  /** What others do before. */
  readonly deeds: readonly Deed[];
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
  readonly trouble?: Trouble | undefined;
  /** After trouble the same is run again; otherwise the next step's edits come first. */
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
  /** Whether users of a fleet are to be left when they leave it. */
  readonly stay: boolean;
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

/** What walks are mostly about: what users are, where programs have them, or keys that cannot be proven. */
type Subject = "users" | "programs" | "proofs";

/** Any step. */
function step(system: System, about: Subject): fc.Arbitrary<Step> {
  const isAboutUsers = about !== "programs";
  const never = fc.constant(false);
  return fc.record({
    stack: isAboutUsers
      ? fc.constant("dev" as const)
      : fc.oneof(
          { weight: 4, arbitrary: fc.constant("dev" as const) },
          { weight: 1, arbitrary: fc.constant("prod" as const) },
        ),
    advance: fc.constantFrom(0, 0, 30, 700, 4000),
    deeds: fc.oneof(
      { weight: isAboutUsers ? 4 : 10, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(deed(system), { minLength: 1, maxLength: 2 }) },
    ),
    edits: fc.array(edit(system, isAboutUsers ? "users" : "programs"), { maxLength: 3, size: "max" }),
    run: isAboutUsers ? run.map((one) => ({ ...one, replace: false })) : run,
    trouble: about === "proofs" ? troubleOfS3(system) : trouble(system, isAboutUsers ? 8 : 20),
    again: about === "proofs" ? fc.boolean() : rarely.map((isRare) => !isRare),
    wayOut: fc.constantFrom("adopt" as const, "restore" as const),
    serial: rarely,
    shuffled: isAboutUsers ? never : fc.boolean(),
    seed: fc.nat(1000),
  });
}

/** Any walk on a system. */
export function story(system: System): fc.Arbitrary<Story> {
  const walk = (about: Subject, most: number) =>
    fc.record({
      home: homesOf(system),
      users: fc.integer({ min: 1, max: most }),
      stay: rarely,
      others: about !== "programs" ? fc.constant(false) : fc.boolean(),
      steps: fc.array(step(system, about), { minLength: 1, maxLength: 5, size: "max" }),
    });
  return fc.oneof(
    { weight: 3, arbitrary: walk("users", 1) },
    { weight: 1, arbitrary: walk("users", 3) },
    { weight: 2, arbitrary: walk("programs", 4) },
    { weight: 1, arbitrary: walk("proofs", 1) },
  );
}

/** A step in which nothing is edited. */
export const UP: Step = {
  stack: "dev",
  advance: 0,
  deeds: [],
  edits: [],
  run: { do: "up", at: 0, replace: false, refresh: false },
  again: true,
  wayOut: "restore",
  serial: false,
  shuffled: false,
  seed: 0,
};

/** The other stack's users. */
export function others({ keysOnly, keyless }: System): readonly Edit[] {
  return [
    // Its keys may be of the first one's users.
    { do: "insert", at: 0, home: "list", uid: keysOnly ? "ann" : "dan", adopt: false },
    { do: "insert", at: 1, home: keyless ? "list" : "fleet", uid: "cyn", adopt: false },
  ];
}
