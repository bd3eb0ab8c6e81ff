/**
 * What a resource claims within a run, by names of which no two systems have one alike: its user, and its keys. Where only
 * keys are ours, nothing but keys. So a resource that goes, or a former self of one that stays, ends no key that another
 * one has, whatever kinds the two are of.
 */
import type { Backend } from "../backends/backend";
import type { KeyOfUser } from "../lifecycle/context";
import { isDerived } from "../lifecycle/keys";
import type { Known } from "../lifecycle/model";
import type { Run } from "./run";
import type { Inputs } from "./state";

/** How resources stand to a user that is another one's: by a key of it, by a subuser, or as the only one with keys. */
const STANDS = { byKey: "keys of", bySubuser: "subusers of", alone: "only keys of" };

const REVOKED =
  "is a user that another resource of this program manages with exclusiveKeys: true, which revokes this key. Leave exclusiveKeys out there, or this resource";
const REVOKES =
  "cannot be true: another resource of this program has a key of this user, which would be revoked. Leave it out, or the other resource";

type Kind = Pick<Backend, "kind" | "resource" | "capabilities" | "specOf">;

/** The claims on one system, for which the run's notes are kept. */
export class Claims {
  constructor(
    private readonly run: Run,
    private readonly backend: Kind,
    private readonly address: string,
  ) {}

  /** What inputs claim first of all: the user; where only keys are ours, the key that the program chooses, if any. */
  of(inputs: Inputs): string | undefined {
    return this.all([inputs])[0];
  }

  /** The program declares these, by a resource that had `before` when the run began, if anything. */
  declares(
    identity: string,
    inputs: readonly Inputs[],
    before: { readonly identity: string; readonly inputs: readonly Inputs[] } | undefined,
  ): void {
    const had = before && { identity: before.identity, users: this.all(before.inputs) };
    const names = [...this.all(inputs), ...this.itself(identity), ...inputs.flatMap((each) => this.standsOn(each))];
    this.run.declares(identity, names, had);
  }

  /** Why the program cannot have this beside what else it declares, as far as is known by now: the input, and a reason. */
  contradiction(identity: string, inputs: Inputs): readonly [property: string, reason: string] | undefined {
    const { name, userId = name } = this.backend.specOf(inputs);
    const isBeside = (what: keyof typeof STANDS) => this.run.isWithAnother(identity, this.nameOf(STANDS[what], userId));
    if (this.isOfKeys && isBeside("alone")) return ["userId", REVOKED];
    if (!this.isOfKeys && inputs.exclusiveKeys === true && isBeside("byKey")) return ["exclusiveKeys", REVOKES];
    return undefined;
  }

  /** Whether another resource of this run has keys or a subuser of a user, which would go with it. */
  isStoodOn({ identity = "", userId }: Known): boolean {
    const names = [STANDS.byKey, STANDS.bySubuser].map((what) => this.nameOf(what, userId));
    return !this.isOfKeys && names.some((name) => this.run.isWithAnother(identity, name));
  }

  /** The resource is to keep these, and what is known of them. */
  keeps(identity: string, inputs: readonly Inputs[], known: Iterable<Known>): void {
    this.run.keeps(identity, this.all(inputs));
    const [itself = this.all(inputs)[0] ?? ""] = this.itself(identity);
    if (!this.run.isDeclared(identity, itself)) return;
    for (const each of known) this.run.holds(identity, [...this.itsId(each), ...this.keysOf(each)], each.identity);
  }

  /** The resource has just made these, changed them or taken them over. */
  holds(identity: string, inputs: Inputs, known: Known): void {
    this.run.holds(identity, [
      ...(this.isOfKeys ? [] : this.all([inputs])),
      ...this.itsId(known),
      ...this.keysOf(known),
    ]);
  }

