/** The people who use keys: which they may rely on during a run, and until when. */
import { textOf } from "./ledger";
import { isOver, type Managed, type Truth, userAt } from "./managed";
import { overlaps, type Pair, type System } from "./system";
import { isSame, type Watch, type Watched } from "./watch";

/** A pair that must work until a moment. */
export interface Held extends Pair {
  readonly until: number;
  /** It is the published one: it works until another one was proven, whatever the grace. */
  readonly isCurrent: boolean;
}

/** What there is when a run begins. */
export interface Beginning {
  readonly managed: readonly Managed[];
  readonly truth: Truth;
  readonly at: number;
  /** Resources that are to be replaced whatever they are. */
  readonly replaced: readonly string[];
}

/** The pairs of a user that consumers were given, and until when each must work. */
export function keysToHold(
  user: Managed,
  { truth, at, replaced }: Beginning,
  { what }: Watched,
  system: System,
  watch: Pick<Watch, "ledgers" | "declared">,
): Held[] {
  const { place, urn, ring } = user;
  const ledger = watch.ledgers.get(place);
  const declared = watch.declared.get(place);
  const live = userAt(truth, user);
  if (ledger === undefined || live === undefined || ledger.owners.size > 1 || replaced.includes(urn)) return [];
  if (what === "up" && (!declared || !isSame(declared, urn))) return [];
  // A resource that Pulumi replaces did not make the keys of its former self, and exclusiveKeys ends what it did not make.
  const mayBeAnew = (declared?.declaration.replaceOnChanges.length ?? 0) > 0;
  if (mayBeAnew && (system.keysOnly || declared?.item.wish.exclusiveKeys)) return [];
  // Where the system ends secrets, an interrupted run may have fixed the end of the one that is published.
  if (system.rotates === "secrets" && ledger.isUnseen) return [];
  const grace = declared?.item.gracePeriodSeconds ?? Number(user.outputs.gracePeriodSeconds ?? 86_400);
  const { secretKey: own, prove } = declared?.item.wish ?? {};
  const isProvenFirst = (system.rotates === "keys" || !overlaps(system)) && prove !== false;
  return ring.flatMap((key) => {
    const pair = live.keys.get(key.id);
    if (pair === undefined || isOver(key, at) || !ledger.published.has(textOf(pair))) return [];
    if (own !== undefined && own !== pair.secretKey) return [];
    // Without a deadline: its successor was never handed over, because the run that made it failed.
    const from = key.retiredAt === undefined || key.expiresAt === undefined ? at : Date.parse(key.retiredAt);
    const until = from + grace * 1000;
    const fixed = system.rotates === "secrets" && key.expiresAt ? Date.parse(key.expiresAt) : until;
    const isCurrent = isProvenFirst && key.id === user.published?.id && key.retiredAt === undefined;
    return [{ ...pair, until: Math.min(until, fixed), isCurrent }];
  });
}
