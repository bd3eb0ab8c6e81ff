// The clock of a walk, which only waiting moves. It stays near the real one, because S3 lets signatures be wrong by no more
// than 15 minutes.

const BEHIND_MS = 800_000;
const AHEAD_MS = 700_000;
const LONGEST_GRACE_MS = 601_000;

/** Milliseconds since 1970, as the provider sees them. */
export class Clock {
  now = Date.now() - BEHIND_MS;
  private readonly latest = Date.now() + AHEAD_MS - LONGEST_GRACE_MS;

  /** Lets time pass, as far as there is any left. */
  advance(ms: number): void {
    this.now += Math.max(0, Math.min(Math.ceil(ms), this.latest - this.now));
  }

  /** Lets the longest grace pass, once. */
  endGraces(): void {
    this.now += LONGEST_GRACE_MS;
  }
}
