/** What users and accounts have in common: texts that Ceph keeps as they are, numbers that it does not misread, quotas. */
import * as z from "zod";

/** The largest number that fits where Ceph counts users and buckets. */
export const MAX_INT32 = 2 ** 31 - 1;

/** Longer names than this make Ceph 16 answer 500, with half a user left behind. */
const MAX_NAME_LENGTH = 255;

/** A text that may be empty. */
export const text = z
  .string()
  .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
  .regex(/^\P{Cc}*$/u, "must not contain control characters");

const whole = z.number().int({
  error: ({ code }) => (code === "invalid_type" ? "must be a whole number" : "is too large"),
  abort: true,
});
const orUnlimited = (value: number) => (value < 0 ? -1 : value);

/** A limit. Every negative number is -1. */
export const limit = whole.transform(orUnlimited);

/** A limit of what Ceph counts in 32 bits. */
export const count = whole
  .max(MAX_INT32, `must be at most ${MAX_INT32}: Ceph would keep another number`)
  .transform(orUnlimited);

/** A quota as inputs give it. */
export const quota = z.strictObject({
  enabled: z.boolean().default(true),
  maxSizeBytes: limit.default(-1),
  maxObjects: limit.default(-1),
});

/** A quota in normal form. -1: unlimited. */
export type Quota = z.infer<typeof quota>;

/** What Ceph gives without a quota. */
export const NO_QUOTA: Quota = { enabled: false, maxSizeBytes: -1, maxObjects: -1 };

/** A quota as answers show it. */
export const wireQuota = z.looseObject({ enabled: z.boolean(), max_size: z.number(), max_objects: z.number() });

/** A quota of an answer in normal form. */
export function quotaOf({ enabled, max_size, max_objects }: z.infer<typeof wireQuota>): Quota {
  return { enabled, maxSizeBytes: max_size, maxObjects: max_objects };
}

/** What a request that sets a quota says of it. */
export function quotaQuery({ enabled, maxSizeBytes, maxObjects }: Quota) {
  return { enabled, "max-size": maxSizeBytes, "max-objects": maxObjects };
}
