/**
 * The inputs of ecs.ObjectUser, in ECS's words in camel case: a row each, with how ECS shows it. What ECS could not do is
 * refused here, in one sentence, before anything is sent.
 */
import * as z from "zod";
import { isPathPart, type UserSpec } from "../backend";
import { argsOf, declaredBy, type Rows, setting } from "../rows";
import { MARK_NAME } from "./mark";

/** What a user's name may be made of, from the administration guide of 3.7. The same text is the S3 access key. */
const USER_ID = /^[A-Za-z0-9!#$&'()*+,\-./:;=?@_~]+$/;

const MAX_LENGTH = 255;

const NO_PATH_PART = 'cannot be "." or "..": it stands in addresses of the management API, where these lead elsewhere';

const text = z
  .string()
  .min(1, "must not be empty")
  .max(MAX_LENGTH, `must have at most ${MAX_LENGTH} characters`)
  .regex(/^\P{Cc}*$/u, "must not contain control characters");

const tags = z
  .record(text, text)
  .refine((given) => !(MARK_NAME in given), `must not have the name "${MARK_NAME}", which marks users in the making`)
  .transform(inOrder);

const wireTag = z.looseObject({ name: z.string(), value: z.string().default("") });

/** The mark is not one of the user's tags. */
const isNoMark = ({ name }: z.infer<typeof wireTag>) => name !== MARK_NAME;

/** The inputs by name. Each setting is written by requests of its own. */
export const rows = {
  userId: {
    schema: text
      .regex(USER_ID, "may have letters, digits and ! # $ & ' ( ) * + , - . / : ; = ? @ _ ~ only")
      .refine(isPathPart, NO_PATH_PART),
    replaces: true,
    // Where user ids are global, no other namespace may have the same one.
    unique: true,
  },
  namespace: {
    schema: text.regex(/^[A-Za-z0-9._-]+$/, "may have letters, digits and . _ - only").refine(isPathPart, NO_PATH_PART),
    replaces: true,
    listedBy: true,
  },
  locked: setting({
    schema: z.boolean().optional(),
    default: false,
    wire: { locked: z.boolean().default(false) },
    read: ({ locked }) => locked,
  }),
  tags: setting({
    schema: tags.optional(),
    default: {},
    wire: { tag: z.array(wireTag).default([]) },
    read: ({ tag }) => inOrder(Object.fromEntries(tag.filter(isNoMark).map(({ name, value }) => [name, value]))),
  }),
  forceDestroy: {
    schema: z
      .boolean()
      .refine((force) => !force, "cannot be true: ECS deletes a user and leaves its buckets where they are")
      .optional(),
  },
} as const satisfies Rows;

/** The inputs of ecs.ObjectUser. Strict: unknown names are errors. */
export const userArgs = argsOf(rows);

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** How ECS addresses a user. */
export type Where = Pick<UserArgs, "userId" | "namespace">;

/** What the inputs want. The user is called `namespace/userId` in messages, and its key always stays. */
export function specOf(args: UserArgs): UserSpec<Where> {
  const { userId, namespace } = args;
  return {
    name: `${namespace}/${userId}`,
    where: { userId, namespace },
    userId,
    accessKey: userId,
    fields: declaredBy(rows, args),
    createKey: true,
  };
}

/** Tags sorted by name: equal tags are equal as JSON. */
function inOrder(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).sort(([one], [other]) => (one < other ? -1 : 1)));
}
