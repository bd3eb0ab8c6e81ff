/**
 * What lies between the providers of a run and two clusters: each request is carried to the cluster of its address, noted
 * with the resource for which it is made, and held up a little, so that resources overtake each other; a run can be
 * killed at any of them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { Gateway } from "../../devserver/rgw/gateway";
import type { Send, WireRequest } from "../../provider/http/wire";
import { chance, type FakeWorld, fakeWorld, inProcess } from "../provider/world";
import { ADDRESSES, type Address, clusterOf } from "./program";

/** A call of a provider's method by the engine. */
export interface Call {
  readonly urn: string;
  readonly method: "check" | "diff" | "create" | "update" | "read" | "delete";
  /** A deletion that goes before the creation which replaces it. */
  readonly first?: boolean;
}

/** A request that a cluster has acted upon. */
export interface Seen {
  readonly cluster: Cluster;
  readonly address: Address;
  readonly kind: string;
  /** The uid that it names; "" for S3. */
  readonly uid: string;
  readonly status: number;
  readonly call: Call | undefined;
  /** The user was there before. */
  readonly wasThere: boolean;
  /** When the provider sent it, as `now` counts. */
  readonly sentAt: number;
}

/** Where a run is killed: at its request of this number, before it arrives or with its answer under way. */
export interface Crash {
  readonly at: number;
  readonly when: "before" | "after";
}

export type Cluster = "first" | "second";

/** One for all walks: each costs every promise that is made after it. */
const CALLS = new AsyncLocalStorage<Call>();

/** The two clusters, and the way to them. */
export class Wire {
  readonly world: FakeWorld;
  readonly clusters: Readonly<Record<Cluster, Gateway>>;
  /** Called after each request that a cluster has acted upon. */
  heard: (seen: Seen) => void = () => {};
  /** Called when a provider has answered a call. */
  answered: (call: Call) => void = () => {};
  /** For which call of the engine something is done. */
  readonly calls = CALLS;
  /** Resolves when the run is killed. */
  killed: Promise<void> = new Promise(() => {});
  private kill: () => void = () => {};
  private crash: Crash | undefined;
  private count = 0;
  private run = 0;
  private moments = 0;
  private random: () => number = chance(1);

  constructor() {
    this.world = fakeWorld();
    const now = () => this.world.now();
    const gateway = (name: string, seed: number) =>
      new Gateway({
        now,
        random: chance(seed),
        admin: { accessKey: `ADMIN${name.toUpperCase()}`, secretKey: `the-${name}-admins-own-secret` },
      });
    this.clusters = { first: gateway("first", 11), second: gateway("second", 13) };
  }

  /** What a provider's `configure` gets for an address. */
  configOf(address: Address): { get(key: string): unknown } {
    const { accessKey, secretKey } = this.clusters[clusterOf(address)].admin;
    const values: Record<string, unknown> = {
      "rgw:endpoint": `https://${address}.test`,
      "rgw:accessKey": accessKey,
      "rgw:secretKey": secretKey,
    };
    return { get: (key) => values[key] };
  }

  /** A moment later than all before it. */
  now(): number {
    return ++this.moments;
  }

  /** A run begins. `seed` says who overtakes whom. */
  begin(seed: number, crash: Crash | undefined): void {
    this.run++;
    this.count = 0;
    this.crash = crash;
    this.random = chance(1 + (seed % 2_147_483_646));
    this.killed = new Promise((resolve) => {
      this.kill = resolve;
    });
  }

  /** The connection of a process of the present run. When the run is over, it is silent for ever. */
  connect(): Send {
    const { run } = this;
    return async (request, timeoutMs) => {
      const sentAt = this.now();
      for (let turns = Math.floor(this.random() * 4); turns > 0; turns--) await undefined;
      if (run !== this.run) return new Promise(() => {});
      const isLast = ++this.count === this.crash?.at;
      const kill = () => {
        this.run++;
        this.kill();
        return new Promise<never>(() => {});
      };
      if (isLast && this.crash?.when === "before") return kill();
      const answer = this.carry(request, timeoutMs, sentAt);
      if (!isLast) return answer;
      await answer.catch(() => {});
      return kill();
    };
  }

  private carry(request: WireRequest, timeoutMs: number, sentAt: number) {
    const address = ADDRESSES.find((name) => request.url.hostname === `${name}.test`);
    if (address === undefined) throw new Error(`nobody lives at ${request.url.hostname}`);
    const cluster = clusterOf(address);
    const gateway = this.clusters[cluster];
    const uid = request.url.pathname.startsWith("/admin/") ? (request.url.searchParams.get("uid") ?? "") : "";
    const wasThere = uid !== "" && gateway.user(uid) !== undefined;
    // The cluster acts before its promise is there.
    const answer = inProcess(gateway)(request, timeoutMs);
    const { kind = "unknown", status = 0 } = gateway.requests.entries.at(-1) ?? {};
    this.heard({ cluster, address, kind, uid, status, call: this.calls.getStore(), wasThere, sentAt });
    return answer;
  }
}
