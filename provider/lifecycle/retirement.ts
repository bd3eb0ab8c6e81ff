/**
 * The end of keys: when a retired one dies, who ends it, and what happens to keys that are not ours. Pure.
 *
 *   a retired key            | its next deadline                     | then
 *   -------------------------+---------------------------------------+---------------------------------------------
 *   works, in its grace      | expiresAt                             | without a quarantine: revokeKey
 *                            |                                       | with one: disableKey
 *   is disabled, in          | disabledAt + quarantinePeriodSeconds  | revokeKey
 *   quarantine               |                                       |
 */
import { ObjectUserError } from "../errors";
import { called } from "./called";
import { after, isOver } from "./keys";
import type { Capabilities, KeyRecord, Known, Spec, Step } from "./model";

type Quarantine = Pick<Spec, "quarantinePeriodSeconds">;

/** When something is to be done about a retired key: its grace ends, or its quarantine. */
export function deadlineOf({ expiresAt, disabledAt }: KeyRecord, quarantine: Quarantine): string | undefined {
  return disabledAt === undefined ? expiresAt : after(disabledAt, quarantine.quarantinePeriodSeconds);
}

/** Whether a key was retired and its deadline is over: it is to be revoked or disabled. */
export function isDue(key: KeyRecord, quarantine: Quarantine, now: Date): boolean {
  return key.retiredAt !== undefined && isOver(deadlineOf(key, quarantine), now);
}

/** Whether a key is over for good: it is to be revoked, and never becomes current again. */
export function hasEnded(key: KeyRecord, quarantine: Quarantine, now: Date): boolean {
  return isDue(key, quarantine, now) && !isToBeDisabled(key, quarantine);
}

function isToBeDisabled({ disabledAt }: KeyRecord, { quarantinePeriodSeconds }: Quarantine): boolean {
  return disabledAt === undefined && quarantinePeriodSeconds > 0;
}

/**
 * Whether a key of the ring is of nobody: made for a rotation that failed before it was published. Whatever was published
 * was either proven or, when the next key took its place, retired. Where the system ends secrets by itself, no key is
 * ended for this.
 */
function isOfNobody(key: KeyRecord, { published }: Known, { rotates }: Capabilities): boolean {
  const wasPublished = key.id === publishedId(published) || key.provenAt !== undefined || key.retiredAt !== undefined;
  return rotates === "keys" && !wasPublished;
}

/** The id of the published key, also once it is known not to work: then its access key is left of it. */
export function publishedId(published: Known["published"]): string | undefined {
  return published?.id ?? published?.accessKey;
}

/** The steps for a key of the ring that is not wanted. `next` is the one that is; without one only what is over ends. */
export function retire(
  key: KeyRecord,
  next: string | undefined,
  spec: Spec,
  known: Known,
  capabilities: Capabilities,
  now: Date,
): Step[] {
  if (isOfNobody(key, known, capabilities))
    return [revoke(key, `key ${key.accessKey} was never published, and is not wanted any more`)];
  if (next === undefined && key.retiredAt === undefined) return [];
  if (isDue(key, spec, now)) return [end(key, spec)];
  if (key.disabledAt !== undefined) return [];
  const retired: Retired = { ...key, ...graceOf(key, spec, capabilities, now) };
  return [...retiring(key, retired), ...(isDue(retired, spec, now) ? [end(retired, spec)] : [])];
}

/** Ends a key whose deadline is over: for good, or for as long as its quarantine lasts. */
function end(key: KeyRecord, spec: Spec): Step {
  if (!isToBeDisabled(key, spec)) return revokeOver(key);
  const { id, accessKey, expiresAt } = key;
  const then = `it is disabled, and revoked after a quarantine of ${spec.quarantinePeriodSeconds} s`;
  return { do: "disableKey", id, accessKey, why: `grace of key ${accessKey} ended ${expiresAt}: ${then}` };
}

type Retired = KeyRecord & Required<Pick<KeyRecord, "retiredAt" | "expiresAt">>;

/**
 * Since when a key is retired, and when it is to end. A grace that runs follows gracePeriodSeconds where deadlines move at
 * will. Elsewhere the deadline was fixed when the next key was made: it may be cut short where the system can, and is never
 * extended. Throws where the system cannot do what is wished.
 */
function graceOf(
  { retiredAt, expiresAt, accessKey }: KeyRecord,
  spec: Spec,
  { deadline, propagationSeconds }: Capabilities,
  now: Date,
): Pick<Retired, "retiredAt" | "expiresAt"> {
  const grace = spec.gracePeriodSeconds;
  if (deadline === "free") {
    const since = (expiresAt && retiredAt) ?? now.toISOString();
    return { retiredAt: since, expiresAt: after(since, grace) };
  }
  const slackSeconds = propagationSeconds + 60;
  const fixed = expiresAt ?? after(now.toISOString(), grace);
  // Its deadline runs since the next one was made, which may be long before that one was proven.
  const latest = after(fixed, slackSeconds - grace);
  const since = retiredAt ?? [latest, now.toISOString()].sort()[0] ?? latest;
  const wished = after(since, grace);
  if (isOver(fixed, now) || (!isOver(wished, now) && wished <= after(fixed, slackSeconds)))
    return { retiredAt: since, expiresAt: fixed };
  if (!isOver(wished, now)) throw cannotExtend(accessKey, fixed, spec);
  if (deadline === "fixed") throw cannotEnd(accessKey, fixed, spec);
  return { retiredAt: since, expiresAt: wished };
}

