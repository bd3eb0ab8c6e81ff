/**
 * What every operation is given: the store, the time and a source of chance.
 */
import type { Ways } from "./release";
import type { Store } from "./store";

export interface Context {
  readonly store: Store;
  readonly now: () => Date;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** What it does as its release does it. */
  ways: Ways;
  /** What the cluster calls itself. */
  readonly fsid: string;
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const mixed = `${upper}abcdefghijklmnopqrstuvwxyz`;

/** A new access key: 20 characters A-Z and 0-9. */
export function newAccessKey(context: Context): string {
  return pick(context, upper, 20);
}

/** A new secret: 40 letters and digits. */
export function newSecretKey(context: Context): string {
  return pick(context, mixed, 40);
}

function pick({ random }: Context, letters: string, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += letters[Math.floor(random() * letters.length)] ?? "";
  return text;
}
