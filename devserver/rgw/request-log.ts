/**
 * What was asked of the gateway, for counting requests. It never holds a secret: no headers, no bodies, no queries.
 */
import type { Side } from "./call";
import type { Fault } from "./fault";

/** One request that arrived. */
export interface LoggedRequest {
  /** Counts from 1. */
  readonly sequence: number;
  readonly side: Side;
  /** The operation, such as "PUT user", "PUT user?key", "GET user", "S3 ListBuckets"; "unknown" when there is none. */
  readonly kind: string;
  readonly method: string;
  /** The uid that it names, for the admin API. */
  readonly subject: string;
  /** What was answered, or would have been had the answer not been lost; undefined when it was not acted on. */
  readonly status: number | undefined;
  readonly fault: Fault["kind"] | undefined;
}

/** The requests since the start or the last `reset`. */
export class RequestLog {
  private list: LoggedRequest[] = [];

  /** All of them, oldest first. */
  get entries(): readonly LoggedRequest[] {
    return this.list;
  }

  /** How many: all, those of one side or one kind, or those that a function picks. */
  count(which?: string | ((entry: LoggedRequest) => boolean)): number {
    if (which === undefined) return this.list.length;
    const picks =
      typeof which === "function" ? which : ({ side, kind }: LoggedRequest) => side === which || kind === which;
    return this.list.filter(picks).length;
  }

  /** How many admin requests could have changed something. */
  writes(): number {
    return this.count(({ side, method }) => side === "admin" && method !== "GET");
  }

  /** Kinds with their numbers, such as `{ "GET user": 1 }`: an easy thing to compare with. */
  tally(): Record<string, number> {
    const tally: Record<string, number> = {};
    for (const { kind } of this.list) tally[kind] = (tally[kind] ?? 0) + 1;
    return tally;
  }

  add(entry: LoggedRequest): void {
    this.list.push(entry);
  }

  reset(): void {
    this.list = [];
  }
}
