/** State that is read again right before something is revoked: one reading serves the revocations of a few seconds. */
import type { World } from "../../provider/world";

/** How long what was read counts as fresh, in milliseconds. */
export const LASTS_MS = 5_000;

/**
 * Reads when it is asked, unless it has just done so; who asks meanwhile gets the same answer. After one failure it
 * rejects for ever: what cannot be read may have changed, and nobody could tell.
 */
export function fresh<T>(read: () => Promise<T>, { now }: Pick<World, "now">): () => Promise<T> {
  let reading: Promise<T> | undefined;
  let until = Number.POSITIVE_INFINITY;
  return () => {
    if (reading && now().getTime() < until) return reading;
    until = Number.POSITIVE_INFINITY;
    const asked = read();
    reading = asked;
    asked.then(
      () => {
        until = now().getTime() + LASTS_MS;
      },
      () => {},
    );
    return asked;
  };
}
