/**
 * The inputs of rgw.User, in Ceph's words in camel case, and what of them Ceph would misread: refused here, in one
 * sentence, before anything is sent.
 */
import * as z from "zod";
import type { Fields } from "../../lifecycle/model";
import { lifecycleArgs, NO_KEY_ROTATES, type UserSpec } from "../backend";
import { isCap, normalCaps } from "./caps";

const MAX_INT32 = 2 ** 31 - 1;

/** Longer names than this make Ceph 16 answer 500, with half a user left behind. */
const MAX_NAME_LENGTH = 255;

const text = z
  .string()
  .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
  .regex(/^\P{Cc}*$/u, "must not contain control characters");

const name = text.min(1, "must not be empty");

/** A key's parts travel in headers and queries; Ceph takes anything, but S3 clients do not. */
const keyPart = z
  .string()
  .min(1, "must not be empty")
  .max(128, "must have at most 128 characters")
  .regex(/^[A-Za-z0-9+/=_.~-]*$/, "may have letters, digits and + / = _ . ~ - only");

const limit = z
  .number()
  .refine(Number.isInteger, { error: "must be a whole number", abort: true })
  .refine(Number.isSafeInteger, "is too large")
  .transform((value) => (value < 0 ? -1 : value));

const quota = z.strictObject({
  enabled: z.boolean().default(true),
  maxSizeBytes: limit.default(-1),
  maxObjects: limit.default(-1),
});

/** A quota in normal form. -1: unlimited. */
export type Quota = z.infer<typeof quota>;

/** What Ceph gives a user without quota. */
export const NO_QUOTA: Quota = { enabled: false, maxSizeBytes: -1, maxObjects: -1 };

const OPERATIONS = ["read", "write", "delete"];

/** Every operation, as Ceph prints it. */
export const ALL_OPERATIONS = OPERATIONS.join(", ");

const opMask = z.string().transform((text, context) => {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => part === "*" || OPERATIONS.includes(part))) {
    return OPERATIONS.filter((operation) => parts.includes("*") || parts.includes(operation)).join(", ");
  }
  context.addIssue({
    code: "custom",
    message: `must list ${OPERATIONS.join(", ")} (Ceph would read anything else as nothing at all); to cut a user off, use suspended`,
  });
  return z.NEVER;
});

/** Shape of the inputs; `userArgs` adds the rules that span several of them. */
const shape = {
  ...lifecycleArgs,
  uid: name
    .refine((text) => !text.includes("$"), 'must not contain "$": give the tenant as tenant')
    .refine((text) => !text.includes(":"), 'must not contain ":": Ceph takes what follows for a subuser'),
  tenant: name.regex(/^[A-Za-z0-9_]+$/, "may have letters, digits and _ only").optional(),
  displayName: name,
  email: text.transform((text) => text.toLowerCase()).optional(),
  suspended: z.boolean().optional(),
  maxBuckets: limit
    .refine((value) => value <= MAX_INT32, `must be at most ${MAX_INT32}: Ceph would keep another number`)
    .optional(),
  caps: z
    .array(
      z
        .string()
        .refine(isCap, 'must be of the form "users=read", "users=write" or "users=*": Ceph would drop anything else'),
    )
    .transform(normalCaps)
    .optional(),
  opMask: opMask.optional(),
  defaultPlacement: name.optional(),
  defaultStorageClass: name.transform((text) => (text === "STANDARD" ? "" : text)).optional(),
  placementTags: z
    .array(name.refine((tag) => !tag.includes(","), 'must not contain ","'))
    .min(1, "cannot be empty: Ceph ignores an empty list")
    .optional(),
  userQuota: quota.optional(),
  bucketQuota: quota.optional(),
  accessKey: keyPart.optional(),
  secretKey: keyPart.optional(),
  keyType: z
    .string()
    .refine(
      (type) => type === "s3",
      'can only be "s3": Ceph makes no other key here ("swift" is refused, anything else is silently ignored)',
    )
    .optional(),
  createKey: z.boolean().optional(),
};

/** Names of all inputs. */
export const argNames = Object.keys(shape);

/** Names of the inputs that are settings, in the order in which they are shown. */
export const settings = [
  "displayName",
  "email",
  "suspended",
  "maxBuckets",
  "caps",
  "opMask",
  "defaultPlacement",
  "defaultStorageClass",
  "placementTags",
  "userQuota",
  "bucketQuota",
] as const;

/** The inputs of rgw.User. Strict: unknown names are errors. */
export const userArgs = z.strictObject(shape).superRefine((args, context) => {
  const refuse = (property: string, message: string) => context.addIssue({ code: "custom", path: [property], message });
  if (args.secretKey !== undefined && args.accessKey === undefined)
    refuse("secretKey", "needs an accessKey of your own beside it");
  if (args.createKey === false && args.accessKey !== undefined)
    refuse("accessKey", "is of no use with createKey: false");
  if (args.rotationId !== undefined && args.accessKey !== undefined)
    refuse("rotationId", "is of no use beside an accessKey of your own: to rotate, change accessKey and its secretKey");
  else if (args.rotationId !== undefined && args.createKey === false) refuse("rotationId", NO_KEY_ROTATES);
  if (args.defaultStorageClass && args.defaultPlacement === undefined) {
    refuse("defaultStorageClass", "needs defaultPlacement beside it: Ceph takes both together");
  }
});

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** What the inputs want. A user in a tenant is called `tenant$uid` everywhere. */
export function specOf(args: UserArgs): UserSpec {
  const { uid, tenant, accessKey, secretKey, createKey } = args;
  const fields = Object.fromEntries(settings.filter((one) => args[one] !== undefined).map((one) => [one, args[one]]));
  return {
    name: tenant === undefined ? uid : `${tenant}$${uid}`,
    fields: fields as Fields,
    createKey: createKey ?? true,
    ...(accessKey === undefined ? {} : { ownKey: { accessKey, ...(secretKey === undefined ? {} : { secretKey }) } }),
  };
}
