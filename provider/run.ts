/**
 * What is known of users within one run of Pulumi, so that no resource makes or deletes a user that another one needs. Pure
 * but for the board, on which single users and fleets of all processes note what they were asked.
 *
 * How Pulumi asks: a resource that the program declares is checked, with its old inputs if it has a state. If it stays, it is
 * diffed. If it is replaced, it is checked anew without old inputs, and then created, before or after its former self is
 * deleted; with --replace it is checked without old inputs only. Resources that are not declared, and former selves of those
 * that were replaced, are deleted at the end. `destroy` deletes and asks nothing else.
 */

import type { Board, Note } from "./board";
import { ObjectUserError } from "./errors";

/** What a run knows. */
export class Run {
  constructor(private readonly board: Board) {}

  /** The program declares these users by a resource that had `before` when the run began; undefined: it had no state. */
  declares(identity: string, users: readonly string[], before: Before | undefined): void {
    const says = before === undefined ? "declares anew" : "declares";
    const was = before?.identity !== undefined && before.identity !== identity ? { was: before.identity } : {};
    const had = new Set(before?.users);
    this.board.post(
      users.map((user) => ({ resource: identity, user, says, ...was, ...(had.has(user) ? { had: true } : {}) })),
    );
  }

  /** The resource keeps these users, or has just made them or taken them over. */
  holds(identity: string, users: readonly string[]): void {
    this.board.post(users.map((user) => ({ resource: identity, user, says: "holds" })));
  }

  /** The user was deleted by its resource. */
  deleted(identity: string | undefined, user: string): void {
    this.board.post([{ resource: identity ?? "", user, says: "deleted" }]);
  }

  /** Why a resource may not make this user, or take it over; undefined when nothing speaks against it. */
  refusalToCreate(identity: string, user: string): Pick<ObjectUserError["parts"], "problem" | "advice"> | undefined {
    const stands = this.standing(user);
    if (stands.some((one) => one.resource !== identity && (one.holds || one.had))) return MANAGED_BY_ANOTHER;
    return stands.some((one) => one.resource === identity && one.isReplaced) ? REPLACED_BY_ITSELF : undefined;
  }

  /** Whether a user that a resource is to delete is needed: by another resource, or by its own new self. */
  isNeeded(identity: string | undefined, user: string): boolean {
    const isItself = (one: Standing) =>
      identity === undefined ? one.had : one.resource === identity || one.was === identity;
    return this.standing(user).some((one) => one.holds || !isItself(one));
  }

  /** How each resource stands to a user, after all that was noted. */
  private standing(user: string): Standing[] {
    const all = new Map<string, Standing>();
    for (const note of this.board.about(user)) {
      if (note.says === "deleted") {
        for (const [resource, one] of all) all.set(resource, { ...one, had: false, holds: false, isReplaced: false });
      } else {
        all.set(note.resource, after(all.get(note.resource), note));
      }
    }
    return [...all.values()];
  }
}

/** What state had of a resource when the run began. */
export interface Before {
  readonly identity: string | undefined;
  readonly users: readonly string[];
}

/** A resource that the program declares, and one of its users. */
interface Standing {
  readonly resource: string;
  readonly was?: string | undefined;
  /** It had the user when the run began, and the user was not deleted. */
  readonly had: boolean;
  readonly holds: boolean;
  /** It had the user, and is to have it anew. */
  readonly isReplaced: boolean;
}

function after(before: Standing | undefined, { resource, says, was, had }: Note): Standing {
  const known = before ?? { resource, had: false, holds: false, isReplaced: false };
  if (says === "holds") return { ...known, holds: true, isReplaced: false };
  if (says === "declares") return { ...known, was, had: had === true };
  return { ...known, holds: false, isReplaced: known.had };
}

const MANAGED_BY_ANOTHER = {
  problem: "another resource of this program manages this user",
  advice:
    'Two resources cannot manage one user: remove one of them, or give it another name. If this one is the other one under a new name or parent, give it the former as an alias: aliases: [{ name: "…" }].',
};

const REPLACED_BY_ITSELF = {
  problem: "this resource manages the user already, and Pulumi was told to make it anew before the old one is deleted",
  advice:
    "To have the user deleted and made again, with new keys, set deleteBeforeReplace: true. To have only another key, change rotationId.",
};

/** The refusal as an error. */
export function notCreated(
  name: string,
  refusal: Pick<ObjectUserError["parts"], "problem" | "advice">,
): ObjectUserError {
  return new ObjectUserError({ code: "already-exists", operation: "creating", subject: `user "${name}"`, ...refusal });
}
