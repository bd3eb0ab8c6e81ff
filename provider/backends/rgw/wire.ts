/**
 * What the Admin Ops API answers, and its translation into the project's words. Loose: releases add fields. What an
 * answer leaves out is not known; it is never taken for empty.
 */
import * as z from "zod";
import type { Live, LiveKey } from "../../lifecycle/model";
import { readBy, wireOf } from "../rows";
import { type RateLimit, rows } from "./args";

const wireKey = z.looseObject({
  user: z.string(),
  access_key: z.string(),
  secret_key: z.string().optional(),
  /** From Ceph 19 on. */
  active: z.boolean().optional(),
  /** When it was made. Ceph 20.2.4 shows it in the metadata API only. */
  create_date: z.string().optional(),
});

/** The answer of `PUT /admin/user?key`. */
export const wireKeys = z.array(wireKey);

/** The answer of `GET /admin/bucket?uid=`. About a user that is not there, Ceph 20 says nothing at all. */
export const wireBuckets = z
  .array(z.string())
  .optional()
  .transform((names = []) => names);

/** The answer of `GET /admin/info`. */
export const wireInfo = z.looseObject({
  info: z.looseObject({
    storage_backends: z.array(z.looseObject({ name: z.string(), cluster_id: z.string().optional() })),
  }),
});

/** The answer of `GET /admin/ratelimit?ratelimit-scope=user`, in the project's words. */
export const wireRateLimit = z
  .looseObject({
    user_ratelimit: z.looseObject({
      enabled: z.boolean(),
      max_read_ops: z.number(),
      max_write_ops: z.number(),
      max_read_bytes: z.number(),
      max_write_bytes: z.number(),
    }),
  })
  .transform(
    ({ user_ratelimit: shown }): RateLimit => ({
      enabled: shown.enabled,
      maxReadOps: shown.max_read_ops,
      maxWriteOps: shown.max_write_ops,
      maxReadBytes: shown.max_read_bytes,
      maxWriteBytes: shown.max_write_bytes,
    }),
  );

/** The answer of `GET /admin/user?list`. */
export const wirePage = z.looseObject({
  keys: z.array(z.string()),
  truncated: z.boolean(),
  marker: z.string().optional(),
});

/** The answer of `GET`, `PUT` and `POST /admin/user`. */
export const wireUser = z.looseObject({
  tenant: z.string().optional(),
  user_id: z.string(),
  ...wireOf(rows),
  /** Left out for an admin with the cap user-info-without-keys and not users=read. */
  keys: z.array(wireKey),
  /** From Ceph 20 on. */
  create_date: z.string().optional(),
});
export type WireUser = z.infer<typeof wireUser>;

const anyUser = z.looseObject({ user_id: z.string() });

/** What an answer about a user leaves out of what it must show; undefined when it is not about a user. */
export function leftOutOf(json: unknown): string[] | undefined {
  const { data } = anyUser.safeParse(json);
  if (data === undefined) return undefined;
  const { shape } = wireUser;
  return Object.keys(shape).filter(
    (name) => data[name] === undefined && !shape[name as keyof typeof shape].isOptional(),
  );
}

/** What newer releases show for a user that an older one made or changed. */
const NO_DATE = "0.000000";

/** The user as the lifecycle knows it. */
export function liveOf(user: WireUser): Live & { readonly keys: readonly LiveKey[] } {
  const createdAt = momentOf(user);
  return {
    userId: userIdOf(user),
    fields: readBy(rows, user),
    dependents: user.subusers.map(({ id }) => `subuser ${id}`),
    keys: keysOf(user.keys),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

function momentOf({ create_date: date }: { readonly create_date?: string | undefined }): string | undefined {
  return date === NO_DATE ? undefined : date;
}

/** `tenant$uid`, or the uid of a user without tenant. */
export function userIdOf({ tenant, user_id }: Pick<WireUser, "tenant" | "user_id">): string {
  return tenant && !user_id.startsWith(`${tenant}$`) ? `${tenant}$${user_id}` : user_id;
}

/** A user's metadata, of which only the age of its keys is asked for. */
export const wireMetadata = z.looseObject({
  data: z.looseObject({
    keys: z.array(z.looseObject({ access_key: z.string(), create_date: z.string().optional() })).default([]),
  }),
});

/** When keys were made, by access key, as far as metadata tells. */
export function datesIn({ data }: z.infer<typeof wireMetadata>): ReadonlyMap<string, string> {
  const dated = data.keys.map((key) => [key.access_key, issuedAtOf(key)] as const);
  return new Map(dated.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** When a key was made, as ISO 8601 in UTC. */
function issuedAtOf(key: Parameters<typeof momentOf>[0]): string | undefined {
  const made = Date.parse(momentOf(key) ?? "");
  return Number.isNaN(made) ? undefined : new Date(made).toISOString();
}

/** The S3 keys of the user itself, or those of a subuser by its id ("uid:subuser"): neither has a part in the other's. */
export function keysOf(keys: readonly z.infer<typeof wireKey>[], subuserId?: string): LiveKey[] {
  return keys
    .filter(({ user }) => (subuserId === undefined ? !user.includes(":") : user === subuserId))
    .map(({ access_key, secret_key, active, ...more }) => {
      const issuedAt = issuedAtOf(more);
      return {
        id: access_key,
        accessKey: access_key,
        ...(secret_key === undefined ? {} : { secretKey: secret_key }),
        ...(issuedAt === undefined ? {} : { issuedAt }),
        ...(active === false ? { inactive: true as const } : {}),
      };
    });
}
