/**
 * Proofs: that a key is accepted before it is published, and refused after it was revoked. By a real request, or where
 * the program does without, by reading back.
 */
import { isObjectUserError, ObjectUserError } from "../errors";
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
  const { propagationSeconds: seconds } = context.capabilities;
  if ((await awaitVerdict(key, user, context, seconds, (verdict) => verdict !== "refused")) !== "refused") return;
  await proveListed(key, user, context);
  throw new ObjectUserError({
    code: "conflict",
    operation: "proving",
    subject: `key ${key.accessKey} of user "${user.name}"`,
    problem: "S3 refuses the key although the system has it",
    advice:
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
    subject: `key ${key.accessKey} of user "${user.name}"`,
    problem:
      "the system does not have the key that it reported as made; somebody else changed the user at the same moment",
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
  const verdict = await awaitVerdict(key, user, context, seconds, (verdict) => verdict !== "refused").catch(
    (error: unknown) => {
      throw isObjectUserError(error) ? nothingMade(error) : error;
    },
  );
  if (verdict !== "refused") return;
  await proveListed(key, user, context);
  const renewed = secretsReadable ? "" : " If somebody else renewed the secret, run up once with prove: false.";
  throw new ObjectUserError({
    code: "conflict",
    operation: "proving",
    subject: `the current secret of ${key.accessKey} of user "${user.name}"`,
    problem:
      "S3 refuses it, and would refuse the next one: none was made, and the end of the current one was not fixed",
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
  if ((await awaitVerdict(key, user, context, seconds, (verdict) => verdict === "refused")) === "refused") return;
  throw new ObjectUserError({
    code: "unexpected",
    operation: "proving the end of",
    subject: `key ${key.accessKey} of user "${user.name}"`,
    problem: "the key was revoked but S3 still accepts it",
    advice: "Check that s3Endpoint belongs to this system; if it does, a gateway serves outdated data.",
  });
}

/** Asks S3 until the verdict is as hoped for or so many seconds are over; resolves to the last verdict. */
async function awaitVerdict(
  key: Signer,
  user: UserRef,
  context: Context,
  seconds: number,
  hoped: (verdict: Verdict) => boolean,
): Promise<Verdict> {
  const patienceMs = Math.max(seconds * 1000, LEAST_PATIENCE_MS);
  for (let waitedMs = 0, pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    const verdict = await context.api.probe(user, key);
    if (hoped(verdict) || waitedMs >= patienceMs) return verdict;
    const waited = `${Math.round(waitedMs / 1000)} of ${patienceMs / 1000} s`;
    context.log(
      `${context.resource} ${user.name}: S3 reports ${verdict} for key ${key.accessKey}, waiting (${waited})`,
    );
    await context.sleep(pauseMs);
    waitedMs += pauseMs;
  }
}
