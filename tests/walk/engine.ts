/**
 * Pulumi's engine with many resources: which methods of which provider it calls in a run, in which order and with what,
 * and what it stores of the answers. Made after pulumi 3.259 (resource/deploy/step_generator.go, step.go, and
 * backend/snapshot.go); components, imports, targets and unknown values are left out.
 *
 * Decisions (check, diff) are taken for one resource after the other. The steps that come of them run beside that, those
 * of different resources at the same time, those of one resource in their order. The first failure lets nothing start
 * any more; what is under way comes to its end.
 */
import { IDENTITY, identityOf } from "../../provider/protocol";
import { REPLACE, weigh } from "./answers";
import type { Processes, Values } from "./processes";
import type { Declaration, Program } from "./program";
import { type Resource, Snapshot, type State } from "./state";
import { type Deed, type Failure, HEALTHY, pass, type Step, Steps, Stop } from "./steps";

/** How a run ended. The engine's own complaints about a program are in `invalid`. */
export interface Result {
  readonly deeds: readonly { readonly urn: string; readonly did: Deed }[];
  readonly failures: readonly Failure[];
  readonly invalid: readonly string[];
  /** Of a preview: what each resource will have, as its provider tells it. */
  readonly foretold: ReadonlyMap<string, Values>;
}

/** What the engine says of a run that was ended by Ctrl-C. */
export const CANCELLED = "the run was cancelled";

/** Whether something was refused, or did not reach its end. */
export function hasFailed({ failures, invalid }: Result): boolean {
  return failures.length + invalid.length > 0;
}

/** Options of `pulumi up`. */
export interface UpOptions {
  readonly refresh?: boolean;
  /** URNs to be replaced. */
  readonly replace?: readonly string[];
  /** One step at a time, as with `--parallel 1`. */
  readonly serial?: boolean;
}

/** One run over a stack's state. */
export class Run {
  readonly snapshot: Snapshot;
  private readonly steps: Steps;
  private readonly invalid: string[] = [];
  private readonly foretold = new Map<string, Values>();
  private readonly chains: Promise<void>[] = [];
  /** URNs of state that the program has, under their present names or former ones. */
  private readonly operated = new Set<string>();
  private readonly registered = new Set<string>();
  private readonly aliased = new Map<string, string>();

  constructor(before: State, processes: Processes, write: (state: State) => void) {
    const resources = before.resources.map((one) => ({ ...one }));
    this.snapshot = new Snapshot(resources, before, write);
    this.steps = new Steps(this.snapshot, processes);
  }

  /** `pulumi up` */
  async up(program: Program, { refresh = false, replace = [], serial = false }: UpOptions = {}): Promise<Result> {
    if (refresh) await this.readAll();
    if (!this.steps.isCancelled) this.connect(program);
    for (const declaration of program.declarations) {
      if (this.steps.isCancelled) break;
      const steps = await this.decide(declaration, replace.includes(declaration.urn), "up").catch(pass);
      // The only worker takes what is handed over when it is free, and until then no other decision is taken.
      if (serial) await this.chains.at(-1);
      this.chains.push(this.steps.execute(steps ?? []));
    }
    await Promise.all(this.chains);
    if (!this.steps.isCancelled) await this.deleteLeft(serial, program);
    return this.result();
  }

  /** `pulumi preview`: what would be asked, and nothing done. */
  async preview(program: Program, { replace = [] }: UpOptions = {}): Promise<Result> {
    this.snapshot.isClosed = true;
    this.connect(program);
    for (const declaration of program.declarations) {
      if (this.steps.isCancelled) break;
      await this.decide(declaration, replace.includes(declaration.urn), "preview").catch(pass);
    }
    return this.result();
  }

  /** `pulumi refresh` */
  async refresh(): Promise<Result> {
    await this.readAll();
    return this.result();
  }

  /** `pulumi destroy` */
  async destroy(serial: boolean): Promise<Result> {
    await this.deleteLeft(serial, { declarations: [], addresses: {} });
    return this.result();
  }

  /** Ctrl-C: nothing starts any more, and what is under way comes to its end. */
  cancel(): void {
    this.invalid.push(CANCELLED);
    this.steps.isCancelled = true;
  }

  private result(): Result {
    const { deeds, failures } = this.steps;
    return { deeds, failures, invalid: this.invalid, foretold: this.foretold };
  }

