/**
 * The second look at state, right before a key is revoked: what in it speaks against ending a key that an earlier look
 * found to be over. An `up` may have gone by in between. Pure; what speaks against it on the system is not decided here.
 */

import type { KeyRecord } from "../lifecycle/model";
import { type Holder, type Holders, holdersOf } from "./holders";
import { type Inventory, type ManagedUser, takeInventory } from "./inventory";
import { overdue } from "./sweep";

/** What one stack has, and who holds those keys of its users that are over, and their current ones. */
export interface Watched extends Inventory {
  readonly holders: Holders;
}

/** Reads what `pulumi stack export --show-secrets` prints, parsed. Throws when that is no exported state. */
export function takeWatched(exported: unknown, now: Date): Watched {
  const inventory = takeInventory(exported);
  const accessKeys = inventory.users.flatMap((user) => {
    const over = overdue(user, now).map(({ accessKey }) => accessKey);
    const current = user.known.published?.accessKey;
    return over.length === 0 || current === undefined ? over : [...over, current];
  });
  return { ...inventory, holders: holdersOf(exported, accessKeys) };
}

/** Why a user's key is to be left, as a clause without a full stop; undefined when nothing speaks against its end. */
export type Objection = (user: ManagedUser, key: KeyRecord) => string | undefined;

/** The objections of a stack's state. `user` and `key` are as the earlier look had them. */
export function objectionsOf({ users, unreadable, holders }: Watched): Objection {
  const idOf = ({ urn, resource, isReplaced, known }: ManagedUser) =>
    JSON.stringify([urn, resource, isReplaced, known.userId]);
  const byId = new Map(users.map((user) => [idOf(user), user]));
  const published = new Set(users.map(({ known }) => known.published?.accessKey));
  const lost = new Set(unreadable.map(({ urn }) => urn));
  return (user, key) => {
    const now = byId.get(idOf(user));
    if (now === undefined) return lost.has(user.urn) ? "its state cannot be read any more" : GONE;
    if (now.isPending) return "an up is in progress";
    const record = now.known.keys.find(({ id }) => id === key.id);
    if (record === undefined) return "state does not have the key any more";
    if (record.id === now.current?.id || record.accessKey === now.known.published?.accessKey) return CURRENT;
    if (record.retiredAt === undefined) return "it is not retired any more";
    if (record.retiredAt !== key.retiredAt || record.expiresAt !== key.expiresAt) return "it has another deadline now";
    if (published.has(record.accessKey)) return "another resource of the stack publishes it";
    if (now.known.published?.accessKey !== user.known.published?.accessKey) return "another key is current now";
    return heldBy(behind(now, record.accessKey, holders));
  };
}

/**
 * The other resources that hold a user's former key and not its current one: a run has ended before their own update. Who
 * has both has had it. The user's own provider is no other resource.
 */
function behind({ urn, connection, known }: ManagedUser, accessKey: string, holders: Holders): Holder[] {
  const current = known.published?.accessKey;
  return (holders.get(accessKey) ?? []).filter(
    (holder) =>
      holder.urn !== urn &&
      !connection.startsWith(`${holder.urn}::`) &&
      (current === undefined || !holder.accessKeys.has(current)),
  );
}

function heldBy([first, ...others]: readonly Holder[]): string | undefined {
  if (first === undefined) return undefined;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `${first.title}${more} still holds it, and not the current key: run pulumi up first`;
}

const GONE = "the stack's state does not have it any more";
const CURRENT = "it is the current key again";
