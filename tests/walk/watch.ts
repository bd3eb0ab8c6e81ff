/**
 * Watches every request: who may touch whom, and which keys must not end. Users belong to strangers or to the stacks that
 * made them or took them over. Nobody's user is changed by a run that has no part in it, no user is deleted that the run's
 * program declares, and no key ends that somebody holds.
 */
import type { Inputs } from "../../provider/pulumi/state";
import { type Beginning, type Held, keysToHold } from "./held";
import { type Ledger, type Maker, newLedger, textOf } from "./ledger";
import { type Declared, declaredBy, hasPair, type Managed } from "./managed";
import { endedOfOthers, keysGoWith } from "./only-keys";
import { areOfOneUser, placeOf } from "./places";
import type { Address, Program, StackName } from "./program";
import type { State } from "./state";
import { overlaps, type System, type User } from "./system";
import type { Call, Change, Seen } from "./wire";

/** What a run is allowed to do. */
export interface Watched {
  readonly stack: StackName;
  readonly what: "up" | "preview" | "refresh" | "destroy";
  readonly program: Program;
  /** Resources to which the program gives another name, by the names that state has for them. */
  readonly names: ReadonlyMap<string, string>;
}

/** A request that has changed something. */
export interface Write {
  readonly what: string;
  readonly place: string;
  readonly call: Call | undefined;
}

export class Watch {
  readonly ledgers = new Map<string, Ledger>();
  /** Users that were deleted. */
  private readonly former = new Map<string, Ledger>();
  /** What the present run has changed. */
  writes: Write[] = [];
  /** How many requests the present run made, but for what a check asks of the release. */
  requests = 0;
  /** What has been found to be wrong, the first thing only. */
  broken: string | undefined;
  /** The resources that made users in this run, by the users' places. */
  readonly makers = new Map<string, string>();
  /** Keys that the run made, by their users' places. */
  readonly newKeys = new Map<string, string[]>();
  /** Access keys that S3 accepted in this run, or refused because the user is locked. */
  readonly accepted = new Set<string>();
  /** Users of whom a fleet's update asked, by place. */
  readonly asked = new Set<string>();
  /** Places at which others acted in the middle of the run. */
  readonly meddled = new Set<string>();
  declared = new Map<string, Declared>();
  /** Users of whose end, or whose key's, a stack's state does not know: a killed run did it, or somebody else. */
  private readonly lost = new Map<string, Set<StackName>>();
  /** When providers heard last of the resources that were checked. */
  private readonly checked = new Map<string, number>();
  private readonly held = new Map<string, Held[]>();
  /** The keys that state has, by place. */
  private readonly rings = new Map<string, Set<string>>();
  /** Whom state allows to be deleted with what others have in them. */
  private readonly forced = new Set<string>();
  private run: Watched | undefined;

  constructor(
    private readonly system: System,
    private readonly now: () => number,
  ) {}

  begin(run: Watched, beginning: Beginning): void {
    this.run = run;
    this.writes = [];
    this.requests = 0;
    this.broken = undefined;
    const { makers, newKeys, accepted, asked, meddled, checked, held, rings, forced } = this;
    for (const one of [makers, newKeys, accepted, asked, meddled, checked, held, rings, forced]) one.clear();
    for (const { outputs } of beginning.managed) if (outputs.forceDestroy === true) forced.add(String(outputs.userId));
    this.declared = declaredBy(this.system, run.program);
    for (const [from, to] of run.names) this.takesName(from, to);
    for (const { place, ring } of beginning.managed)
      rings.set(place, new Set([...(rings.get(place) ?? []), ...ring.map(({ id }) => id)]));
    if (run.what === "up" || run.what === "refresh")
      for (const one of beginning.managed.filter(({ isReplaced }) => !isReplaced))
        this.held.set(one.place, keysToHold(one, beginning, run, this.system, this));
  }

  /** A resource gets another name by an alias, and what is known of it goes with it. */
  private takesName(from: string, to: string): void {
    for (const places of [this.ledgers, this.former, this.lost] as Map<string, unknown>[])
      for (const [place, what] of [...places]) {
        if (!place.endsWith(` of ${from}`)) continue;
        places.delete(place);
        places.set(place.replace(/ of .*/, ` of ${to}`), what);
      }
  }

  /** A run has not come to these resources: they have their former names still. */
  takesBack(names: ReadonlyMap<string, string>, { resources }: State): void {
    for (const [from, to] of names)
      if (resources.some(({ urn, isReplaced }) => urn === from && !isReplaced)) this.takesName(to, from);
  }

