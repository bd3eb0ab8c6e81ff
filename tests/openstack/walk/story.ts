// Random stories of a user: wishes, weather, other people's deeds and time that passes. Plain data; what becomes of it is
// the walker's business.

import * as fc from "fast-check";

/** What a program may say of a user. Each system says it in its own words, and leaves out what it does not have. */
export interface Wish {
  readonly rotationId: "1" | "2" | "3";
  readonly gracePeriodSeconds: 0 | 60 | 600;
  readonly text: "a" | "b";
  readonly email: "ann@example.org" | undefined;
  readonly enabled: false | undefined;
  /** A password of the program's own, or the rotation of one that is made. */
  readonly password: { readonly own: string } | { readonly rotationId: string | undefined };
  readonly prove: false | undefined;
  readonly createKey: false | undefined;
  readonly adopt: true | undefined;
  readonly exclusiveKeys: true | undefined;
}

/** What somebody else does to the user, past Pulumi. */
export type Deed =
  | "remove the published key"
  | "remove another key"
  | "add a key"
  | "change the description"
  | "lock the user"
  | "change the password"
  | "remove the user"
  | "make the user";

/** What goes wrong with request number `at` of a run, or (`lasting`) with all from it on. */
export type Weather = { readonly at: number } & (
  | { readonly fault: Fault; readonly lasting: boolean }
  | { readonly kill: "before" | "after" }
  | { readonly others: Deed }
);

/** "after": the request was carried out, and its answer is lost. */
export type Fault = "cut" | "cut after" | "refused" | "timeout" | "500" | "500 after" | "503" | "429";

/** One step of a story. */
export type Step =
  | { readonly do: "up"; readonly wish: Wish; readonly weather: Weather | undefined }
  | { readonly do: "refresh"; readonly weather: Weather | undefined }
  | { readonly do: "destroy"; readonly weather: Weather | undefined }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "others"; readonly deed: Deed };

/** A story, and the wish of the last run, when the weather is fair again. */
export interface Story {
  readonly steps: readonly Step[];
  readonly last: Wish;
}

/** Faults that leave it open what became of the request. */
export const UNTOLD: readonly Fault[] = ["cut after", "500 after"];

const FAULTS: readonly Fault[] = ["cut", "cut after", "refused", "timeout", "500", "500 after", "503", "429"];
const DEEDS: readonly Deed[] = [
  "remove the published key",
  "remove another key",
  "add a key",
  "change the description",
  "lock the user",
  "change the password",
  "remove the user",
  "make the user",
];

const seldom = <T>(oneIn: number, value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const wish: fc.Arbitrary<Wish> = fc.record({
  rotationId: fc.constantFrom("1", "2", "3"),
  gracePeriodSeconds: fc.constantFrom(0, 60, 600),
  text: fc.constantFrom("a", "b"),
  email: seldom(4, fc.constant("ann@example.org" as const)),
  enabled: seldom(6, fc.constant(false as const)),
  password: fc.oneof(
    { weight: 5, arbitrary: fc.constant({ rotationId: undefined }) },
    { weight: 2, arbitrary: fc.constantFrom({ rotationId: "q1" }, { rotationId: "q2" }) },
    { weight: 1, arbitrary: fc.constantFrom({ own: "My-own-passw0rd" }, { own: "An0ther-of-mine" }) },
  ),
  prove: seldom(6, fc.constant(false as const)),
  createKey: seldom(12, fc.constant(false as const)),
  adopt: seldom(8, fc.constant(true as const)),
  exclusiveKeys: seldom(8, fc.constant(true as const)),
});

function weather(requests: number): fc.Arbitrary<Weather | undefined> {
  const at = fc.integer({ min: 1, max: requests });
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: fc.record({ at, fault: fc.constantFrom(...FAULTS), lasting: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ at, kill: fc.constantFrom("before" as const, "after" as const) }) },
    { weight: 1, arbitrary: fc.record({ at, others: fc.constantFrom(...DEEDS) }) },
  );
}

/** Stories in which something happens to one of the first `requests` requests of a run. */
export function stories(requests: number): fc.Arbitrary<Story> {
  const over = weather(requests);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant("up" as const), wish, weather: over }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("refresh" as const), weather: over }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("destroy" as const), weather: over }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(30, 61, 301) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("others" as const), deed: fc.constantFrom(...DEEDS) }) },
  );
  return fc.record({ steps: fc.array(step, { minLength: 4, maxLength: 9 }), last: wish });
}
