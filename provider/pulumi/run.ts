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

  /** The resource is to keep these users. A refresh asks the same, of resources that the run then deletes. */
  keeps(identity: string, users: readonly string[]): void {
    this.board.post(users.map((user) => ({ resource: identity, user, says: "keeps" })));
  }

  /** The resource has these users, which it has just made, changed or taken over. `was`: its identity according to state. */
  holds(identity: string, users: readonly string[], was = identity): void {
    const before = was === identity ? {} : { was };
    this.board.post(users.map((user) => ({ resource: identity, user, says: "holds", ...before })));
  }

  /** The user was deleted by its resource. */
  deleted(identity: string | undefined, user: string): void {
    this.board.post([{ resource: identity ?? "", user, says: "deleted" }]);
  }

  /** Whether the program declares this user by the resource. */
  isDeclared(identity: string, user: string): boolean {
    return this.standing(user).some((one) => one.resource === identity && one.isDeclared);
  }

  /** Whether another resource of the program has this user, or has just made it. */
  isOfAnother(identity: string, user: string): boolean {
    return this.standing(user).some((one) => one.resource !== identity && one.isDeclared && (one.holds || one.had));
  }

  /** Whether another resource of the run has this, or is to have it. */
  isWithAnother(identity: string, user: string): boolean {
    return this.standing(user).some((one) => one.resource !== identity && (one.holds || one.isDeclared));
  }

  /** Whether another resource of the run has this, and not the same one under a new name. */
  isHeldByAnother(identity: string, user: string): boolean {
    return this.standing(user).some((one) => one.resource !== identity && one.was !== identity && one.holds);
  }

  /** Whether the resource is to make a user anew that it has: one that is there is no unfinished work of its own. */
  isReplaced(identity: string, user: string): boolean {
    return this.standing(user).some((one) => one.resource === identity && one.isReplaced);
  }

  /** Whether a user that a resource is to delete is needed: by another resource, or by its own new self. */
  isNeeded(identity: string | undefined, user: string): boolean {
    const isItself = (one: Standing) =>
      identity === undefined ? one.had : one.resource === identity || one.was === identity;
    return this.standing(user).some((one) => one.holds || (one.isDeclared && !isItself(one)));
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
  /** The program has it. */
  readonly isDeclared: boolean;
  /** It had the user when the run began, and the user was not deleted. */
  readonly had: boolean;
  readonly holds: boolean;
  /** It had the user, and is to have it anew. */
  readonly isReplaced: boolean;
}

function after(before: Standing | undefined, { resource, says, was, had }: Note): Standing {
  const known = before ?? { resource, isDeclared: false, had: false, holds: false, isReplaced: false };
  switch (says) {
    case "holds":
      return { ...known, ...(was === undefined ? {} : { was }), holds: true, isReplaced: false };
    case "keeps":
      return { ...known, holds: known.isDeclared };
    case "declares":
      return { ...known, was, isDeclared: true, had: had === true };
    default:
      return { ...known, isDeclared: true, holds: false, isReplaced: known.had };
  }
}
