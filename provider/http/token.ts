/**
 * Tokens and sessions: one is got when it is first needed, once for all who ask meanwhile, and another one when it is refused
 * or about to end.
 */

/** The system does not take the token any more. Calls reject with it; `use` gets another one then. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

/** Where tokens come from, and what is known of their lives. */
export interface TokenSource<T> {
  get(): Promise<T>;
  /** When a token is not used any more, in milliseconds. Default: when it is refused. */
  endsAt?(token: T): number;
  /**
   * The system knows whole seconds only: a token that is made in the second of a change (of the password, by a lock) is dead
   * from birth. So one that is refused young is replaced in a later second, also when it took the place of an old one just
   * now. Default false.
   */
  readonly wholeSeconds?: boolean;
}

/** The tokens of one login. */
export interface Tokens<T> {
  /** Runs a call with a token, and again with a fresh one when the call rejects with TokenRefused. */
  use<R>(call: (token: T) => Promise<R>): Promise<R>;
  /** The token in use. */
  current(): Promise<T>;
  /** Gives the token in use away, so that nothing uses it here any more; undefined when there is none. */
  giveUp(): Promise<T | undefined>;
}

/** The longest time in which a token can be dead from birth, and what gets us safely into a later second. */
const YOUNG_MS = 2_000;
const NEXT_SECOND_MS = 1_100;

interface Held<T> {
  readonly token: Promise<T>;
  madeAt: number;
}

/** Opens the tokens of a login. Gets none yet. */
export function tokensFrom<T>(
  source: TokenSource<T>,
  deps: { readonly now: () => Date; readonly sleep: (ms: number) => Promise<void> },
): Tokens<T> {
  const now = () => deps.now().getTime();
  let held: Held<T> | undefined;

  function drop(one: Held<T>): void {
    if (held === one) held = undefined;
  }

  function fresh(): Held<T> {
    const made: Held<T> = { token: source.get(), madeAt: 0 };
    made.token.then(
      () => {
        made.madeAt = now();
      },
      () => drop(made),
    );
    held = made;
    return made;
  }

  async function inUse(): Promise<Held<T>> {
    const one = held ?? fresh();
    const endsAt = source.endsAt?.(await one.token) ?? Number.POSITIVE_INFINITY;
    if (now() < endsAt) return one;
    drop(one);
    return held ?? fresh();
  }

  return {
    async use(call) {
      // The old one, one that took its place in the very second of a change, and one of a later second.
      let left = source.wholeSeconds ? 3 : 2;
      for (;;) {
        const used = await inUse();
        try {
          return await call(await used.token);
        } catch (error) {
          if (!(error instanceof TokenRefused) || --left === 0) throw error;
        }
        if (source.wholeSeconds && now() - used.madeAt < YOUNG_MS) {
          left = 1;
          await deps.sleep(NEXT_SECOND_MS);
        }
        // Another call may have renewed it meanwhile.
        drop(used);
      }
    },

    current: async () => (await inUse()).token,

    async giveUp() {
      const given = held;
      held = undefined;
      return given?.token.catch(() => undefined);
    },
  };
}
