/**
 * "Come back later": what 429 and 503 mean. Whoever answers 429 counts requests and did not act. A 503 is as likely a
 * proxy's, which gave up waiting for a system that acts on: a change is then neither repeated nor taken for not made.
 */
import type { ErrorCode } from "../errors";

/** The meaning of an answer that asks to come back later. */
export interface Later {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly advice: string;
  readonly uncertain: boolean;
}

/**
 * The meaning of 429 and 503 for a call; undefined for every other status. `who` is asked; `isOwn` says that the body bears
 * its own code for "not now", so that it is known not to have acted. Default false.
 */
export function comeBackLater(
  status: number,
  who: string,
  { safe, isOwn = false }: { readonly safe: boolean; readonly isOwn?: boolean },
): Later | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const problem = `${who} asks to come back later`;
  if (status === 429 || safe || isOwn) return { code: "rate-limited", problem, advice: "Run again.", uncertain: false };
  return {
    code: "unavailable",
    problem: `${problem}, or a proxy does so for it, and it may have acted`,
    advice: "Run again.",
    uncertain: true,
  };
}
