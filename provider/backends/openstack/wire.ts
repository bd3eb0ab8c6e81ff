/** What Keystone answers. Loose: releases add fields. */
import * as z from "zod";
import { wireOf } from "../rows";
import { rows } from "./args";

const named = z.looseObject({ id: z.string(), name: z.string() });

/** The answer of POST /v3/auth/tokens; the token itself comes in a header. */
export const wireToken = z.looseObject({
  token: z.looseObject({
    user: z.looseObject({ id: z.string(), name: z.string(), domain: named.optional() }),
    project: named.extend({ domain: named.optional() }).optional(),
  }),
});
/** Who is logged in, and in which project. */
export type WireToken = z.infer<typeof wireToken>["token"];

const user = z.looseObject({
  id: z.string(),
  domain_id: z.string(),
  ...wireOf(rows),
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

/** The answer of GET /v3/projects and GET /v3/auth/projects. */
export const wireProjects = z.looseObject({ projects: z.array(named) });

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

/** The answer of GET /v3/users/U/credentials/OS-EC2. */
export const wireKeys = z.looseObject({
  credentials: z.array(z.looseObject({ access: z.string(), secret: z.string(), tenant_id: z.string().nullish() })),
});
/** An EC2 credential, which is an S3 key of a user in a project. */
export type WireKey = z.infer<typeof wireKeys>["credentials"][number];
