/** What Keystone answers about logins and keys. Loose: releases add fields. */
import * as z from "zod";

/** A thing with an id and a name. */
export const named = z.looseObject({ id: z.string(), name: z.string() });

/** The answer of POST /v3/auth/tokens; the token itself comes in a header. */
export const wireToken = z.looseObject({
  token: z.looseObject({
    user: z.looseObject({ id: z.string(), name: z.string(), domain: named.optional() }),
    project: named.extend({ domain: named.optional() }).optional(),
  }),
});
/** Who is logged in, and in which project. */
export type WireToken = z.infer<typeof wireToken>["token"];

/** The answer of GET /v3/projects and GET /v3/auth/projects. */
export const wireProjects = z.looseObject({ projects: z.array(named) });

/** The answer of GET /v3/users/U/credentials/OS-EC2. */
export const wireKeys = z.looseObject({
  credentials: z.array(z.looseObject({ access: z.string(), secret: z.string(), tenant_id: z.string().nullish() })),
});
/** An EC2 credential, which is an S3 key of a user in a project. */
export type WireKey = z.infer<typeof wireKeys>["credentials"][number];
