/**
 * One random story: runs of Pulumi in all weathers, time that passes, other people's deeds. Two of three stories are about
 * a user that is a resource of its own, one is about a fleet, whose members come and go and have their weather each. After
 * each step, and after each single request, what must never break is checked for every user.
 */
import * as fc from "fast-check";
import type { Inputs } from "../../provider/pulumi/state";
import { type Deed, deed } from "./others";
import { Stage } from "./stage";
import { type Weather, weather } from "./weather";
import { memberOf, NAMES, type Name, wishOf } from "./wishes";

/** What a program declares: the inputs of each user of the story; undefined: it does not declare this one. */
export type Wishes = readonly (Inputs | undefined)[];

/** One step of a story. `who` is the user whom the weather or the deed hits, by its place in the story. */
export type Step =
  | { readonly do: "up"; readonly wishes: Wishes; readonly weather: Weather | undefined; readonly who: number }
  | { readonly do: "refresh"; readonly weather: Weather | undefined; readonly who: number }
  | { readonly do: "destroy"; readonly weather: Weather | undefined; readonly who: number }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "others"; readonly deed: Deed; readonly who: number };

/** A story, and the wishes of the last run, when the weather is fair again. */
export interface Story {
  readonly shape: "single" | "fleet";
  readonly names: readonly Name[];
  readonly steps: readonly Step[];
  readonly last: Wishes;
}

/** Any story. */
export const story: fc.Arbitrary<Story> = fc.oneof(
  { weight: 4, arbitrary: storyOf("single", ["ann"]) },
  { weight: 1, arbitrary: storyOf("fleet", NAMES.slice(0, 2)) },
  { weight: 1, arbitrary: storyOf("fleet", NAMES) },
);

function storyOf(shape: Story["shape"], names: readonly Name[]): fc.Arbitrary<Story> {
  const wishes: fc.Arbitrary<Wishes> = fc.tuple(...names.map(shape === "single" ? wishOf : memberOf));
  const who = fc.nat(names.length - 1);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant("up" as const), wishes, weather, who }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("refresh" as const), weather, who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("destroy" as const), weather, who }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(30, 700, 4000, 90_000) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("others" as const), deed, who }) },
  );
  const steps = fc.array(step, { minLength: 1, maxLength: 5 });
  return fc.record({ shape: fc.constant(shape), names: fc.constant(names), steps, last: wishes });
}

/** Plays a story. Rejects where a promise was broken. */
export async function play({ shape, names, steps, last }: Story): Promise<void> {
  const stage = await Stage.open(shape, names);
  for (const one of steps) await stage.play(one);
  await stage.end(last);
}
