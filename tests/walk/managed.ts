/** The users that a stack's state manages, one by one, whether a resource has one user or many. */
import assert from "node:assert/strict";
import type { KeyRecord } from "../../provider/lifecycle/model";
import { ADDRESS } from "../../provider/protocol";
import { memberOutputs } from "../../provider/pulumi/fleet/state";
import type { Outputs } from "../../provider/pulumi/state";
import { placeOf } from "./places";
import { ADDRESSES, clusterOf, type Declaration, type Item, type Program } from "./program";
import type { Resource } from "./state";
import type { Cluster, Pair, System, User, Users } from "./system";

/** A user in state. */
export interface Managed {
  readonly urn: string;
  /** Its name in a fleet. */
  readonly member: string | undefined;
  /** Another resource has taken its place. */
  readonly isReplaced: boolean;
  readonly cluster: Cluster;
  readonly uid: string;
  readonly place: string;
  /** What the system calls it; where only keys are ours, what no other resource has. */
  readonly self: string;
  readonly outputs: Outputs;
  readonly ring: readonly KeyRecord[];
  /** What consumers read. */
  readonly published: (Pair & { readonly id: string | undefined }) | undefined;
}

/** A user in a program. */
export interface Declared {
  readonly declaration: Declaration;
  readonly item: Item;
  readonly member: string | undefined;
}

/** The clusters as they are at one moment. */
export type Truth = Readonly<Record<Cluster, Users>>;

/** The users that a resource in state manages. */
export function managedBy(system: System, { urn, outputs, isPendingReplacement, isReplaced }: Resource): Managed[] {
  if (isPendingReplacement) return [];
  const users: (readonly [string | undefined, Outputs])[] =
    "members" in outputs ? [...memberOutputs(outputs)] : [[undefined, outputs]];
  return users.map(([member, own]) => {
    // A fleet that did not reach its end has members at two addresses, and each says which is its own.
    const cluster = clusterAt(String(own[ADDRESS]));
    const uid = system.uidOf(own);
    const { accessKey, secretKey, keyId } = own as Record<string, string | undefined>;
    const published =
      accessKey === undefined || secretKey === undefined ? undefined : { accessKey, secretKey, id: keyId };
    const ring = (own.keys ?? []) as KeyRecord[];
    const place = placeOf(system, cluster, uid, urn);
    const self = system.keysOnly ? place : String(own.userId);
    return { urn, member, isReplaced, cluster, uid, place, self, outputs: own, ring, published };
  });
}

function clusterAt(url: string): Cluster {
  const { hostname } = new URL(url);
  const address = ADDRESSES.find((name) => hostname === `${name}.test`);
  assert.ok(address !== undefined || hostname === "127.0.0.1", `the address in state is ${url}`);
  return address === undefined ? "first" : clusterOf(address);
}

/** The users that a program declares, by their places. */
export function declaredBy(system: System, { declarations, addresses }: Program): Map<string, Declared> {
  return new Map(
    declarations.flatMap((declaration) => {
      const address = addresses[declaration.instance];
      if (address === undefined) return [];
      return declaration.users.map(
        ({ item, member }) =>
          [placeOf(system, clusterOf(address), item.uid, declaration.urn), { declaration, item, member }] as const,
      );
    }),
  );
}

/** The user at a place. */
export function userAt(truth: Truth, { cluster, uid }: Pick<Managed, "cluster" | "uid">): User | undefined {
  return truth[cluster].get(uid);
}

/** Whether a user has this very pair. */
export function hasPair(user: User | undefined, pair: Pair | undefined): boolean {
  if (user === undefined || pair === undefined) return false;
  return [...user.keys.values()].some(
    ({ accessKey, secretKey }) => accessKey === pair.accessKey && secretKey === pair.secretKey,
  );
}

/** Whether two resources have one user, which one of them may know by a former name. */
export function isSameUser(one: Managed, other: Managed): boolean {
  return one.place === other.place || (one.cluster === other.cluster && one.self === other.self);
}

/** Whether a fleet's message is about a member. */
export function isNamed(message: string, member: string): boolean {
  return message.split("\n").some((line) => line.startsWith(`${member}: `));
}

/** How long a key of an item is kept, disabled, after its grace. */
export function quarantineOf(item: Item | undefined): number {
  return Number(item?.wish.quarantinePeriodSeconds ?? 0);
}

/** Whether a key's time was over for good at a moment: its grace, and then its quarantine. */
export function isOver({ expiresAt, disabledAt }: KeyRecord, at: number, quarantineSeconds = 0): boolean {
  if (quarantineSeconds > 0) return disabledAt !== undefined && Date.parse(disabledAt) + quarantineSeconds * 1000 <= at;
  return expiresAt !== undefined && Date.parse(expiresAt) <= at;
}

/** Whether a run is to end a key, or to disable it. */
export function isDue(key: KeyRecord, at: number, quarantineSeconds: number): boolean {
  return isOver(key, at, key.disabledAt === undefined ? 0 : quarantineSeconds);
}
