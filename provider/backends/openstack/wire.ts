/** What Keystone answers about users, projects and roles. Loose: releases add fields. */
import * as z from "zod";
import { named } from "../../protocols/keystone/wire";

const user = z.looseObject({
  id: z.string(),
  name: z.string(),
  domain_id: z.string(),
  enabled: z.boolean().default(true),
  description: z.string().nullish(),
  email: z.string().nullish(),
  default_project_id: z.string().nullish(),
  /** Our own: the mark of an unfinished user. Keystone keeps what it does not know. */
  pulumi_object_users: z.string().nullish(),
});
/** A user. */
export type WireUser = z.infer<typeof user>;

/** The answer of GET, POST and PATCH of one user. */
export const wireUser = z.looseObject({ user });

/** The answer of GET /v3/users. */
export const wireUsers = z.looseObject({ users: z.array(user) });

/** The answer of GET /v3/projects/P. */
export const wireProject = z.looseObject({ project: named });

/** The answer of GET /v3/roles. */
export const wireRoles = z.looseObject({ roles: z.array(named) });

/** The answer of GET /v3/domains. */
export const wireDomains = z.looseObject({ domains: z.array(named) });

/** The answer of GET /v3/domains/D. */
export const wireDomain = z.looseObject({ domain: named });

/** The answer of GET /v3/role_assignments?include_names. Inherited ones are not the user's own in the project. */
export const wireAssignments = z.looseObject({
  role_assignments: z.array(
    z.looseObject({
      role: named,
      scope: z.looseObject({ "OS-INHERIT:inherited_to": z.string().optional() }),
    }),
  ),
});
