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
import type { DiffResult, ResourceProvider } from "../../provider/pulumi";
import { halfMade, linesOf, messageOf, REPLACE, weigh } from "./answers";
import { handlerOf, type Processes, type Values } from "./processes";
import type { Declaration, Program } from "./program";
import { type Resource, Snapshot, type State } from "./state";
import type { Call } from "./wire";

/** What became of a resource in a run. */
export type Deed = "created" | "updated" | "same" | "replaced" | "deleted" | "gone";

/** What a provider refused, or did not bring to its end. */
export interface Failure {
  readonly urn: string;
  readonly method: Call["method"];
  readonly message: string;
}

/** How a run ended. The engine's own complaints about a program are in `invalid`. */
export interface Result {
  readonly deeds: readonly { readonly urn: string; readonly did: Deed }[];
  readonly failures: readonly Failure[];
  readonly invalid: readonly string[];
}

export interface UpOptions {
  readonly refresh?: boolean;
  /** URNs to be replaced. */
  readonly replace?: readonly string[];
  /** One step at a time, as with `--parallel 1`. */
  readonly serial?: boolean;
}

type Step = () => Promise<void>;

/** Whose provider is called. */
type On = Pick<Resource, "kind" | "instance">;

/** A failure that has been noted. */
class Stop extends Error {}

/** One run over a stack's state. */
export class Run {
  readonly snapshot: Snapshot;
  private readonly deeds: { urn: string; did: Deed }[] = [];
  private readonly failures: Failure[] = [];
  private readonly invalid: string[] = [];
  private readonly chains: Promise<void>[] = [];
  /** URNs of state that the program has, under their present names or former ones. */
  private readonly operated = new Set<string>();
  private readonly registered = new Set<string>();
  private readonly aliased = new Map<string, string>();
  private isCancelled = false;

  constructor(
    before: State,
    private readonly processes: Processes,
    write: (state: State) => void,
  ) {
    this.snapshot = new Snapshot(
      before.resources.map((one) => ({ ...one })),
      before,
      write,
    );
  }

  /** `pulumi up` */
  async up(program: Program, { refresh = false, replace = [], serial = false }: UpOptions = {}): Promise<Result> {
    if (refresh) await this.readAll();
    if (!this.isCancelled) {
      for (const declaration of program.declarations) {
        const { instance } = declaration;
        const address = program.addresses[instance];
        if (address) this.snapshot.connect(instance, address);
      }
    }
    for (const declaration of program.declarations) {
      if (this.isCancelled) break;
      const steps = await this.decide(declaration, replace.includes(declaration.urn), "up").catch(pass);
      const chain = this.execute(steps ?? []);
      this.chains.push(chain);
      if (serial) await chain;
    }
    await Promise.all(this.chains);
    if (!this.isCancelled) await this.deleteLeft(serial, program);
    return this.result();
  }

