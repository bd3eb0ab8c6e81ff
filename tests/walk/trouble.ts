/** What goes wrong with one request of a run, or with all from one on: faults, other people's deeds, Ctrl-C, and kills. */
import * as fc from "fast-check";
import { UIDS, type Uid } from "./program";
import type { Cluster, Others, Pair, System, User } from "./system";

/** "after": the request was carried out, and its answer is lost. Systems have more of them, with texts of their own. */
export type Fault = string;

/** What others do. `last`: to the last key rather than to the first. */
export interface Deed {
  readonly does: keyof Others;
  readonly cluster: Cluster;
  readonly uid: Uid;
  readonly last: boolean;
}

/** From a run's request number `at`, once or for the rest of it. */
export type Trouble = { readonly at: number } & (
  | {
      readonly fault: Fault;
      readonly lasting: boolean;
      /** Only S3 has it: keys are made and cannot be proven. */
      readonly ofS3: boolean;
    }
  | { readonly kill: "before" | "after" }
  /** Ctrl-C while the request is under way, behind a door that is told of it. */
  | { readonly cancel: true }
  | { readonly deed: Deed }
);

/** Faults that leave it open what became of the request. */
export const UNTOLD: readonly Fault[] = ["cut after", "timeout after", "500 after", "503 after", "half"];

const FAULTS = [...UNTOLD, "cut", "timeout", "no listener", "500", "502", "503", "429"];

/** Any deed that is possible on a system. */
export function deed({ clusters, others }: System): fc.Arbitrary<Deed> {
  return fc.record({
    does: fc.constantFrom(...others),
    cluster: fc.constantFrom<Cluster>(
      ...(clusters === 2 ? (["first", "first", "first", "second"] as const) : (["first"] as const)),
    ),
    uid: fc.constantFrom(...UIDS.slice(0, 3)),
    last: fc.boolean(),
  });
}

const faultOf = (system: System) => fc.constantFrom(...FAULTS, ...Object.keys(system.refusals));

/** Trouble among the first `most` requests of a run; most runs have none. */
export function trouble(system: System, most: number): fc.Arbitrary<Trouble | undefined> {
  const at = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: most }));
  const fault = fc.record({ at, fault: faultOf(system), lasting: fc.boolean(), ofS3: fc.constant(false) });
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 4, arbitrary: fault },
    { weight: 3, arbitrary: fc.record({ at, kill: fc.constantFrom("before", "after") }) },
    { weight: 1, arbitrary: fc.record({ at, deed: deed(system) }) },
    { weight: system.door ? 4 : 0, arbitrary: fc.record({ at, cancel: fc.constant(true as const) }) },
  );
}

/** Trouble of S3 alone, in every other run: keys are made that nobody can prove. */
export function troubleOfS3(system: System): fc.Arbitrary<Trouble | undefined> {
  const at = fc.integer({ min: 1, max: 2 });
  const fault = fc.record({ at, fault: faultOf(system), lasting: fc.constant(true), ofS3: fc.constant(true) });
  return fc.oneof(fc.constant(undefined), fault);
}

/** Does it, where it can be done; nothing otherwise. */
export async function act(
  { does, cluster, uid, last }: Deed,
  user: User | undefined,
  others: Others,
  number: number,
): Promise<void> {
  if (does === "make") {
    if (user === undefined) await others.make(cluster, uid, last);
    return;
  }
  const keys: readonly Pair[] = [...(user?.keys.values() ?? [])];
  const key = keys.at(last ? -1 : 0);
  if (user === undefined) return;
  if (does === "addKey") return others.addKey?.(cluster, uid, number);
  if (does === "replaceSecret" || does === "removeKey") {
    if (key) await others[does]?.(cluster, uid, key, number);
    return;
  }
  await others[does]?.(cluster, uid);
}
