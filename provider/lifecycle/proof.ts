/**
 * Proofs: that a key is accepted before it is published, and refused after it was revoked. By a real request, or where
 * the program does without, by reading back.
 */
import { isObjectUserError, ObjectUserError } from "../errors";
import { called } from "./called";
import type { Context } from "./context";
import type { UserRef, Verdict } from "./user-api";

/** A key that signs. */
export interface Signer {
  readonly id: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Even a system that changes keys at once may have a gateway that lags for a moment. */
const LEAST_PATIENCE_MS = 3_000;

/** Resolves when S3 accepts the key. A key that is not the system's any more was overtaken by another writer: look again. */
export async function proveAccepted(key: Signer, user: UserRef, context: Context): Promise<void> {
  const { propagationSeconds: seconds, keysOnly } = context.capabilities;
  let isSuspended = false;
  const refusing = await lagging(key, user, context, seconds, (verdict) => {
    isSuspended ||= verdict === "suspended";
    return isKnown(verdict);
  });
  // Who manages the user knows it.
  if (isSuspended && keysOnly)
    context.log(
      `warning: ${context.resource} ${user.name}: ${called(user)} is suspended: S3 knows key ${key.accessKey}, and refuses every request until somebody enables the user`,
    );
  if (refusing === undefined) return;
  await proveListed(key, user, context);
  const why = await context.api.whyRefused?.(user, key);
  throw new ObjectUserError({
    code: "conflict",
    operation: "proving",
    subject: `key ${key.accessKey} of ${called(user)}`,
    problem: `${refusing} refuses the key ${why ? `because ${why.problem}` : "although the system has it"}`,
    advice:
      why?.advice ??
      "Check that s3Endpoint belongs to this system. If it does, wait a minute and run again; if that does not help, change rotationId to have a new key made.",
  });
}

/** Resolves when the system has the very key, as far as it shows its keys. */
export async function proveListed(key: Signer, user: UserRef, context: Context): Promise<void> {
  const live = await context.api.find(user);
  if (live && live.keys === undefined) return;
  const listed = live?.keys?.find((candidate) => candidate.id === key.id);
  if (listed && (listed.secretKey === undefined || listed.secretKey === key.secretKey)) return;
  throw new ObjectUserError({
    code: "conflict",
    operation: "reading back",
    subject: `key ${key.accessKey} of ${called(user)}`,
    problem:
      "the system does not have the key that it reported as made; somebody else changed its keys at the same moment",
    advice: "Run again.",
    uncertain: true,
  });
}

/**
 * Resolves when S3 accepts the secret that consumers hold. Where the system ends it by itself the next one is not made
 * before that: what keeps the next one from being proven would show too late, when the end of this one is fixed. Since it
 * was proven itself, at `provenAt`, every part of S3 has had time to hear of it, or still has.
 */
export async function proveCurrent(
  key: Signer,
  provenAt: string | undefined,
  user: UserRef,
  context: Context,
): Promise<void> {
  const { propagationSeconds, secretsReadable } = context.capabilities;
  const age = provenAt === undefined ? 0 : (context.now().getTime() - Date.parse(provenAt)) / 1000;
  const seconds = Math.ceil(Math.max(0, Math.min(propagationSeconds, propagationSeconds - age)));
  const refusing = await lagging(key, user, context, seconds, isKnown).catch((error: unknown) => {
    throw isObjectUserError(error) ? nothingMade(error) : error;
  });
  if (refusing === undefined) return;
  await proveListed(key, user, context);
  const renewed = secretsReadable ? "" : " If somebody else renewed the secret, run up once with prove: false.";
  throw new ObjectUserError({
    code: "conflict",
    operation: "proving",
    subject: `the current secret of ${key.accessKey} of ${called(user)}`,
    problem: `${refusing} refuses it, and would refuse the next one: none was made, and the end of the current one was not fixed`,
    advice: `Check that s3Endpoint belongs to this system.${renewed}`,
  });
}

function nothingMade({ parts }: ObjectUserError): ObjectUserError {
  const { advice = "Run again." } = parts;
  const untouched = "No other secret was made, as it could not be proven either: the current one lives on.";
  return new ObjectUserError({ ...parts, advice: `${untouched} ${advice}` });
}

/** Resolves when S3 refuses the key. */
export async function proveRefused(key: Signer, user: UserRef, context: Context): Promise<void> {
  const { revocationSeconds, propagationSeconds } = context.capabilities;
  const seconds = revocationSeconds ?? propagationSeconds;
  const accepting = await lagging(key, user, context, seconds, (verdict) => verdict === "refused");
  if (accepting === undefined) return;
  throw new ObjectUserError({
    code: "unexpected",
    operation: "proving the end of",
    subject: `key ${key.accessKey} of ${called(user)}`,
    problem: `the key was revoked but ${accepting} still accepts it`,
    advice: `Check that s3Endpoint belongs to this system; if it does, ${
      context.s3Endpoints ? "keys were not changed where all zones take them from, or a zone" : "a gateway"
    } serves outdated data.`,
  });
}

const isKnown = (verdict: Verdict) => verdict !== "refused";

/**
 * Asks S3 at each of its addresses until every one has given a verdict as hoped for, or so many seconds are over. Resolves to
 * those that have not, as text; undefined when there is none. One that has is not asked again.
 */
async function lagging(
  key: Signer,
  user: UserRef,
  context: Context,
  seconds: number,
  hoped: (verdict: Verdict) => boolean,
): Promise<string | undefined> {
  const { api, resource, s3Endpoints } = context;
  const patienceMs = Math.max(seconds * 1000, LEAST_PATIENCE_MS);
  let asked: readonly (string | undefined)[] = s3Endpoints ?? [undefined];
  for (let waitedMs = 0, pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    const verdicts = await Promise.all(asked.map((address) => api.probe(user, key, address)));
    const late = asked.flatMap((address, i) => {
      const verdict = verdicts[i] as Verdict;
      return hoped(verdict) ? [] : [{ address, verdict, who: address === undefined ? "S3" : `S3 at ${address}` }];
    });
    asked = late.map(({ address }) => address);
    if (late.length === 0) return undefined;
    if (waitedMs >= patienceMs) return late.map(({ who }) => who).join(" and ");
    const reports = late.map(({ who, verdict }) => `${who} reports ${verdict}`).join(", ");
    const waited = `${Math.round(waitedMs / 1000)} of ${patienceMs / 1000} s`;
    context.log(`${resource} ${user.name}: ${reports} for key ${key.accessKey}, waiting (${waited})`);
    await context.sleep(pauseMs);
    waitedMs += pauseMs;
  }
}
