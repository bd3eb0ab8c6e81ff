/**
 * Observe, plan, apply: from whatever is there to what is wanted, for a new user, a half-made one and a healthy one
 * alike. The one place where the lifecycle meets the network.
 *
 * When a step's fate is uncertain (its answer was lost, another writer was faster), nothing is repeated blindly: the
 * system is looked at again and a new plan made. What is known when it fails all the same travels with the error.
 */
import { isObjectUserError, ObjectUserError } from "../errors";
import { applyStep } from "./apply";
import type { Context } from "./context";
import { keyToMake } from "./keys";
import type { Capabilities, Known, Live, Spec, Step } from "./model";
import { firstSight, observe } from "./observe";
import { plan } from "./plan";
import { refOf } from "./user-api";

/** The run did not reach its end. `known` is what to keep in state; undefined when there is no user of ours. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  constructor(
    readonly known: Known | undefined,
    readonly reason: unknown,
  ) {
    super(reason instanceof Error ? reason.message : "unknown fault");
  }
}

const ROUNDS = 5;
const PAUSE_MS = 100;

/** Brings a user to what `spec` wants. `before` is what state knows; undefined for a new resource. Rejects with Unfinished. */
export async function reconcile(spec: Spec, before: Known | undefined, context: Context): Promise<Known> {
  const run = new Run(spec, before, context);
  for (let round = 1; ; round++) {
    try {
      return await run.round();
    } catch (error) {
      if (round === ROUNDS || !isObjectUserError(error) || !error.uncertain) throw new Unfinished(run.known, error);
      context.log(`${context.resource} ${spec.name}: ${error.message} Looking again.`);
      await context.sleep(PAUSE_MS * 2 ** round * (0.5 + context.random()));
    }
  }
}

class Run {
  known: Known | undefined;
  /** A new user is made without looking first where the system itself refuses one that exists and its key tells whose it is. */
  private look: boolean;
  /** We saw that there was no such user and then sent the request that makes it; its answer was lost. */
  private mayHaveMade = false;
  /** What happens to a new user goes without saying. */
  private readonly isNew: boolean;

  constructor(
    private readonly spec: Spec,
    before: Known | undefined,
    private readonly context: Context,
  ) {
    this.known = before;
    this.isNew = before === undefined;
    this.look = before !== undefined || spec.adopt || !spec.createKey;
  }

  async round(): Promise<Known> {
    const { spec, context } = this;
    const looked = this.look;
    if (looked) await this.observe();
    this.look = true;
    for (const step of plan(spec, this.known, context.capabilities, context.now())) {
      if (!this.isNew) context.announce(`${context.resource} ${spec.name}: ${describe(step)}`);
      if (step.do === "createUser") await this.create(step, looked);
      else this.known = await applyStep(step, spec, this.known, context);
      if (step.do === "createUser" || step.do === "issueKey") return this.again();
    }
    if (this.known === undefined) throw new Error("a plan for a missing user makes it");
    return this.known;
  }

  /** Makes the user; if it is there although nobody looked, looks whose it is. */
  private async create(step: Step, looked: boolean): Promise<void> {
    try {
      this.known = await applyStep(step, this.spec, this.known, this.context);
    } catch (error) {
      if (!isObjectUserError(error)) throw error;
      this.mayHaveMade ||= looked && error.uncertain;
      if (looked || error.code !== "already-exists") throw error;
      await this.observe(error);
    }
  }

  /** A new plan from fresh knowledge, without looking once more. */
  private again(): Promise<Known> {
    this.look = false;
    return this.round();
  }

  private async observe(refused?: ObjectUserError): Promise<void> {
    const { spec, context } = this;
    const live = await context.api.find(this.known ? refOf(spec.name, this.known) : { name: spec.name });
    if (live === undefined) {
      if (this.known) context.log(`${context.resource} ${spec.name}: is gone from the system`);
      this.known = undefined;
    } else if (this.known) {
      this.known = observe(this.known, live);
    } else {
      this.known = this.takeOver(live, refused);
    }
  }

  private takeOver(live: Live, refused: ObjectUserError | undefined): Known {
    const { spec, context } = this;
    const ours = this.mayHaveMade || live.unfinished === true || isOurs(spec, live, context.capabilities);
    if (!ours && !spec.adopt) throw refused ?? existsAlready(spec);
    const how = ours ? "an unfinished run of this resource made it and is continued" : "taken over (adopt)";
    context.log(`${context.resource} ${spec.name}: exists; ${how}`);
    return firstSight(live, spec, context.defaults, { takenOver: !ours });
  }
}

/** Whether a user that is there is our own, left by a run that was interrupted: it has the very key that we would make. */
function isOurs(spec: Spec, live: Live, capabilities: Capabilities): boolean {
  if (!spec.createKey) return false;
  const wanted = keyToMake(spec, live.userId, capabilities);
  const key = live.keys?.find((candidate) => candidate.accessKey === wanted.accessKey);
  return (
    key !== undefined &&
    (wanted.secretKey === undefined || key.secretKey === undefined || key.secretKey === wanted.secretKey)
  );
}

function existsAlready(spec: Spec): ObjectUserError {
  return new ObjectUserError({
    code: "already-exists",
    operation: "creating",
    subject: `user "${spec.name}"`,
    problem: "a user of this name exists already and was not made by this resource",
    advice: "Set adopt: true to take it over with its keys, or choose another name.",
  });
}

/** A step in words, without secrets: "issueKey: rotationId changed …". */
export function describe(step: Step): string {
  return `${step.do}: ${step.why}`;
}