/** The step that gives a key its deadline, if it has another one. */
function retiring(before: KeyRecord, { id, accessKey, retiredAt, expiresAt }: Retired): Step[] {
  if (before.expiresAt === expiresAt && before.retiredAt !== undefined) return [];
  const why = before.retiredAt === undefined ? "another key takes its place" : "gracePeriodSeconds changed";
  const until = `${why}: key ${accessKey} lives until ${expiresAt}`;
  return [{ do: "retireKey", id, retiredAt, expiresAt, why: until }];
}

/**
 * What to keep of a run that failed. Pulumi hands a resource's outputs on only after a run that ends well: whoever holds a
 * key that this run retired cannot have the next one yet. Its grace has not begun, and begins with the run that ends well.
 */
export function beforeHandover(known: Known, before: Known | undefined, { rotates }: Capabilities): Known {
  if (rotates === "secrets") return known;
  const hasBegun = ({ id, expiresAt }: KeyRecord) =>
    expiresAt === undefined || before?.keys.some((key) => key.id === id && key.expiresAt !== undefined) === true;
  return {
    ...known,
    keys: known.keys.map((key) => {
      if (hasBegun(key)) return key;
      const { expiresAt: _, ...waiting } = key;
      return waiting;
    }),
  };
}

/** The steps for keys outside the ring: none, unless the ring is to be all there is. */
export function endForeign(current: string | undefined, spec: Spec, known: Known): Step[] {
  if (!spec.exclusiveKeys) return [];
  return known.foreign
    .filter((key) => key.id !== current)
    .map((key) => revoke(key, `key ${key.accessKey} is not of this resource (exclusiveKeys)`));
}

/**
 * Where the system keeps few keys at once: ends those whose time is over and those of nobody, or refuses with the time to
 * wait for.
 */
export function makeRoom(spec: Spec, known: Known, capabilities: Capabilities, now: Date): Step[] {
  const { maxKeys } = capabilities;
  const there = known.keys.length + known.foreign.length;
  if (there < maxKeys) return [];
  const foreign = endForeign(undefined, spec, known);
  // Where the system ends secrets by itself, one whose time is over is gone, also if it is still published.
  const isGone = (key: KeyRecord) => capabilities.deadline !== "free" && isOver(key.expiresAt, now);
  const ends = [
    ...foreign,
    ...known.keys.flatMap((key) => {
      if (isGone(key)) return [revokeOver(key)];
      const isLeft = hasEnded(key, spec, now) || isOfNobody(key, known, capabilities);
      return isLeft ? retire(key, undefined, spec, known, capabilities, now) : [];
    }),
  ];
  if (there - ends.length < maxKeys) return ends;
  if (capabilities.rotates === "secrets" && spec.gracePeriodSeconds === 0)
    return [...foreign, ...cutShort(known, capabilities)];
  const next = known.keys
    .map((key) => key.expiresAt)
    .filter((at) => at !== undefined)
    .sort()[0];
  throw new ObjectUserError({
    code: "conflict",
    operation: "making a new key",
    subject: `of ${called(spec)}`,
    problem: `the system keeps at most ${maxKeys} keys and has as many`,
    advice: next
      ? `Run again after ${next}, when the oldest ends.`
      : "End one of them on the system, or set exclusiveKeys: true.",
  });
}

/** A grace of 0 ends every key before the next one: by us where we can, else by the system when it makes the next one. */
function cutShort(known: Known, { deadline }: Capabilities): Step[] {
  if (deadline === "fixed") return [];
  return known.keys
    .filter((key) => key.retiredAt !== undefined)
    .map((key) => revoke(key, `gracePeriodSeconds is 0: the old secret of ${key.accessKey} ends now`));
}

/** Ends a key whose time is over. */
export function revokeOver(key: KeyRecord): Step {
  const { accessKey, expiresAt, disabledAt } = key;
  const why =
    disabledAt === undefined
      ? `grace of key ${accessKey} ended ${expiresAt}`
      : `quarantine of key ${accessKey}, disabled ${disabledAt}, is over`;
  return revoke(key, why);
}

/** Ends a key of a resource that goes. */
export function revokeLeft(key: KeyRecord): Step {
  return revoke(key, `key ${key.accessKey} goes with its resource`);
}

function revoke(key: { readonly id: string; readonly accessKey: string }, why: string): Step {
  return { do: "revokeKey", id: key.id, accessKey: key.accessKey, why };
}

function cannotExtend(accessKey: string, endsAt: string, spec: Spec): ObjectUserError {
  return new ObjectUserError({
    code: "unsupported",
    operation: "extending",
    subject: `the grace of ${accessKey} of ${called(spec)}`,
    problem: `the system ends it by itself at ${endsAt}, and that cannot be put off`,
    advice: "Keep gracePeriodSeconds as it was until then; a larger one counts from the next rotation on.",
  });
}

function cannotEnd(accessKey: string, endsAt: string, spec: Spec): ObjectUserError {
  return new ObjectUserError({
    code: "unsupported",
    operation: "ending",
    subject: `the grace of ${accessKey} of ${called(spec)}`,
    problem: `the system ends it by itself at ${endsAt}, and that cannot be brought forward`,
    advice: "Rotate once more with gracePeriodSeconds: 0, which ends every secret before it.",
  });
}
