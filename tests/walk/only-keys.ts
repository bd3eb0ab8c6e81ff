/** Kinds that have keys only: the user is somebody else's, and so are all keys of it but those that a resource has itself. */
import { isDeepStrictEqual } from "node:util";
import type { Ledger } from "./ledger";
import type { Managed } from "./managed";
import { areOfOneUser } from "./places";
import type { Item } from "./program";
import type { User } from "./system";
import type { Change } from "./wire";

/** What a request has done to a user that it may not; undefined when it was about keys that are the resource's own. */
export function endedOfOthers(
  { before, after }: Pick<Change, "before" | "after">,
  isOwn: (id: string) => boolean,
): string | undefined {
  if (before === undefined) return "a user is made";
  if (after === undefined) return "a user is deleted";
  const { keys: _, disabled: __, ...was } = before;
  const { keys: ___, disabled: ____, ...is } = after;
  if (!isDeepStrictEqual(is, was)) return "a user of strangers is changed";
  const ended = (one: "keys" | "disabled") =>
    [...(before[one] ?? [])].find(([id, pair]) => !isOwn(id) && after[one]?.get(id)?.secretKey !== pair.secretKey);
  const [id] = ended("keys") ?? ended("disabled") ?? [];
  return id === undefined ? undefined : `key ${id} of others is ended`;
}

/** A key is of the resource in whose ring it is, whoever made it. */
export function keysGoWith(
  managed: readonly Managed[],
  ledgers: ReadonlyMap<string, Ledger>,
  ledgerOf: (place: string) => Ledger,
): void {
  const has = (place: string, id: string) =>
    managed.some((one) => one.place === place && one.ring.some((key) => key.id === id));
  for (const { place, ring } of managed) {
    const ledger = ledgerOf(place);
    ledger.isForgotten = false;
    for (const { id } of ring)
      for (const [other, { made }] of ledgers) {
        const maker = made.get(id);
        if (maker === undefined || other === place || !areOfOneUser(other, place) || has(other, id)) continue;
        made.delete(id);
        ledger.made.set(id, maker);
      }
  }
}

/** A key of a ring that is not among the resource's own, and that its program neither adopts nor gives with its secret. */
export function takenOf(
  { ring }: Managed,
  own: readonly string[],
  item: Item | undefined,
  user: User | undefined,
): string | undefined {
  const { accessKey, secretKey } = item?.wish ?? {};
  if (accessKey !== undefined && item?.adopt) return undefined;
  const isGiven = (id: string) => accessKey !== undefined && user?.keys.get(id)?.secretKey === secretKey;
  return ring.find(({ id }) => !own.includes(id) && !isGiven(id))?.id;
}

/** Whether a user that a state had is there: where only keys are ours, whether a key of its ring is that nobody else has. */
export function isThere({ ring }: Managed, user: User | undefined, after: readonly Managed[]): boolean {
  const isTaken = (id: string) => after.some((one) => one.ring.some((key) => key.id === id));
  return ring.some(({ id }) => (user?.keys.has(id) || user?.disabled?.has(id)) && !isTaken(id));
}
