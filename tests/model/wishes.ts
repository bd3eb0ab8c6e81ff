/** Random programs: the inputs of one run. Rotations come from a small set, so that runs go back to former ones. */
import * as fc from "fast-check";
import type { Inputs } from "../../provider/pulumi/state";

const sometimes = <T>(weight: number, value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary: value });

const key = fc.constantFrom(
  { accessKey: "MINE1", secretKey: "own-secret-one" },
  { accessKey: "MINE1", secretKey: "own-secret-two" },
  { accessKey: "MINE1" },
  { accessKey: "MINE2", secretKey: "own-secret-three" },
  { createKey: false },
);

/** The names that users of stories have, in their order. Whatever is unique on a system has its user's name in it. */
export const NAMES = ["ann", "ben", "cyn"] as const;
export type Name = (typeof NAMES)[number];

const wish: fc.Arbitrary<Inputs> = fc
  .record({
    rotationId: fc.constantFrom(undefined, "1", "2", "3"),
    gracePeriodSeconds: fc.constantFrom(undefined, 0, 600, 3600),
    prove: sometimes(2, fc.boolean()),
    adopt: sometimes(3, fc.boolean()),
    exclusiveKeys: sometimes(2, fc.boolean()),
    displayName: fc.constantFrom("Ann", "Ann B."),
    maxBuckets: sometimes(3, fc.constantFrom(5, 7)),
    email: sometimes(2, fc.constantFrom("x.org", "")),
    caps: sometimes(1, fc.constantFrom([], ["users=read"], ["buckets=*"])),
    suspended: sometimes(1, fc.boolean()),
    userQuota: sometimes(1, fc.record({ maxObjects: fc.constantFrom(10, 20) })),
    key: sometimes(2, key),
  })
  .map(({ key: own, rotationId, ...common }) => {
    // Beside a key of one's own, or none, a rotation is refused.
    const rotation = own === undefined ? { rotationId } : {};
    const inputs = Object.entries({ ...rotation, ...common, ...own }).filter(([, value]) => value !== undefined);
    return Object.fromEntries(inputs);
  });

/** Inputs of a user. */
export function wishOf(name: Name): fc.Arbitrary<Inputs> {
  return wish.map(({ email, accessKey, ...inputs }) => ({
    uid: name,
    ...inputs,
    ...(email === undefined ? {} : { email: email && `${name}@${email}` }),
    ...(accessKey === undefined ? {} : { accessKey: `${accessKey}-${name}` }),
  }));
}

/** Inputs of a fleet's member, or undefined: it is not declared. */
export function memberOf(name: Name): fc.Arbitrary<Inputs | undefined> {
  const member = fc
    .tuple(wishOf(name), sometimes(1, fc.boolean()))
    .map(([inputs, retainOnDelete]) => (retainOnDelete === undefined ? inputs : { ...inputs, retainOnDelete }));
  return fc.oneof({ weight: 5, arbitrary: member }, { weight: 1, arbitrary: fc.constant(undefined) });
}
