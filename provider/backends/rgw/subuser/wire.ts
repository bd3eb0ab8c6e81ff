/** What a user's answer shows of its subusers, and the translation into the project's words. */
import * as z from "zod";

const wireSubuser = z.looseObject({ id: z.string(), permissions: z.string() });

/** What a user's answer, and each request for a subuser, shows of all subusers. */
export const wireSubusers = z.array(wireSubuser);

const wireSwiftKey = z.looseObject({
  user: z.string(),
  secret_key: z.string().optional(),
  /** From Ceph 19 on. */
  active: z.boolean().optional(),
});

/** The Swift keys of a user's subusers: one each at most. */
export const wireSwiftKeys = z.array(wireSwiftKey);

export type WireSubuser = z.infer<typeof wireSubuser>;
export type WireSwiftKey = z.infer<typeof wireSwiftKey>;

/** What Ceph shows of the words that it takes. */
const ACCESS: Readonly<Record<string, string>> = {
  "read-write": "readwrite",
  "full-control": "full",
  "<none>": "none",
};

/** What a subuser may do: read, write, readwrite, full; none where somebody else made it so. */
export function accessOf({ permissions }: Pick<WireSubuser, "permissions">): string {
  return ACCESS[permissions] ?? permissions;
}

/** A subuser as outputs show it. */
export function subuserOf(subuser: WireSubuser): { readonly id: string; readonly access: string } {
  return { id: subuser.id, access: accessOf(subuser) };
}
