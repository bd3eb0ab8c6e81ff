/** The inputs of rgw.AccessKey: whose key it is, by the user's id or by its parts. */
import * as z from "zod";
import type { UserSpec } from "../../backend";
import { contradictions, keyArgs, ownKeyOf } from "../../only-keys";
import { type Rows, schemasOf } from "../../rows";
import { idOf, type Where } from "../args";

const name = z.string().min(1, "must not be empty");

/** The inputs by name. */
export const rows = {
  userId: {
    schema: name
      .refine((id) => !id.includes(":"), 'must not contain ":": for a key of a subuser use rgw.Subuser')
      .optional(),
    replaces: true,
  },
  uid: { schema: name.regex(/^[^$:]*$/, 'must not contain "$" or ":"').optional() },
  tenant: { schema: name.regex(/^[A-Za-z0-9_]+$/, "may have letters, digits and _ only").optional() },
  accessKey: { schema: keyArgs.accessKey, unique: true },
  secretKey: { schema: keyArgs.accessKey },
} as const satisfies Rows;

const inputs = z.strictObject({ ...keyArgs, ...schemasOf(rows) });

/** All inputs by name. */
export const argNames = Object.keys(inputs.shape);

/** The inputs of rgw.AccessKey. Strict: unknown names are errors. In normal form the user is called by its id. */
export const accessKeyArgs = inputs
  .superRefine((args, context) => {
    const refuse = (property: string, message: string) =>
      context.addIssue({ code: "custom", path: [property], message });
    for (const [property, reason] of contradictions(args)) refuse(property, reason);
    const { userId, uid, tenant } = args;
    if (userId === undefined && uid === undefined) refuse("userId", "is required, or uid: whose key it is");
    if (userId !== undefined && uid !== undefined) refuse("uid", "cannot be given beside userId");
    if (userId !== undefined && tenant !== undefined) refuse("tenant", 'is of no use beside userId: "tenant$uid"');
  })
  .transform(({ uid, tenant, userId, ...rest }) => ({ ...rest, userId: userId ?? idOf({ uid: uid ?? "", tenant }) }));

/** Inputs in normal form. */
export type AccessKeyArgs = z.infer<typeof accessKeyArgs>;

/** What the inputs want. */
export function specOf({ userId, accessKey, secretKey }: AccessKeyArgs): UserSpec<Where> {
  return {
    name: userId,
    // The user's name with its tenant is the name by which Ceph finds it.
    where: { uid: userId },
    userId,
    fields: {},
    createKey: true,
    ...ownKeyOf({ accessKey, secretKey }),
  };
}
