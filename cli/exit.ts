/** Exit codes: what a script may rely on. docs/cli.md has the same table. */
export const EXIT = {
  /** Everything asked for is done, and nothing was found. */
  ok: 0,
  /** Done, and something was found that wants attention: a grace that is over, a key too old, an orphan, a failed check. */
  findings: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
  /** A part could not be done (a stack that cannot be read, a system that does not answer); the others are done. */
  incomplete: 3,
  /** Ended by Ctrl-C; what was begun was finished. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command line that makes no sense: shown as a sentence, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
