/**
 * The life that the kill test gives its users, phase by phase and in turns as resources of their own and as members of a
 * fleet, and how many keys each phase leaves them.
 */
import type { Values } from "./engine";

/** A phase's name. */
export type PhaseName = "create" | "rotate" | "rotate again" | "revoke" | "delete";

/** One `pulumi up` or `destroy`. */
export interface Phase {
  readonly name: PhaseName;
  /** At least so many requests reach the gateway. */
  readonly requests: number;
  /** So many keys has each user afterwards. */
  readonly keys: number;
}

/** In their order: a second rotation happens while the grace of the first one runs. */
export const PHASES: readonly [Phase, ...Phase[]] = [
  { name: "create", requests: 9, keys: 1 },
  { name: "rotate", requests: 10, keys: 2 },
  { name: "rotate again", requests: 10, keys: 3 },
  { name: "revoke", requests: 15, keys: 1 },
  { name: "delete", requests: 6, keys: 0 },
];

/** How the users of a cycle are declared. */
export type Shape = "users" | "fleet";

/** With few kills not every phase has one: between them, the shapes have one in each. */
export const FEW: Readonly<Record<Shape, readonly PhaseName[]>> = {
  users: ["create", "rotate again", "delete"],
  fleet: ["create", "rotate", "revoke"],
};

/** Secrets of the user's own, with every character that an input allows and that other notations write differently. */
export const SECRETS = {
  OWN_SECRET_1: "canary+one/with=signs_and~more.0123456789",
  OWN_SECRET_2: "canary+two/with=signs_and~more.0123456789",
  OWN_SECRET_3: "canary+three/with=signs_and~more.0123456",
} as const;

/** The users of a phase. The same names in every cycle, so that what a delete left behind is met again. */
export function usersOf(phase: PhaseName, cycle: number): Readonly<Record<string, Values>> {
  const turn = { create: 1, rotate: 2, "rotate again": 3, revoke: 3, delete: 3 }[phase];
  const rotationId = `${cycle}.${turn}`;
  const common = { gracePeriodSeconds: phase === "revoke" ? 0 : 86_400 };
  return {
    plain: { ...common, uid: "plain", displayName: "Plain", rotationId },
    settings: {
      ...common,
      uid: "settings",
      tenant: "tenant",
      displayName: `Settings ${turn}`,
      maxBuckets: turn,
      caps: turn === 2 ? ["buckets=read"] : ["buckets=*", "usage=read"],
      userQuota: { maxObjects: turn },
      rotationId,
    },
    own: {
      ...common,
      uid: "own",
      displayName: "Own",
      accessKey: `own-key-${turn}`,
      secretKey: `$OWN_SECRET_${turn}`,
    },
  };
}
