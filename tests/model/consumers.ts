/** The people who use keys: which they may rely on during a run, and until when. */
import type { KeyRecord } from "../../provider/lifecycle/model";
import type { Inputs } from "../../provider/pulumi/state";
import { graceOf } from "./wished";

/** A key that somebody uses, and until when it must work. */
export interface Held {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly until: number;
}

/** The ring's keys that work when a run starts, except those whose end is wished for. */
export function keysToHold(
  ring: readonly KeyRecord[],
  keys: ReadonlyMap<string, string>,
  wish: Inputs,
  start: number,
): Held[] {
  return ring.flatMap(({ accessKey, retiredAt, expiresAt }) => {
    const secretKey = keys.get(accessKey);
    const isCut = wish.accessKey === accessKey && wish.secretKey !== undefined && wish.secretKey !== secretKey;
    // Once it is over it stays over, whatever grace a run is told.
    const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= start;
    if (secretKey === undefined || isCut || isOver) return [];
    // Without a deadline: its successor was never handed over, because the run that made it failed.
    const from = retiredAt === undefined || expiresAt === undefined ? start : Date.parse(retiredAt);
    return [{ accessKey, secretKey, until: from + graceOf(wish) * 1000 }];
  });
}

/** What is wrong when a key ended before its time; undefined when none did. */
export function endedWhileHeld(
  held: readonly Held[],
  keys: ReadonlyMap<string, string>,
  now: number,
): string | undefined {
  const ended = held.find(({ accessKey, secretKey, until }) => now < until && keys.get(accessKey) !== secretKey);
  return ended && `key ${ended.accessKey} ended while somebody held it`;
}
