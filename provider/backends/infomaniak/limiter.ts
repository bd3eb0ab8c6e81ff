/**
 * Infomaniak allows 60 requests a minute. One limiter for each endpoint, shared by all that this process does, lets them
 * through in the order in which they came, and holds all of them back when the server says that it was too much.
 *
 * Documentation: https://developer.infomaniak.com/getting-started
 */
import type { Send } from "../../http/wire";

/** What a limiter needs from the world. */
export interface LimiterDeps {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: (line: string) => void;
}

const MINUTE_MS = 60_000;
/** Requests take different times to arrive, so the server may see a minute that is a little shorter than ours. */
const MARGIN_MS = 1_000;
/** How long to wait after a 429 that does not say for how long. */
const UNTOLD_SECONDS = 60;
const LONGEST_SECONDS = 120;
/** Waits that are worth a line. */
const TOLD_FROM_MS = 5_000;

/** Lets a limited number of requests through in any minute. */
export class Limiter {
  private readonly sent: number[] = [];
  private notBefore = 0;
  private tail: Promise<void> = Promise.resolve();

  constructor(readonly perMinute: number) {}

  /** Resolves when the next request may be sent, first come, first served. */
  pass(deps: LimiterDeps): Promise<void> {
    const mine = this.tail.then(() => this.turn(deps));
    this.tail = mine.catch(() => undefined);
    return mine;
  }

  /** Lets nothing through for so long. */
  pause(seconds: number, now: Date): void {
    this.notBefore = Math.max(this.notBefore, now.getTime() + seconds * 1000);
  }

  private async turn(deps: LimiterDeps): Promise<void> {
    for (let now = deps.now().getTime(); ; ) {
      while (this.sent[0] !== undefined && this.sent[0] <= now - MINUTE_MS - MARGIN_MS) this.sent.shift();
      const oldest = this.sent.length < this.perMinute ? undefined : this.sent[0];
      const until = Math.max(this.notBefore, oldest === undefined ? 0 : oldest + MINUTE_MS + MARGIN_MS);
      if (until <= now) {
        this.sent.push(now);
        return;
      }
      const seconds = Math.ceil((until - now) / 1000);
      if (until - now >= TOLD_FROM_MS)
        deps.log(`infomaniak: waiting ${seconds} s: Infomaniak allows ${this.perMinute} requests a minute`);
      await deps.sleep(until - now);
      now = Math.max(deps.now().getTime(), until);
    }
  }
}

const limiters = new Map<string, Limiter>();

/** The limiter of an endpoint: the same for all providers of this process. The lowest limit that any of them has counts. */
export function limiterOf(endpoint: string, perMinute: number): Limiter {
  const there = limiters.get(endpoint);
  if (there && there.perMinute <= perMinute) return there;
  const made = new Limiter(perMinute);
  limiters.set(endpoint, made);
  return made;
}

/** Sends within the limit. After a 429 nothing is sent until the server's time is over. */
export function limited(send: Send, limiter: Limiter, deps: LimiterDeps): Send {
  return async (request, timeoutMs) => {
    await limiter.pass(deps);
    const response = await send(request, timeoutMs);
    if (response.status === 429) limiter.pause(secondsAsked(response.headers["retry-after"]), deps.now());
    return response;
  };
}

function secondsAsked(retryAfter: string | undefined): number {
  const asked = Number(retryAfter);
  if (retryAfter === undefined || !Number.isFinite(asked)) return UNTOLD_SECONDS;
  return Math.min(Math.max(asked, 1), LONGEST_SECONDS);
}
