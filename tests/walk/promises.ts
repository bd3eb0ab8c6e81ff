/**
 * What must be true of one user's keys and settings after a run, by the system's own word. The numbers are those of the
 * categories in messages:
 *
 *  9. What is published was proven, and worked since; the key before it was published once.
 * 10. Every key of ours is in state, of others, or left by a run that was cut off.
 * 11. A retired key's grace begins once and ends at its deadline, neither sooner nor later; then S3 refuses it for ever.
 * 12. A run that ends well leaves what the program wishes for, and takes up what an unfinished one began.
 * 13. The password logs in, and changes when the program says so, and only then (passwords.ts).
 */
import assert from "node:assert/strict";
import type { KeyRecord } from "../../provider/lifecycle/model";
import { type Ledger, type Maker, textOf } from "./ledger";
import { hasPair, isDue, isOver, type Managed, quarantineOf } from "./managed";
import { passwordIsRight } from "./passwords";
import type { Item } from "./program";
import { overlaps, type System, type User } from "./system";

/** One user's part in a run. */
export interface Part {
  readonly system: System;
  readonly ledger: Ledger;
  /** Declared by the resource that has it in state now, if it is. */
  readonly item: Item | undefined;
  /** In state before, by the same resource; and in state now. */
  readonly was: Managed | undefined;
  readonly is: Managed;
  readonly before: User | undefined;
  readonly after: User | undefined;
  readonly start: number;
  readonly end: number;
  readonly run: {
    readonly isUp: boolean;
    readonly isKilled: boolean;
    /** Others acted on the user in the middle of it. */
    readonly isMeddled: boolean;
    /** It did all that is to be done for the user. */
    readonly isDone: boolean;
    /** The resource did not reach its end: of a fleet another member failed. */
    readonly isHalf: boolean;
    /** State and the system agreed when it began, or it has looked. */
    readonly saw: boolean;
    /** What the resource publishes is what it published when the run began. */
    readonly isAsBefore: boolean;
    readonly newKeys: readonly string[];
    /** The user's keys that runs made. */
    readonly made: ReadonlyMap<string, Maker>;
    readonly accepted: ReadonlySet<string>;
  };
  s3(pair: { accessKey: string; secretKey: string }): string | Promise<string>;
  /** Whether the user's password is this one, where users have passwords. */
  readonly logsIn: ((password: string) => Promise<boolean>) | undefined;
}

/** Fails where a promise about the user is broken. */
export async function keeps(part: Part): Promise<void> {
  const { run, is, ledger } = part;
  const where = `of ${is.place} in ${is.urn}`;
  graceBeganOnce(part, where);
  const { previousAccessKey } = is.outputs;
  // Where all secrets have one access key, one that an interrupted run left comes before the next one.
  const mayBeAny = part.system.rotates === "secrets" || previousAccessKey === undefined;
  assert.ok(mayBeAny || wasGiven(ledger, previousAccessKey), `(9) the previous key ${where} was never the current one`);
  if (!run.isMeddled) {
    worksAsBefore(part, where);
    if (run.isUp && !run.isKilled) wasProven(part, where);
  }
  if (!run.isUp || !run.isDone || run.isMeddled) return;
  await overIsOver(part, where);
  await passwordIsRight(part, where);
  if (run.saw) await isAsWished(part, where);
}

function graceBeganOnce({ is, ledger }: Part, where: string): void {
  for (const { id, retiredAt, expiresAt } of is.ring) {
    if (retiredAt === undefined || expiresAt === undefined) {
      ledger.retiredAt.delete(id);
      continue;
    }
    assert.equal(ledger.retiredAt.get(id) ?? retiredAt, retiredAt, `(11) the grace of ${id} ${where} began twice`);
    ledger.retiredAt.set(id, retiredAt);
  }
}

/** What worked when the run began works now, if it is published still, unless the program says otherwise. */
function worksAsBefore({ system, ledger, was, is, item, before, after, run }: Part, where: string): void {
  if (was === undefined || !isPublished(was, before)) return;
  if (system.rotates === "secrets" && ledger.isUnseen) {
    // The run that was cut off may have fixed its end. No other one takes its place that does not work.
    if (is.published?.secretKey !== was.published?.secretKey)
      assert.ok(isPublished(is, after), `(9) a secret is published ${where} that does not work`);
    return;
  }
  const own = item?.wish.secretKey;
  const isCut = own !== undefined && was.published?.secretKey !== own;
  if (isCut || (run.isKilled && item?.gracePeriodSeconds === 0)) return;
  assert.ok(isPublished(is, after), `(9) what is published ${where} does not work any more`);
}

