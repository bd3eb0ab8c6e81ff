/**
 * The secrets of one access key over time: at most two at once, an end that the server's own clock brings, and a while
 * until S3 sees a change.
 */

/** One secret. */
export interface Secret {
  readonly value: string;
  readonly madeAt: number;
  /** When it ends by itself. */
  readonly endsAt: number | undefined;
}

/** Most secrets of one access key. */
export const MOST = 2;

/** The secrets of one access key. `lagMs`: how long after a change S3 still answers as before it. */
export class Secrets {
  private living: Secret[] = [];
  /** Ended, and perhaps still taken by S3. */
  private gone: { readonly secret: Secret; readonly endedAt: number }[] = [];

  constructor(private readonly lagMs: () => number) {}

  /** Those that have not ended, in the places they have. ASSUMED: one that ended frees its place at once. */
  list(now: number): readonly Secret[] {
    const over = this.living.filter(({ endsAt }) => endsAt !== undefined && endsAt <= now);
    for (const secret of over) this.end(secret, secret.endsAt ?? now);
    return this.living;
  }

  /** Adds a secret. The others end at `othersEndAt` if that is given and they do not end earlier. */
  add(value: string, now: number, othersEndAt: number | undefined): Secret {
    this.living = this.list(now).map((secret) =>
      othersEndAt === undefined ? secret : { ...secret, endsAt: Math.min(secret.endsAt ?? othersEndAt, othersEndAt) },
    );
    const secret = { value, madeAt: now, endsAt: undefined };
    this.living = [...this.living, secret];
    this.list(now);
    return secret;
  }

  /** Ends one now, or all of them. */
  drop(now: number, picks: (secret: Secret) => boolean): void {
    for (const secret of this.list(now).filter(picks)) this.end(secret, now);
  }

  /** The values that S3 takes at this moment. */
  taken(now: number): string[] {
    const lag = this.lagMs();
    const living = this.list(now).filter(({ madeAt }) => madeAt + lag <= now);
    const late = this.gone.filter(({ secret, endedAt }) => secret.madeAt + lag <= now && now < endedAt + lag);
    return [...living, ...late.map(({ secret }) => secret)].map(({ value }) => value);
  }

  private end(secret: Secret, endedAt: number): void {
    this.living = this.living.filter((other) => other !== secret);
    this.gone = [...this.gone, { secret, endedAt }];
  }
}
