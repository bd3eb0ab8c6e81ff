// What an `up` must leave behind, by Keystone's and S3's own word.

import assert from "node:assert/strict";
import type { Ground } from "./ground";
import type { Ledger } from "./ledger";
import { isMeddled, known, newKeys, publishedIn, publishedWorks, ringOf, THEIRS, type Up } from "./run";

/** Holds after every run, however it ended. */
export function keepsWhatIsHeld(up: Up): void {
  const { wish, weather, outcome, before, after } = up;
  if (isMeddled(weather)) return;
  assert.ok(after.users.length <= 1, "there is no second user");
  const mayHaveEnded = outcome.kind === "killed" && wish.gracePeriodSeconds === 0;
  if (publishedWorks(before) && !mayHaveEnded) assert.ok(publishedWorks(after), "what is published works no more");
  const isSameUser = before.users[0]?.keystoneId === after.users[0]?.keystoneId;
  if (isSameUser && wish.exclusiveKeys !== true) {
    const ended = [...before.alive.keys()].filter((key) => key.startsWith(THEIRS) && !after.alive.has(key));
    const mine = ringOf(before).map(({ accessKey }) => accessKey);
    assert.deepEqual(
      ended.filter((key) => !mine.includes(key)),
      [],
      "keys of others stay",
    );
  }
}

/** Every new key is in state, or made by a request whose answer nobody heard. At most one is made. */
export function knowsItsKeys(up: Up, ledger: Ledger): void {
  if (isMeddled(up.weather)) return;
  const { outcome, after, air, wish } = up;
  const made = newKeys(up);
  assert.ok(made.length <= 1, `one run made ${made.length} keys`);
  const ring = ringOf(after).map(({ accessKey }) => accessKey);
  const isUntold = outcome.kind === "killed" || air.passed.some(({ changes, untold }) => changes && untold);
  for (const key of made) {
    assert.ok(ring.includes(key) || isUntold, `key ${key} was made and is not in state`);
    ledger.left.set(key, wish.rotationId);
  }
  const unknown = [...after.alive.keys()].filter(
    (key) => !ring.includes(key) && !ledger.left.has(key) && !key.startsWith(THEIRS),
  );
  if (after.stored !== undefined && outcome.kind !== "killed" && known(after) !== undefined)
    assert.deepEqual(unknown, [], "every key is known");
}

/** What is published anew was accepted by S3 in this very run. */
export function provesWhatItPublishes({ wish, outcome, before, after, air }: Up): void {
  const [then, now] = [publishedIn(before), publishedIn(after)];
  if (outcome.kind === "killed" || now === undefined) return;
  if (then?.accessKey === now.accessKey && then.secretKey === now.secretKey) return;
  if (wish.prove === false) return;
  const isLocked = after.users[0]?.enabled === false;
  assert.ok(air.saw(now.accessKey, 200) || (isLocked && air.saw(now.accessKey, 403)), "published and never proven");
}

/** After a run that succeeded: the ring, the deadlines, and the end of keys whose time is over. */
export async function keepsDeadlines(
  up: Up,
  ledger: Ledger,
  overdue: readonly string[],
  ground: Ground,
): Promise<void> {
  const { wish, before, after } = up;
  if (isMeddled(up.weather)) return;
  const published = publishedIn(after)?.accessKey;
  for (const accessKey of overdue) {
    const secretKey = ledger.secretOf(accessKey) ?? "";
    if (accessKey === published) continue;
    assert.notEqual(after.alive.get(accessKey), secretKey, `retired key ${accessKey} outlives its grace`);
    if (before.alive.get(accessKey) === secretKey)
      assert.equal(await ground.store.s3({ accessKey, secretKey }), "403 InvalidAccessKeyId", "S3 refuses it");
  }
  for (const { accessKey, retiredAt, expiresAt } of ringOf(after)) {
    if (retiredAt === undefined) continue;
    const [at, end] = [Date.parse(retiredAt), Date.parse(expiresAt ?? "")];
    assert.equal(end, at + wish.gracePeriodSeconds * 1000, "the deadline is as wished");
    assert.ok(end > before.at, `retired key ${accessKey} outlives its grace in state`);
    const replaced = ledger.replacedAt(accessKey);
    if (replaced) assert.ok(replaced.from <= at && at <= replaced.to, "a grace begins when the key is replaced");
  }
}

/** After a run that succeeded and knows everything: outputs, Keystone and S3 say the same. */
export async function agrees(up: Up, expected: string | undefined, isAdopted: boolean, ground: Ground): Promise<void> {
  const { wish, before, after } = up;
  const user = known(after);
  assert.ok(user && after.users.length === 1, "there is the user of the outputs, and no other");
  const ring = ringOf(after).map(({ accessKey }) => accessKey);
  const missing = ring.filter((key) => !after.alive.has(key));
  assert.deepEqual(missing, [], "every key of the ring is there");
  if (wish.exclusiveKeys) assert.deepEqual([...after.alive.keys()].sort(), [...ring].sort(), "no key but the ring's");
  const wanted = ground.settings(wish);
  assert.equal(user.description, wanted.description, "description");
  if (!isAdopted || wish.email !== undefined) assert.equal(user.email, wanted.email, "email");
  if (!isAdopted || wish.enabled !== undefined) assert.equal(user.enabled, wanted.enabled, "enabled");
  const published = publishedIn(after);
  if (wish.createKey === false && published === undefined) return;
  assert.ok(published && publishedWorks(after), "the published key is there");
  const current = ringOf(after).filter(({ retiredAt }) => retiredAt === undefined);
  assert.deepEqual(
    current.map(({ accessKey }) => accessKey),
    [published.accessKey],
    "one key is current, and published",
  );
  if (wish.createKey !== false) {
    if (expected !== undefined) assert.equal(published.accessKey, expected, "the rotation's key is current again");
    else if (wish.adopt !== true && !isAdopted)
      assert.ok(!before.alive.has(published.accessKey), "another rotation has a key of its own");
  }
  const says = user.enabled ? "200" : "403 SignatureDoesNotMatch";
  assert.equal(await ground.store.s3(published), says, "what S3 says about the published key");
  const { previousAccessKey, previousSecretKey } = after.stored?.outputs ?? {};
  if (previousAccessKey === undefined) return;
  const former = { accessKey: String(previousAccessKey), secretKey: String(previousSecretKey) };
  assert.equal(await ground.store.s3(former), says, "what S3 says about the one before it, in its grace");
}
