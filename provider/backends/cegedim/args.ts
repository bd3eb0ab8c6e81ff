/** The inputs of cegedim.ObjectUser, in the user guide's words, and what of them the service could not do. */
import * as z from "zod";
import { MARK_LENGTH } from "../../lifecycle/user-api";
import { lifecycleArgs, type UserSpec } from "../backend";
import { MAX_LABEL_LENGTH, marked, unmarked } from "./assumed";

const longest = MAX_LABEL_LENGTH - marked("", "X".repeat(MARK_LENGTH)).length;

const shape = {
  ...lifecycleArgs,
  objectStore: z
    .string()
    .regex(/^cos-[A-Za-z0-9._-]+$/, 'must be the name of an object store, "cos-…", as the console shows it'),
  label: z
    .string()
    .min(1, "must not be empty")
    .max(longest, `must have at most ${longest} characters`)
    .regex(/^\P{Cc}*$/u, "must not contain control characters")
    .refine((text) => text.trim() === text, "must not begin or end with a space")
    .refine(
      (text) => unmarked(text).mark === undefined,
      "must not end like this: it is the mark of users in the making",
    ),
  locked: z.boolean().optional(),
  exclusiveKeys: z
    .boolean()
    .refine((exclusive) => !exclusive, "cannot be true: cegedim.cloud does not list a user's secrets")
    .optional(),
  forceDestroy: z
    .boolean()
    .refine((force) => !force, "cannot be true: cegedim.cloud deletes a user and leaves the store's buckets alone")
    .optional(),
};

/** Names of all inputs. */
export const argNames = Object.keys(shape);

/** Names of the user's settings. The access key is one that is only shown. */
export const settings = ["label", "locked", "accessKey"] as const;

/** The inputs of cegedim.ObjectUser. Strict: unknown names are errors. */
export const userArgs = z.strictObject(shape);

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** What the inputs want. The user is called `store/label` in messages, and found by that until its id is known. */
export function specOf({ objectStore, label, locked }: UserArgs): UserSpec {
  return {
    name: `${objectStore}/${label}`,
    fields: { label, ...(locked === undefined ? {} : { locked }) },
    createKey: true,
  };
}

/** A user's store and label, from the name that `specOf` gives it. A store's name has no slash. */
export function partsOf(name: string): { readonly objectStore: string; readonly label: string } {
  const slash = name.indexOf("/");
  return { objectStore: name.slice(0, slash), label: name.slice(slash + 1) };
}
