/**
 * Which key should be the current one: one that lives, or one to be made. Pure.
 *
 * In this order: the caller's own; the ring's for this rotation; the one that an interrupted run left; when taking over
 * a user, the first that it has, rather one that does not end by itself; else one to be made. A key whose deadline is over
 * is none of them: whoever sees it end may be ending it at this moment. A key with another secret than the caller gives is
 * made once more, in its place.
 */
import { ObjectUserError } from "../errors";
import { called } from "./called";
import { shown } from "./hidden";
import { keyToMake } from "./keys";
import type { Capabilities, KeyRecord, KeyRequest, Known, LiveKey, Spec } from "./model";
import { keyExists } from "./ownership";
import { hasEnded } from "./retirement";

/** A key that lives (`id`), or one to be made (`make`); `first` ends before it is made, because it has the same id. */
export type WantedKey =
  | { readonly id: string; readonly make?: undefined; readonly why: string }
  | { readonly id?: undefined; readonly make: KeyRequest; readonly first?: KeyRecord; readonly why: string };

/** The key that should be current; undefined when none is wanted. Throws where a former key cannot come back. */
export function wantedKey(spec: Spec, known: Known, capabilities: Capabilities, now: Date): WantedKey | undefined {
  const own = spec.ownKey?.accessKey;
  if (own !== undefined) return ownKey(own, spec, known, capabilities, now);
  if (!spec.createKey) return keyThatStays(known);
  const why = whyAnother(spec, known, capabilities);
  const record = ringKey(spec, known, capabilities, now);
  if (record) {
    if (record.retiredAt !== undefined && capabilities.deadline !== "free") throw cannotComeBack(record, spec);
    const back = record.disabledAt === undefined ? "" : `; key ${record.accessKey} comes back out of its quarantine`;
    return living(record, `${why}${back}`, spec, known);
  }
  const make = nextKey(spec, known, capabilities, now);
  const there = known.keys.find((key) => key.accessKey === make.accessKey);
  if (there) return living(there, why, spec, known);
  const left = leftBehind(make, spec, known, capabilities);
  if (left === undefined && isTakenAsItIs(spec, known, capabilities)) return undefined;
  if (left) return left;
  const { published } = known;
  if (published?.id !== undefined && published.secretKey === make.secretKey) throw keepsItsSecret(spec);
  return { make, why };
}

/**
 * The key that would be made for the rotation: the first of its keys whose id is not that of a key whose deadline is over.
 */
export function nextKey(spec: Spec, known: Known, capabilities: Capabilities, now: Date): KeyRequest {
  const isDying = ({ accessKey }: KeyRequest) =>
    known.keys.some((key) => key.accessKey === accessKey && hasEnded(key, spec, now));
  for (const make of keysOf(spec, known, capabilities))
    if (spec.ownKey?.accessKey !== undefined || !isDying(make)) return make;
  throw new Error("a rotation has keys without end");
}

/**
 * The keys that a rotation may have, in order: each has an id that is derived from the one before, so that it can be made
 * while that one is dying.
 */
function* keysOf(spec: Spec, known: Known, capabilities: Capabilities): Generator<KeyRequest, never> {
  for (let { rotationId } = spec; ; ) {
    const make = keyToMake({ ...spec, rotationId }, known.userId, capabilities);
    yield make;
    rotationId = `${rotationId} after ${make.accessKey}`;
  }
}

/** The ids of the rotation's keys up to one more than the ring may have ended. */
function firstKeysOf(spec: Spec, known: Known, capabilities: Capabilities): (string | undefined)[] {
  const ids: (string | undefined)[] = [];
  for (const { accessKey } of keysOf(spec, known, capabilities)) {
    if (accessKey === undefined || ids.push(accessKey) > known.keys.length + 1) break;
  }
  return ids;
}

function ownKey(accessKey: string, spec: Spec, known: Known, { keysOnly }: Capabilities, now: Date): WantedKey {
  const make = { ...spec.ownKey, accessKey };
  const dying = known.keys.find((key) => key.id === accessKey && hasEnded(key, spec, now));
  if (dying && known.published?.id !== dying.id) {
    const ended = `the inputs' accessKey ${accessKey} is that of a key whose grace ended ${dying.expiresAt}`;
    return { make, first: dying, why: `${ended}: that one is revoked first, then the key is issued anew` };
  }
  const why = `the inputs' accessKey ${accessKey} is to be the current key`;
  const there = [...known.foreign, ...known.keys].find((key) => key.id === accessKey);
  if (there === undefined) return { make, why };
  const secret = known.secrets[accessKey];
  // Who declares the secret that it has has made it, or holds it anyway.
  const isOthers = known.foreign.includes(there) && (secret === undefined || secret !== make.secretKey);
  if (keysOnly && isOthers && !spec.adopt) throw keyExists(spec, accessKey);
  return living(there, why, spec, known);
}

/** A key that is there; to be made once more where it has another secret than the caller gives. */
function living(
  { id, accessKey }: Pick<LiveKey, "id" | "accessKey">,
  why: string,
  { ownKey }: Spec,
  { secrets }: Known,
): WantedKey {
  const [secret, secretKey] = [secrets[id], ownKey?.secretKey];
  if (secretKey === undefined || secret === undefined || secret === secretKey) return { id, why };
  return {
    make: { accessKey, secretKey },
    why: `the secret of ${accessKey} is replaced by the inputs' secretKey: its old secret ends immediately`,
  };
}

