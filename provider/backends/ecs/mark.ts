/**
 * The tag on a user that is being made. It says whose user it is after a run that was cut off, and goes when the user's
 * first secret is proven.
 */

/** The tag's name. Its value is the mark of the resource that is making the user. */
export const MARK_NAME = "pulumi-object-users";