function wasProven({ system, was, is, item, run }: Part, where: string): void {
  const { published } = is;
  if (published === undefined || item === undefined || item.wish.prove === false) return;
  if (run.isAsBefore || (was?.published && textOf(was.published) === textOf(published))) return;
  const { accessKey } = published;
  const signer = system.signerOf ? textOf(published) : accessKey;
  const isProven = run.accepted.has(`${signer} 200`) || run.accepted.has(`${signer} 403`);
  assert.ok(isProven, `(9) ${accessKey} ${where} is published and was not proven`);
}

/** No retired key outlives a run after its deadline, or becomes current again. */
async function overIsOver({ system, was, is, item, before, after, start, s3 }: Part, where: string): Promise<void> {
  const quarantine = quarantineOf(item);
  const overdue = is.ring.filter((key) => isDue(key, start, quarantine));
  assert.deepEqual(overdue, [], `(11) a retired key ${where} outlives a run after its deadline`);
  for (const key of was?.ring.filter((one) => isOver(one, start)) ?? []) {
    const pair = before?.keys.get(key.id) ?? before?.disabled?.get(key.id);
    if (pair === undefined || pair.accessKey === item?.wish.accessKey || item?.wish.accessKey !== undefined) continue;
    if (!isOver(key, start, quarantine)) {
      const kept = after?.disabled?.get(key.id) ?? after?.keys.get(key.id);
      assert.deepEqual(kept, pair, `(11) key ${key.id} ${where} is not kept in its quarantine`);
      if (is.published?.accessKey === key.accessKey) continue;
    } else if (system.rotates === "keys")
      assert.notEqual(is.published?.accessKey, key.accessKey, `(11) a key ${where} that is over is current again`);
    if (hasPair(after, pair)) assert.fail(`(11) key ${key.id} ${where} outlives its deadline on the system`);
    assert.notEqual(await s3(pair), "200", `(11) S3 accepts key ${key.id} ${where} after its end`);
  }
}

async function isAsWished(part: Part, where: string): Promise<void> {
  const { system, ledger, item, is, after } = part;
  assert.ok(after && item, `(12) the user ${where} is there and declared`);
  const { wish, gracePeriodSeconds } = item;
  const ids = is.ring.map(({ id }) => id);
  const disabled = is.ring.flatMap(({ id, disabledAt }) => (disabledAt && after.disabled?.has(id) ? [id] : []));
  const missing = ids.filter((id) => !after.keys.has(id) && !disabled.includes(id));
  assert.deepEqual(missing, [], `(12) every key of the ring ${where} lives`);
  if (wish.exclusiveKeys)
    assert.deepEqual([...after.keys.keys(), ...disabled].sort(), [...ids].sort(), `(12) exclusiveKeys ${where}`);
  const declared = Object.entries(system.settingsOf(system.inputs(item.uid, wish)));
  const expected = Object.fromEntries(declared.filter(([, value]) => value !== undefined));
  for (const [name, value] of Object.entries({ ...(ledger.isAdopted ? {} : system.defaults), ...expected }))
    assert.deepEqual(after.settings[name], value, `(12) ${name} ${where}`);
  if (wish.createKey === false || system.keyless) return;
  const { published } = is;
  if (published === undefined && is.outputs.takenOver === true) return;
  assert.ok(published && isPublished(is, after), `(12) what is published ${where} works`);
  const current = is.ring.filter(({ retiredAt }) => retiredAt === undefined);
  assert.deepEqual(
    current.map(({ id }) => id),
    [published.id],
    `(12) one key ${where} is current, and it is published`,
  );
  if (system.rotates === "keys") wereGiven(part, where);
  if (wish.prove !== false) assert.ok(current[0]?.provenAt, `(12) the current key ${where} was proven`);
  if (wish.secretKey !== undefined) assert.equal(published.secretKey, wish.secretKey, `(12) the own secret ${where}`);
  if (wish.accessKey === undefined) isOfItsRotation(part, where);
  if (system.rotates === "keys") deadlinesAreWished(part, gracePeriodSeconds, where);
  await formerWorks(part, where);
  if (!overlaps(system)) await noFormerOneWorks(part, where);
}

/** Who was never given a key needs no grace: only keys that were published stay beside the current one. */
function wereGiven({ ledger, is }: Part, where: string): void {
  for (const { id, accessKey } of is.ring)
    assert.ok(
      id === is.published?.id || wasGiven(ledger, accessKey),
      `(9) key ${accessKey} ${where} was never published, and is kept`,
    );
}

