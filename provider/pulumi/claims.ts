/**
 * What a resource claims within a run, by names of which no two systems have one alike: its user. Where only keys are ours,
 * each of its keys, so that a resource that goes, or a former self of one that stays, ends no key that another one has.
 */
import type { Backend } from "../backends/backend";
import type { Known } from "../lifecycle/model";
import type { Run } from "./run";
import type { Inputs } from "./state";

type Kind = Pick<Backend, "resource" | "capabilities" | "specOf">;

/** The claims on one system, for which the run's notes are kept. */
export class Claims {
  constructor(
    private readonly run: Run,
    private readonly backend: Kind,
    private readonly address: string,
  ) {}

  /** What inputs claim: the user, or a key that the program chooses. All other keys have ids that no other resource has. */
  of(inputs: Inputs): string | undefined {
    const { name, ownKey } = this.backend.specOf(inputs);
    return this.nameOf(this.backend.capabilities.keysOnly ? ownKey?.accessKey : name);
  }

  /** The program declares these, by a resource that had `before` when the run began, if anything. */
  declares(
    identity: string,
    inputs: readonly Inputs[],
    before: { readonly identity: string; readonly inputs: readonly Inputs[] } | undefined,
  ): void {
    const had = before && { identity: before.identity, users: this.all(before.inputs) };
    this.run.declares(identity, [...this.all(inputs), ...this.itself(identity)], had);
  }

  /** The resource is to keep these, and what is known of them. */
  keeps(identity: string, inputs: readonly Inputs[], known: Iterable<Known>): void {
    this.run.keeps(identity, this.all(inputs));
    const [itself] = this.itself(identity);
    if (itself === undefined || !this.run.isDeclared(identity, itself)) return;
    for (const each of known) this.run.holds(identity, this.keysOf(each));
  }

  /** The resource has just made these, changed them or taken them over. */
  holds(identity: string, inputs: Inputs, known: Known): void {
    this.run.holds(identity, this.backend.capabilities.keysOnly ? this.keysOf(known) : this.all([inputs]));
  }

  /** Whether others of this run need all that a resource has, as far as is known by now: nothing is left to end. */
  areNeeded(known: Known, inputs: Inputs): boolean {
    const names = this.backend.capabilities.keysOnly ? this.keysOf(known) : this.all([inputs]);
    return names.length > 0 && names.every((name) => this.run.isNeeded(known.identity, name));
  }

  /** Whether another resource of this run needs a key. */
  needsKey({ identity }: Known, id: string): boolean {
    return this.run.isNeeded(identity, this.nameOf(id) ?? "");
  }

  /** The resource has gone, with all of it that nobody needs. */
  deleted(known: Known, inputs: Inputs): void {
    const { identity } = known;
    const gone = this.backend.capabilities.keysOnly
      ? this.keysOf(known).filter((name) => !this.run.isNeeded(identity, name))
      : this.all([inputs]);
    for (const name of gone) this.run.deleted(identity, name);
  }

  private keysOf({ keys }: Known): string[] {
    return keys.flatMap(({ id }) => this.nameOf(id) ?? []);
  }

  private all(inputs: readonly Inputs[]): string[] {
    return inputs.flatMap((each) => this.of(each) ?? []);
  }

  /** The resource itself, where what it keeps is known only when it is compared with its state. */
  private itself(identity: string): string[] {
    return this.backend.capabilities.keysOnly ? [`${this.backend.resource} ${this.address} of ${identity}`] : [];
  }

  private nameOf(claimed: string | undefined): string | undefined {
    return claimed === undefined ? undefined : `${this.backend.resource} ${this.address} ${claimed}`;
  }
}