  /** State has these. Where only keys are ours, a key is that of the resource in whose ring it is. */
  isKnown(stack: StackName, managed: readonly Managed[]): void {
    if (!this.system.keysOnly) return;
    keysGoWith(managed, this.ledgers, (place) => this.begun(place, stack));
    const places = new Set(managed.map(({ place }) => place));
    // Who comes to such a place later may make the same keys again.
    for (const [place, { owners, retiredAt }] of this.ledgers)
      if (owners.has(stack) && !places.has(place)) retiredAt.clear();
  }

  /** The keys that runs made at a place, and those of the user that a resource of this name made, whoever has them now. */
  madeAt(place: string, urn: string): ReadonlyMap<string, Maker> {
    const ofUser = [...this.ledgers].filter(([other]) => areOfOneUser(other, place));
    const made = ofUser.flatMap(([other, ledger]) =>
      [...ledger.made].filter(([, maker]) => other === place || maker.urn === urn),
    );
    return new Map(made);
  }

  /** The ledger of a place; a new one where a resource has made its first key. */
  private begun(place: string, stack: StackName): Ledger {
    const ledger = this.ledgers.get(place) ?? newLedger(stack, this.former.get(place));
    this.ledgers.set(place, ledger);
    return ledger;
  }

  /** The present run was cut off, or met trouble: what it wrote, state may not have. */
  interrupted(isKilled: boolean): void {
    const { run } = this;
    if (run === undefined) return;
    // It may have changed passwords, which nobody sees.
    for (const ledger of this.ledgers.values()) if (ledger.owners.has(run.stack)) ledger.isPasswordSure = false;
    for (const { what, place } of this.writes) {
      const ledger = this.ledgers.get(place);
      if (ledger) ledger.isUnseen = true;
      if (isKilled ? what.startsWith("removal") : what === "removal of user") this.loses(run.stack, place);
    }
  }

  /** A deletion failed of which a part was done: state lists those who are gone, and keys that are. */
  halfDeleted(stack: StackName, urn: string): void {
    for (const { what, place, call } of this.writes) {
      if (call?.urn !== urn) continue;
      const isOfUser = what === "removal of user" && call.method === "delete";
      const goes = call.method === "delete" || !this.declared.has(place);
      if (isOfUser || (this.system.keysOnly && goes && what.startsWith("removal"))) this.loses(stack, place);
    }
  }

  /** A user was deleted by one of two resources that state had for it: the other one's state lists who is gone. */
  deletedBeside(stack: StackName, managed: readonly Managed[]): void {
    for (const { what, place, call } of this.writes)
      if (what === "removal of user" && managed.some((one) => one.place === place && one.urn !== call?.urn))
        this.loses(stack, place);
  }

  /** Whether a stack's state cannot know that a user or its key is gone, or that another user is there in its place. */
  hasLost(stack: StackName, place: string): boolean {
    return this.lost.get(place)?.has(stack) === true;
  }

  /** A stack's state has these users, and no other. */
  remembers(stack: StackName, places: ReadonlySet<string>): void {
    for (const [place, stacks] of this.lost) if (!places.has(place)) stacks.delete(stack);
  }

  private loses(stack: StackName, place: string): void {
    this.lost.set(place, (this.lost.get(place) ?? new Set()).add(stack));
  }

  /** Others did something to a user. */
  othersDid(user: string, before: User | undefined, after: User | undefined): void {
    const known = [...this.ledgers.keys(), ...this.declared.keys(), ...this.rings.keys()];
    const places = this.system.keysOnly ? known.filter((place) => areOfOneUser(place, user)) : [user];
    for (const place of new Set(places)) this.othersDidAt(place, before, after);
  }

  private othersDidAt(place: string, before: User | undefined, after: User | undefined): void {
    this.meddled.add(place);
    const ledger = this.ledgers.get(place);
    if (ledger) Object.assign(ledger, { isUnseen: true, isPasswordSure: false });
    if (before && after) return;
    for (const owner of ledger?.owners ?? []) if (owner !== "strangers") this.loses(owner, place);
    if (after && this.system.keysOnly) return;
    if (after) this.ledgers.set(place, { ...newLedger("strangers", this.former.get(place)), isUnseen: true });
    else this.forget(place);
  }

