/** The way out that a refusal offers, as who reads it goes it: in the program's text, in state, or by waiting. */

import { newItem } from "./edits";
import type { Result } from "./engine";
import { isNamed, type Managed } from "./managed";
import type { Oracle } from "./oracle";
import { clusterOf, compile, type Item, type Source, type StackName, type Uid } from "./program";
import type { State } from "./state";
import type { Failure } from "./steps";
import type { Step } from "./story";
import type { Cluster, Site, System } from "./system";
import type { Watch } from "./watch";

/** The most refusals in a row, each with another resource to see to. */
export const MOST_REFUSALS = 10;

/** A stack: its program's text, and its state. */
export interface Stack {
  readonly name: StackName;
  source: Source;
  /** The text before the last edits. */
  former: Source;
  /** The last text that came up without a refusal. */
  good: Source;
  state: State;
  /** Users that a killed run made, by place, with their resources. */
  leftBehind: ReadonlyMap<string, string>;
}

export class WaysOut {
  constructor(
    private readonly system: System,
    private readonly site: Site,
    private readonly oracle: Oracle,
    private readonly watch: Watch,
  ) {}

  /** What a reader of the refusals does: adopts, lets go of aliases, lets state go, or goes back to the text that was good. */
  go(stack: Stack, { failures, invalid }: Result, way: Step["wayOut"]): void {
    const { source, state } = stack;
    const start = this.now();
    if (way === "restore") stack.source = { ...stack.good, rotations: source.rotations };
    else if (invalid.length > 0) {
      stack.source = { ...source, items: source.items.map((item) => ({ ...item, formerly: [] })) };
    } else for (const failure of failures) this.heed(stack, failure);
    const isSame = stack.source === source && stack.state === state;
    if (isSame && this.now() === start) stack.source = { ...stack.good, rotations: source.rotations };
  }

  private heed(stack: Stack, { urn, method, message }: Failure): void {
    // Where there is nothing to adopt, who has corrected the connection can only forget.
    const { source, good } = stack;
    const isCorrected = source.items === good.items && source.addresses === good.addresses;
    const canForget = method === "delete" || (this.system.keysOnly && method === "update" && isCorrected);
    if (canForget && /state delete|forceDestroy/.test(message)) this.forget(stack, urn);
    if (/allowRemovals/.test(message)) stack.source = { ...stack.source, allowRemovals: true };
    // What is refused to a deletion is a resource's, and what to an update a member's.
    for (const [, uid] of method === "delete"
      ? []
      : message.matchAll(/deleting user "(?:[\w-]+[/:])*(\w+)": .*retainOnDelete/g))
      this.retain(stack, uid as Uid);
    if (this.system.rotates === "secrets") this.waitOrAskAnew(stack, urn, message);
    if (method === "delete" || method === "read") return;
    const { declarations } = compile(this.system, stack.name, stack.source);
    const refused = declarations
      .filter((one) => one.urn === urn)
      .flatMap(({ users }) => users.filter(({ member }) => member === undefined || isNamed(message, member)))
      .map(({ item }) => item);
    if (/there is no such user, and this resource makes keys only/.test(message))
      for (const { instance, uid } of refused) this.makeAnew(clusterOf(stack.source.addresses[instance]), uid);
    if (!/adopt/.test(message)) return;
    if (refused.every(({ adopt }) => adopt)) return;
    // Who is only there to be forgotten has been heard of, and goes.
    const left = stack.source.items.filter((item) => !(refused.includes(item) && item.going === "retainOnDelete"));
    const items = left.map((item) => (refused.includes(item) ? { ...item, adopt: true } : item));
    stack.source = { ...stack.source, items };
  }

  /** Secrets that the system ends: a reader waits for an end, gives a new rotation, or goes on without the proof. */
  private waitOrAskAnew(stack: Stack, urn: string, message: string): void {
    const isMeant = (item: Item) => {
      const declared = compile(this.system, stack.name, stack.source).declarations.find((one) => one.urn === urn);
      const users = declared?.users ?? [];
      return users.some((one) => one.item === item && (!one.member || isNamed(message, one.member)));
    };
    const change = (more: (item: Item) => Partial<Item>) => {
      const { source } = stack;
      const items = source.items.map((item) => (isMeant(item) ? { ...item, ...more(item) } : item));
      stack.source = { ...source, rotations: source.rotations + 1, items };
    };
    if (/prove: false/.test(message)) change(({ wish }) => ({ wish: { ...wish, prove: false } }));
    if (/set exclusiveKeys/.test(message)) change(({ wish }) => ({ wish: { ...wish, exclusiveKeys: true } }));
    if (/not used before/.test(message)) change(() => ({ rotationId: `r${stack.source.rotations + 1}` }));
    if (/Run again (after|when)|gracePeriodSeconds/.test(message)) this.site.advance(1000);
  }

  /** Whose user it is makes it again, where it is gone. */
  private makeAnew(cluster: Cluster, uid: Uid): void {
    void this.site.others.make(cluster, uid, true);
  }

  /** Declares a member again that the fleet could not delete, to be forgotten. */
  private retain(stack: Stack, uid: Uid): void {
    const { items } = stack.source;
    const instance = items.find(({ home }) => home === "fleet")?.instance;
    if (instance === undefined) return;
    const item: Item = { ...newItem(this.system, "fleet", uid), instance, going: "retainOnDelete" };
    stack.source = { ...stack.source, items: [...items, item] };
  }

  /** `pulumi state delete` */
  forget(stack: Stack, urn: string): void {
    const { resources } = stack.state;
    const isReplaced = resources.some((one) => one.urn === urn && one.isReplaced);
    const rest = resources.filter((one) => one.urn !== urn || one.isReplaced !== isReplaced);
    const before = this.oracle.managed(stack.state);
    stack.state = { ...stack.state, resources: rest };
    const after = this.oracle.managed(stack.state);
    for (const one of before) {
      const ledger = this.watch.ledgers.get(one.place);
      if (ledger === undefined) continue;
      const isKnown = ({ cluster, outputs }: Managed) =>
        cluster === one.cluster && outputs.userId === one.outputs.userId;
      ledger.isForgotten ||= !after.some(isKnown);
      for (const id of ledger.made.keys()) ledger.left.add(id);
    }
  }

  private now(): number {
    return this.site.world.now().getTime();
  }
}
