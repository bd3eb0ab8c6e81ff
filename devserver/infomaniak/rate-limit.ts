/** The limit of requests: so many in any minute, then 429. */

/** Counts requests. */
export class RateLimit {
  private times: number[] = [];
  /** Most requests that were seen in one minute. */
  highest = 0;

  constructor(readonly perMinute: number) {}

  /** Seconds until another request is allowed; 0: this one is, and counts. */
  secondsToWait(now: number): number {
    this.times = this.times.filter((time) => time > now - 60_000);
    const oldest = this.times[0];
    if (this.times.length >= this.perMinute && oldest !== undefined) return Math.ceil((oldest + 60_000 - now) / 1000);
    this.times.push(now);
    this.highest = Math.max(this.highest, this.times.length);
    return 0;
  }
}
