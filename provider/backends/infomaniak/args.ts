/** The inputs of infomaniak.User, a row each, and what of them the account API would refuse only after minutes. */
import * as z from "zod";
import { NO_KEY_ROTATES, type UserSpec } from "../backend";
import { argsOf, declaredBy, type Rows, setting } from "../rows";
import { ALLOWED, MAX_LENGTH, unmarked } from "./description";

/** The number of a public cloud or a project. */
export const id = z
  .union([z.number(), z.string().regex(/^\d+$/, "must be a number").transform(Number)])
  .refine((value) => Number.isSafeInteger(value) && value > 0, "must be a whole number above 0");

/** The names that Infomaniak generates for users. */
const OPEN_STACK_NAME = /^PCU-[A-Za-z0-9]+$/;

const KEEPS = "cannot change: it says which user this is. For another user, give another resource";

/** The inputs by name. What the account API shows and takes of them is the business of api.ts: everything there is done later. */
export const rows = {
  publicCloudId: { schema: id, replaces: true, listedBy: true },
  projectId: { schema: id, replaces: true, listedBy: true },
  description: setting({
    locates: true,
    schema: z
      .string()
      .min(1, "must not be empty: it is what tells users of a project apart, as their names are generated")
      .max(MAX_LENGTH, `must have at most ${MAX_LENGTH} characters`)
      .regex(ALLOWED, "may have letters A-Z and a-z, digits, spaces and - _ . only: Infomaniak refuses anything else")
      .refine((text) => text.trim() === text, "must not begin or end with a space")
      .refine(
        (text) => unmarked(text).mark === undefined,
        "must not end like this: it is the mark of users that are being made",
      )
      .optional(),
  }),
  // Both are generated. They say which user is meant that is there already.
  userId: setting({
    locates: true,
    keeps: KEEPS,
    schema: z
      .string()
      .regex(/^[1-9]\d*$/, "must be a user's number, as text")
      .optional(),
  }),
  openStackName: setting({
    locates: true,
    keeps: KEEPS,
    schema: z
      .string()
      .regex(OPEN_STACK_NAME, 'must be a generated name, such as "PCU-1A2B3C4": Infomaniak makes it')
      .optional(),
  }),
  inviteEmail: setting({ schema: z.email("must be an e-mail address").optional() }),
  inviteRotationId: setting({ schema: z.string().optional() }),
  password: { schema: z.string().min(1, "must not be empty: leave it out to have one made").optional() },
  passwordRotationId: { schema: z.string().optional() },
  createKey: { schema: z.boolean().optional() },
} as const satisfies Rows;

const INVITED =
  "cannot be given with inviteEmail: the user chooses a password that is not known here, and S3 keys at Infomaniak are made with the user's own password; give password instead of inviteEmail to have keys";

/** The inputs of infomaniak.User. Strict: unknown names are errors. */
export const userArgs = argsOf(rows).superRefine((args, context) => {
  const refuse = (property: string, message: string) => context.addIssue({ code: "custom", path: [property], message });
  if (args.description === undefined && args.userId === undefined && args.openStackName === undefined)
    refuse("description", "is required, unless userId or openStackName says which user is meant that is there already");
  if (args.inviteEmail !== undefined) {
    if (args.password !== undefined) refuse("password", "is of no use with inviteEmail: the invited user chooses one");
    if (args.passwordRotationId !== undefined)
      refuse(
        "passwordRotationId",
        "is of no use with inviteEmail: change inviteRotationId to send the invitation again",
      );
    if (args.createKey === true) refuse("createKey", INVITED);
    if (args.rotationId !== undefined) refuse("rotationId", INVITED);
  } else if (args.inviteRotationId !== undefined) {
    refuse("inviteRotationId", "is of no use without inviteEmail");
  }
  if (args.password !== undefined && args.passwordRotationId !== undefined)
    refuse("passwordRotationId", "is of no use beside a password of your own: change the password itself");
  if (args.rotationId !== undefined && args.createKey === false && args.inviteEmail === undefined)
    refuse("rotationId", NO_KEY_ROTATES);
});

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** Where a user is, and by what it is looked for until its id is known. */
export type Place = Pick<UserArgs, "publicCloudId" | "projectId" | "description" | "userId" | "openStackName">;

/** A part of an id for `pulumi import`: a generated name, or a description. */
export function importedAs({ description, ...place }: Readonly<Record<string, string>>) {
  const isGenerated = OPEN_STACK_NAME.test(description ?? "");
  return { ...place, [isGenerated ? "openStackName" : "description"]: description };
}

/** What the inputs want. An invited user has no password that we know, hence no key. */
export function specOf(args: UserArgs): UserSpec<Place> {
  const { publicCloudId, projectId, description, userId, openStackName } = args;
  const { inviteEmail, password, passwordRotationId } = args;
  const fields = declaredBy(rows, args);
  const name = `${publicCloudId}/${projectId}/${description ?? openStackName ?? userId}`;
  const where = { publicCloudId, projectId, description, userId, openStackName };
  if (inviteEmail !== undefined) return { name, where, fields, createKey: false };
  const own = password === undefined ? {} : { value: password };
  return {
    name,
    where,
    fields,
    createKey: args.createKey ?? true,
    password: { rotationId: passwordRotationId ?? "", ...own },
  };
}
