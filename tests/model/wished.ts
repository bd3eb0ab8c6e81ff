/** Whether the user and its keys are as the last run was told to make them. */
import assert from "node:assert/strict";
import type { StoredUser } from "../../devserver/rgw/user";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import type { KeyRecord } from "../../provider/lifecycle/model";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { ME } from "../provider/engine";

const DAY = 86_400;

/** The ring in a resource's outputs. */
export function ringOf(outputs: Outputs): KeyRecord[] {
  return (outputs.keys ?? []) as KeyRecord[];
}

/** The grace of a wish, in seconds. */
export function graceOf(wish: Inputs): number {
  return (wish.gracePeriodSeconds as number | undefined) ?? DAY;
}

/** The key that a run would make. */
export function wantedId({ uid, accessKey, rotationId }: Inputs): string {
  return (
    (accessKey as string | undefined) ?? deriveAccessKey(String(uid), (rotationId as string | undefined) ?? "", ME)
  );
}

/** Every key that a run may make: while keys whose deadline is over have the ids, one that is derived from them. */
export function idsToMake(wish: Inputs, ring: readonly KeyRecord[]): string[] {
  const ids = [wantedId(wish)];
  if (wish.accessKey !== undefined) return ids;
  const isDying = (id: string) => ring.some((key) => key.id === id && key.expiresAt !== undefined);
  let rotationId = (wish.rotationId as string | undefined) ?? "";
  for (let id = ids[0]; id !== undefined && isDying(id); ids.push(id)) {
    rotationId = `${rotationId} after ${id}`;
    id = deriveAccessKey(String(wish.uid), rotationId, ME);
  }
  return ids;
}

/** A fleet's run fails with one of its members; then nobody is handed the new keys of the others. */
export type Run = "ended well" | "failed";

/** After a run that looked: settings, ring, current key, and every retired key's deadline. */
export function isAsWished(wish: Inputs, outputs: Outputs, user: StoredUser | undefined, run: Run): void {
  assert.ok(user, "the user is there");
  for (const name of ["displayName", "email", "maxBuckets", "suspended"] as const) {
    if (wish[name] !== undefined) assert.equal(user[name], wish[name], name);
  }
  const ring = ringOf(outputs);
  const ids = ring.map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id) => !user.keys.has(id)),
    [],
    "every key of the ring lives",
  );
  if (wish.exclusiveKeys === true) assert.deepEqual([...user.keys.keys()].sort(), [...ids].sort(), "exclusiveKeys");
  if (wish.createKey !== false) currentIsAsWished(wish, outputs, user, run);
}

function currentIsAsWished(wish: Inputs, outputs: Outputs, user: StoredUser, run: Run): void {
  const { accessKey, secretKey, keyId } = outputs;
  const ring = ringOf(outputs);
  const [current, ...more] = ring.filter(({ retiredAt }) => retiredAt === undefined);
  assert.equal(user.keys.get(String(accessKey))?.secret, secretKey, "a run publishes a key that works");
  assert.deepEqual([current?.id, more], [keyId, []], "one key is current, and it is published");
  if (wish.prove !== false) assert.ok(current?.provenAt, "what is published was proven");
  if (wish.secretKey !== undefined) assert.equal(secretKey, wish.secretKey, "with the own secret");
  if (accessKey !== wantedId(wish)) {
    assert.equal(wish.accessKey, undefined, "the own key is current");
    assert.equal(current?.rotationId, wish.rotationId ?? "", "the rotation's key is current");
  }
  for (const { retiredAt, expiresAt } of ring) {
    if (retiredAt === undefined || (run === "failed" && expiresAt === undefined)) continue;
    assert.equal(expiresAt, new Date(Date.parse(retiredAt) + graceOf(wish) * 1000).toISOString(), "the deadline");
  }
}

/** No retired key outlives a run after its deadline. `start` is when the run began. */
export function noneOverdue(ring: readonly KeyRecord[], start: number): void {
  const overdue = ring.filter(({ expiresAt }) => expiresAt !== undefined && Date.parse(expiresAt) <= start);
  assert.deepEqual(overdue, [], "no retired key outlives a run after its deadline");
}
