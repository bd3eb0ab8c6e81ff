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
  /** The resources that made users in this run, by the users' places. */
  readonly makers = new Map<string, string>();
  /** What providers have heard of: the resources that were checked, and those of them before a deletion that goes first. */
  private checked = new Set<string>();
  private readonly checkedBefore = new Map<string, ReadonlySet<string>>();
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

  /** Others made a user. */
  belongsToStrangers(place: string): void {
    this.owners.set(place, new Set(["strangers"]));
  }

  /** A run took a user over. */
  adopted(place: string, stack: StackName): void {
    this.owners.get(place)?.add(stack);
  }

  /** The engine calls a provider. */
  called({ urn, method, first }: Call): void {
    if (method === "check") this.checked.add(urn);
    if (first) this.checkedBefore.set(urn, new Set(this.checked));
  }

  /** A cluster has acted upon a request. */
  heard({ cluster, kind, uid, status, call, wasThere }: Seen): void {
    const isWrite = uid !== "" && !kind.startsWith("GET") && status < 300;
    if (!isWrite || this.run === undefined) return;
    const { stack, what } = this.run;
    const place = `${cluster}/${uid}`;
    const deed = `${kind} of ${place} by ${call?.method} of ${call?.urn}`;
    this.writes.push({ kind, place, call });
    if (what === "preview" || what === "refresh") this.breaks(`(2) a ${what} changes something: ${deed}`);
    if (call && !["create", "update", "delete"].includes(call.method)) this.breaks(`(2) ${deed}`);
    const owners = this.owners.get(place) ?? new Set();
    if (!wasThere) {
      this.owners.set(place, new Set([stack]));
      if (call) this.makers.set(place, call.urn);
    } else if (!owners.has(stack)) {
      if (!this.mayAdopt(place, call)) this.breaks(`(2) a user of ${[...owners].join(" and ")} is touched: ${deed}`);
      owners.add(stack);
    }
    if (kind === "DELETE user") this.deleted(place, call, deed);
  }

  private deleted(place: string, call: Call | undefined, deed: string): void {
    this.owners.delete(place);
    const declaration = this.run?.what === "up" ? this.declared.get(place) : undefined;
    if (declaration === undefined) return;
    // Another resource's wish counts from when a provider can know it.
    const isBlind = call !== undefined && this.checkedBefore.get(call.urn)?.has(declaration.urn) !== true;
    const isAskedFor = call?.first === true && this.deletesFirst(call.urn) && (call.urn === declaration.urn || isBlind);
    if (!isAskedFor) this.breaks(`(3) a user that ${declaration.urn} declares is deleted: ${deed}`);
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
