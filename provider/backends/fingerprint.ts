/**
 * Ids of keys that differ by their secret only. They stand in state in clear, and in what the command shows: so they say as
 * little of a secret as tells it from the others of its user, are no hash that a table could have, and differ for two users
 * with one secret. A secret that is in a dictionary can still be found out by trying: choose none that is.
 */
import { createHash, createHmac } from "node:crypto";

/** Enough to tell the two or three secrets of one user apart, and no more. */
const DIGITS = 10;

/** What these ids were in state before: the SHA-256 of the secret. */
const SHA256 = /^[0-9a-f]{64}$/i;

/** The SHA-256 of a secret in hexadecimal digits: all that some systems show of it. */
export function sha256(secretKey: string): string {
  return createHash("sha256").update(secretKey).digest("hex");
}

/** The id of an access key's secret, from the secret's SHA-256 in hexadecimal digits. */
export function fingerprint(accessKey: string, hash: string): string {
  const key = JSON.stringify(["object-users", "secret", accessKey]);
  return createHmac("sha256", key).update(hash.toLowerCase()).digest("hex").slice(0, DIGITS);
}

/** An id as it is today, from one that an earlier release may have written. */
export function keyIdOf(stored: string, accessKey: string): string {
  return SHA256.test(stored) ? fingerprint(accessKey, stored) : stored;
}
