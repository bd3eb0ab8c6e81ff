/**
 * What is to be done, decided in one place. Pure: the same wish, knowledge and moment give the same steps, whether
 * `pulumi preview` asks or `pulumi up`.
 *
 *   the user            | steps
 *   --------------------+------------------------------------------------------------------------
 *   is not there        | createUser (with its first key, where the system can); then plan again
 *   differs             | updateUser: the differing settings only
 *
 *   the wanted key      | steps                        every other key of the ring
 *   --------------------+------------------------------------------------------------------------
 *   is not there        | issueKey, proveKey            not retired     | retireKey
 *   lives, unpublished  | proveKey (which publishes)    wrong deadline  | retireKey, new deadline
 *   is published        | nothing                       deadline over   | revokeKey
 *
 *   keys outside the ring: nothing, or revokeKey with exclusiveKeys.
 *
 * The wanted key is, in this order: the caller's own; the ring's for this rotationId; the derived one, where a run
 * that was interrupted left it; when taking over a user, the first it has; else one to be made.
 */
import { isDeepStrictEqual } from "node:util";
import { after, isOver, keyToMake } from "./keys";
import type { Fields, KeyRecord, KeyRequest, Known, Spec, Step } from "./model";

/**
 * The steps from what is known to what is wanted; none when there is nothing to do. `known` undefined: no such user; once
 * it is made, the plan is made anew.
 */
export function plan(spec: Spec, known: Known | undefined, now: Date): Step[] {
  return known === undefined ? [creation(spec)] : [...settings(spec, known), ...keys(spec, known, now)];
}

function creation(spec: Spec): Step {
  const key = spec.createKey ? { key: keyToMake(spec) } : {};
  return { do: "createUser", fields: spec.fields, ...key, why: "the user does not exist" };
}

/** The settings that differ from what is wanted. */
export function changedFields(spec: Spec, known: Known): Fields {
  const wanted = { ...known.baseline, ...spec.fields };
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => !isDeepStrictEqual(known.fields[name], value)),
  );
}

function settings(spec: Spec, known: Known): Step[] {
  const changes = changedFields(spec, known);
  const names = Object.keys(changes);
  if (names.length === 0) return [];
  const why = names
    .map((name) => `${name} is ${JSON.stringify(known.fields[name])}, wanted ${JSON.stringify(changes[name])}`)
    .join("; ");
  return [{ do: "updateUser", changes, why }];
}

function keys(spec: Spec, known: Known, now: Date): Step[] {
  const wanted = wantedKey(spec, known);
  const current = wanted === undefined ? [] : makeCurrent(wanted, spec, known);
  const others = wanted === undefined ? [] : known.keys.filter((key) => key.id !== wanted.id);
  const foreign = spec.exclusiveKeys ? known.foreign.filter((id) => id !== wanted?.id) : [];
  return [
    ...current,
    ...others.flatMap((key) => retire(key, spec, now)),
    ...foreign.map(
      (id): Step => ({ do: "revokeKey", id, accessKey: id, why: `key ${id} is not of this resource (exclusiveKeys)` }),
    ),
  ];
}

/** The key that should be current: one that lives, or one to be made first. */
interface WantedKey {
  readonly id: string;
  readonly make?: KeyRequest;
  readonly why: string;
}

function wantedKey(spec: Spec, known: Known): WantedKey | undefined {
  const lives = (id: string) => known.foreign.includes(id) || known.keys.some((key) => key.id === id);
  if (spec.ownKey) return ownKey(spec.ownKey, known, lives);
  if (!spec.createKey) return publishedKey(known);
  const ring = ringKey(spec, known);
  if (ring) return ring;
  const key = keyToMake(spec);
  if (lives(key.accessKey)) return { id: key.accessKey, why: `key ${key.accessKey} is there from an unfinished run` };
  const first = known.foreign[0];
  if (spec.adopt && first !== undefined && known.keys.length === 0 && !known.published) {
    return { id: first, why: `taking over the user with its key ${first}` };
  }
  return { id: key.accessKey, make: key, why: whyAnother(spec, known) };
}

function ownKey(own: KeyRequest, known: Known, lives: (id: string) => boolean): WantedKey {
  const id = own.accessKey;
  if (!lives(id)) return { id, make: own, why: `the inputs' accessKey ${id} is to be the current key` };
  const secret = known.secrets[id];
  if (own.secretKey !== undefined && secret !== undefined && secret !== own.secretKey) {
    return {
      id,
      make: own,
      why: `the secret of ${id} is replaced in place by the inputs' secretKey: its old secret ends at once`,
    };
  }
  return { id, why: `the inputs' accessKey ${id} is to be the current key` };
}

function publishedKey(known: Known): WantedKey | undefined {
  const id = known.published?.id;
  return id === undefined ? undefined : { id, why: "createKey is false: the published key stays" };
}

/** The ring's key for the rotation; of several, the published one, else the youngest that is not retired. */
function ringKey(spec: Spec, known: Known): WantedKey | undefined {
  const candidates = known.keys.filter((key) => key.rotationId === spec.rotationId);
  const found =
    candidates.find((key) => key.id === known.published?.id) ??
    candidates.filter((key) => key.retiredAt === undefined).at(-1) ??
    candidates.at(-1);
  return found && { id: found.id, why: whyAnother(spec, known) };
}

function whyAnother(spec: Spec, known: Known): string {
  const { published } = known;
  if (!published) return "no key is published yet";
  const record = known.keys.find((key) => key.id === published.id);
  if (record === undefined)
    return `the published key ${published.accessKey} was removed or its secret replaced on the system`;
  if (record.rotationId === spec.rotationId) return `key ${record.accessKey} is not proven yet`;
  return `rotationId changed from ${JSON.stringify(record.rotationId)} to ${JSON.stringify(spec.rotationId)}`;
}

function makeCurrent(wanted: WantedKey, spec: Spec, known: Known): Step[] {
  const record = known.keys.find((key) => key.id === wanted.id);
  const isCurrent = known.published?.id === wanted.id && record !== undefined && record.retiredAt === undefined;
  if (!wanted.make && isCurrent && (record.provenAt !== undefined || !spec.prove)) return [];
  const { id, make, why } = wanted;
  const rotationId = record?.rotationId ?? spec.rotationId;
  const prove: Step = { do: "proveKey", id, accessKey: make?.accessKey ?? id, rotationId, why };
  return make ? [{ do: "issueKey", key: make, rotationId, why }, prove] : [prove];
}

function retire(key: KeyRecord, spec: Spec, now: Date): Step[] {
  const retiredAt = key.retiredAt ?? now.toISOString();
  const expiresAt = after(retiredAt, spec.gracePeriodSeconds);
  const steps: Step[] = [];
  if (key.expiresAt !== expiresAt) {
    const why = key.retiredAt === undefined ? `another key takes its place` : `gracePeriodSeconds changed`;
    steps.push({
      do: "retireKey",
      id: key.id,
      retiredAt,
      expiresAt,
      why: `${why}: key ${key.accessKey} lives until ${expiresAt}`,
    });
  }
  if (isOver({ ...key, expiresAt }, now)) {
    steps.push({
      do: "revokeKey",
      id: key.id,
      accessKey: key.accessKey,
      why: `grace of key ${key.accessKey} ended ${expiresAt}`,
    });
  }
  return steps;
}