  /** `pulumi preview`: what would be asked, and nothing done. */
  async preview(program: Program, { replace = [] }: UpOptions = {}): Promise<Result> {
    this.snapshot.isClosed = true;
    for (const { instance } of program.declarations) {
      const address = program.addresses[instance];
      if (address) this.snapshot.connect(instance, address);
    }
    for (const declaration of program.declarations) {
      if (this.isCancelled) break;
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

  private result(): Result {
    return { deeds: this.deeds, failures: this.failures, invalid: this.invalid };
  }

  /** What is to be done about a resource of the program. */
  private async decide(declaration: Declaration, isToReplace: boolean, mode: "up" | "preview"): Promise<Step[]> {
    const { urn, kind, instance } = declaration;
    const old = this.find(declaration);
    this.registered.add(urn);
    const given = { ...declaration.inputs, [IDENTITY]: identityOf(urn), __provider: handlerOf(kind) };
    const inputs = await this.check(declaration, old && !isToReplace ? old.inputs : undefined, given);
    if (old === undefined) return mode === "preview" ? [] : [this.create(declaration, inputs, "created")];
    const diff = isToReplace ? REPLACE : await this.diff(declaration, old, inputs);
    const { replaces, changes } = weigh(diff, declaration, old, inputs);
    this.operated.add(old.urn);
    if ((changes || old.isPendingReplacement) && (replaces || old.isPendingReplacement)) {
      const fresh = isToReplace ? inputs : await this.check(declaration, undefined, given);
      if (mode === "preview") return [];
      return this.replace(declaration, old, fresh, declaration.deleteBeforeReplace ?? diff.deleteBeforeReplace);
    }
    if (mode === "preview") return [];
    if (changes || old.initErrors.length > 0) return [this.update(declaration, old, inputs)];
    const { id, outputs } = old;
    return [
      async () => {
        this.take(old, { urn, kind, instance, id, outputs, inputs, ...HEALTHY }, "same");
      },
    ];
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
    this.isCancelled = true;
    throw new Stop(problem);
  }

  private async check(declaration: Declaration, olds: Values | undefined, news: Values): Promise<Values> {
    const { urn } = declaration;
    const { inputs, failures } = await this.ask({ urn, method: "check" }, declaration, (provider) =>
      provider.check(structuredClone(olds ?? {}), structuredClone(news)),
    );
    if (failures.length > 0) this.fail(urn, "check", linesOf(failures));
    return { ...inputs, __provider: news.__provider };
  }

  private async diff(declaration: Declaration, old: Resource, inputs: Values): Promise<DiffResult> {
    return this.ask({ urn: declaration.urn, method: "diff" }, declaration, (provider) =>
      provider.diff(old.id, structuredClone(old.outputs), structuredClone(inputs)),
    );
  }

  private create(declaration: Declaration, inputs: Values, did: Deed, old?: Resource, keepsOld = false): Step {
    const { urn, kind, instance } = declaration;
    const store = (id: string, outputs: Values, initErrors: readonly string[]) => {
      if (old && keepsOld) old.isReplaced = true;
      if (old?.isPendingReplacement) this.snapshot.finish(old);
      const values = { outputs: { ...outputs, __provider: inputs.__provider }, inputs, ...HEALTHY, initErrors };
      this.snapshot.add({ urn, kind, instance, id, ...values });
    };
    return async () => {
      try {
        const { id, outs } = await this.call({ urn, method: "create" }, declaration, (provider) =>
          provider.create(structuredClone(inputs)),
        );
        store(id, outs, []);
        this.deeds.push({ urn, did });
      } catch (error) {
        const half = halfMade(error);
        if (half) store(half.id, half.outputs, half.initErrors);
        this.fail(urn, "create", messageOf(error));
      }
    };
  }

  private update(declaration: Declaration, old: Resource, inputs: Values): Step {
    const { urn, kind, instance } = declaration;
    const { id } = old;
    return async () => {
      try {
        const { outs } = await this.call({ urn, method: "update" }, declaration, (provider) =>
          provider.update(id, structuredClone(old.outputs), structuredClone(inputs)),
        );
        const outputs = { ...outs, __provider: inputs.__provider };
        this.take(old, { urn, kind, instance, id, inputs, outputs, ...HEALTHY }, "updated");
      } catch (error) {
        const half = halfMade(error);
        if (half) {
          // Pulumi keeps the old inputs, so that the next run sees the difference again.
          const common = { urn, kind, instance, id, inputs: old.inputs, ...HEALTHY };
          this.take(old, { ...common, outputs: half.outputs, initErrors: half.initErrors });
        }
        this.fail(urn, "update", messageOf(error));
      }
    };
  }

  private replace(declaration: Declaration, old: Resource, inputs: Values, deleteFirst: boolean): Step[] {
    if (!deleteFirst) return [this.create(declaration, inputs, "replaced", old, true)];
    const create = this.create(declaration, inputs, "replaced", old);
    if (old.isPendingReplacement) return [create];
    const remove: Step = async () => {
      await this.remove(old, true);
      old.isPendingReplacement = true;
      this.snapshot.save();
    };
    return [remove, create];
  }

  private take(old: Resource, now: Resource, did?: Deed): void {
    this.snapshot.finish(old);
    this.snapshot.add(now);
    if (did) this.deeds.push({ urn: now.urn, did });
  }

  /** Deletes what was replaced, in this run or before, and what the program does not have; in no order, as nothing depends. */
  private async deleteLeft(serial: boolean, program: Program): Promise<void> {
    const left = this.snapshot.before.filter((one) => one.isReplaced || !this.operated.has(one.urn)).toReversed();
    const steps = left.map((one): Step[] => [
      async () => {
        const isGone = one.isPendingReplacement && !one.isReplaced;
        if (!isGone) await this.remove(one, false);
        this.snapshot.finish(one);
        this.deeds.push({ urn: one.urn, did: "deleted" });
      },
    ]);
    if (serial) for (const chain of steps) await this.execute(chain);
    else await Promise.all(steps.map((chain) => this.execute(chain)));
    if (this.isCancelled) return;
    const declared = new Set(program.declarations.map(({ instance }) => instance));
    this.snapshot.disconnect((["main", "other"] as const).filter((instance) => !declared.has(instance)));
  }

  private async remove(old: Resource, first: boolean): Promise<void> {
    const { urn, id, outputs } = old;
    await this.ask({ urn, method: "delete", first }, old, (provider) => provider.delete(id, structuredClone(outputs)));
  }

  /** Reads every resource, also those that are only left to be deleted. One that cannot be read stays as it is. */
  private async readAll(): Promise<void> {
    const seen = await Promise.all(this.snapshot.before.map((one) => this.read(one).catch(() => one)));
    this.snapshot.rebase(seen.filter((one) => one !== undefined));
    if (this.failures.length > 0) this.isCancelled = true;
  }

  private async read(old: Resource): Promise<Resource | undefined> {
    if (old.isPendingReplacement) return old;
    const { urn, kind } = old;
    try {
      const { id, props, inputs } = await this.call({ urn, method: "read" }, old, (provider) =>
        provider.read(old.id, structuredClone(old.outputs)),
      );
      if (id === "") {
        this.deeds.push({ urn, did: "gone" });
        return undefined;
      }
      const __provider = handlerOf(kind);
      const seen = { ...old, id, outputs: { ...props, __provider }, initErrors: [] };
      const now = inputs ? { ...seen, inputs: { ...inputs, __provider } } : seen;
      await this.call({ urn, method: "diff" }, old, (provider) =>
        provider.diff(id, structuredClone(now.outputs), structuredClone(old.inputs)),
      );
      return now;
    } catch (error) {
      this.failures.push({ urn, method: "read", message: messageOf(error) });
      throw new Stop(urn);
    }
  }

  private async execute(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (this.isCancelled) return;
      await step().catch(pass);
    }
  }

  /** Calls a provider; what it throws ends the run. */
  private ask<T>(how: Call, on: On, work: (provider: ResourceProvider) => Promise<T>): Promise<T> {
    return this.call(how, on, work).catch((error) => this.fail(how.urn, how.method, messageOf(error)));
  }

  private call<T>(how: Call, { kind, instance }: On, work: (provider: ResourceProvider) => Promise<T>): Promise<T> {
    return this.processes.call(how, { kind, instance, address: this.snapshot.addressOf(instance) }, work);
  }

  private fail(urn: string, method: Call["method"], message: string): never {
    this.failures.push({ urn, method, message });
    this.isCancelled = true;
    throw new Stop(message);
  }
}

const HEALTHY = { initErrors: [], isReplaced: false, isPendingReplacement: false };

/** What has been noted is not thrown any further; whatever else is thrown is a fault of this engine. */
function pass(error: unknown): undefined {
  if (error instanceof Stop) return undefined;
  throw error;
}
