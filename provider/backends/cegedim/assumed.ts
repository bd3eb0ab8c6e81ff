/**
 * What is ASSUMED of cegedim.cloud's API, and nothing else. Its conventions are published (tokens, media type, actions,
 * pages, errors, dates); the part about object users is not. Paths, names of fields and operations below follow those
 * conventions and the user guide, and are nobody's promise. A connection's `paths` overrides the paths.
 */
import * as z from "zod";

/** ASSUMED. The addresses of an object store's users, below the endpoint. */
export const assumedPaths = {
  /** GET lists them in pages; POST makes one. */
  objectUsers: "/storage/object-stores/{objectStore}/users",
  /** GET reads, PATCH changes and DELETE deletes one. */
  objectUser: "/storage/object-stores/{objectStore}/users/{userId}",
};

/** The paths in use: those assumed, with what the connection overrides. */
export type Paths = typeof assumedPaths;

/** ASSUMED. A user as the API shows it. Only making and renewing answer with a secret. */
export const assumedUser = z.looseObject({
  id: z.union([z.number(), z.string()]).transform(String),
  label: z.string(),
  accessKey: z.string(),
  locked: z.boolean().default(false),
});

/** A user as the API shows it. */
export type WireUser = z.infer<typeof assumedUser>;

/** ASSUMED. The answer to making a user and to renewing a secret: the only time that the secret is shown. */
export const assumedCredentials = assumedUser.extend({
  secretKey: z.string().min(1),
  /** With status 202: the action that is to be waited for. */
  actionId: z.number().optional(),
});

/** ASSUMED. The answer with status 202 to a change or a deletion: an action, or its id beside other things. */
export const assumedTracking = z.looseObject({ actionId: z.number().optional(), id: z.number().optional() });

/** ASSUMED. The body that makes a user: the user guide's form asks for a label only. */
export function assumedCreation(label: string) {
  return { label };
}

/** ASSUMED. The changes, in the form that the API has for changes elsewhere: `PATCH` with an operation and its options. */
export const assumedChanges = {
  relabel: (label: string) => ({ operation: "update", options: { label } }),
  lock: () => ({ operation: "lock" }),
  unlock: () => ({ operation: "unlock" }),
  /** The guide's grace period is in seconds. Without it the old secret ends at once. */
  renewSecret: (graceSeconds: number | undefined) =>
    graceSeconds
      ? { operation: "renewSecretKey", options: { gracePeriod: graceSeconds } }
      : { operation: "renewSecretKey" },
};

/** ASSUMED. Longest label. */
export const MAX_LABEL_LENGTH = 255;

/**
 * ASSUMED: labels are unique within a store. A user that is being made has this behind its label; it says whose user it is
 * after a run that was cut off, and goes when the first secret is proven.
 */
export function marked(label: string, mark: string): string {
  return `${label} [unfinished ${mark}]`;
}

/** A label without its mark, and the mark if it has one. */
export function unmarked(label: string): { readonly label: string; readonly mark?: string } {
  const [, plain, mark] = /^(.*) \[unfinished ([A-Z2-7]+)\]$/su.exec(label) ?? [];
  return plain === undefined || mark === undefined ? { label } : { label: plain, mark };
}
