/**
 * Making and ending secrets. ECS lets the caller choose a secret: ours is new for each call, so that a call whose answer
 * was lost is recognised when the secrets are read back, and begins as the request says, so that a later run knows it, too.
 */
import { randomInt } from "node:crypto";
import { isObjectUserError, ObjectUserError } from "../../errors";
import { orUndefined } from "../../http/api";
import type { KeyRequest, LiveKey } from "../../lifecycle/model";
import type { BackendDeps } from "../backend";
import { fingerprint, sha256 } from "../fingerprint";
import type { Requests, UserPath } from "./requests";
import { keyOf, placesOf } from "./wire";

const SECRET_LENGTH = 40;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** ECS keeps so many secrets of a user. */
export const MOST_SECRETS = 2;

/**
 * With a grace of 0 the old secret is ended by its name once the new one is proven. Should the run be cut off before
 * that, ECS ends it so much later: long enough for the proof, and not never.
 */
const AFTER_ALL_MINUTES = 5;

/** A fresh user's first secret is sometimes answered with code 7000: https://github.com/EMCECS/ECS-CommunityEdition/issues/371 */
const TRIES = 3;
const PAUSE_MS = 1_000;

/** Answers after which no secret was made. */
const CERTAIN: readonly string[] = ["unauthorized", "forbidden", "rate-limited", "not-found"];

/** The user's secrets; none where ECS knows none. */
export async function secretsOf(requests: Requests, user: UserPath): Promise<LiveKey[]> {
  const listed = await orUndefined(requests.listKeys(user));
  return listed === undefined ? [] : placesOf(user.userId, listed).map(({ key }) => key);
}

/** Makes another secret; the one before it lives on for its grace, in whole minutes. */
export async function makeSecret(
  requests: Requests,
  user: UserPath,
  { secretPrefix = "", secretKey = newSecret(secretPrefix), graceSeconds }: KeyRequest,
  deps: BackendDeps,
): Promise<LiveKey> {
  const minutes = graceSeconds === undefined ? undefined : Math.ceil(graceSeconds / 60) || AFTER_ALL_MINUTES;
  for (let tried = 1; ; tried++) {
    try {
      const { secret_key, key_timestamp } = await requests.createKey(user, secretKey, minutes);
      return keyOf(user.userId, secret_key || secretKey, "", key_timestamp);
    } catch (error) {
      if (!isObjectUserError(error) || CERTAIN.includes(error.code)) throw error;
      const listed = await secretsOf(requests, user);
      const mine = listed.find((key) => key.id === fingerprint(user.userId, sha256(secretKey)));
      if (mine) return { ...mine, secretKey };
      if (listed.length >= MOST_SECRETS) throw full(error);
      if (tried === TRIES || error.code !== "unavailable") throw error;
      deps.log(`${error.message} Trying again.`);
      await deps.sleep(PAUSE_MS * tried);
    }
  }
}

/** Ends one secret by its name; a secret that is not listed has ended. */
export async function endSecret(requests: Requests, user: UserPath, { id, secretKey }: LiveKey): Promise<void> {
  const place = placesOf(user.userId, await requests.listKeys(user)).find(({ key }) => key.id === id);
  if (place === undefined) return;
  const value = secretKey ?? place.key.secretKey;
  const { listedId } = place;
  if (value === undefined && listedId === "") throw unnamed(user);
  try {
    await requests.deleteKey(user, {
      ...(value === undefined ? {} : { secret_key: value }),
      ...(listedId === "" ? {} : { secret_key_id: listedId }),
    });
  } catch (error) {
    // It may have ended by itself since it was listed.
    const isListed = async () => (await secretsOf(requests, user)).some((candidate) => candidate.id === id);
    if (!isObjectUserError(error, "invalid") || (await isListed())) throw error;
  }
}

/** Beside its prefix, which others can know, a secret has 28 characters of chance and more: 166 bits. */
function newSecret(prefix: string): string {
  const length = Math.max(SECRET_LENGTH - prefix.length, 28);
  return prefix + Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

/** The third secret is refused with a code that differs between releases: the two that are there say why. */
function full(error: ObjectUserError): ObjectUserError {
  return new ObjectUserError({
    ...error.parts,
    code: "conflict",
    problem: "the user has two secrets already, which is all that ECS keeps",
    advice: "Run again when the older one has ended, or end one of them on ECS.",
    uncertain: false,
  });
}

/** A request that names no secret would end all of them. */
function unnamed({ userId, namespace }: UserPath): ObjectUserError {
  return new ObjectUserError({
    code: "unsupported",
    operation: "ending a secret of",
    subject: `user "${namespace}/${userId}"`,
    problem: "ECS shows neither the secret nor its fingerprint, and one that is not named cannot be ended alone",
    advice: "End it on ECS.",
  });
}
