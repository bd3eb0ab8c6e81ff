/**
 * Who may touch whom, watched at every request: users belong to strangers or to the stacks that made them or took them
 * over. Nobody's user is changed by a run that has no part in it, and no user is deleted that the run's program declares.
 */
import type { Declaration, Program, StackName } from "./program";
import { clusterOf } from "./program";
import type { Call, Seen } from "./wire";

/** What a run is allowed to do. */
export interface Watched {
  readonly stack: StackName;
  readonly what: "up" | "preview" | "refresh" | "destroy";
  readonly program: Program;
}

/** A request that has changed something. */
export interface Write {
  readonly kind: string;
  readonly place: string;
  readonly call: Call | undefined;
}

export class Watch {
  /** Whose a user is, by its place. */
  readonly owners = new Map<string, Set<StackName | "strangers">>();
  /** What the present run has changed. */
  writes: Write[] = [];
  /** What has been found to be wrong, the first thing only. */
  broken: string | undefined;
  /** Users of whose end, or whose key's, a stack's state does not know: a killed run did it, or another stack that had them, too. */
  private readonly lost = new Map<string, Set<StackName>>();
  /** The resources that made users in this run, by the users' places. */
  readonly makers = new Map<string, string>();
  /** When providers heard last of the resources that were checked. */
  private readonly checked = new Map<string, number>();
  private declared = new Map<string, Declaration>();
  private run: Watched | undefined;

  begin(run: Watched): void {
    this.run = run;
    this.writes = [];
    this.broken = undefined;
    this.makers.clear();
    this.checked.clear();
    this.declared = placesOf(run.program);
  }

  /** The present run was killed. */
  killed(): void {
    const { run } = this;
    if (run) for (const { kind, place } of this.writes) if (kind.startsWith("DELETE")) this.loses(run.stack, place);
  }

  /** Whether a stack's state cannot know that a user or its key is gone, or that another user is there in its place. */
  hasLost(stack: StackName, place: string): boolean {
    return this.lost.get(place)?.has(stack) === true;
  }

  private loses(stack: StackName, place: string): void {
    this.lost.set(place, (this.lost.get(place) ?? new Set()).add(stack));
  }

  /** Others made a user. */
  belongsToStrangers(place: string): void {
    this.owners.set(place, new Set(["strangers"]));
  }

  /** A run took a user over. */
  adopted(place: string, stack: StackName): void {
    const owners = this.owners.get(place);
    if (owners === undefined) return;
    owners.add(stack);
    this.lost.get(place)?.delete(stack);
  }

  /** A provider has answered the engine. */
  answered({ urn, method }: Call, now: number): void {
    if (method === "check" && !this.checked.has(urn)) this.checked.set(urn, now);
  }

  /** A cluster has acted upon a request. */
  heard(seen: Seen): void {
    const { cluster, kind, uid, status, call, wasThere } = seen;
    const isWrite = uid !== "" && !kind.startsWith("GET") && status < 300;
    if (!isWrite || this.run === undefined) return;
    const { stack, what } = this.run;
    const place = `${cluster}/${uid}`;
    const deed = `${kind} of ${place} by ${call?.method} of ${call?.urn}`;
    this.writes.push({ kind, place, call });
    if (what === "preview" || what === "refresh") this.breaks(`(2) a ${what} changes something: ${deed}`);
    if (call && !["create", "update", "delete"].includes(call.method)) this.breaks(`(2) ${deed}`);
    const owners = this.owners.get(place) ?? new Set();
    if (!wasThere || kind === "PUT user?key") this.lost.get(place)?.delete(stack);
    if (!wasThere) {
      this.owners.set(place, new Set([stack]));
      if (call) this.makers.set(place, call.urn);
    } else if (!owners.has(stack)) {
      // Where it was, another user of its name is drift to those who lost theirs.
      if (!this.mayAdopt(place, call) && !this.hasLost(stack, place))
        this.breaks(`(2) a user of ${[...owners].join(" and ")} is touched: ${deed}`);
      owners.add(stack);
    }
    if (kind === "DELETE user") this.deleted(place, seen, deed);
  }

  private deleted(place: string, { address, call, sentAt }: Seen, deed: string): void {
    const others = [...(this.owners.get(place) ?? [])].filter((owner) => owner !== this.run?.stack);
    for (const owner of others) if (owner !== "strangers") this.loses(owner, place);
    this.owners.delete(place);
    const { run } = this;
    const declaration = run?.what === "up" ? this.declared.get(place) : undefined;
    if (run === undefined || declaration === undefined) return;
    // Nobody says that two addresses lead to one cluster.
    if (run.program.addresses[declaration.instance] !== address) {
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

  private deletesFirst(urn: string): boolean {
    return this.run?.program.declarations.find((one) => one.urn === urn)?.deleteBeforeReplace === true;
  }

  private mayAdopt(place: string, call: Call | undefined): boolean {
    const declaration = this.declared.get(place);
    if (declaration === undefined || declaration.urn !== call?.urn) return false;
    const uid = place.split("/")[1];
    return declaration.users.some(({ item }) => item.uid === uid && item.adopt);
  }

  private breaks(what: string): void {
    this.broken ??= what;
  }
}

/** The users that a program declares, by their places. */
export function placesOf({ declarations, addresses }: Program): Map<string, Declaration> {
  return new Map(
    declarations.flatMap((declaration) => {
      const address = addresses[declaration.instance];
      if (address === undefined) return [];
      return declaration.users.map(({ item }) => [`${clusterOf(address)}/${item.uid}`, declaration] as const);
    }),
  );
}
