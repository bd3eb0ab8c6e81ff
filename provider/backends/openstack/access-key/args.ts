/** The inputs of openstack.AccessKey: whose key it is, and which project it opens. By default those of the login. */
import * as z from "zod";
import { isPathPart, type UserSpec } from "../../backend";
import { contradictions, keyArgs, ownKeyOf } from "../../only-keys";
import { type Rows, schemasOf } from "../../rows";

const id = z
  .string()
  .min(1, "must not be empty")
  .max(64, "must have at most 64 characters")
  .refine(isPathPart, 'cannot be "." or ".."');

/** The inputs by name. */
export const rows = {
  userId: { schema: id.optional(), replaces: true },
  project: { schema: id.optional(), replaces: true },
  projectId: { schema: id.optional(), replaces: true },
  accessKey: { schema: keyArgs.accessKey, unique: true },
  secretKey: { schema: keyArgs.accessKey },
} as const satisfies Rows;

const inputs = z.strictObject({ ...keyArgs, ...schemasOf(rows) });

/** All inputs by name. */
export const argNames = Object.keys(inputs.shape);

/** The inputs of openstack.AccessKey. Strict: unknown names are errors. */
export const accessKeyArgs = inputs.superRefine((args, context) => {
  const refuse = (property: string, message: string) => context.addIssue({ code: "custom", path: [property], message });
  for (const [property, reason] of contradictions(args)) refuse(property, reason);
  if (args.project !== undefined && args.projectId !== undefined) refuse("projectId", "cannot be given beside project");
});

/** Inputs in normal form. */
export type AccessKeyArgs = z.infer<typeof accessKeyArgs>;

/** Whose key, and for which project. What is not given is the login's. */
export type Where = Pick<AccessKeyArgs, "userId" | "project" | "projectId">;

/** What the inputs want. */
export function specOf({ userId, project, projectId, accessKey, secretKey }: AccessKeyArgs): UserSpec<Where> {
  const place = project ?? projectId;
  return {
    name: `${userId ?? "of the login"}${place === undefined ? "" : ` in ${place}`}`,
    where: { userId, project, projectId },
    ...(userId === undefined ? {} : { userId }),
    fields: {},
    createKey: true,
    ...ownKeyOf({ accessKey, secretKey }),
  };
}
