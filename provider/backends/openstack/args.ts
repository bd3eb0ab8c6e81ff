/** The inputs of openstack.User, in Keystone's words, a row each, and what of them Keystone would accept without making sense of it. */
import * as z from "zod";
import { isPathPart, NO_KEY_ROTATES, type UserSpec } from "../backend";
import { argsOf, declaredBy, type Rows, setting } from "../rows";

/** Keystone's own limits. */
const MAX_NAME = 255;
const MAX_PROJECT = 64;

const NO_PATH_PART = 'cannot be "." or "..": it stands in addresses of Keystone, where these lead elsewhere';

const text = (most: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(most, `must have at most ${most} characters`)
    .regex(/^\P{Cc}*$/u, "must not contain control characters");

/** The inputs by name. Project and roles are read and written by requests of their own; both names of a project are shown. */
export const rows = {
  name: setting({
    schema: text(MAX_NAME).refine(
      (name) => name.trim() === name,
      "must not begin or end with a space: Keystone cuts it off",
    ),
    wire: { name: z.string() },
    locates: true,
    read: ({ name }) => name,
    write: (name) => ({ name }),
  }),
  domain: {
    schema: text(MAX_PROJECT)
      .refine((domain) => !domain.includes("/"), 'must not contain "/": give the domain\'s id')
      .refine(isPathPart, NO_PATH_PART)
      .default("Default"),
    replaces: true,
    // By its name or its id: "Default" and "default" are one.
    synonyms: true,
    listedBy: true,
  },
  description: setting({
    schema: z.string().max(1000, "must have at most 1000 characters").optional(),
    default: "",
    wire: { description: z.string().nullish() },
    read: ({ description }) => description ?? "",
    write: (description) => ({ description }),
  }),
  email: setting({
    schema: z.string().max(254, "must have at most 254 characters").optional(),
    default: "",
    wire: { email: z.string().nullish() },
    read: ({ email }) => email ?? "",
    write: (email) => ({ email: email === "" ? null : email }),
  }),
  enabled: setting({
    schema: z.boolean().optional(),
    default: true,
    wire: { enabled: z.boolean().default(true) },
    read: ({ enabled }) => enabled,
    write: (enabled) => ({ enabled }),
  }),
  project: setting({ schema: text(MAX_PROJECT).optional() }),
  projectId: setting({ schema: text(MAX_PROJECT).refine(isPathPart, NO_PATH_PART).optional() }),
  roles: setting({
    schema: z
      .array(text(MAX_NAME))
      .min(
        1,
        "must name a role: without one in the project no key of the user works; to cut a user off, use enabled: false",
      )
      .default(["member"])
      .transform((roles) => [...new Set(roles)].sort()),
  }),
  password: {
    schema: z
      .string()
      .min(1, "must not be empty: leave it out to have one made")
      .max(128, "must have at most 128 characters")
      .optional(),
  },
  passwordRotationId: { schema: z.string().optional() },
  createKey: { schema: z.boolean().optional() },
} as const satisfies Rows;

/** The inputs of openstack.User. Strict: unknown names are errors. */
export const userArgs = argsOf(rows).superRefine((args, context) => {
  const refuse = (property: string, message: string) => context.addIssue({ code: "custom", path: [property], message });
  if (args.project === undefined && args.projectId === undefined)
    refuse("project", "is required: keys open one project; give its name, or its id as projectId");
  if (args.project !== undefined && args.projectId !== undefined) refuse("projectId", "cannot be given beside project");
  if (args.password !== undefined && args.passwordRotationId !== undefined)
    refuse("passwordRotationId", "is of no use beside a password of your own: change the password itself");
  if (args.rotationId !== undefined && args.createKey === false) refuse("rotationId", NO_KEY_ROTATES);
});

/** Inputs in normal form. */
export type UserArgs = z.infer<typeof userArgs>;

/** By what a user is found until its id is known. */
export type Where = Pick<UserArgs, "domain" | "name">;

/**
 * What the inputs want. Names are unique in a domain only, so the domain stands before the name. A user that is taken
 * over keeps its password, unless the inputs say something about it.
 */
export function specOf(args: UserArgs): UserSpec<Where> {
  const { name, domain = "Default", password, passwordRotationId, adopt, createKey } = args;
  const keepsPassword = adopt === true && password === undefined && passwordRotationId === undefined;
  return {
    name: `${domain}/${name}`,
    where: { domain, name },
    fields: declaredBy(rows, args),
    createKey: createKey ?? true,
    ...(keepsPassword
      ? {}
      : { password: { rotationId: passwordRotationId ?? "", ...(password === undefined ? {} : { value: password }) } }),
  };
}
