/**
 * The second look at state, right before a key is revoked: what in it speaks against ending a key that an earlier look
 * found to be over. An `up` may have gone by in between. Pure; what speaks against it on the system is not decided here.
 */
import type { Inventory, ManagedUser } from "./inventory";
import type { KeyRecord } from "./lifecycle/model";

/** Why a user's key is to be left, as a clause without a full stop; undefined when nothing speaks against its end. */
export type Objection = (user: ManagedUser, key: KeyRecord) => string | undefined;

/** The objections of a stack's state. `user` and `key` are as the earlier look had them. */
export function objectionsOf({ users, unreadable }: Inventory): Objection {
  const idOf = ({ urn, resource, isReplaced, known }: ManagedUser) =>
    JSON.stringify([urn, resource, isReplaced, known.userId]);
  const byId = new Map(users.map((user) => [idOf(user), user]));
  const published = new Set(users.map(({ known }) => known.published?.accessKey));
  const lost = new Set(unreadable.map(({ urn }) => urn));
  return (user, key) => {
    const now = byId.get(idOf(user));
    if (now === undefined) return lost.has(user.urn) ? "its user's state cannot be read any more" : GONE;
    if (now.isPending) return "an up is under way";
    const record = now.known.keys.find(({ id }) => id === key.id);
    if (record === undefined) return "state does not have the key any more";
    if (record.id === now.current?.id || record.accessKey === now.known.published?.accessKey) return CURRENT;
    if (record.retiredAt === undefined) return "it is not retired any more";
    if (record.retiredAt !== key.retiredAt || record.expiresAt !== key.expiresAt) return "it has another deadline now";
    if (published.has(record.accessKey)) return "another user of the stack publishes it";
    if (now.known.published?.accessKey !== user.known.published?.accessKey) return "another key is current now";
    return undefined;
  };
}

const GONE = "its user is not in the stack's state any more";
const CURRENT = "it is the current key again";
