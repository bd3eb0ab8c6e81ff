/**
 * What a run has seen, and what it does next: a step of the plan, or the look that must come before it. Pure.
 */
import { isObjectUserError, type ObjectUserError } from "../errors";
import type { Context } from "./context";
import type { Known, Spec, Step } from "./model";
import { type Here, hasDerivedMark, isElsewhere } from "./ownership";
import { plan } from "./plan";
import type { Signer } from "./proof";
import { isDue } from "./retirement";

/** What a run is given. */
export interface Run {
  readonly spec: Spec;
  readonly before: Known | undefined;
  readonly context: Context;
  readonly here: Here;
  readonly isReplaced: boolean;
  readonly mandate: Mandate | undefined;
}

/** A part of what is wanted, for those who may do no more than that. They look before they do anything. */
export interface Mandate {
  /** What is being done, in errors: "sweeping". */
  readonly operation: string;
  /** Whether a step of the plan may be taken, with what was just seen. When it rejects, nothing more is done. */
  may(step: Step, sight: Sight): boolean | Promise<boolean>;
}

/** What a run knows at a moment, and how it came to know it. */
export interface Sight {
  readonly known: Known | undefined;
  /** How much of the user this run has seen: nothing, what answers to changes of settings show, or all of it. */
  readonly seen: "nothing" | "settings" | "whole";
  /** Why the system is to be looked at before anything else is done. */
  readonly stale?: string;
  /** Nothing was done since the last look: what the system refuses now, it would refuse after another one. */
  readonly hasJustLooked: boolean;
  /** This run made the user; or it sent the request that makes it, after it saw that there was none, and lost the answer. */
  readonly made: "no" | "maybe" | "yes";
  /** The system shows the mark of an unfinished user. */
  readonly isMarked: boolean;
  /** The last look could not see keys. */
  readonly keysAreHidden: boolean;
  /** This run has set the password; one that is refused all the same is not set again and again. */
  readonly hasSetPassword: boolean;
  /** Settings were changed since a key was proven. */
  readonly toProve: boolean;
  /** Keys that are or may be revoked, and that S3 is still to be seen to refuse. */
  readonly toRefuse: readonly Signer[];
}

/** A step of the plan, or the look that must come before it. */
export type RunStep = Step | { readonly do: "look"; readonly why: string };

export function nextSteps(run: Run, sight: Sight): RunStep[] {
  const { spec, context } = run;
  if (sight.stale !== undefined) return [{ do: "look", why: sight.stale }];
  let steps: Step[];
  try {
    steps = plan(spec, sight.known, context.capabilities, context.now());
  } catch (error) {
    // What stands in the way according to state may be gone.
    if (sight.known === undefined || sight.seen === "whole" || !isObjectUserError(error)) throw error;
    return [{ do: "look", why: error.message }];
  }
  const why = whyLook(run, sight, steps);
  return why === undefined ? steps : [{ do: "look", why }];
}

/**
 * Why the system is to be looked at before the steps; undefined when what is known is enough.
 *
 *   what this run has seen  | steps                | look
 *   ------------------------+----------------------+------------------------------------------------------------
 *   the whole user          | any                  | no
 *   answers about settings  | none                 | no
 *   answers about settings  | some                 | yes: what else differs is only known by looking
 *   nothing, user in state  | settings alone       | no: a system refuses them for a user that is gone, and answers with what is
 *                           |                      | there; but yes where the user may be another one, or keys of others matter
 *   nothing, user in state  | any other, or none   | yes
 *   nothing, new resource   | createUser           | no: a system refuses a user that exists; but yes where nothing would tell
 *                           |                      | whose it is, or whoever has it is to give it up
 */
function whyLook({ spec, here, isReplaced }: Run, { known, seen }: Sight, steps: readonly Step[]): string | undefined {
  if (seen === "whole") return undefined;
  if (seen === "settings") return steps.length === 0 ? undefined : "something else differs from state";
  if (known === undefined)
    return spec.adopt || isReplaced || !hasDerivedMark(spec)
      ? `the ${spec.noun ?? "user"} may exist already`
      : undefined;
  const isOnlySettings = steps.length > 0 && steps.every((one) => one.do === "updateUser");
  if (!isOnlySettings || spec.exclusiveKeys) return "keys are as state has them, or are not";
  return isElsewhere(known, here) || known.createdAt !== undefined ? "it may be another one by now" : undefined;
}

/**
 * Whether looking again may help: the fate of a request is uncertain, or it was sent without a look and met nobody, or
 * others than were expected.
 */
export function mayLookAgain(error: ObjectUserError, { hasJustLooked }: Sight): boolean {
  return error.uncertain || (!hasJustLooked && (error.code === "not-found" || error.code === "unsupported"));
}

/**
 * The making of a secret that the system shows in its answer only, and whose answer was lost. Looking does not show it, and
 * making another one could end the secret that consumers hold: the next run does so, and says it.
 */
export function lostSecret(error: ObjectUserError, step: RunStep | undefined, { capabilities }: Context) {
  const isLost = error.uncertain && !capabilities.secretsReadable && step?.do === "issueKey";
  return isLost ? step : undefined;
}

/** The keys whose refusal is to be seen, with that of a revocation whose answer was lost. */
export function withRefusal(step: Revocation, sight: Sight): Signer[] {
  const { id, accessKey } = step;
  const secretKey = sight.known?.secrets[id];
  return [...withoutRefusal(step, sight), ...(secretKey ? [{ id, accessKey, secretKey }] : [])];
}

/** The keys whose refusal is to be seen, without one that was seen. */
export function withoutRefusal({ id }: Revocation, { toRefuse }: Sight): Signer[] {
  return toRefuse.filter((key) => key.id !== id);
}

/**
 * The keys whose refusal is to be seen, with those whose end was due and which a look does not show any more. An earlier run
 * may have revoked them without seeing that they are refused, and the part of the system that was looked at may be the only
 * one that knows.
 */
export function withVanished(before: Known, seen: Known, { spec, context }: Run, { toRefuse }: Sight): Signer[] {
  if (context.capabilities.rotates !== "keys") return [...toRefuse];
  const now = context.now();
  const stays = new Set([...seen.keys, ...toRefuse].map(({ id }) => id));
  const gone = before.keys.flatMap((record) => {
    const secretKey = before.secrets[record.id];
    const { id, accessKey } = record;
    return stays.has(id) || !secretKey || !isDue(record, spec, now) ? [] : [{ id, accessKey, secretKey }];
  });
  return [...toRefuse, ...gone];
}

/** What is kept of a run that failed: keys that S3 was not seen to refuse stay in the ring, though no look shows them. */
export function kept({ known, toRefuse }: Sight, before: Known | undefined): Known | undefined {
  if (known === undefined || before === undefined) return known;
  const ids = new Set(toRefuse.map(({ id }) => id));
  const lost = before.keys.filter(({ id }) => ids.has(id) && !known.keys.some((key) => key.id === id));
  const secrets = Object.fromEntries(toRefuse.map(({ id, secretKey }) => [id, secretKey]));
  return lost.length === 0
    ? known
    : { ...known, keys: [...lost, ...known.keys], secrets: { ...secrets, ...known.secrets } };
}

type Revocation = Extract<Step, { do: "revokeKey" }>;