function wasGiven({ published }: Ledger, accessKey: unknown): boolean {
  return [...published].some((text) => (JSON.parse(text) as string[])[0] === accessKey);
}

/** The rotation's key is current: the one that lives, whoever began it; else a new one. */
function isOfItsRotation({ system, ledger, item, was, is, before, start, run }: Part, where: string): void {
  const { published } = is;
  if (item === undefined || published === undefined) return;
  const rotationId = item.rotationId ?? "";
  const isWanted = (key: { readonly rotationId: string | undefined }) => key.rotationId === rotationId;
  // Of a key that it made under a former name, and adopted for another rotation since, nobody knows what it was made for.
  const isAdopted = (id: string) => was?.ring.some((key) => key.id === id && !isWanted(key)) === true;
  // Of former names only state tells: a resource that is new to it knows its own.
  const wasNamed = (urn: string) => was !== undefined && item.formerly.includes(urn);
  const begun = [...run.made]
    .filter(([id, key]) => isWanted(key) && (key.urn === is.urn || (wasNamed(key.urn) && !isAdopted(id))))
    .map(([id]) => id);
  const id = published.id ?? "";
  const current = is.ring.find((key) => key.id === id);
  // One that it made itself, and took over for another rotation since, stays.
  if (!begun.includes(id)) assert.equal(current?.rotationId, rotationId, `(12) the current key's rotation ${where}`);
  if (!system.resumesKeys) return;
  const isEnded = (key: KeyRecord) => isOver(key, start, quarantineOf(item));
  const over = new Set(was?.ring.filter(isEnded).map(({ id }) => id));
  const known = was?.ring.filter(isWanted).map(({ id }) => id) ?? [];
  const lives = (id: string) => {
    const made = run.made.get(id)?.secretKey;
    const secretKey = (before?.keys.get(id) ?? before?.disabled?.get(id))?.secretKey;
    return secretKey !== undefined && !over.has(id) && (made === undefined || made === secretKey);
  };
  const candidates = [...new Set([...begun, ...known])].filter(lives);
  if (candidates.length > 0)
    assert.ok(candidates.includes(id), `(12) the rotation's key ${candidates} ${where} is not taken up`);
  else if (!ledger.isAdopted && !item.adopt && !begun.includes(id))
    assert.ok(!before?.keys.has(id), `(12) another rotation ${where} has no key of its own`);
}

function deadlinesAreWished({ is, run }: Part, seconds: number, where: string): void {
  for (const { id, retiredAt, expiresAt, disabledAt } of is.ring) {
    // A grace that is over has no other end any more.
    if (retiredAt === undefined || disabledAt !== undefined || (run.isHalf && expiresAt === undefined)) continue;
    const deadline = new Date(Date.parse(retiredAt) + seconds * 1000).toISOString();
    assert.equal(expiresAt, deadline, `(11) the deadline of ${id} ${where}`);
  }
}

/** The previous key works as long as its grace runs. */
async function formerWorks({ system, is, after, end, s3 }: Part, where: string): Promise<void> {
  const { previousAccessKey, previousSecretKey, previousKeyExpiresAt } = is.outputs as Record<
    string,
    string | undefined
  >;
  if (previousAccessKey === undefined || previousSecretKey === undefined || after?.isLocked) return;
  const runs = previousKeyExpiresAt === undefined || Date.parse(previousKeyExpiresAt) > end;
  if (system.rotates === "keys" && !runs) return;
  const says = await s3({ accessKey: previousAccessKey, secretKey: previousSecretKey });
  assert.equal(
    says === "200",
    runs,
    `(11) S3 answers ${says} to the previous key ${where}, until ${previousKeyExpiresAt}`,
  );
}

/** The secret of which the next one has taken the place is refused. */
async function noFormerOneWorks({ ledger, is, s3 }: Part, where: string): Promise<void> {
  for (const text of ledger.published) {
    const [accessKey = "", secretKey = ""] = JSON.parse(text) as string[];
    if (secretKey === is.published?.secretKey) continue;
    assert.notEqual(await s3({ accessKey, secretKey }), "200", `(8) a former secret ${where} works`);
  }
}

/** Whether what state publishes is what the system has, and state does not call it broken. */
export function isPublished({ published }: Managed, user: User | undefined): boolean {
  return published?.id !== undefined && hasPair(user, published);
}
