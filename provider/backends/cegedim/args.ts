/** The inputs of cegedim.ObjectUser, in the user guide's words, a row each, and what of them the service could not do. */
import * as z from "zod";
import { MARK_LENGTH } from "../../lifecycle/user-api";
import type { UserSpec } from "../backend";
import { argsOf, declaredBy, type Rows, setting } from "../rows";
import { assumedUser, MAX_LABEL_LENGTH, marked, unmarked, type WireUser } from "./assumed";

const longest = MAX_LABEL_LENGTH - marked("", "X".repeat(MARK_LENGTH)).length;

const { shape: shown } = assumedUser;

/** The inputs by name. Each setting is written by a request of its own; the access key is only shown. */
export const rows = {
  objectStore: {
    schema: z
      .string()
      .regex(/^cos-[A-Za-z0-9._-]+$/, 'must be the name of an object store, "cos-…", as the console shows it'),
    replaces: true,
    listedBy: true,
  },
  label: setting({
    schema: z
      .string()
      .min(1, "must not be empty")
      .max(longest, `must have at most ${longest} characters`)
      .regex(/^\P{Cc}*$/u, "must not contain control characters")
      .refine((text) => text.trim() === text, "must not begin or end with a space")
      .refine(
        (text) => unmarked(text).mark === undefined,
        "must not end like this: it is the mark of users in the making",
      ),
    locates: true,
    wire: { label: shown.label },
    read: ({ label }) => unmarked(label).label,
  }),
  locked: setting({
    schema: z.boolean().optional(),
    default: false,
    wire: { locked: shown.locked },
    read: ({ locked }) => locked,
  }),
  accessKey: { isSetting: true, read: ({ accessKey }: WireUser) => accessKey },
  exclusiveKeys: {
    schema: z
      .boolean()
      .refine((exclusive) => !exclusive, "cannot be true: cegedim.cloud does not list a user's secrets")
      .optional(),
  },
  forceDestroy: {
    schema: z
      .boolean()
      .refine((force) => !force, "cannot be true: cegedim.cloud deletes a user and leaves the store's buckets alone")
      .optional(),
  },
} as const satisfies Rows;

/** The inputs of cegedim.ObjectUser. Strict: unknown names are errors. */
export const userArgs = argsOf(rows);

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** Where a user is, and by which label it is found until its id is known. */
export type Where = Pick<UserArgs, "objectStore" | "label">;

/** What the inputs want. The user is called `store/label` in messages. */
export function specOf(args: UserArgs): UserSpec<Where> {
  const { objectStore, label } = args;
  return {
    name: `${objectStore}/${label}`,
    where: { objectStore, label },
    fields: declaredBy(rows, args),
    createKey: true,
  };
}