  /** A run took a user over. */
  adopted(place: string, stack: StackName): void {
    const ledger = this.ledgers.get(place);
    if (ledger === undefined) return;
    ledger.owners.add(stack);
    ledger.isForgotten = false;
    this.lost.get(place)?.delete(stack);
  }

  /** A provider has answered the engine. */
  answered({ urn, method }: Call): void {
    if (method === "check" && !this.checked.has(urn)) this.checked.set(urn, this.now());
  }

  /** A cluster has answered a request. */
  heard(seen: Seen, now: number): void {
    const { status, signer, about, call, cluster } = seen;
    if (status !== 0 && call?.method !== "check") this.requests++;
    if (call?.method === "update" && about !== undefined)
      this.asked.add(placeOf(this.system, cluster, about, call.urn));
    if ([200, 204, 403].includes(status)) this.accepted.add(`${signer} ${status === 403 ? 403 : 200}`);
    if (this.run) for (const change of seen.changes) this.changed(seen, change, this.run, now);
  }

  private changed(seen: Seen, change: Change, run: Watched, now: number): void {
    const { call, cluster, address } = seen;
    const { uid, from, before, after } = change;
    const urn = call && (run.names.get(call.urn) ?? call.urn);
    const place = placeOf(this.system, cluster, uid, urn);
    if (from !== undefined) this.renamed(placeOf(this.system, cluster, from, urn), place, run.stack);
    const what = nameOf(change);
    const deed = `${what} ${place} by ${call?.method} of ${call?.urn}`;
    this.writes.push({ what, place, call });
    if (run.what === "preview" || run.what === "refresh") this.breaks(`(2) a ${run.what} changes something: ${deed}`);
    if (call && !["create", "update", "delete"].includes(call.method)) this.breaks(`(2) ${deed}`);
    if (this.system.keysOnly) {
      this.begun(place, run.stack);
      const wrong = endedOfOthers(change, (id) => this.isOwn(place, id));
      if (wrong !== undefined) this.breaks(`(2) ${wrong}: ${deed}`);
      // docs/keys.md: the former self's key is the new self's, too, and goes.
      if (what.startsWith("removal") && call?.method === "delete" && this.isByAnother(place, address))
        this.loses(run.stack, place);
    }
    if (before === undefined) {
      // Another resource of the stack may know the one before.
      this.ledgers.set(place, {
        ...newLedger(run.stack, this.former.get(place)),
        isUnseen: this.hasLost(run.stack, place),
      });
      this.lost.get(place)?.delete(run.stack);
      if (call) this.makers.set(place, call.urn);
    } else this.touched(place, call, run, deed);
    if (after === undefined && before?.isOthersPlace && !this.forced.has(before.id))
      this.breaks(`(3) what others have goes with it: ${deed}`);
    if (after === undefined) this.deleted(place, seen, deed);
    else this.keysChanged(place, before, after, call, run, now);
  }

  private forget(place: string): void {
    const ledger = this.ledgers.get(place);
    if (ledger) this.former.set(place, ledger);
    this.ledgers.delete(place);
  }

  private renamed(from: string, to: string, stack: StackName): void {
    // Another resource may know it by its former name.
    this.loses(stack, from);
    const ledger = this.ledgers.get(from);
    this.ledgers.delete(from);
    if (ledger) this.ledgers.set(to, ledger);
  }

  private touched(place: string, call: Call | undefined, { stack }: Watched, deed: string): void {
    const { owners } = this.ledgers.get(place) ?? newLedger("strangers");
    if (owners.has(stack)) return;
    // Where it was, another user of its name is drift to those who lost theirs.
    if (!this.mayAdopt(place, call) && !this.hasLost(stack, place))
      this.breaks(`(2) a user of ${[...owners].join(" and ")} is touched: ${deed}`);
    owners.add(stack);
    const ledger = this.ledgers.get(place);
    if (ledger) ledger.isAdopted = true;
  }

