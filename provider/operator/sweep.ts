/**
 * Revoking what is over, for one user, without a run of Pulumi: the same look, plan, step and proof as an `up` makes, cut
 * down to the keys of the ring whose grace has ended. State is not changed; the next `up` or `refresh` finds the keys gone.
 */
import type { Connection } from "../backends/backend";
import { isObjectUserError } from "../errors";
import { applyStep } from "../lifecycle/apply";
import { type Context, hereOf } from "../lifecycle/context";
import type { KeyRecord, Known, Live, Step } from "../lifecycle/model";
import { observe } from "../lifecycle/observe";
import { notOurs, refusal } from "../lifecycle/ownership";
import { plan } from "../lifecycle/plan";
import { proveRefused, type Signer } from "../lifecycle/proof";
import { hasEnded } from "../lifecycle/retirement";
import { refOf } from "../lifecycle/user-api";
import { specOf } from "../pulumi/inputs";
import type { ManagedUser } from "./inventory";

/** What became of a key whose grace is over. */
export interface Ending {
  readonly accessKey: string;
  /** When its grace ended, ISO 8601. */
  readonly expiresAt: string;
  /** "due": a dry run would have revoked it. "gone": somebody did before us. "left": revoking it is not for us. */
  readonly outcome: "revoked" | "due" | "gone" | "left";
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

const ROUNDS = 3;
const PAUSE_MS = 500;

/**
 * The keys of a user's ring whose grace is over, as far as state knows: never the published one, nor one that is not
 * retired. None where the system ends graces by itself.
 */
export function overdue({ backend, known, current }: ManagedUser, now: Date): KeyRecord[] {
  if (backend.capabilities.deadline !== "free") return [];
  const isPublished = (key: KeyRecord) => key.id === current?.id || key.accessKey === known.published?.accessKey;
  return known.keys.filter((key) => hasEnded(key, now) && !isPublished(key));
}

/**
 * Ends those of a user's overdue keys that the system and the plan agree upon, and proves each refused. `tell` hears of
 * each key as soon as its fate is known. Rejects with an ObjectUserError; what was told by then is done.
 */
export async function sweepUser(
  user: ManagedUser,
  keys: readonly KeyRecord[],
  context: Context & Connection,
  { dryRun, objection }: SweepOptions,
  tell: (ending: Ending) => void,
): Promise<void> {
  const waiting = new Map(keys.map((key) => [key.id, key]));
  /** Revocations that were sent and whose answer was lost: their proof is still to be made. */
  const sent = new Map<string, Signer>();
  const end = (key: KeyRecord, outcome: Ending["outcome"], more: Partial<Ending> = {}) => {
    const { accessKey, expiresAt = "" } = key;
    waiting.delete(key.id);
    tell({ accessKey, expiresAt, outcome, isProven: false, ...more });
  };
  const spec = specOf(user.backend, user.inputs, context.s3Endpoint);
  const ref = refOf(spec, user.known);

  async function round(): Promise<void> {
    const live = await context.api.find(ref);
    const problem = notOurs(user.known, live, await hereOf(user.known, context), context.capabilities);
    if (problem !== undefined) throw refusal("sweeping", spec.name, problem);
    let known = live && observe(user.known, live);
    const due = known === undefined ? [] : dueSteps(plan(spec, known, context.capabilities, context.now()), known);
    for (const key of [...waiting.values()]) {
      const step = due.find(({ id }) => id === key.id);
      if (!known?.keys.some(({ id }) => id === key.id)) {
        const signer = sent.get(key.id);
        if (signer && spec.prove) await proveRefused(signer, ref, context);
        end(key, signer ? "revoked" : "gone", { isProven: signer !== undefined && spec.prove });
        continue;
      }
      const why = step === undefined ? LEFT : (unseen(key, user.known, live) ?? (await objection(key)));
      if (step === undefined || why !== undefined) end(key, "left", { why: why ?? LEFT });
      else if (dryRun) end(key, "due");
      else {
        const secretKey = known.secrets[key.id];
        if (secretKey !== undefined) sent.set(key.id, { id: key.id, accessKey: key.accessKey, secretKey });
        known = await applyStep(step, spec, known, context);
        end(key, "revoked", { isProven: spec.prove && secretKey !== undefined });
      }
    }
  }

  for (let rounds = 1; waiting.size > 0; rounds++) {
    try {
      await round();
    } catch (error) {
      if (rounds === ROUNDS || !isObjectUserError(error) || !error.uncertain) throw error;
      context.log(`${context.resource} ${spec.name}: ${error.message} Looking again.`);
      await context.sleep(PAUSE_MS * 2 ** rounds * (0.5 + context.random()));
    }
  }
}

/** What of a live key cannot be seen, or is not as state has it. */
function unseen(key: KeyRecord, { secrets }: Known, live: Live | undefined): string | undefined {
  if (live?.keys === undefined) return "the system does not show the user's keys, so the current one may be gone";
  const there = live.keys.find(({ id }) => id === key.id)?.secretKey;
  // A masked secret is an empty text in state.
  const remembered = secrets[key.id] || undefined;
  if (there === undefined || remembered === undefined || there === remembered) return undefined;
  return "the secret that the system has for it is not the one that state knows: somebody made it anew";
}

const LEFT =
  "its user is not as the last up left it (its current key is gone, or another one is wanted): run pulumi up";

/** The revocations of a plan that concern retired keys of the ring, while a key that works is published. */
function dueSteps(steps: readonly Step[], { keys, published }: Known): Extract<Step, { do: "revokeKey" }>[] {
  if (published?.id === undefined) return [];
  return steps.filter(
    (step) =>
      step.do === "revokeKey" &&
      step.id !== published.id &&
      keys.some(({ id, retiredAt }) => id === step.id && retiredAt !== undefined),
  ) as Extract<Step, { do: "revokeKey" }>[];
}
