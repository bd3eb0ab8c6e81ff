/**
 * Carries out one step and folds its result into what is known. Each step leaves knowledge that is true, so that a
 * run may end after any of them.
 */
import { isDeepStrictEqual } from "node:util";
import { isObjectUserError, ObjectUserError } from "../errors";
import type { Context } from "./context";
import { after, deriveMark } from "./keys";
import type { KeyRecord, Known, LiveKey, Password, Spec, Step } from "./model";
import { firstSight } from "./observe";
import { proveAccepted, proveCurrent, proveListed, proveRefused, type Signer } from "./proof";
import { publishedId } from "./retirement";
import { refOf, type UserRef } from "./user-api";
import { nextKey } from "./wanted-key";

/** Carries out a step. Rejects with an ObjectUserError; then nothing of the step is to be counted as known. */
export async function applyStep(step: Step, spec: Spec, known: Known | undefined, context: Context): Promise<Known> {
  if (step.do === "createUser") return createUser(step, spec, context);
  if (known === undefined) throw new Error(`${step.do} needs a user`);
  const act: Act = { spec, known, user: refOf(spec, known), context };
  switch (step.do) {
    case "setPassword":
      return setPassword(step, act);
    case "updateUser":
      return updateUser(step, act);
    case "issueKey":
      return issueKey(step, act);
    case "proveKey":
      return proveKey(step, act);
    case "retireKey":
      return withRecord(known, step.id, ({ retiredAt: _, ...record }) => ({
        ...record,
        retiredAt: step.retiredAt,
        expiresAt: step.expiresAt,
      }));
    case "disableKey":
      return disableKey(step, act);
    case "revokeKey":
      return revokeKey(step, act);
    case "withdrawKey": {
      const { published: _, ...rest } = known;
      return rest;
    }
  }
}

type StepOf<Verb extends Step["do"]> = Extract<Step, { do: Verb }>;

interface Act {
  readonly spec: Spec;
  readonly known: Known;
  readonly user: UserRef;
  readonly context: Context;
}

async function createUser(step: StepOf<"createUser">, spec: Spec, context: Context): Promise<Known> {
  const password = spec.password && passwordFor(spec.password, context);
  const live = await context.api.create({
    name: spec.name,
    where: spec.where,
    fields: step.fields,
    mark: deriveMark(spec),
    ...(step.key ? { key: step.key } : {}),
    ...(password ? { password: password.value } : {}),
  });
  const asked = step.key;
  const key =
    asked && live.keys?.find((candidate) => asked.accessKey === undefined || candidate.accessKey === asked.accessKey);
  const made = key && recordOf(key, spec.rotationId, context);
  const known = firstSight(live, spec, context.defaults, { takenOver: false, ...(made ? { made } : {}) });
  return password ? { ...known, password } : known;
}

async function setPassword(step: StepOf<"setPassword">, { spec, known, user, context }: Act): Promise<Known> {
  if (!context.api.setPassword) throw new Error(`${context.resource} has no passwords`);
  const password = passwordFor(spec.password ?? { rotationId: step.rotationId }, context);
  await context.api.setPassword(user, password.value);
  return { ...known, password };
}

function passwordFor({ value, rotationId }: NonNullable<Spec["password"]>, context: Context): Password {
  return { value: value ?? context.newPassword(), rotationId };
}

async function updateUser(step: StepOf<"updateUser">, { known, user, context }: Act): Promise<Known> {
  const fields = await context.api.update(user, known.fields, step.changes);
  const ignored = Object.keys(step.changes).filter((name) => !isDeepStrictEqual(fields[name], step.changes[name]));
  if (ignored.length === 0) return { ...known, fields };
  throw new ObjectUserError({
    code: "unsupported",
    operation: "changing",
    subject: `user "${user.name}"`,
    problem: `the system accepted the request but did not store the new value of ${ignored.join(", ")}`,
    advice: "Give a value that this release of the system supports.",
  });
}

/**
 * Where the system ends graces by itself, the deadline of the secrets before this one counts from here; so the one that
 * consumers hold is proven first, unless its end is fixed already.
 */
