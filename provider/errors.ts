/**
 * The one error class of the provider, with a closed set of codes. Code decides; text is for people.
 *
 * A message says what was being done, to whom, what the server answered, and what to do next. It never holds a
 * secret: no bodies, no query strings, no causes that quote either.
 */

/** What went wrong, as far as a program needs to know. */
export type ErrorCode =
  /** The thing acted upon does not exist. */
  | "not-found"
  /** The thing to be made exists already. */
  | "already-exists"
  /** Somebody else changed the same thing, or a unique value is taken. */
  | "conflict"
  /** The thing cannot go while something depends on it. */
  | "in-use"
  /** An input or a setting is wrong. */
  | "invalid"
  /** The server does not know or believe our credentials. */
  | "unauthorized"
  /** The credentials are good but may not do this. */
  | "forbidden"
  /** The server asks to come back later; it did not act. */
  | "rate-limited"
  /** This system cannot do that. */
  | "unsupported"
  /** No usable answer: not reachable, timed out, cut off, or a server fault. */
  | "unavailable"
  /** An answer that makes no sense here. */
  | "unexpected";

/** The parts of an error, from which its message is built. */
export interface ErrorParts {
  readonly code: ErrorCode;
  /** What was being done, as a gerund: "creating". */
  readonly operation: string;
  /** To whom: `user "alice"`. */
  readonly subject: string;
  /** What is wrong, as a clause without a full stop. */
  readonly problem: string;
  /** What the server answered: status, code and request id. */
  readonly answer?: string;
  /** What to do next, as a sentence. */
  readonly advice?: string;
  /** True when the server may have acted although no good answer came; reading back tells. */
  readonly uncertain?: boolean;
  readonly cause?: unknown;
}

/** An error of an object-user operation. Branch on `code`, show `message`. */
export class ObjectUserError extends Error {
  override readonly name = "ObjectUserError";
  readonly code: ErrorCode;
  readonly operation: string;
  readonly subject: string;
  /** The server may have acted although no good answer came: observe before doing anything else. */
  readonly uncertain: boolean;

  constructor(readonly parts: ErrorParts) {
    super(messageOf(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.operation = parts.operation;
    this.subject = parts.subject;
    this.uncertain = parts.uncertain ?? false;
  }
}

/** Whether `error` is one of ours, with one of the given codes if any are given. */
export function isObjectUserError(error: unknown, ...codes: ErrorCode[]): error is ObjectUserError {
  return error instanceof ObjectUserError && (codes.length === 0 || codes.includes(error.code));
}

/** What is wrong, with what the server answered if it did: "it is taken (409 KeyExists)". A clause without a full stop. */
export function clauseOf({ problem, answer }: Pick<ErrorParts, "problem" | "answer">): string {
  return answer ? `${problem} (${answer})` : problem;
}

/** The message of whatever was thrown. What is no Error is not shown: nobody knows what it holds. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown fault";
}

function messageOf(parts: ErrorParts): string {
  const what = `${parts.operation} ${parts.subject}: ${clauseOf(parts)}.`;
  return parts.advice ? `${what} ${parts.advice}` : what;
}
