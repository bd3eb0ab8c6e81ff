/** Waiting for what a system does after it has answered: it is asked at growing intervals, until an end or a deadline. */

/** What was seen: the end, with what came of it, or how it stands. */
export type Seen<T> = { readonly done: T } | { readonly status: string };

/** How a wait goes. */
export interface Poll<T> {
  /** Longest wait. There is one look at least, and one when the time is over. */
  readonly seconds: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How much longer each pause is than the one before it. */
  readonly growth: number;
  /** A longer pause than these, if there is a reason for one. */
  pause?(ms: number): number;
  look(): Promise<Seen<T>>;
  /** Shows a line, before a pause: when the status is another one, and every half minute. */
  tell(status: string, waitedSeconds: number): void;
}

const TELL_EVERY_MS = 30_000;

/** The end; or how it stands when the time is over, and how many seconds it took to see that. */
export async function poll<T>(
  { seconds, firstPauseMs, longestPauseMs, growth, pause = (ms) => ms, look, tell }: Poll<T>,
  deps: { readonly now: () => Date; readonly sleep: (ms: number) => Promise<void> },
): Promise<{ readonly done: T } | { readonly status: string; readonly seconds: number }> {
  const started = deps.now().getTime();
  let sleptMs = 0;
  let told: { status: string; at: number } | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * growth, longestPauseMs)) {
    const seen = await look();
    if ("done" in seen) return seen;
    const waitedMs = Math.max(deps.now().getTime() - started, sleptMs);
    if (waitedMs >= seconds * 1000) return { status: seen.status, seconds: Math.round(waitedMs / 1000) };
    if (told?.status !== seen.status || waitedMs - told.at >= TELL_EVERY_MS) {
      tell(seen.status, Math.round(waitedMs / 1000));
      told = { status: seen.status, at: waitedMs };
    }
    const restMs = pause(pauseMs);
    await deps.sleep(restMs);
    sleptMs += restMs;
  }
}
