/**
 * Observe, plan, apply: from whatever is there to what is wanted, for a new user, a half-made one and a healthy one
 * alike. The one place where the lifecycle meets the network.
 *
 * When a step's fate is uncertain (its answer was lost, another writer was faster), nothing is repeated blindly: the
 * system is looked at again and a new plan made. What is known when it fails all the same travels with the error.
 */
import { isObjectUserError, type ObjectUserError, sentenceOf } from "../errors";
import { applyStep } from "./apply";
import { type Context, hereOf } from "./context";
import { deriveMark } from "./keys";
import type { Known, Live, Spec, Step } from "./model";
import { firstSight, observe } from "./observe";
import {
  confirmedAt,
  existsAlready,
  type Here,
  hasDerivedMark,
  hasItAlready,
  hasKeyToMake,
  isElsewhere,
  notOurs,
  refusal,
} from "./ownership";
import { plan } from "./plan";
import { proveAccepted } from "./proof";
import { beforeHandover } from "./retirement";
import { refOf } from "./user-api";

/**
 * The run did not reach its end. `known` is what to keep in state; undefined when there is no user of ours, or state is to
 * stay as it was.
 */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  constructor(
    readonly known: Known | undefined,
    readonly reason: unknown,
  ) {
    super(sentenceOf(reason));
  }
}

const ROUNDS = 5;
const PAUSE_MS = 100;

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
  { isReplaced = false } = {},
): Promise<Known> {
  const run = new Run(spec, before, context, await hereOf(before, context), isReplaced);
  for (let round = 1; ; round++) {
    try {
      const known = await run.round();
      // Of a user that is new to state, state is to have it.
      const system = before === undefined ? await context.systemId() : undefined;
      return system === undefined ? known : { ...known, system };
    } catch (error) {
      if (round === ROUNDS || !isObjectUserError(error) || !run.mayLookAgain(error)) {
        const { known, isRefused } = run;
        const kept = known && !isRefused ? beforeHandover(known, before, context.capabilities) : undefined;
        throw new Unfinished(kept, error);
      }
      context.log(`${context.resource} ${spec.name}: ${error.message} Looking again.`);
      await context.sleep(PAUSE_MS * 2 ** round * (0.5 + context.random()));
    }
  }
}

class Run {
  known: Known | undefined;
  /** The user there is not ours: state is not touched either. */
  isRefused = false;
  /** What state knew, or this run saw or made: whether there is anything that a look could correct. */
  private looked = false;
  private look: boolean;
  /** This run made the user, or sent the request that makes it and lost the answer after seeing that there was none. */
  private made: "no" | "maybe" | "yes" = "no";
  /** The system shows the mark of an unfinished user. */
  private isMarked = false;
  /** The last look could not see keys, for want of the user's password. */
  private keysAreHidden = false;
  /** This run has set the password; one that is refused all the same is not set again and again. */
  private hasPassword = false;
  /** What happens to a new user goes without saying. */
  private readonly isNew: boolean;

  constructor(
    private readonly spec: Spec,
    before: Known | undefined,
    private readonly context: Context,
    private readonly here: Here,
    private readonly isReplaced: boolean,
  ) {
    this.known = before;
    this.isNew = before === undefined;
    this.look =
      before === undefined
        ? spec.adopt || isReplaced || !hasDerivedMark(spec)
        : isElsewhere(before, here) || before.createdAt !== undefined || !this.isOnlySettings();
  }

  /**
   * Whether looking again may help: the fate of a request is uncertain, or it was sent without a look and met nobody, or
   * others than were expected.
   */
  mayLookAgain(error: ObjectUserError): boolean {
    return error.uncertain || (!this.looked && (error.code === "not-found" || error.code === "unsupported"));
  }

  async round(): Promise<Known> {
    const { spec, context } = this;
    this.looked = this.look;
    if (this.look) await this.observe();
    this.look = true;
    let toProve = false;
    for (const step of this.plan()) {
      if (!this.isNew) context.announce(`${context.resource} ${spec.name}: ${describe(step)}`);
      if (step.do === "createUser") await this.create(step);
      else this.known = await applyStep(step, spec, this.known, context);
      if (step.do === "createUser" || step.do === "issueKey") {
        if (spec.prove) await context.sleep(SETTLING_MS[step.do]);
        return this.again();
      }
      if (this.showsOtherKeys(step)) return this.round();
      if (step.do === "updateUser" || step.do === "proveKey") toProve = step.do === "updateUser";
    }
    if (this.known === undefined) throw new Error("a plan for a missing user makes it");
    if (toProve) await this.proveStillAccepted(this.known);
    // Whoever acts without a look sees by the answers what else is different.
    if (!this.looked && this.plan().length > 0) return this.round();
    // With its first key a user loses its mark; one that is to have no key loses it here.
    if (!spec.createKey && (this.made === "yes" || this.isMarked)) await context.api.settle?.(refOf(spec, this.known));
    return this.confirmed(this.known);
  }

