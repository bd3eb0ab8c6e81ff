/** The inputs of rgw.Subuser: a row each. A subuser has a user's rights, or a part of them, and keys of its own. */
import * as z from "zod";
import type { UserSpec } from "../../backend";
import { declaredBy, lifecycleArgs, type Rows, schemasOf, setting } from "../../rows";
import { text } from "../limits";
import { accessOf } from "./wire";

const ACCESS = ["read", "write", "readwrite", "full"] as const;
const KEY_TYPES = ["s3", "swift"] as const;

/** The inputs by name. */
export const rows = {
  user: {
    schema: text
      .min(1, "must not be empty")
      .refine(
        (id) => !id.includes(":"),
        "must not contain \":\": give the user's id as user, and the subuser's name as name",
      ),
    replaces: true,
  },
  name: {
    schema: text.regex(
      /^[\w.@+=,-]+$/,
      "must have letters, digits and . _ @ + = , - only: Swift's clients send it in a header, behind a colon",
    ),
    replaces: true,
  },
  access: setting({
    schema: z.enum(ACCESS, `must be ${ACCESS.slice(0, -1).join(", ")} or ${ACCESS.at(-1)}`),
    wire: { permissions: z.string() },
    read: accessOf,
    write: (access) => ({ access }),
  }),
  keyType: {
    schema: z.enum(KEY_TYPES, `must be ${KEY_TYPES.join(" or ")}`).default("s3"),
    keeps:
      "cannot change: whoever uses the keys would be cut off. Make another subuser with keys of that type, and remove this one when nobody uses it any more",
  },
  subuserId: { isSetting: true, read: ({ id }: { readonly id: string }) => id },
} as const satisfies Rows;

const { forceDestroy: _, ...lifecycle } = lifecycleArgs;

/** The inputs of rgw.Subuser. Strict: unknown names are errors. A subuser owns no buckets, so nothing is forced. */
export const subuserArgs = z.strictObject({ ...lifecycle, ...schemasOf(rows) });

/** Inputs in normal form. */
export type SubuserArgs = z.infer<typeof subuserArgs>;

/** How Ceph addresses a subuser, and which of its keys are meant. */
export type Where = Pick<SubuserArgs, "user" | "name" | "keyType">;

/** A subuser's id: "uid:name", or "tenant$uid:name". It is also what the program calls the subuser. */
export function idOf({ user, name }: Pick<Where, "user" | "name">): string {
  return `${user}:${name}`;
}

/** What the inputs want. */
export function specOf(args: SubuserArgs): UserSpec<Where> {
  const { user, name, keyType } = args;
  const id = idOf(args);
  return {
    name: id,
    noun: "subuser",
    owner: user,
    where: { user, name, keyType },
    userId: id,
    ...(keyType === "swift" ? { accessKey: id } : {}),
    fields: declaredBy(rows, args),
    createKey: true,
  };
}
