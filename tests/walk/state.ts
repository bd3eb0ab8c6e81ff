/**
 * A stack's state as Pulumi's engine keeps it, and how it changes while a run goes on: what the run has finished comes
 * first, then whatever is left from before. It is written after every step, so a killed run leaves it as it is.
 */

import type { Values } from "./processes";
import type { Address, Instance, Kind } from "./program";

/** A resource in state. */
export interface Resource {
  readonly urn: string;
  readonly kind: Kind;
  readonly instance: Instance;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  /** Why its last operation did not reach its end. */
  readonly initErrors: readonly string[];
  /** Another has taken its place, and it is still to be deleted. */
  isReplaced: boolean;
  /** It is deleted, and what takes its place is still to be made. */
  isPendingReplacement: boolean;
}

/** A stack's state. */
export interface State {
  readonly resources: readonly Resource[];
  /** The provider instances with their connections, as the last run recorded them. */
  readonly addresses: ReadonlyMap<Instance, Address>;
}

export const NO_STATE: State = { resources: [], addresses: new Map() };

/** State while a run changes it. */
export class Snapshot {
  /** Another process has the state: nothing that this run still does counts. */
  isClosed = false;
  private readonly news: Resource[] = [];
  private readonly done = new Set<Resource>();
  private readonly addresses: Map<Instance, Address>;

  constructor(
    private base: readonly Resource[],
    before: State,
    private readonly write: (state: State) => void,
  ) {
    this.addresses = new Map(before.addresses);
  }

  /** What was there when the run began. */
  get before(): readonly Resource[] {
    return this.base;
  }

  addressOf(instance: Instance): Address {
    const address = this.addresses.get(instance);
    if (address === undefined) throw new Error(`no provider ${instance}`);
    return address;
  }

  /** A provider is made or gets another connection. */
  connect(instance: Instance, address: Address): void {
    this.addresses.set(instance, address);
    this.save();
  }

  /** Providers without resources that the program does not declare go last. */
  disconnect(instances: readonly Instance[]): void {
    for (const instance of instances) this.addresses.delete(instance);
    this.save();
  }

  /** A refresh has rebuilt what was there. */
  rebase(resources: readonly Resource[]): void {
    this.base = resources;
    this.save();
  }

  add(resource: Resource): void {
    this.news.push(resource);
    this.save();
  }

  finish(resource: Resource): void {
    this.done.add(resource);
    this.save();
  }

  save(): void {
    if (this.isClosed) return;
    const resources = [...this.news, ...this.base].filter((one) => !this.done.has(one));
    this.write({ resources: resources.map((one) => ({ ...one })), addresses: new Map(this.addresses) });
  }
}