  /** Notes by whom and where the user was seen: in every piece of knowledge that a look or an answer confirmed. */
  private confirmed(known: Known, live?: Live): Known {
    const { identity, hidden } = this.spec;
    return {
      ...confirmedAt(known, this.here, live),
      ...(identity === "" ? {} : { identity }),
      ...(hidden.length === 0 ? {} : { hidden }),
    };
  }

  private plan(): Step[] {
    return plan(this.spec, this.known, this.context.capabilities, this.context.now());
  }

  /**
   * A change of settings needs no look: a system refuses it for a user that is gone, and answers with what is there. It
   * does not show keys that are not ours.
   */
  private isOnlySettings(): boolean {
    if (this.spec.exclusiveKeys) return false;
    const steps = this.plan();
    return steps.length > 0 && steps.every((step) => step.do === "updateUser");
  }

  /**
   * After such a step only a look tells which keys there are: keys stay behind in another project, or could not be seen
   * without the password.
   */
  private showsOtherKeys(step: Step): boolean {
    const { keysBelongTo = [] } = this.context.capabilities;
    if (step.do === "updateUser") return keysBelongTo.some((name) => name in step.changes);
    if (step.do !== "setPassword" || this.hasPassword) return false;
    this.hasPassword = true;
    return this.keysAreHidden;
  }

  /** Makes the user; if one of its name is there all the same, looks whose it is. */
  private async create(step: Step): Promise<void> {
    try {
      this.known = this.confirmed(await applyStep(step, this.spec, this.known, this.context));
      this.made = "yes";
    } catch (error) {
      if (!isObjectUserError(error)) throw error;
      if (this.looked && error.uncertain) this.made = "maybe";
      if (error.code !== "already-exists") throw error;
      await this.observe(error);
      if (this.known === undefined) throw existsAlready(this.spec, error);
    }
  }

  /** A new plan from fresh knowledge, without looking once more. */
  private again(): Promise<Known> {
    this.look = false;
    return this.round();
  }

  /** A user that was deleted at the same moment may be left with keys that do not work: a change is proven, too. */
  private async proveStillAccepted({ published }: Known): Promise<void> {
    const { spec, known, context } = this;
    if (!spec.prove || known === undefined || published?.id === undefined) return;
    await context.sleep(SETTLING_MS.updateUser);
    await proveAccepted({ ...published, id: published.id }, refOf(spec, known), context);
  }

  private async observe(refused?: ObjectUserError): Promise<void> {
    const { spec, context } = this;
    const mark = deriveMark(spec);
    const { name, where } = spec;
    const live = await context.api.find(this.known ? refOf(spec, this.known) : { name, where, mark });
    this.isMarked = live?.mark === mark;
    this.keysAreHidden = live?.passwordRefused === true;
    if (this.known && this.made === "no") this.known = this.ifOurs(this.known, live);
    if (live === undefined) {
      if (this.known) context.log(`${context.resource} ${spec.name}: is gone from the system`);
      this.known = undefined;
    } else if (this.known && !this.wasOvertaken(live)) {
      this.known = this.confirmed(observe(this.known, live), live);
    } else {
      this.known = undefined;
      this.known = this.confirmed(this.takeOver(live, refused));
    }
  }

  /** What is known, if the user there is the one; undefined when it is not and `adopt` says to begin anew. */
  private ifOurs(known: Known, live: Live | undefined): Known | undefined {
    const { spec, context, here } = this;
    const problem = notOurs(known, live, here, context.capabilities);
    if (problem === undefined) return known;
    this.isRefused = !spec.adopt;
    if (this.isRefused) throw refusal("updating", spec.name, problem);
    context.log(`${context.resource} ${spec.name}: ${problem}; that one is left as it is and forgotten (adopt)`);
    return undefined;
  }

  /** Two may be told that they made the same user; the one whose key is not there did not. */
  private wasOvertaken(live: Live): boolean {
    const { chooseAccessKey, keyWithUser } = this.context.capabilities;
    const broughtKey = this.made === "yes" && this.spec.createKey && chooseAccessKey && keyWithUser;
    return (
      broughtKey && this.known?.published === undefined && !hasKeyToMake(this.spec, live, this.context.capabilities)
    );
  }

  private takeOver(live: Live, refused: ObjectUserError | undefined): Known {
    const { spec, context } = this;
    const ours = (this.made === "maybe" && !hasDerivedMark(spec)) || this.isOurs(live);
    if (!ours && !spec.adopt) throw this.isReplaced ? hasItAlready(spec) : existsAlready(spec, refused);
    const how = ours ? "an unfinished run of this resource made it and is continued" : "taken over (adopt)";
    context.log(`${context.resource} ${spec.name}: exists; ${how}`);
    return firstSight(live, spec, context.defaults, { takenOver: !ours });
  }

  private isOurs(live: Live): boolean {
    const { spec, context } = this;
    if (this.isReplaced && this.made === "no") return false;
    return this.isMarked || (hasDerivedMark(spec) && hasKeyToMake(spec, live, context.capabilities));
  }
}

/** A step in words, without secrets: "issueKey: rotationId changed …". */
export function describe(step: Step): string {
  return `${step.do}: ${step.why}`;
}