/** Without a key to be made: the published one, also when its secret was replaced on the system. */
function keyThatStays({ keys, published }: Known): WantedKey | undefined {
  const record = keys.find((key) => key.id === published?.id || key.accessKey === published?.accessKey);
  return record && { id: record.id, why: `createKey is false: key ${record.accessKey} stays` };
}

/** The ring's key for the rotation; of several, the published one, else the youngest that is not retired. */
function ringKey(spec: Spec, known: Known, { rotates, deadline }: Capabilities, now: Date): KeyRecord | undefined {
  const published = known.published?.id;
  // A renewal that came to nothing has fixed the end of the published one: another one is made for its rotation.
  const endsByItself = (key: KeyRecord) => deadline !== "free" && key.expiresAt !== undefined && key.id === published;
  const candidates = known.keys.filter(
    (key) =>
      key.rotationId === spec.rotationId &&
      !endsByItself(key) &&
      (key.id === published || rotates === "secrets" || !hasEnded(key, spec, now)),
  );
  return (
    candidates.find((key) => key.id === published) ??
    candidates.filter((key) => key.retiredAt === undefined).at(-1) ??
    candidates.at(-1)
  );
}

/**
 * A key outside the ring that is to be ours: left by an interrupted run, or there when the user is taken over. An
 * interrupted run's is known by its id or by the mark of its secret, never by its age: others make secrets, too.
 */
function leftBehind(make: KeyRequest, spec: Spec, known: Known, capabilities: Capabilities): WantedKey | undefined {
  const usable = known.foreign.filter((key) => known.secrets[key.id] !== undefined);
  if (usable.length === 0) return undefined;
  // The run that was cut off may have known the resource by the name it had before, and may have ended the key before.
  const former = { ...spec, identity: spec.formerIdentity ?? known.identity ?? spec.identity };
  const mayBeOurs = new Set([spec, former].flatMap((one) => firstKeysOf(one, known, capabilities)));
  const derived = usable.find(({ accessKey }) => mayBeOurs.has(accessKey));
  if (derived) return living(derived, `key ${derived.accessKey} is there from an unfinished run`, spec, known);
  const { secretPrefix } = make;
  // One whose end is set has had a successor since: it was published, and is on its way out.
  const marked = usable.find(
    (key) => secretPrefix !== undefined && key.endsAt === undefined && known.secrets[key.id]?.startsWith(secretPrefix),
  );
  if (marked) {
    const since = marked.issuedAt === undefined ? "" : ` made at ${marked.issuedAt}`;
    return { id: marked.id, why: `a secret of ${marked.accessKey}${since} is there from an unfinished run` };
  }
  const isNew = known.keys.length === 0 && known.published === undefined;
  if (capabilities.keysOnly) return undefined;
  const isTakenOver = spec.adopt || (capabilities.rotates === "secrets" && known.takenOver === true);
  // What was there keeps its secret: the caller's is that of another key.
  const secretKey = spec.ownKey?.secretKey;
  const asGiven = usable.filter((key) => secretKey === undefined || known.secrets[key.id] === secretKey);
  const active = asGiven.filter((key) => !key.inactive);
  const first = active.find((key) => key.endsAt === undefined) ?? active[0] ?? asGiven[0];
  if (first === undefined || !isNew || !isTakenOver) return undefined;
  return { id: first.id, why: `adopting the ${spec.noun ?? "user"} with its key ${first.accessKey}` };
}

/**
 * A user that was taken over with a secret that nobody can read: to have one is to replace it, and only a rotationId says
 * that the program wants this.
 */
function isTakenAsItIs(spec: Spec, known: Known, { rotates }: Capabilities): boolean {
  return rotates === "secrets" && known.takenOver === true && spec.rotationId === "";
}

function whyAnother(spec: Spec, known: Known, { rotates, maxKeys }: Capabilities): string {
  const { published } = known;
  if (!published) return "no key is published yet";
  const record = known.keys.find((key) => key.id === published.id);
  if (record === undefined)
    return `the published key ${published.accessKey} was removed or disabled, or its secret replaced, on the system`;
  if (record.expiresAt !== undefined && record.retiredAt === undefined)
    return `the published secret of ${record.accessKey} ends ${record.expiresAt}: an earlier renewal fixed that`;
  if (record.rotationId === spec.rotationId) return `key ${record.accessKey} is not proven yet`;
  const old = rotates === "secrets" ? `the old secret of ${record.accessKey}` : `key ${record.accessKey}`;
  const grace = maxKeys === 1 ? `${old} ends immediately` : `${old} lives on for ${spec.gracePeriodSeconds} s`;
  const [from, to] = [record.rotationId, spec.rotationId].map((id) => shown("rotationId", id, spec));
  return `rotationId changed from ${from} to ${to}; ${grace}`;
}

function keepsItsSecret(spec: Spec): ObjectUserError {
  return new ObjectUserError({
    code: "invalid",
    operation: "rotating",
    subject: `the key of ${called(spec)}`,
    problem: "secretKey is that of the current key, whose secret a rotation is to end",
    advice: "Give another secretKey together with another rotationId.",
  });
}

function cannotComeBack(record: KeyRecord, spec: Spec): ObjectUserError {
  return new ObjectUserError({
    code: "unsupported",
    operation: "going back",
    subject: `to rotationId ${shown("rotationId", spec.rotationId, spec)} of ${called(spec)}`,
    problem: `its secret ends by itself at ${record.expiresAt}, and this system cannot keep it longer`,
    advice: "Keep the latest rotationId, or give one that was not used before, to have a new secret made.",
  });
}