async function issueKey(step: StepOf<"issueKey">, { spec, known, user, context }: Act): Promise<Known> {
  const { graceSeconds } = step.key;
  const { published } = known;
  const endsCurrent = context.capabilities.rotates === "secrets" && graceSeconds !== undefined && graceSeconds > 0;
  const { provenAt, expiresAt } = known.keys.find((record) => record.id === published?.id) ?? {};
  if (spec.prove && endsCurrent && published?.id !== undefined && expiresAt === undefined) {
    await proveCurrent({ ...published, id: published.id }, provenAt, user, context);
  }
  const key = await context.api.issueKey(user, step.key);
  const record = recordOf(key, step.rotationId, context);
  const others = endingWith(step, known, context).keys.filter((other) => other.id !== key.id);
  return {
    ...known,
    // A published key whose secret was replaced in place is published anew.
    ...(published?.id === key.id ? { published: withoutId(published) } : {}),
    keys: [...others, record],
    foreign: known.foreign.filter((other) => other.id !== key.id),
    secrets: key.secretKey === undefined ? known.secrets : { ...known.secrets, [key.id]: key.secretKey },
  };
}

/**
 * Proves the key and publishes it, in one: nothing is published that was not proven. What was published until then is
 * retired with it, so that a key of the ring that is neither is one that nobody was ever given. Its grace has not begun.
 */
async function proveKey(step: StepOf<"proveKey">, act: Act): Promise<Known> {
  const { spec, known, user, context } = act;
  const secretKey = known.secrets[step.id];
  if (secretKey === undefined) throw secretUnknown(step.accessKey, user);
  const listed = { id: step.id, accessKey: step.accessKey, secretKey };
  const isInactive = known.inactive?.includes(step.id) === true;
  if (isInactive) await context.api.activateKey?.(user, listed);
  const key = spec.prove ? await provenOrRevived(listed, act) : listed;
  if (!spec.prove) await proveListed(key, user, context);
  const found =
    known.keys.find((record) => record.id === step.id) ??
    recordOf({ ...known.foreign.find((other) => other.id === step.id), ...key }, step.rotationId, context);
  const { retiredAt: _r, expiresAt: _e, disabledAt: _d, ...record } = found;
  if (known.published === undefined) await context.api.removeMark?.(user);
  const proven: KeyRecord = spec.prove ? { ...record, provenAt: context.now().toISOString() } : record;
  const { takenOver: _t, inactive, ...rest } = known;
  const others = known.keys.filter((other) => other.id !== step.id);
  return {
    ...rest,
    ...(inactive ? { inactive: inactive.filter((id) => id !== step.id) } : {}),
    keys: [...others.map((other) => succeeded(other, known, context)), proven],
    foreign: known.foreign.filter((other) => other.id !== step.id),
    published: key,
    secrets: { ...known.secrets, [key.id]: key.secretKey },
  };
}

/**
 * The key, once it is accepted. One that was never published and is refused although the system lists it (a gateway that
 * died half-way, or a deletion at the same moment, leaves such keys) is ended and made once more: nobody holds it yet.
 * Making it again without ending it would not mend it: Ceph writes a key's index entry only for a key that is new.
 */
async function provenOrRevived(key: Signer, { spec, known, user, context }: Act): Promise<Signer> {
  try {
    await proveAccepted(key, user, context);
    return key;
  } catch (error) {
    const record = known.keys.find((candidate) => candidate.id === key.id);
    // Without a record it is one that an interrupted run left, if it is the one that we would make.
    const wouldMake = nextKey(spec, known, context.capabilities, context.now()).accessKey === key.accessKey;
    const isUnused = record === undefined ? wouldMake : record.provenAt === undefined;
    const isHeld = known.published?.id === key.id || known.inactive?.includes(key.id) === true;
    const canRevive = isUnused && !isHeld && context.capabilities.chooseAccessKey;
    if (!canRevive || !isObjectUserError(error, "conflict") || error.uncertain) throw error;
    await context.api.revokeKey(user, key);
    const made = await context.api.issueKey(user, spec.ownKey ?? { accessKey: key.accessKey });
    const revived = { ...key, secretKey: made.secretKey ?? key.secretKey };
    await proveAccepted(revived, user, context);
    return revived;
  }
}

