/** The inputs of openstack.User, in Keystone's words, and what of them Keystone would accept without making sense of it. */
import * as z from "zod";
import type { Fields } from "../../lifecycle/model";
import { isPathPart, lifecycleArgs, NO_KEY_ROTATES, type UserSpec } from "../backend";

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

const shape = {
  ...lifecycleArgs,
  name: text(MAX_NAME).refine(
    (name) => name.trim() === name,
    "must not begin or end with a space: Keystone cuts it off",
  ),
  domain: text(MAX_PROJECT)
    .refine((domain) => !domain.includes("/"), 'must not contain "/": give the domain\'s id')
    .refine(isPathPart, NO_PATH_PART)
    .default("Default"),
  project: text(MAX_PROJECT).optional(),
  projectId: text(MAX_PROJECT).refine(isPathPart, NO_PATH_PART).optional(),
  roles: z
    .array(text(MAX_NAME))
    .min(
      1,
      "must name a role: without one in the project no key of the user works; to cut a user off, use enabled: false",
    )
    .default(["member"])
    .transform((roles) => [...new Set(roles)].sort()),
  description: z.string().max(1000, "must have at most 1000 characters").optional(),
  email: z.string().max(254, "must have at most 254 characters").optional(),
  enabled: z.boolean().optional(),
  password: z
    .string()
    .min(1, "must not be empty: leave it out to have one made")
    .max(128, "must have at most 128 characters")
    .optional(),
  passwordRotationId: z.string().optional(),
  createKey: z.boolean().optional(),
};

/** Names of all inputs. */
export const argNames = Object.keys(shape);

/** Names of the settings, in the order in which they are shown. `projectId` and `project` are both shown, whichever is given. */
export const settings = ["name", "description", "email", "enabled", "project", "projectId", "roles"] as const;

/** The inputs of openstack.User. Strict: unknown names are errors. */
export const userArgs = z.strictObject(shape).superRefine((args, context) => {
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

/**
 * What the inputs want. Names are unique in a domain only, so the domain stands before the name. A user that is taken
 * over keeps its password, unless the inputs say something about it.
 */
export function specOf(args: UserArgs): UserSpec {
  const { name, domain = "Default", password, passwordRotationId, adopt, createKey } = args;
  const fields = Object.fromEntries(settings.filter((one) => args[one] !== undefined).map((one) => [one, args[one]]));
  const keepsPassword = adopt === true && password === undefined && passwordRotationId === undefined;
  return {
    name: `${domain}/${name}`,
    fields: fields as Fields,
    createKey: createKey ?? true,
    ...(keepsPassword
      ? {}
      : { password: { rotationId: passwordRotationId ?? "", ...(password === undefined ? {} : { value: password }) } }),
  };
}

/** Domain and name of a user, from what the lifecycle calls it. */
export function domainAndName(specName: string): { domain: string; name: string } {
  const slash = specName.indexOf("/");
  return { domain: specName.slice(0, slash), name: specName.slice(slash + 1) };
}
