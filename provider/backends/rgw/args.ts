/**
 * The inputs of rgw.User, in Ceph's words in camel case: a row each, with how Ceph is told it and shows it. What Ceph would
 * misread is refused here, in one sentence, before anything is sent.
 */
import * as z from "zod";
import type { Fields } from "../../lifecycle/model";
import { NO_KEY_ROTATES, type UserSpec } from "../backend";
import { keyPart, ownKeyOf } from "../only-keys";
import { argsOf, declaredBy, type Rows, setting } from "../rows";
import { capsOf, isCap, normalCaps, wireCaps } from "./caps";
import { count, NO_QUOTA, quota, quotaOf, text, wireQuota } from "./limits";
import { subuserOf, type WireSubuser, type WireSwiftKey, wireSubusers, wireSwiftKeys } from "./subuser/wire";

const name = text.min(1, "must not be empty");

const rate = z
  .number()
  .refine(Number.isInteger, { error: "must be a whole number", abort: true })
  .refine(Number.isSafeInteger, "is too large")
  .refine((value) => value >= 0, "must be 0, which is unlimited, or more: Ceph ignores a negative number");

const rateLimit = z.strictObject({
  enabled: z.boolean().default(true),
  maxReadOps: rate.default(0),
  maxWriteOps: rate.default(0),
  maxReadBytes: rate.default(0),
  maxWriteBytes: rate.default(0),
});

/** A rate limit in normal form. 0: unlimited. */
export type RateLimit = z.infer<typeof rateLimit>;

/** What Ceph gives a user without rate limit. */
const NO_RATE_LIMIT: RateLimit = { enabled: false, maxReadOps: 0, maxWriteOps: 0, maxReadBytes: 0, maxWriteBytes: 0 };

const OPERATIONS = ["read", "write", "delete"];

function classOf(storageClass: string): string {
  return storageClass === "STANDARD" ? "" : storageClass;
}

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

/** Placement and storage class are one value on the wire. */
function placement(_: string, all: Fields) {
  const { defaultPlacement, defaultStorageClass } = all as Readonly<Record<string, string | undefined>>;
  return { "default-placement": defaultStorageClass ? `${defaultPlacement}/${defaultStorageClass}` : defaultPlacement };
}

/** What IAM allows in a user's name, which is the display name in an account. */
const IAM_NAME = /^[\w+=,.@-]{1,64}$/;

