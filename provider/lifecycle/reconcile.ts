/**
 * From whatever is there to what is wanted, for a new user, a half-made one and a healthy one alike: one loop, which takes
 * the first step of a new plan until there is none. The one place where the lifecycle meets the network.
 *
 * Where knowledge is not enough for the next step, the step is a look (sight.ts). When a step's fate is uncertain (its
 * answer was lost, another writer was faster), nothing is repeated blindly: the system is looked at again. What is known
 * when a run fails all the same travels with the error.
 */
import { isObjectUserError, type ObjectUserError } from "../errors";
import { applyStep } from "./apply";
import { type Context, hereOf } from "./context";
import { endingWith } from "./fold";
import { deriveMark } from "./keys";
import type { Known, Live, Spec, Step } from "./model";
import { firstSight, observe } from "./observe";
import {
  confirmedAt,
  existsAlready,
  hasDerivedMark,
  hasItAlready,
  hasKeyToMake,
  isElsewhere,
  isUnfinishedWork,
  managedByAnother,
  notOurs,
  refusal,
} from "./ownership";
import { proveAccepted, proveRefused, type Signer } from "./proof";
import { beforeHandover } from "./retirement";
import {
  kept,
  lostSecret,
  type Mandate,
  mayLookAgain,
  nextSteps,
  type Run,
  type RunStep,
  type Sight,
  withoutRefusal,
  withRefusal,
  withVanished,
} from "./sight";
import { Unfinished } from "./unfinished";
import { refOf } from "./user-api";
import { warningBefore } from "./warning";

const TRIES = 5;
const PAUSE_MS = 100;
/** No user has so many keys to end; a plan that asks for more does not come to its end. */
const MOST_STEPS = 10_000;

/**
 * Another writer that looked before our request and sends his after it replaces what we were told. His request comes
 * within moments; a proof after them finds it out. Two that make one user are closer together than two that rotate.
 */
const SETTLING_MS = { createUser: 25, issueKey: 250, updateUser: 100 };

/**
 * Brings a user to what `spec` wants. `before` is what state knows; undefined for a new resource. `isReplaced`: the new
 * resource takes the place of one that has the very user, and has not deleted it yet. Rejects with Unfinished.
 */
export async function reconcile(
  spec: Spec,
  before: Known | undefined,
  context: Context,
  how?: { readonly isReplaced?: boolean },
): Promise<Known>;
/** Does of the same only what a mandate allows. Resolves to what is known then; undefined when there is no user. */
export async function reconcile(
  spec: Spec,
  before: Known | undefined,
  context: Context,
  mandate: Mandate,
): Promise<Known | undefined>;
export async function reconcile(
  wanted: Spec,
  before: Known | undefined,
  context: Context,
  how: { readonly isReplaced?: boolean } | Mandate = {},
): Promise<Known | undefined> {
  const spec = { ...wanted, formerIdentity: before?.identity };
  const mandate = "may" in how ? how : undefined;
  const isReplaced = "isReplaced" in how && how.isReplaced === true;
  const run: Run = { spec, before, context, here: await hereOf(before, context), isReplaced, mandate };
  let sight: Sight = {
    known: before,
    seen: "nothing",
    hasJustLooked: false,
    made: "no",
    isMarked: false,
    keysAreHidden: false,
    hasSetPassword: false,
    toProve: false,
    toRefuse: [],
    ...(mandate ? { stale: "state may be old" } : {}),
    ...(before === undefined && context.capabilities.keysOnly ? { stale: "the user must be there" } : {}),
  };
  let step: RunStep | undefined;
  for (let steps = 0, tries = 1; steps < MOST_STEPS; steps++) {
    try {
      step = await permitted(nextSteps(run, sight), sight, mandate);
      if (step === undefined) return await ended(run, sight);
      if (step.do !== "look") announce(step, sight, run);
      sight = step.do === "look" ? await look(run, sight) : await take(step, run, sight);
    } catch (error) {
      if (error instanceof Unfinished) throw error;
      const lost = isObjectUserError(error) ? lostSecret(error, step, context) : undefined;
      if (lost && sight.known) sight = { ...sight, known: endingWith(lost, sight.known, context) };
      if (lost || tries++ === TRIES || !isObjectUserError(error) || !mayLookAgain(error, sight)) {
        const known = kept(sight, before);
        throw new Unfinished(known && beforeHandover(known, before, context.capabilities), error);
      }
      const isMaybeMade = step?.do === "createUser" && sight.hasJustLooked && error.uncertain;
      sight = {
        ...sight,
        stale: "the outcome of the last step is not known",
        ...(isMaybeMade ? { made: "maybe" } : {}),
        ...(step?.do === "revokeKey" ? { toRefuse: withRefusal(step, sight) } : {}),
      };
      context.log(`${context.resource} ${spec.name}: ${error.message} Looking again.`);
      await context.sleep(PAUSE_MS * 2 ** (tries - 1) * (0.5 + context.random()));
    }
  }
  throw new Error("the plan for a user does not come to its end");
}

