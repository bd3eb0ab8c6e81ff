/**
 * The ring: which key is meant by a rotation, when a retired one dies, and how ids are derived. Pure.
 */
import { createHash } from "node:crypto";
import type { Capabilities, KeyRecord, KeyRequest, Spec } from "./model";
import { MARK_LENGTH } from "./user-api";

/** Every derived access key begins with this, so that keys of ours are recognised without any state. */
export const DERIVED_PREFIX = "PULU";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const DERIVED_LENGTH = 20;

/**
 * The access key that belongs to a user, a rotation and a resource: 20 characters A–Z and 2–7, always the same for the
 * same three. A retry so finds what it made before, and going back to a former rotation finds that rotation's key. No
 * other resource finds it.
 */
export function deriveAccessKey(userId: string, rotationId: string, identity = ""): string {
  const from = ["object-users", userId, rotationId, ...whose(identity)];
  return DERIVED_PREFIX + derived(from, DERIVED_LENGTH - DERIVED_PREFIX.length);
}

/**
 * The mark that a resource puts on a user until its first key is proven, where the system has a place for it: 10 characters
 * A–Z and 2–7. Whatever rotation the program asks for by then, the user is found again.
 */
export function deriveMark({ name, identity }: Pick<Spec, "name" | "identity">): string {
  return derived(["object-users", "unfinished", name, identity], MARK_LENGTH);
}

function whose(identity: string): string[] {
  return identity === "" ? [] : [identity];
}

function derived(from: readonly string[], length: number): string {
  const digest = createHash("sha256").update(JSON.stringify(from)).digest();
  return Array.from(digest.subarray(0, length), (byte) => ALPHABET[byte % 32]).join("");
}

/**
 * What a secret begins with that we choose for a user, a rotation and a resource: 12 characters A–Z and 2–7. It tells the
 * secret of an interrupted run from everybody else's where all secrets have one access key, and is no secret: the rest is
 * random.
 */
export function deriveSecretPrefix(userId: string, rotationId: string, identity = ""): string {
  return derived(["object-users secret", userId, rotationId, ...whose(identity)], 12);
}

/**
 * The key that would be made for a wish: the caller's own, else one that is recognised again, else the system's; with the
 * caller's secret, if there is one.
 */
export function keyToMake(
  spec: Spec,
  userId: string,
  { chooseAccessKey, chooseSecret, keysOnly }: Capabilities,
): KeyRequest {
  const { ownKey = {}, rotationId, identity, name } = spec;
  if (ownKey.accessKey !== undefined) return ownKey;
  // One resource's keys of a user for two projects have two ids, which the program's name for it tells apart.
  const whose = keysOnly && name !== userId ? `${userId} ${name}` : userId;
  if (chooseAccessKey) return { ...ownKey, accessKey: deriveAccessKey(whose, rotationId, identity) };
  return chooseSecret ? { secretPrefix: deriveSecretPrefix(userId, rotationId, identity) } : {};
}

/** Whether an access key has the form of a derived one. */
export function isDerived(accessKey: string): boolean {
  return accessKey.length === DERIVED_LENGTH && accessKey.startsWith(DERIVED_PREFIX) && /^[A-Z2-7]+$/.test(accessKey);
}

/** A moment some seconds after another, both ISO 8601 in UTC. */
export function after(moment: string, seconds: number): string {
  const latest = 8.64e15; // the last moment a Date can hold
  return new Date(Math.min(Date.parse(moment) + seconds * 1000, latest)).toISOString();
}

/** Whether a deadline, if there is one, is over. */
export function isOver(deadline: string | undefined, now: Date): boolean {
  return deadline !== undefined && Date.parse(deadline) <= now.getTime();
}

/** The retired key that took its leave last and still works: the one consumers may still hold. */
export function latestRetired(keys: readonly KeyRecord[]): KeyRecord | undefined {
  return keys
    .filter((key) => key.retiredAt !== undefined && key.disabledAt === undefined)
    .sort((a, b) => Date.parse(a.retiredAt ?? "") - Date.parse(b.retiredAt ?? ""))
    .at(-1);
}