/** The inputs by name. Capabilities, quotas and the rate limit are written by requests of their own, which api.ts sends. */
export const rows = {
  uid: {
    schema: name
      .refine((text) => !text.includes("$"), 'must not contain "$": give the tenant as tenant')
      .refine((text) => !text.includes(":"), 'must not contain ":": Ceph takes what follows for a subuser'),
    replaces: true,
  },
  tenant: {
    schema: name.regex(/^[A-Za-z0-9_]+$/, "may have letters, digits and _ only").optional(),
    replaces: true,
  },
  displayName: setting({
    schema: name,
    wire: { display_name: z.string() },
    read: ({ display_name }) => display_name,
    write: (value) => ({ "display-name": value }),
  }),
  email: setting({
    schema: text.transform((text) => text.toLowerCase()).optional(),
    default: "",
    unique: true,
    wire: { email: z.string() },
    /** Ceph 20 stores an address as it is given, and takes it for the same in any case as the older ones do. */
    read: ({ email }) => email.toLowerCase(),
    write: (value) => ({ email: value }),
  }),
  suspended: setting({
    schema: z.boolean().optional(),
    default: false,
    /** A number here; a boolean is tolerated. */
    wire: { suspended: z.union([z.number(), z.boolean()]) },
    read: ({ suspended }) => suspended === true || suspended === 1,
    write: (value) => ({ suspended: value }),
  }),
  maxBuckets: setting({
    schema: count.optional(),
    default: 1000,
    wire: { max_buckets: z.number() },
    read: ({ max_buckets }) => Math.max(max_buckets, -1),
    write: (value) => ({ "max-buckets": value }),
  }),
  caps: setting({
    schema: z
      .array(
        z
          .string()
          .refine(isCap, 'must be of the form "users=read", "users=write" or "users=*": Ceph would drop anything else'),
      )
      .transform(normalCaps)
      .optional(),
    default: [],
    wire: { caps: wireCaps },
    read: ({ caps }) => capsOf(caps),
  }),
  opMask: setting({
    schema: opMask.optional(),
    default: OPERATIONS.join(", "),
    wire: { op_mask: z.string() },
    read: ({ op_mask }) => op_mask,
    write: (value) => ({ "op-mask": value }),
  }),
  // Placement and storage classes are shown by some releases only.
  defaultPlacement: setting({
    schema: name.optional(),
    unclearable: "",
    wire: { default_placement: z.string().optional() },
    read: ({ default_placement }) => default_placement,
    write: placement,
  }),
  defaultStorageClass: setting({
    schema: name.transform(classOf).optional(),
    unclearable: "",
    wire: { default_storage_class: z.string().optional() },
    read: ({ default_storage_class: shown }) => (shown === undefined ? undefined : classOf(shown)),
    write: placement,
  }),
  placementTags: setting({
    schema: z
      .array(name.refine((tag) => !tag.includes(","), 'must not contain ","'))
      .min(1, "cannot be empty: Ceph ignores an empty list")
      .optional(),
    unclearable: [],
    wire: { placement_tags: z.array(z.string()).optional() },
    read: ({ placement_tags }) => placement_tags,
    write: (tags) => ({ "placement-tags": tags.join(",") }),
  }),
  userQuota: setting({
    schema: quota.optional(),
    default: NO_QUOTA,
    wire: { user_quota: wireQuota },
    read: ({ user_quota }) => quotaOf(user_quota),
  }),
  bucketQuota: setting({
    schema: quota.optional(),
    default: NO_QUOTA,
    wire: { bucket_quota: wireQuota },
    read: ({ bucket_quota }) => quotaOf(bucket_quota),
  }),
  // Accounts are shown from Ceph 19 on; before, no user has one.
  accountId: setting({
    schema: z
      .string()
      .regex(
        /^RGW\d{17}$/,
        'must be an account\'s id, "RGW" and 17 digits, such as the output accountId of an rgw.Account',
      )
      .optional(),
    unclearable: "",
    keeps: "cannot change: Ceph moves no user out of its account. Give the user another uid to have a new one there",
    wire: { account_id: z.string().optional() },
    read: ({ account_id = "" }) => account_id,
    write: (id) => ({ "account-id": id }),
  }),
  accountRoot: setting({
    schema: z.boolean().optional(),
    default: false,
    wire: { type: z.string().optional() },
    read: ({ type }) => type === "root",
    write: (isRoot) => ({ "account-root": isRoot }),
  }),
  path: setting({
    schema: z
      .string()
      .max(512, "must have at most 512 characters")
      .regex(/^\/([!-~]+\/)?$/, 'must begin and end with "/": "/", "/team/red/"')
      .optional(),
    default: "/",
    wire: { path: z.string().optional() },
    read: ({ path = "/" }) => path,
    write: (path) => ({ path }),
  }),
  // Shown, and never set or watched: subusers are resources of their own.
  subusers: {
    isSetting: true,
    unclearable: [],
    wire: { subusers: wireSubusers },
    read: ({ subusers }: { readonly subusers: readonly WireSubuser[] }) => subusers.map(subuserOf),
  },
  swiftKeys: {
    isSetting: true,
    unclearable: [],
    wire: { swift_keys: wireSwiftKeys },
    read: ({ swift_keys }: { readonly swift_keys: readonly WireSwiftKey[] }) => swift_keys.map(({ user }) => user),
  },
  /** Shown and set by requests of its own, which are sent only for users that declare it. */
  rateLimit: setting({ schema: rateLimit.optional(), default: NO_RATE_LIMIT, onRequest: true }),
  accessKey: { schema: keyPart.optional(), unique: true },
  secretKey: { schema: keyPart.optional() },
  keyType: {
    schema: z
      .string()
      .refine(
        (type) => type === "s3",
        'can only be "s3": Ceph makes no other key for a user. A Swift key belongs to a subuser: make one with rgw.Subuser and keyType: "swift"',
      )
      .optional(),
  },
  createKey: { schema: z.boolean().optional() },
} as const satisfies Rows;

/** The inputs of rgw.User. Strict: unknown names are errors. */
export const userArgs = argsOf(rows)
  .superRefine((args, context) => {
    const refuse = (property: string, message: string) =>
      context.addIssue({ code: "custom", path: [property], message });
    for (const property of ["accessKey", "secretKey"] as const)
      if (args.createKey === false && args[property] !== undefined)
        refuse(property, "is of no use with createKey: false");
    if (args.rotationId !== undefined && args.accessKey !== undefined)
      refuse(
        "rotationId",
        "is of no use beside an accessKey of your own: to rotate, change accessKey and its secretKey",
      );
    else if (args.rotationId !== undefined && args.createKey === false) refuse("rotationId", NO_KEY_ROTATES);
    if (args.defaultStorageClass && args.defaultPlacement === undefined) {
      refuse("defaultStorageClass", "needs defaultPlacement beside it: Ceph takes both together");
    }
    if (args.accountRoot === true && args.accountId === undefined) refuse("accountRoot", "needs accountId beside it");
  })
  .refine(({ accountId, displayName }) => accountId === undefined || IAM_NAME.test(String(displayName)), {
    path: ["displayName"],
    error:
      "must have at most 64 letters, digits and + = , . @ _ - characters in an account: it is the user's name in IAM, which has no spaces",
    // Also where the account is yet to be made, and its id is no id.
    when: ({ value }) => typeof (value as { displayName?: unknown }).displayName === "string",
  });

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** How Ceph addresses a user, and what to ask about it besides. */
export interface Where extends Pick<UserArgs, "uid" | "tenant"> {
  readonly rateLimit?: true;
}

/** A user's id: `tenant$uid`, or the uid of a user without tenant. It is also what the program calls the user. */
export function idOf({ uid, tenant }: Pick<UserArgs, "uid" | "tenant">): string {
  return tenant === undefined ? uid : `${tenant}$${uid}`;
}

/** What the inputs want. */
export function specOf(args: UserArgs): UserSpec<Where> {
  const { uid, tenant, createKey, rateLimit } = args;
  return {
    name: idOf(args),
    where: { uid, tenant, ...(rateLimit === undefined ? {} : { rateLimit: true }) },
    userId: idOf(args),
    fields: declaredBy(rows, args),
    createKey: createKey ?? true,
    ...ownKeyOf(args),
  };
}