/** The first step that may be taken. Each is asked for right before it, with what was just seen. */
async function permitted(steps: readonly RunStep[], sight: Sight, mandate: Mandate | undefined) {
  for (const step of steps) {
    if (step.do === "look" || mandate === undefined || (await mandate.may(step, sight))) return step;
  }
  return undefined;
}

/** What happens to a new user goes without saying, but for what clients of an adopted one should know before. */
function announce(step: Step, { known }: Sight, { spec, before, context }: Run): void {
  const title = `${context.resource} ${spec.name}`;
  const warning = warningBefore(step, known, context.now());
  if (warning !== undefined) (before ? context.announce : context.log)(`warning: ${title}: ${warning}`);
  if (before) context.announce(`${title}: ${describe(step)}`);
}

/** Carries out a step of the plan. */
async function take(step: Step, run: Run, sight: Sight): Promise<Sight> {
  const { spec, context } = run;
  let known: Known;
  try {
    known = await applyStep(step, spec, sight.known, context);
  } catch (error) {
    if (step.do !== "createUser" || !isObjectUserError(error, "already-exists")) throw error;
    const now = await look(run, sight, error);
    if (now.known === undefined) throw existsAlready(spec, error);
    return now;
  }
  const makesKey = step.do === "createUser" || step.do === "issueKey";
  if (makesKey && spec.prove) await context.sleep(SETTLING_MS[step.do]);
  const next = { ...sight, known, hasJustLooked: false };
  switch (step.do) {
    case "createUser":
      return { ...next, known: confirmed(known, run), seen: "whole", made: "yes" };
    case "updateUser": {
      const leavesKeys = context.capabilities.keysBelongTo?.some((name) => name in step.changes) === true;
      const seen = sight.seen === "nothing" ? "settings" : sight.seen;
      return { ...next, seen, toProve: true, ...(leavesKeys ? { stale: "keys may have stayed behind" } : {}) };
    }
    case "setPassword": {
      const showsKeys = sight.keysAreHidden && !sight.hasSetPassword;
      return { ...next, hasSetPassword: true, ...(showsKeys ? { stale: "the password may show keys" } : {}) };
    }
    case "proveKey":
      return { ...next, toProve: false };
    case "revokeKey":
      return { ...next, toRefuse: withoutRefusal(step, sight) };
    default:
      return next;
  }
}

/** When the plan is empty: the last proof, and what is left on the system of the user's beginnings. */
async function ended(run: Run, { known, toProve, toRefuse, made, isMarked }: Sight): Promise<Known | undefined> {
  const { spec, before, context, mandate } = run;
  const last = known ?? before;
  const isThere = ({ id }: Signer) => known && [...known.keys, ...known.foreign].some((key) => key.id === id);
  for (const key of toRefuse)
    if (last && spec.prove && !isThere(key)) await proveRefused(key, refOf(spec, last), context);
  if (known === undefined && mandate) return undefined;
  if (known === undefined) throw new Error("a plan for a missing user makes it");
  const { published } = known;
  // A user that was deleted at the same moment may be left with keys that do not work: a change is proven, too.
  if (toProve && spec.prove && published?.id !== undefined) {
    await context.sleep(SETTLING_MS.updateUser);
    await proveAccepted({ ...published, id: published.id }, refOf(spec, known), context);
  }
  // With its first key a user loses its mark; one that is to have no key loses it here.
  if (!mandate && !spec.createKey && (made === "yes" || isMarked)) await context.api.removeMark?.(refOf(spec, known));
  // Of a user that is new to state, state is to have it.
  const system = before === undefined ? await context.systemId().catch(() => undefined) : undefined;
  const found = confirmed(known, run);
  return system === undefined ? found : { ...found, system };
}

