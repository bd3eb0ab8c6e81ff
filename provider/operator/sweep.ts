/**
 * Revoking what is over without a run of Pulumi: the lifecycle with a mandate for one key. It looks, plans, acts and proves
 * as an `up` does, and takes no other step. State is not changed; the next `up` or `refresh` finds the keys gone.
 */
import { type Backend, type Connection, capabilitiesOf } from "../backends/backend";
import { openedFor } from "../connection";
import type { Context } from "../lifecycle/context";
import type { KeyRecord, Known, Spec } from "../lifecycle/model";
import { reconcile } from "../lifecycle/reconcile";
import { isDue } from "../lifecycle/retirement";
import type { Sight } from "../lifecycle/sight";
import { withoutKnown } from "../lifecycle/unfinished";
import { quarantineOf, specOf } from "../pulumi/inputs";
import type { Inputs } from "../pulumi/state";
import type { ManagedUser } from "./inventory";

/** What became of a key whose deadline is over. */
export interface Ending {
  readonly accessKey: string;
  /** When its grace ended, ISO 8601. */
  readonly expiresAt: string;
  /**
   * "disabled": it is in quarantine. "due": a dry run would have revoked or disabled it. "gone": somebody did before us.
   * "left": ending it is not for us.
   */
  readonly outcome: "revoked" | "disabled" | "due" | "gone" | "left";
  /** It is, or would be, disabled for its quarantine, and not revoked yet. */
  readonly isQuarantine: boolean;
  /** S3 was seen to refuse it. */
  readonly isProven: boolean;
  /** Why it was left, as a sentence without a full stop. */
  readonly why?: string;
}

/** How to sweep. */
export interface SweepOptions {
  /** Look, and change nothing. */
  readonly dryRun: boolean;
  /**
   * Asked right before a key is revoked, or told as due: why it is to be left after all, as a clause without a full stop.
   * When this rejects, nothing is revoked.
   */
  readonly objection: (key: KeyRecord) => Promise<string | undefined>;
}

/**
 * The keys of a user's ring whose grace is over, as far as state knows: never the published one, nor one that is not
 * retired. None where the system ends graces by itself.
 */
export function overdue({ backend, known, inputs, current }: ManagedUser, now: Date): KeyRecord[] {
  if (capabilitiesOf(backend, inputs).deadline !== "free") return [];
  const quarantine = quarantineOf(inputs);
  const isPublished = (key: KeyRecord) => key.id === current?.id || key.accessKey === known.published?.accessKey;
  return known.keys.filter((key) => isDue(key, quarantine, now) && !isPublished(key));
}

/**
 * Ends those of a user's overdue keys that the system and the plan agree upon, and proves each refused. `tell` hears of
 * each key as soon as its fate is known. Rejects with an ObjectUserError; what was told by then is done.
 */
export async function sweepUser(
  user: ManagedUser,
  keys: readonly KeyRecord[],
  context: Context & Connection,
  options: SweepOptions,
  tell: (ending: Ending) => void,
): Promise<void> {
  const { backend, inputs, known } = user;
  const spec = specOf(backend, inputs, context.s3Endpoint);
  const own = openedFor(context, backend, inputs);
  for (const key of keys) tell(await sweepKey(key, known, spec, own, options));
}

async function sweepKey(
  key: KeyRecord,
  before: Known,
  spec: Spec,
  context: Context,
  { dryRun, objection }: SweepOptions,
): Promise<Ending> {
  const { id, accessKey, expiresAt = "" } = key;
  let why: string | undefined = LEFT;
  let isQuarantine = false;
  const fate = await endKey(spec, before, id, context, async (step, sight) => {
    if (!isPlainlyOver(id, sight)) return false;
    isQuarantine = step === "disableKey";
    why = unseen(id, before, sight) ?? (await objection(key));
    return why === undefined && !dryRun;
  });
  const ending = { accessKey, expiresAt, isQuarantine, isProven: fate.isProven };
  if (fate.outcome !== "left") return { ...ending, outcome: fate.outcome };
  return why === undefined ? { ...ending, outcome: "due" } : { ...ending, outcome: "left", why };
}

/**
 * Ends a key that nobody declares, of a user that a list has shown; `may` is asked right before it. The user, its settings
 * and its other keys stay as they are.
 */
export function endOrphan(
  backend: Backend,
  inputs: Inputs,
  accessKey: string,
  context: Context & Connection,
  may: () => Promise<boolean>,
): Promise<Fate> {
  const spec = specOf(backend, inputs, context.s3Endpoint);
  const ending = { ...spec, adopt: true, createKey: false, exclusiveKeys: true };
  return endKey(ending, undefined, accessKey, context, may);
}

/** What became of a key that was to end. */
interface Fate {
  readonly outcome: "revoked" | "disabled" | "gone" | "left";
  readonly isProven: boolean;
}

async function endKey(
  spec: Spec,
  before: Known | undefined,
  id: string,
  context: Context,
  may: (step: "revokeKey" | "disableKey", sight: Sight) => Promise<boolean>,
): Promise<Fate> {
  /** The step that was taken, and whether its key's secret is known. */
  let taken: { readonly disables: boolean; readonly isProvable: boolean } | undefined;
  const known = await reconcile(spec, before, context, {
    operation: "sweeping",
    async may(step, sight) {
      if ((step.do !== "revokeKey" && step.do !== "disableKey") || step.id !== id) return false;
      if (!(await may(step.do, sight))) return false;
      taken = { disables: step.do === "disableKey", isProvable: spec.prove && Boolean(sight.known?.secrets[id]) };
      return true;
    },
  }).catch(withoutKnown);
  const isThere = known && [...known.keys, ...known.foreign].some((key) => key.id === id);
  if (taken === undefined) return { outcome: isThere ? "left" : "gone", isProven: false };
  const isProven = taken.isProvable;
  if (!isThere) return { outcome: "revoked", isProven };
  return taken.disables ? { outcome: "disabled", isProven } : { outcome: "left", isProven: false };
}

/** A retired key of the ring, while a key that works is published. */
function isPlainlyOver(id: string, { known }: Sight): boolean {
  const published = known?.published?.id;
  const isRetired = known?.keys.some((key) => key.id === id && key.retiredAt !== undefined) === true;
  return isRetired && published !== undefined && published !== id;
}

/** What of a live key cannot be seen, or is not as state has it. */
function unseen(id: string, before: Known, { known, keysAreHidden }: Sight): string | undefined {
  if (keysAreHidden) return "the system does not show its keys, so the current one may be gone";
  const there = known?.secrets[id];
  // A masked secret is an empty text in state.
  const remembered = before.secrets[id] || undefined;
  if (there === undefined || remembered === undefined || there === remembered) return undefined;
  return "the secret that the system has for it is not the one that state knows: somebody made it anew";
}

const LEFT =
  "its user is not as the last up left it (its current key is gone, or another one is wanted): run pulumi up";
