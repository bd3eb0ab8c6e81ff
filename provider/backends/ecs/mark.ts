/**
 * The tag on a user that is being made. It says whose user it is after a run that was cut off, and goes when the user's
 * first secret is proven.
 */

/** The tag, as ECS has tags. */
export const MARK = { name: "pulumi-object-users", value: "unfinished" } as const;