  /** Whether others of this run need all that a resource has, as far as is known by now: nothing is left to end. */
  areNeeded(known: Known, inputs: Inputs): boolean {
    const names = this.own(known, inputs);
    return (
      (names.length > 0 && names.every((name) => this.run.isNeeded(known.identity, name))) ||
      (known.identity !== undefined && this.isOthersUser(known.identity, known.userId))
    );
  }

  /** Whether another resource of this run has the user with this id, whatever it is called there. */
  isOthersUser(identity: string, userId: string): boolean {
    return this.itsId({ userId }).some((name) => this.run.isHeldByAnother(identity, name));
  }

  /** Whether a resource that goes leaves a key, because a resource of this run needs it. */
  needsKey({ identity, userId }: Known, id: string): boolean {
    return this.run.isNeeded(identity, this.nameOfKey(userId, id));
  }

  /**
   * Whether a resource that stays leaves a key, because another one of this run has it or is to have it. Of a user on which
   * another resource has keys, no key that is not ours is ended: which of them that is, is known later.
   */
  isOthersKey(identity: string, inputs: Inputs, { userId, id, isOurs }: KeyOfUser): boolean {
    return (
      this.run.isWithAnother(identity, this.nameOfKey(userId, id)) ||
      (!isOurs && this.contradiction(identity, inputs) !== undefined)
    );
  }

  /** The resource has gone, with all of it that nobody needs. */
  deleted(known: Known, inputs: Inputs): void {
    const { identity } = known;
    for (const name of [...this.own(known, inputs), ...this.itsId(known)])
      if (!this.isOfKeys || !this.run.isNeeded(identity, name)) this.run.deleted(identity, name);
  }

  private get isOfKeys(): boolean {
    return this.backend.capabilities.keysOnly === true;
  }

  /** What goes with a resource. */
  private own(known: Known, inputs: Inputs): string[] {
    return this.isOfKeys ? this.keysOf(known) : this.all([inputs]).slice(0, 1);
  }

  /** A user by its id, which it keeps when it gets another name. */
  private itsId({ userId }: Pick<Known, "userId">): string[] {
    return this.isOfKeys ? [] : [`${this.backend.resource} ${this.address} with id ${userId}`];
  }

  /** Of users those keys only that others may have, too: an id that is derived is the user's alone. */
  private keysOf({ keys, userId }: Known): string[] {
    return keys.filter(({ id }) => this.isOfKeys || !isDerived(id)).map(({ id }) => this.nameOfKey(userId, id));
  }

  private all(inputs: readonly Inputs[]): string[] {
    return inputs.flatMap((each) => {
      const { name, userId = "", ownKey } = this.backend.specOf(each);
      const key = ownKey?.accessKey === undefined ? [] : [this.nameOfKey(userId, ownKey.accessKey)];
      return this.isOfKeys ? key : [`${this.backend.resource} ${this.address} ${name}`, ...key];
    });
  }

  /** How the resource stands to a user, where that concerns others: they have it, or would lose their keys. */
  private standsOn(inputs: Inputs): string[] {
    const { name, userId = name, owner } = this.backend.specOf(inputs);
    if (this.isOfKeys) return [this.nameOf(STANDS.byKey, userId)];
    if (owner !== undefined) return [this.nameOf(STANDS.bySubuser, owner)];
    return inputs.exclusiveKeys === true ? [this.nameOf(STANDS.alone, userId)] : [];
  }

  /** The resource itself, where what it keeps is known only when it is compared with its state. */
  private itself(identity: string): string[] {
    return this.isOfKeys ? [`${this.backend.resource} ${this.address} of ${identity}`] : [];
  }

  /** Kinds of one system have one name for a key. The same id on another user is another key: one waits for the other. */
  private nameOfKey(userId: string, id: string): string {
    return this.nameOf("key", `${id} of ${userId}`);
  }

  private nameOf(what: string, id: string): string {
    return `${what} ${this.backend.kind.split(".")[0]} ${this.address} ${id}`;
  }
}