async function disableKey(step: StepOf<"disableKey">, act: Act): Promise<Known> {
  const { known, user, context } = act;
  const { id } = step;
  if (!context.api.disableKey) throw new Error(`${context.resource} cannot disable keys`);
  await context.api.disableKey(user, keyOf(step, known));
  await proveEnd(step, act);
  const disabledAt = context.now().toISOString();
  const disabled = withRecord(known, id, (record) => ({ ...record, disabledAt }));
  return { ...disabled, inactive: [...(known.inactive ?? []).filter((other) => other !== id), id] };
}

async function revokeKey(step: StepOf<"revokeKey">, act: Act): Promise<Known> {
  const { known, user, context } = act;
  const { id } = step;
  await context.api.revokeKey(user, keyOf(step, known));
  await proveEnd(step, act);
  const { [id]: _, ...secrets } = known.secrets;
  const { published } = known;
  return {
    ...known,
    // One that is still published, and that the system has ended, is known not to work.
    ...(published?.id === id ? { published: withoutId(published) } : {}),
    keys: known.keys.filter((record) => record.id !== id),
    foreign: known.foreign.filter((other) => other.id !== id),
    secrets,
  };
}

/** The key of a step, with its secret where that is known. */
function keyOf({ id, accessKey }: StepOf<"disableKey" | "revokeKey">, { secrets }: Known): LiveKey {
  const secretKey = secrets[id];
  return { id, accessKey, ...(secretKey === undefined ? {} : { secretKey }) };
}

async function proveEnd(step: StepOf<"disableKey" | "revokeKey">, { spec, known, user, context }: Act): Promise<void> {
  const { secretKey, ...key } = keyOf(step, known);
  if (spec.prove && secretKey !== undefined) await proveRefused({ ...key, secretKey }, user, context);
}

function withoutId({ accessKey, secretKey }: NonNullable<Known["published"]>): NonNullable<Known["published"]> {
  return { accessKey, secretKey };
}

function recordOf(key: LiveKey, rotationId: string, context: Context): KeyRecord {
  return { id: key.id, accessKey: key.accessKey, rotationId, issuedAt: key.issuedAt ?? context.now().toISOString() };
}

/** A key when another one was published. Where the system ends graces, the deadline says since when it is retired. */
function succeeded(record: KeyRecord, { published }: Known, { capabilities, now }: Context): KeyRecord {
  const wasPublished = record.id === publishedId(published) && record.retiredAt === undefined;
  return wasPublished && capabilities.rotates === "keys" ? { ...record, retiredAt: now().toISOString() } : record;
}

/**
 * What is known once the system has made a key, or may have: where it ends graces by itself, when the keys before it end.
 * Our own clock decides: the system's may be ahead or behind. A key that ends earlier anyway still does.
 */
export function endingWith({ key }: StepOf<"issueKey">, known: Known, { now }: Context): Known {
  if (key.graceSeconds === undefined) return known;
  const deadline = after(now().toISOString(), key.graceSeconds);
  const isEarlier = ({ expiresAt }: KeyRecord) => expiresAt !== undefined && expiresAt < deadline;
  return { ...known, keys: known.keys.map((one) => (isEarlier(one) ? one : { ...one, expiresAt: deadline })) };
}

function withRecord(known: Known, id: string, change: (record: KeyRecord) => KeyRecord): Known {
  return { ...known, keys: known.keys.map((record) => (record.id === id ? change(record) : record)) };
}

function secretUnknown(accessKey: string, user: UserRef): ObjectUserError {
  return new ObjectUserError({
    code: "unexpected",
    operation: "publishing",
    subject: `key ${accessKey} of user "${user.name}"`,
    problem: "the system lists the key but does not show its secret",
    advice:
      "Give the admin user the right to read secrets (Ceph: users=read), or change rotationId to have a new key made.",
  });
}
