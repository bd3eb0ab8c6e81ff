/** What people are told when members of a fleet fail: how many, what became of the others, and why, for the first ones. */
import { ObjectUserError } from "../../errors";

/** The longest list of members in a message or a preview; the rest is counted. */
export const SHOWN = 20;

/** How many members failed and what became of the others, then each that failed with its own sentence. */
export function failed(failures: ReadonlyMap<string, string>, total: number): string {
  return [`${failures.size} of ${total} users failed, the others are done.`, ...byName(failures)].join("\n");
}

function byName(failures: ReadonlyMap<string, string>): string[] {
  const shown = [...failures].slice(0, SHOWN).map(([name, message]) => `${name}: ${message}`);
  return failures.size > SHOWN ? [...shown, `and ${failures.size - SHOWN} more`] : shown;
}

/** A refresh that could not read every member. */
export function notRead(title: string, failures: ReadonlyMap<string, string>, total: number): ObjectUserError {
  return new ObjectUserError({
    code: "unavailable",
    operation: "reading",
    subject: title,
    problem: `${failures.size} of ${total} users could not be read`,
    advice: ["State stays as it was.", ...byName(failures)].join("\n"),
  });
}

/** A fleet that could not be deleted as a whole. */
export function notDeleted(title: string, failures: ReadonlyMap<string, string>, total: number): ObjectUserError {
  return new ObjectUserError({
    code: "conflict",
    operation: "deleting",
    subject: title,
    problem: `${failures.size} of ${total} users failed, the others are done`,
    advice: ["State still lists all: destroy again, or refresh before the next up.", ...byName(failures)].join("\n"),
  });
}
