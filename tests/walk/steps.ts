/**
 * What the engine does with one resource: each of its calls to a provider, and what it stores of the answer. The first
 * failure is noted, and nothing starts after it.
 */
import type { DiffResult, ResourceProvider } from "../../provider/pulumi/engine";
import { halfMade, linesOf, messageOf } from "./answers";
import type { Processes, Values } from "./processes";
import type { Declaration } from "./program";
import type { Resource, Snapshot } from "./state";
import type { Call } from "./wire";

/** What became of a resource in a run. */
export type Deed = "created" | "updated" | "same" | "replaced" | "deleted" | "gone";

/** What a provider refused, or did not bring to its end. */
export interface Failure {
  readonly urn: string;
  readonly method: Call["method"];
  readonly message: string;
}

/** Something to be done, whose failure is noted. */
export type Step = () => Promise<void>;

/** Whose provider is called. */
type On = Pick<Resource, "kind" | "instance">;

/** A failure that has been noted. */
export class Stop extends Error {}

/** The steps of one run. */
export class Steps {
  readonly deeds: { urn: string; did: Deed }[] = [];
  readonly failures: Failure[] = [];
  isCancelled = false;

  constructor(
    readonly snapshot: Snapshot,
    readonly processes: Processes,
  ) {}

  async check(declaration: Declaration, olds: Values | undefined, news: Values): Promise<Values> {
    const { urn } = declaration;
    const { inputs, failures } = await this.ask({ urn, method: "check" }, declaration, (provider) =>
      provider.check(structuredClone(olds ?? {}), structuredClone(news)),
    );
    if (failures.length > 0) this.fail(urn, "check", linesOf(failures));
    return { ...inputs, __provider: news.__provider };
  }

  async diff(declaration: Declaration, old: Resource, inputs: Values): Promise<DiffResult> {
    return this.ask({ urn: declaration.urn, method: "diff", inputs: old.inputs }, declaration, (provider) =>
      provider.diff(old.id, structuredClone(old.outputs), structuredClone(inputs)),
    );
  }

  /** What a preview tells of a resource; `old` undefined: of a new one. */
  foresee({ urn, ...on }: Declaration, old: Resource | undefined, inputs: Values): Promise<Values> {
    return this.ask({ urn, method: "foresee" }, on, (provider) =>
      provider.foresee(structuredClone(old?.outputs), structuredClone(inputs)),
    );
  }

  create(declaration: Declaration, inputs: Values, did: Deed, old?: Resource, keepsOld = false): Step {
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
        const half = halfMade(error, this.processes);
        if (half) store(half.id, half.outputs, half.initErrors);
        this.fail(urn, "create", messageOf(error));
      }
    };
  }

  update(declaration: Declaration, old: Resource, inputs: Values): Step {
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
        const half = halfMade(error, this.processes);
        if (half) {
          // Pulumi keeps the old inputs, so that the next run sees the difference again.
          const common = { urn, kind, instance, id, inputs: old.inputs, ...HEALTHY };
          this.take(old, { ...common, outputs: half.outputs, initErrors: half.initErrors });
        }
        this.fail(urn, "update", messageOf(error));
      }
    };
  }

  replace(declaration: Declaration, old: Resource, inputs: Values, deleteFirst: boolean): Step[] {
    if (!deleteFirst) return [this.create(declaration, inputs, "replaced", old, true)];
    const create = this.create(declaration, inputs, "replaced", old);
    if (old.isPendingReplacement) return [create];
    const remove: Step = async () => {
      await this.remove(old, declaration.urn, true);
      old.isPendingReplacement = true;
      this.snapshot.save();
    };
    return [remove, create];
  }

  take(old: Resource, now: Resource, did?: Deed): void {
    this.snapshot.finish(old);
    this.snapshot.add(now);
    if (did) this.deeds.push({ urn: now.urn, did });
  }

  /** `by` is the resource on whose behalf it is done. */
  async remove(old: Resource, by = old.urn, first = false): Promise<void> {
    const { id, outputs } = old;
    const how: Call = { urn: by, method: "delete", first };
    await this.ask(how, old, (provider) => provider.delete(id, structuredClone(outputs)));
  }

  async read(old: Resource): Promise<Resource | undefined> {
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
      const __provider = this.processes.handlerOf(kind);
      const seen = { ...old, id, outputs: { ...props, __provider }, initErrors: [] };
      const now = inputs ? { ...seen, inputs: { ...inputs, __provider } } : seen;
      await this.call({ urn, method: "diff", inputs: now.inputs }, old, (provider) =>
        provider.diff(id, structuredClone(now.outputs), structuredClone(old.inputs)),
      );
      return now;
    } catch (error) {
      this.failures.push({ urn, method: "read", message: messageOf(error) });
      throw new Stop(urn);
    }
  }

  async execute(steps: readonly Step[]): Promise<void> {
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

export const HEALTHY = { initErrors: [], isReplaced: false, isPendingReplacement: false };

/** What has been noted is not thrown any further; whatever else is thrown is a fault of this engine. */
export function pass(error: unknown): undefined {
  if (error instanceof Stop) return undefined;
  throw error;
}
