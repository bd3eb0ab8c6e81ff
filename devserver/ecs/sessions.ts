/** Management sessions: eight hours at most, two hours unused, a hundred of one user. */
import { randomBytes } from "node:crypto";

const LONGEST_MS = 8 * 3_600_000;
const IDLE_MS = 2 * 3_600_000;
const MOST = 100;

interface Session {
  readonly user: string;
  readonly since: number;
  lastUsed: number;
}

/** The sessions of one server. */
export class Sessions {
  private readonly byToken = new Map<string, Session>();

  /** A new token; undefined when the user has too many. */
  open(user: string, now: number): string | undefined {
    if (this.count(now, user) >= MOST) return undefined;
    const token = randomBytes(33).toString("base64");
    this.byToken.set(token, { user, since: now, lastUsed: now });
    return token;
  }

  /** The user of a token that is still good. */
  userOf(token: string, now: number): string | undefined {
    this.forgetOld(now);
    const session = this.byToken.get(token);
    if (session) session.lastUsed = now;
    return session?.user;
  }

  /** Ends one session, or all of its user. */
  close(token: string, all: boolean): void {
    const user = this.byToken.get(token)?.user;
    for (const [other, session] of this.byToken)
      if (other === token || (all && session.user === user)) this.byToken.delete(other);
  }

  /** Ends all sessions, as a restart does. */
  closeAll(): void {
    this.byToken.clear();
  }

  /** How many are open: of one user, or of all. */
  count(now: number, user?: string): number {
    this.forgetOld(now);
    return [...this.byToken.values()].filter((session) => user === undefined || session.user === user).length;
  }

  private forgetOld(now: number): void {
    for (const [token, { since, lastUsed }] of this.byToken)
      if (now - since >= LONGEST_MS || now - lastUsed >= IDLE_MS) this.byToken.delete(token);
  }
}
