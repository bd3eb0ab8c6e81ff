/**
 * What the management API answers, and its translation into the project's words. Loose: releases add fields, and the
 * fingerprints of secrets came with 4.0. An empty text means that a value is absent.
 */
import * as z from "zod";
import type { LiveKey } from "../../lifecycle/model";
import { fingerprint, sha256 } from "../fingerprint";
import { wireOf } from "../rows";
import { rows } from "./args";
import { MARK_NAME } from "./mark";

/** The answer of `GET /object/users/{uid}/info`. It says `tag` where requests say `tags`. */
export const wireUser = z.looseObject({
  name: z.string(),
  namespace: z.string().default(""),
  ...wireOf(rows),
});
type WireUser = z.infer<typeof wireUser>;

const empty = z.string().default("");

/** The answer of `GET /object/user-secret-keys/{uid}/{namespace}`: two places, either of which may be free. */
export const wireKeys = z.looseObject({
  secret_key_1: empty,
  secret_key_1_exist: z.boolean().optional(),
  secret_key_1_id: empty,
  key_timestamp_1: empty,
  key_expiry_timestamp_1: empty,
  secret_key_2: empty,
  secret_key_2_exist: z.boolean().optional(),
  secret_key_2_id: empty,
  key_timestamp_2: empty,
  key_expiry_timestamp_2: empty,
});
type WireKeys = z.infer<typeof wireKeys>;

/** The answer of `POST /object/user-secret-keys/{uid}`. */
export const wireNewKey = z.looseObject({ secret_key: empty, key_timestamp: empty, secret_key_id: empty });

/** The answer of `GET /object/users/{namespace}`. */
export const wirePage = z.looseObject({
  blobuser: z.array(z.looseObject({ userid: z.string(), namespace: z.string() })).default([]),
  NextMarker: z.string().nullish(),
});

/** The mark that a run which was cut off left on the user. */
export function markOf({ tag }: WireUser): string | undefined {
  return tag.find(({ name }) => name === MARK_NAME)?.value;
}

/** A secret in one of the two places. */
interface Place {
  readonly key: LiveKey;
  /** ECS's own name for it, with which it is ended; an empty text before 4.0. */
  readonly listedId: string;
}

/** The user's secrets, youngest first: which of the two places is the younger is not said. */
export function placesOf(userId: string, keys: WireKeys): Place[] {
  const places = [
    {
      exists: keys.secret_key_1_exist,
      ends: keys.key_expiry_timestamp_1,
      parts: [keys.secret_key_1, keys.secret_key_1_id, keys.key_timestamp_1] as const,
    },
    {
      exists: keys.secret_key_2_exist,
      ends: keys.key_expiry_timestamp_2,
      parts: [keys.secret_key_2, keys.secret_key_2_id, keys.key_timestamp_2] as const,
    },
  ];
  return places
    .filter(({ exists, parts: [secret, id] }) => secret !== "" || (exists ?? id !== ""))
    .map(({ parts, ends }) => ({ key: { ...keyOf(userId, ...parts), ...endOf(ends) }, listedId: parts[1] }))
    .sort(({ key: one }, { key: other }) => ((one.issuedAt ?? "") > (other.issuedAt ?? "") ? -1 : 1));
}

/**
 * One secret. ECS 4 names a secret by its SHA-256 in hexadecimal digits, which is all that is known where it hides secrets:
 * both make the same id.
 */
export function keyOf(userId: string, secret: string, listedId: string, timestamp: string): LiveKey {
  const issuedAt = momentOf(timestamp);
  return {
    id: fingerprint(userId, secret === "" ? listedId : sha256(secret)),
    accessKey: userId,
    ...(secret === "" ? {} : { secretKey: secret }),
    ...(issuedAt === undefined ? {} : { issuedAt }),
  };
}

function endOf(timestamp: string): Pick<LiveKey, "endsAt"> {
  const endsAt = momentOf(timestamp);
  return endsAt === undefined ? {} : { endsAt };
}

/** ISO 8601 from `2019-11-25 09:56:32.364`, which names no zone and is taken for UTC; undefined when it is neither. */
function momentOf(timestamp: string): string | undefined {
  const text = timestamp.trim().replace(" ", "T");
  const moment = new Date(/Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