  private keysChanged(
    place: string,
    before: User | undefined,
    after: User,
    call: Call | undefined,
    { stack }: Watched,
    now: number,
  ): void {
    const ledger = this.ledgers.get(place);
    const item = this.declared.get(place)?.item;
    for (const [id, pair] of after.keys) {
      const was = before?.keys.get(id);
      if (was === undefined || was.secretKey !== pair.secretKey) {
        this.lost.get(place)?.delete(stack);
        const rotationId = item?.wish.accessKey === undefined ? (item?.rotationId ?? "") : undefined;
        const kept = before?.disabled?.get(id);
        if (kept && kept.secretKey !== pair.secretKey)
          this.breaks(`(8) key ${id} of ${place} comes back with another secret`);
        if (kept === undefined) ledger?.made.set(id, { ...pair, urn: call?.urn ?? "", rotationId });
        this.newKeys.set(place, [...(this.newKeys.get(place) ?? []), id]);
      }
      const isToldTo = item?.wish.secretKey !== undefined;
      if (was && was.secretKey !== pair.secretKey && !isToldTo && !this.meddled.has(place))
        this.breaks(`(8) the secret of key ${id} of ${place} is replaced`);
    }
    for (const [other, held] of this.held) if (areOfOneUser(other, place)) this.holdersAreLeft(other, held, after, now);
  }

  private holdersAreLeft(place: string, held: readonly Held[], after: User, now: number): void {
    const hasNext = [...after.keys].some(
      ([id, { accessKey }]) =>
        (!this.system.keysOnly || this.isOwn(place, id)) &&
        [200, 403].some((status) => this.accepted.has(`${accessKey} ${status}`)),
    );
    const mayEnd = (one: Held) =>
      overlaps(this.system) ? hasNext : after.keys.size > 0 && this.accepted.has(`${textOf(one)} 200`);
    const isHeld = (one: Held) => now < one.until || (one.isCurrent && !mayEnd(one));
    const ended = held.find((pair) => isHeld(pair) && !hasPair(after, pair));
    if (ended && !this.meddled.has(place))
      this.breaks(`(8) key ${ended.accessKey} of ${place} ended while somebody held it`);
  }

  /** Whether a key is one that the resource at a place has made, or has by its program's wish. */
  private isOwn(place: string, id: string): boolean {
    const declared = this.declared.get(place);
    const named = declared && keysOf(declared).includes(id);
    return named || this.ledgers.get(place)?.made.has(id) === true || this.rings.get(place)?.has(id) === true;
  }

  private deleted(place: string, { address, call, sentAt }: Seen, deed: string): void {
    this.held.delete(place);
    const others = [...(this.ledgers.get(place)?.owners ?? [])].filter((owner) => owner !== this.run?.stack);
    for (const owner of others) if (owner !== "strangers") this.loses(owner, place);
    this.forget(place);
    const { run } = this;
    const declaration = run?.what === "up" ? this.declared.get(place)?.declaration : undefined;
    if (run === undefined || declaration === undefined) return;
    if (this.isByAnother(place, address)) {
      this.loses(run.stack, place);
      return;
    }
    const isAskedFor = call?.first === true && this.deletesFirst(call.urn);
    const isOwn = call?.urn === declaration.urn;
    // Another resource's wish counts from when a provider can know it, which at the end of a run is always.
    const isUnheard = (this.checked.get(declaration.urn) ?? Number.POSITIVE_INFINITY) > sentAt;
    const mayBe = isOwn ? isAskedFor : isUnheard && (isAskedFor || call?.method === "update");
    if (!mayBe) this.breaks(`(3) a user that ${declaration.urn} declares is deleted: ${deed}`);
  }

  /** Whether the program has a user by another address: nobody says that two addresses lead to one cluster. */
  private isByAnother(place: string, address: Address): boolean {
    const declared = this.run?.what === "up" ? this.declared.get(place) : undefined;
    return declared !== undefined && this.run?.program.addresses[declared.declaration.instance] !== address;
  }

  private deletesFirst(urn: string): boolean {
    return this.run?.program.declarations.find((one) => one.urn === urn)?.deleteBeforeReplace === true;
  }

  private mayAdopt(place: string, call: Call | undefined): boolean {
    const declared = this.declared.get(place);
    return declared !== undefined && declared.declaration.urn === call?.urn && declared.item.adopt;
  }

  breaks(what: string): void {
    this.broken ??= what;
  }
}

/** Whether a declaration is that of a resource in state, by its name or a former one. */
export function isSame({ declaration }: Declared, urn: string): boolean {
  return declaration.urn === urn || declaration.aliases.includes(urn);
}

/** The key that a program names, if it does. */
function keysOf({ declaration: { inputs }, member }: Declared): unknown[] {
  const own = member === undefined ? inputs : (inputs.users as Record<string, Inputs>)[member];
  return [own?.accessKey];
}

function nameOf({ before, after }: Change): string {
  if (before === undefined) return "making of user";
  if (after === undefined) return "removal of user";
  return [...before.keys.keys()].some((id) => !after.keys.has(id)) ? "removal of a key of" : "change of";
}
