/**
 * Descriptions: the only text that Infomaniak keeps with a user, so it is also where the mark of an unfinished user
 * stands, from its making until its first key is about to be published.
 */

/** The API's limits, which its documentation does not tell. */
export const MAX_LENGTH = 250;
export const ALLOWED = /^[A-Za-z0-9 \-_.]+$/;

/** What stands before a mark, in characters that a description may have. */
const BEFORE = " ..unfinished-pulumi-object-users-";

/** A description with the mark, cut to fit. The mark tells descriptions apart that are cut to the same text. */
export function marked(description: string, mark: string): string {
  const end = BEFORE + mark;
  return description.slice(0, MAX_LENGTH - end.length) + end;
}

/** A description without its mark, and the mark if it has one. */
export function unmarked(description: string): { readonly description: string; readonly mark?: string } {
  const at = description.lastIndexOf(BEFORE);
  const mark = description.slice(at + BEFORE.length);
  return at < 0 || !/^[A-Z2-7]+$/.test(mark) ? { description } : { description: description.slice(0, at), mark };
}
