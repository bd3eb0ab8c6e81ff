/** The inputs of rgw.Account, in Ceph's words in camel case: a row each. An account has no keys; its users have. */
import * as z from "zod";
import type { UserSpec } from "../../backend";
import { declaredBy, type Rows, schemasOf, setting } from "../../rows";
import { count, MAX_INT32, NO_QUOTA, quota, quotaOf, text, wireQuota } from "../limits";

const TOO_LARGE = `must be at most ${MAX_INT32} for an account: Ceph's API would keep another number. Set a larger one with: radosgw-admin quota set --quota-scope=account`;

/** Ceph 20 keeps 32 bits of an account's quota: 2 ** 40 bytes would become 0, and 0 forbids everything. */
const accountQuota = quota
  .refine(({ maxSizeBytes }) => maxSizeBytes <= MAX_INT32, { path: ["maxSizeBytes"], error: TOO_LARGE })
  .refine(({ maxObjects }) => maxObjects <= MAX_INT32, { path: ["maxObjects"], error: TOO_LARGE });

/** A limit that a request sets as `max-…` and an answer shows as `max_…`. */
function atMost<Shown extends string>(shown: Shown, usual: number) {
  return setting({
    schema: count.optional(),
    default: usual,
    wire: { [shown]: z.number() } as { [name in Shown]: z.ZodNumber },
    read: (answer) => Math.max((answer as Record<string, number>)[shown] ?? usual, -1),
    write: (value) => ({ [shown.replaceAll("_", "-")]: value }) as Record<string, number>,
  });
}

/** The inputs by name. Quotas are written by requests of their own. */
export const rows = {
  name: setting({
    schema: text.min(1, "must not be empty").regex(/^[^$:]*$/, 'must not contain "$" or ":": Ceph refuses them'),
    locates: true,
    wire: { name: z.string() },
    read: ({ name }) => name,
    write: (name) => ({ name }),
  }),
  tenant: { schema: text.regex(/^[A-Za-z0-9_]+$/, "may have letters, digits and _ only").optional(), replaces: true },
  email: setting({
    schema: text
      .min(1, "cannot be empty: Ceph ignores that")
      .transform((email) => email.toLowerCase())
      .optional(),
    unclearable: "",
    wire: { email: z.string() },
    read: ({ email }) => email.toLowerCase(),
    write: (email) => ({ email }),
  }),
  maxUsers: atMost("max_users", 1000),
  maxBuckets: atMost("max_buckets", 1000),
  maxRoles: atMost("max_roles", 1000),
  maxGroups: atMost("max_groups", 1000),
  maxAccessKeys: atMost("max_access_keys", 4),
  quota: setting({
    schema: accountQuota.optional(),
    default: NO_QUOTA,
    wire: { quota: wireQuota },
    read: ({ quota }) => quotaOf(quota),
  }),
  bucketQuota: setting({
    schema: accountQuota.optional(),
    default: NO_QUOTA,
    wire: { bucket_quota: wireQuota },
    read: ({ bucket_quota }) => quotaOf(bucket_quota),
  }),
  accountId: setting({
    schema: z
      .string()
      .regex(/^RGW\d{17}$/, 'must be an account\'s id, "RGW" and 17 digits')
      .optional(),
    locates: true,
    keeps: "cannot change: an account keeps its id. For another account, give another resource",
    wire: { id: z.string() },
    read: ({ id }) => id,
  }),
} as const satisfies Rows;

/** The inputs of rgw.Account. Strict: unknown names are errors. */
export const accountArgs = z.strictObject({ adopt: z.boolean().optional(), ...schemasOf(rows) });

/** Inputs in normal form. */
export type AccountArgs = z.infer<typeof accountArgs>;

/** By what an account is found until its id is known. */
export type Where = Pick<AccountArgs, "name" | "tenant" | "accountId">;

/** The inputs that a part of an id for `pulumi import` is: an account's id, or its name. */
export function importedAs({ name = "", ...rest }: Readonly<Record<string, string>>) {
  return /^RGW\d{17}$/.test(name) ? { ...rest, accountId: name } : { ...rest, name };
}

/** What the inputs want. */
export function specOf(args: AccountArgs): UserSpec<Where> {
  const { name = args.accountId ?? "", tenant, accountId } = args as Partial<AccountArgs>;
  return {
    name: tenant === undefined ? name : `${tenant}$${name}`,
    noun: "account",
    where: { name, tenant, accountId },
    fields: declaredBy(rows, args),
    createKey: false,
  };
}