  /** Providers come before the resources that need them. */
  private connect({ declarations, addresses }: Program): void {
    for (const { instance } of declarations) {
      const address = addresses[instance];
      if (address) this.snapshot.connect(instance, address);
    }
  }

  /** What is to be done about a resource of the program. */
  private async decide(declaration: Declaration, isToReplace: boolean, mode: "up" | "preview"): Promise<Step[]> {
    const { urn, kind, instance } = declaration;
    const old = this.find(declaration);
    this.registered.add(urn);
    const given = {
      ...declaration.inputs,
      [IDENTITY]: identityOf(urn),
      __provider: this.steps.processes.handlerOf(kind),
    };
    const inputs = await this.steps.check(declaration, old && !isToReplace ? old.inputs : undefined, given);
    const plan = async (did: Deed, before: Resource | undefined, news: Values, steps: Step[]) => {
      if (mode === "up") return steps;
      this.steps.deeds.push({ urn, did });
      this.foretold.set(urn, await this.steps.foresee(declaration, before, news));
      return [];
    };
    if (old === undefined)
      return plan("created", undefined, inputs, [this.steps.create(declaration, inputs, "created")]);
    const diff = isToReplace ? REPLACE : await this.steps.diff(declaration, old, inputs);
    const { replaces, changes } = weigh(diff, declaration, old, inputs);
    this.operated.add(old.urn);
    if ((changes || old.isPendingReplacement) && (replaces || old.isPendingReplacement)) {
      const fresh = isToReplace ? inputs : await this.steps.check(declaration, undefined, given);
      const isFirst = declaration.deleteBeforeReplace ?? diff.deleteBeforeReplace;
      return plan("replaced", undefined, fresh, this.steps.replace(declaration, old, fresh, isFirst));
    }
    if (changes || old.initErrors.length > 0)
      return plan("updated", old, inputs, [this.steps.update(declaration, old, inputs)]);
    const { id, outputs } = old;
    const keep: Step = async () => {
      this.steps.take(old, { urn, kind, instance, id, outputs, inputs, ...HEALTHY }, "same");
    };
    if (mode === "up") return [keep];
    this.steps.deeds.push({ urn, did: "same" });
    return [];
  }

  /** The resource's state: under its URN, else under a former one. */
  private find({ urn, aliases }: Declaration): Resource | undefined {
    if (this.registered.has(urn)) this.stop(`duplicate resource ${urn}`);
    if (this.aliased.has(urn)) this.stop(`${urn} is an alias of another resource`);
    for (const name of [urn, ...aliases]) {
      const old = this.snapshot.before.find((one) => one.urn === name && !one.isReplaced);
      if (old === undefined) continue;
      if (name === urn) return old;
      if (this.registered.has(name) || this.aliased.has(name)) this.stop(`${name} is claimed twice`);
      this.aliased.set(name, urn);
      return old;
    }
    return undefined;
  }

  private stop(problem: string): never {
    this.invalid.push(problem);
    this.steps.isCancelled = true;
    throw new Stop(problem);
  }

  /** Deletes what was replaced, in this run or before, and what the program does not have; in no order, as nothing depends. */
  private async deleteLeft(serial: boolean, program: Program): Promise<void> {
    const left = this.snapshot.before.filter((one) => one.isReplaced || !this.operated.has(one.urn)).toReversed();
    const steps = left.map((one): Step[] => [
      async () => {
        const isGone = one.isPendingReplacement && !one.isReplaced;
        if (!isGone) await this.steps.remove(one);
        this.snapshot.finish(one);
        this.steps.deeds.push({ urn: one.urn, did: "deleted" });
      },
    ]);
    if (serial) for (const chain of steps) await this.steps.execute(chain);
    else await Promise.all(steps.map((chain) => this.steps.execute(chain)));
    if (this.steps.isCancelled) return;
    const declared = new Set(program.declarations.map(({ instance }) => instance));
    this.snapshot.disconnect((["main", "other"] as const).filter((instance) => !declared.has(instance)));
  }

  /** Reads every resource, also those that are only left to be deleted. One that cannot be read stays as it is. */
  private async readAll(): Promise<void> {
    const seen = await Promise.all(this.snapshot.before.map((one) => this.steps.read(one).catch(() => one)));
    this.snapshot.rebase(seen.filter((one) => one !== undefined));
    if (this.steps.failures.length > 0) this.steps.isCancelled = true;
  }
}
