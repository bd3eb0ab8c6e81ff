/**
 * Descriptions: the only text that Infomaniak keeps with a user, so it is also where the mark of an unfinished user
 * stands, from its making until its first key is about to be published.
 */

/** The API's limits, which its documentation does not tell. */
export const MAX_LENGTH = 250;
export const ALLOWED = /^[A-Za-z0-9 \-_.]+$/;

/** The mark, in characters that a description may have. */
export const MARK = " ..unfinished-pulumi-object-users";

/** A description with the mark, cut to fit. */
export function marked(description: string): string {
  return description.slice(0, MAX_LENGTH - MARK.length) + MARK;
}

/** Whether a description bears the mark. */
export function isMarked(description: string): boolean {
  return description.endsWith(MARK);
}

/** A description without the mark. */
export function unmarked(description: string): string {
  return isMarked(description) ? description.slice(0, -MARK.length) : description;
}
