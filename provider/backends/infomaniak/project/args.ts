/** The inputs of infomaniak.Project: a row each. A project has no key. It is made with its first user, who has a password. */
import * as z from "zod";
import type { UserSpec } from "../../backend";
import { declaredBy, type Rows, schemasOf, setting } from "../../rows";
import { id, rows as ofUsers } from "../args";
import { MAX_LENGTH, unmarked } from "../description";

const FIRST =
  "cannot change: it was for the project's first user, when the project was made. Manage that user by an infomaniak.User with adopt: true and userId";

/** The inputs by name. */
export const rows = {
  publicCloudId: { schema: id, replaces: true, listedBy: true },
  name: setting({
    locates: true,
    schema: z
      .string()
      .min(1, "must not be empty")
      .max(MAX_LENGTH, `must have at most ${MAX_LENGTH} characters`)
      .refine((text) => text.trim() === text, "must not begin or end with a space")
      .refine(
        (text) => unmarked(text).mark === undefined,
        "must not end like this: it is the mark of projects that are being made",
      ),
  }),
  password: ofUsers.password,
  inviteEmail: setting({ schema: ofUsers.inviteEmail.schema, keeps: FIRST }),
  userDescription: setting({ schema: ofUsers.description.schema, keeps: FIRST }),
  // Generated, and only shown.
  projectId: { isSetting: true },
  openStackName: { isSetting: true },
  firstUserId: { isSetting: true },
  firstUserName: { isSetting: true },
} as const satisfies Rows;

/** The inputs of infomaniak.Project. Strict: unknown names are errors. */
const shape = z.strictObject({
  adopt: z.boolean().optional(),
  forceDestroy: z.boolean().optional(),
  ...schemasOf(rows),
});

/** The names of the inputs. */
export const argNames = Object.keys(shape.shape);

/** The inputs, validated. */
export const projectArgs = shape.refine((args) => args.inviteEmail === undefined || args.password === undefined, {
  path: ["password"],
  error: "is of no use with inviteEmail: the invited user chooses one",
});

/** Inputs in normal form. */
export type ProjectArgs = z.infer<typeof projectArgs>;

/** Where a project is, by what it is found until its id is known, and whom an unfinished run has invited. */
export type Where = Pick<ProjectArgs, "publicCloudId" | "name" | "inviteEmail">;

/** What the inputs want. */
export function specOf(args: ProjectArgs): UserSpec<Where> {
  const { publicCloudId, name, inviteEmail, password } = args;
  return {
    name: `${publicCloudId}/${name}`,
    where: { publicCloudId, name, inviteEmail },
    fields: declaredBy(rows, args),
    createKey: false,
    ...(inviteEmail === undefined
      ? { password: { rotationId: "", of: "firstUserId", ...(password === undefined ? {} : { value: password }) } }
      : {}),
  };
}
