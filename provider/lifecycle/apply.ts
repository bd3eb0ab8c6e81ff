/** Carries out one step, and folds its result into what is known (fold.ts). */
import { isDeepStrictEqual } from "node:util";
import { isObjectUserError, ObjectUserError } from "../errors";
import { called } from "./called";
import type { Context, KeyOfUser } from "./context";
import {
  recordOf,
  type StepOf,
  withDisabled,
  withIssued,
  withoutKey,
  withoutPublished,
  withPublished,
  withRetired,
} from "./fold";
import { deriveMark } from "./keys";
import type { Known, LiveKey, Password, Spec, Step } from "./model";
import { firstSight } from "./observe";
import { proveAccepted, proveCurrent, proveListed, proveRefused, type Signer } from "./proof";
import { refOf, type UserRef } from "./user-api";
import { nextKey } from "./wanted-key";

/** Carries out a step. Rejects with an ObjectUserError; then nothing of the step is to be counted as known. */
export async function applyStep(step: Step, spec: Spec, known: Known | undefined, context: Context): Promise<Known> {
  if (step.do === "createUser") return createUser(step, spec, context);
  if (known === undefined) throw new Error(`${step.do} needs a user`);
  const act: Act = { spec, known, user: refOf(spec, known), context };
  if (endsKey(step) && context.isOthersKey?.(keyOfUser(step, known))) return releaseKey(step, act);
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
      return withRetired(known, step);
    case "disableKey":
      return disableKey(step, act);
    case "revokeKey":
      return revokeKey(step, act);
    case "withdrawKey":
      return withoutPublished(known);
  }
}

interface Act {
  readonly spec: Spec;
  readonly known: Known;
  readonly user: UserRef;
  readonly context: Context;
}

/** The steps that end a key, now or at a deadline. */
function endsKey(step: Step): step is StepOf<"retireKey" | "disableKey" | "revokeKey"> {
  return step.do === "retireKey" || step.do === "disableKey" || step.do === "revokeKey";
}

function keyOfUser({ id }: { readonly id: string }, { userId, keys }: Known): KeyOfUser {
  return { userId, id, isOurs: keys.some((key) => key.id === id) };
}

/** The key leaves the ring as it is. */
function releaseKey(step: { readonly id: string }, { known, user, context }: Act): Known {
  const { accessKey = step.id } = known.keys.find(({ id }) => id === step.id) ?? {};
  context.announce(
    `${context.resource} ${user.name}: key ${accessKey} is released, not ended: another resource has it`,
  );
  return withoutKey(known, step);
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
  const made = key && recordOf(key, spec.rotationId, context.now());
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
    subject: called(user),
    problem: `the system accepted the request but did not store the new value of ${ignored.join(", ")}`,
    advice: "Give a value that this release of the system supports.",
  });
}

/**
 * Where the system ends graces by itself, the deadline of the secrets before this one counts from here; so the one that
 * consumers hold is proven first, unless its end is fixed already, or nobody wants a grace that could be had.
 */
async function issueKey(step: StepOf<"issueKey">, { spec, known, user, context }: Act): Promise<Known> {
  const { graceSeconds } = step.key;
  const { published } = known;
  const { rotates, maxKeys } = context.capabilities;
  const endsCurrent = rotates === "secrets" && graceSeconds !== undefined && (graceSeconds > 0 || maxKeys === 1);
  const { provenAt, expiresAt } = known.keys.find((record) => record.id === published?.id) ?? {};
  if (spec.prove && endsCurrent && published?.id !== undefined && expiresAt === undefined) {
    await proveCurrent({ ...published, id: published.id }, provenAt, user, context);
  }
  const isChosen = spec.ownKey?.accessKey !== undefined;
  const replaces = step.key.accessKey === undefined ? undefined : known.secrets[step.key.accessKey];
  const request = { ...step.key, ...(isChosen ? { isChosen } : {}), ...(replaces === undefined ? {} : { replaces }) };
  const key = await context.api.issueKey(user, request);
  return withIssued(known, step, key, context.now());
}

/** Proves the key and publishes it, in one: nothing is published that was not proven. */
async function proveKey(step: StepOf<"proveKey">, act: Act): Promise<Known> {
  const { spec, known, user, context } = act;
  const secretKey = known.secrets[step.id];
  if (secretKey === undefined) throw secretUnknown(step.accessKey, user);
  const listed = { id: step.id, accessKey: step.accessKey, secretKey };
  const isInactive = known.inactive?.includes(step.id) === true;
  if (isInactive) await context.api.activateKey?.(user, listed);
  const key = spec.prove ? await provenOrRevived(listed, act) : listed;
  if (!spec.prove) await proveListed(key, user, context);
  if (known.published === undefined) await context.api.removeMark?.(user);
  return withPublished(known, step, key, spec, context.capabilities, context.now());
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
    // Without a record it is one that an interrupted run left, if it is the one that we would make. A key that the program
    // chose may be somebody's.
    const wouldMake = nextKey(spec, known, context.capabilities, context.now()).accessKey === key.accessKey;
    const isLeft = wouldMake && spec.ownKey?.accessKey === undefined;
    const isUnused = record === undefined ? isLeft : (record.provenAt ?? record.retiredAt) === undefined;
    const isHeld = known.published?.id === key.id || known.inactive?.includes(key.id) === true;
    const canRevive = isUnused && !isHeld && context.capabilities.chooseAccessKey;
    if (!canRevive || !isObjectUserError(error, "conflict") || error.uncertain) throw error;
    // Where S3 refuses every key, it is not the key that is wrong, and state may have forgotten who holds it.
    if ((await context.api.knowsOtherKeys?.()) !== true) throw error;
    await context.api.revokeKey(user, key);
    const made = await context.api.issueKey(user, { ...spec.ownKey, accessKey: key.accessKey });
    const revived = { ...key, secretKey: made.secretKey ?? key.secretKey };
    await proveAccepted(revived, user, context);
    return revived;
  }
}

async function disableKey(step: StepOf<"disableKey">, act: Act): Promise<Known> {
  const { known, user, context } = act;
  if (!context.api.disableKey) throw new Error(`${context.resource} cannot disable keys`);
  await context.api.disableKey(user, keyOf(step, known));
  await proveEnd(step, act);
  return withDisabled(known, step, context.now());
}

async function revokeKey(step: StepOf<"revokeKey">, act: Act): Promise<Known> {
  const { known, user, context } = act;
  await context.api.revokeKey(user, keyOf(step, known));
  await proveEnd(step, act);
  return withoutKey(known, step);
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

function secretUnknown(accessKey: string, user: UserRef): ObjectUserError {
  return new ObjectUserError({
    code: "unexpected",
    operation: "publishing",
    subject: `key ${accessKey} of ${called(user)}`,
    problem: "the system lists the key but does not show its secret",
    advice:
      "Give the admin user the right to read secrets (Ceph: users=read), or change rotationId to have a new key made.",
  });
}