/** Looks at the user. `refused`: the system has just said that it exists. */
async function look(run: Run, sight: Sight, refused?: ObjectUserError): Promise<Sight> {
  const { spec, context } = run;
  const { name, where } = spec;
  const mark = deriveMark(spec);
  const live = await context.api.find(sight.known ? refOf(spec, sight.known) : { name, where, mark, aged: spec.adopt });
  const known = sight.known && sight.made === "no" ? ifOurs(sight.known, live, run) : sight.known;
  const { stale: _, ...rest } = sight;
  const now: Sight = {
    ...rest,
    known: undefined,
    seen: "whole",
    hasJustLooked: true,
    isMarked: live?.mark === mark,
    keysAreHidden: live !== undefined && live.keys === undefined,
  };
  if (live === undefined) {
    if (known && !run.mandate) context.log(`${context.resource} ${spec.name}: is gone from the system`);
    return now;
  }
  if (known === undefined || wasOvertaken(known, live, run, sight))
    return { ...now, known: confirmed(takenOver(live, run, now, refused), run, live) };
  const seen = confirmed(observe(known, live), run, live);
  return { ...now, known: seen, toRefuse: withVanished(known, seen, run, sight) };
}

/** What is known, if the user there is the one; undefined when it is not and `adopt` says to begin anew. */
function ifOurs(known: Known, live: Live | undefined, { spec, context, here, mandate }: Run): Known | undefined {
  const problem = notOurs(known, live, here, context.capabilities, spec);
  const isHere = live !== undefined && !isElsewhere(known, here) && !mandate;
  // A run that was killed has made it anew, before state could have it: a mark goes before a key is published.
  const isAnew = problem !== undefined || known.published !== undefined;
  if (isHere && isAnew && live.mark === deriveMark(spec)) return undefined;
  if (problem === undefined) return known;
  if (isHere && isUnfinishedWork(spec, live, context.capabilities)) return undefined;
  if (mandate || !spec.adopt)
    throw new Unfinished(undefined, refusal(mandate?.operation ?? "updating", spec, problem, context.capabilities));
  context.log(
    `${context.resource} ${spec.name}: ${problem}; that one (${known.userId}) is left as it is and forgotten (adopt)`,
  );
  return undefined;
}

/** Two may be told that they made the same user; the one whose key is not there did not. */
function wasOvertaken(known: Known, live: Live, { spec, context: { capabilities } }: Run, { made }: Sight): boolean {
  const broughtKey = made === "yes" && spec.createKey && capabilities.chooseAccessKey && capabilities.keyWithUser;
  return broughtKey && known.published === undefined && !hasKeyToMake(spec, live, capabilities);
}

/** A user that exists and is not known: our own unfinished work, or somebody's whom `adopt` takes over. */
function takenOver(live: Live, run: Run, { made, isMarked }: Sight, refused: ObjectUserError | undefined): Known {
  const { spec, context, isReplaced, mandate } = run;
  if (context.capabilities.keysOnly) return firstSight(live, spec, context.defaults, { takenOver: false });
  const isUnfinished = isMarked || isUnfinishedWork(spec, live, context.capabilities);
  const ours = (made === "maybe" && !hasDerivedMark(spec)) || (isUnfinished && !(isReplaced && made === "no"));
  if (!ours && !spec.adopt)
    throw new Unfinished(undefined, isReplaced ? hasItAlready(spec) : existsAlready(spec, refused));
  // The other one may be about to give it another name.
  if (context.isOthersUser?.(live.userId))
    throw new Unfinished(undefined, managedByAnother(spec, context.capabilities));
  const how = ours ? "an unfinished run of this resource made it, and this run resumes it" : "adopted";
  if (!mandate) context.log(`${context.resource} ${spec.name}: exists; ${how}`);
  return firstSight(live, spec, context.defaults, { takenOver: !ours });
}

/** Notes by whom and where the user was seen: in every piece of knowledge that a look or an answer confirmed. */
function confirmed(known: Known, { spec, here }: Run, live?: Live): Known {
  const { identity, hidden } = spec;
  return {
    ...confirmedAt(known, here, live),
    ...(identity === "" ? {} : { identity }),
    ...(hidden.length === 0 ? {} : { hidden }),
  };
}

/** A step in words, without secrets: "issueKey: rotationId changed …". */
export function describe(step: Step): string {
  return `${step.do}: ${step.why}`;
}
