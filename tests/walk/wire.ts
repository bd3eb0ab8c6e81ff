/**
 * What lies between the providers of a run and their clusters. Each request is carried to the cluster of its address, and
 * noted with the resource for which it is made and with what it changed there. Requests are held up a little, so that
 * resources overtake each other; and one of them, or all from one on, can meet trouble.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { isDeepStrictEqual } from "node:util";
import { cancelled, TransportError, type TransportOptions } from "../../provider/http/send";
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import { chance } from "../provider/world";
import { type Address, clusterOf } from "./program";
import type { Cluster, Site, System, User, Users } from "./system";
import { type Fault, type Trouble, UNTOLD } from "./trouble";

/** A call of a provider's method by the engine. */
export interface Call {
  readonly urn: string;
  readonly method: "check" | "diff" | "create" | "update" | "read" | "delete" | "foresee";
  /** The inputs that state has, which only packaged plugins are told: in a diff. */
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** A deletion that goes before the creation which replaces it. */
  readonly first?: boolean;
}

/** What a request did to a user. */
export interface Change {
  readonly uid: string;
  /** The name that it had before, where that changed. */
  readonly from?: string;
  readonly before: User | undefined;
  readonly after: User | undefined;
}

/** What a request has changed (`status` 0), or that it was answered. */
export interface Seen {
  readonly cluster: Cluster;
  readonly address: Address;
  readonly line: string;
  /** The user that it is about, where the system's requests name it. */
  readonly about: string | undefined;
  readonly status: number;
  /** The access key that signed it. */
  readonly signer: string;
  readonly call: Call | undefined;
  readonly changes: readonly Change[];
  /** When the provider sent it, as `now` counts. */
  readonly sentAt: number;
}

/** One for all walks: each costs every promise that is made after it. */
const CALLS = new AsyncLocalStorage<Call>();

/** The way to the clusters. */
export class Wire {
  /** Called after each request that a cluster has answered. */
  heard: (seen: Seen) => void = () => {};
  /** Called when a provider has answered a call. */
  answered: (call: Call) => void = () => {};
  /** Called when others are to act in the middle of a run. */
  meddle: (trouble: Trouble & { deed: unknown }) => void | Promise<void> = () => {};
  /** Called when a request goes out although the run was cancelled. */
  heedless: (line: string) => void = () => {};
  /** What ends the run at Ctrl-C. */
  readonly enders = new Set<() => void>();
  /** For which call of the engine something is done. */
  readonly calls = CALLS;
  /** Resolves when the run is killed. */
  killed: Promise<void> = new Promise(() => {});
  /** The trouble has come. */
  isDisturbed = false;
  /** Requests that were sent when the run had ended. */
  late = 0;
  private kill: () => void = () => {};
  private trouble: Trouble | undefined;
  private count = 0;
  private run = 0;
  private moments = 0;
  private random: () => number = chance(1);
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly system: System,
    private readonly site: Site,
  ) {}

  /** A moment later than all before it. */
  now(): number {
    return ++this.moments;
  }

  /** A run begins. `seed` says who overtakes whom. */
  begin(seed: number, trouble: Trouble | undefined): void {
    this.run++;
    this.count = 0;
    this.late = 0;
    this.isDisturbed = false;
    this.trouble = trouble;
    this.enders.clear();
    this.random = chance(1 + (seed % 2_147_483_646));
    this.killed = new Promise((resolve) => {
      this.kill = resolve;
    });
  }

  /** The run has ended by itself: nothing is sent any more. */
  end(): void {
    this.run++;
  }

  /** The number of the present run. */
  get present(): number {
    return this.run;
  }

  /** The connection of a process of a run. When that is over, it is silent for ever. */
  connect(run: number, address: Address, options: TransportOptions): Send {
    const send = this.site.open(clusterOf(address), options);
    return async (request, timeoutMs) => {
      const sentAt = this.now();
      for (let turns = Math.floor(this.random() * 4); turns > 0; turns--) await undefined;
      if (run !== this.run) return this.silence();
      if (options.signal?.aborted) throw cancelled();
      const { trouble } = this;
      const isAimedAt = !(trouble && "ofS3" in trouble && trouble.ofS3) || isS3(request);
      const number = isAimedAt ? ++this.count : 0;
      const carry = () => this.carry(request, address, sentAt, () => send(request, timeoutMs));
      if (trouble && "cancel" in trouble && number > trouble.at)
        this.heedless(`${request.method} ${request.url.pathname}`);
      const isHit = trouble !== undefined && (number === trouble.at || (number > trouble.at && isLasting(trouble)));
      if (!isHit) return carry();
      this.isDisturbed = true;
      if ("kill" in trouble) {
        if (trouble.kill === "after") await carry().catch(() => {});
        this.run++;
        this.kill();
        return new Promise<never>(() => {});
      }
      if ("cancel" in trouble) {
        for (const end of this.enders) end();
        return carry();
      }
      if ("deed" in trouble) {
        await this.meddle(trouble);
        return carry();
      }
      const answer = await this.fail(trouble.fault, request, carry);
      this.note(request, address, sentAt, answer.status, []);
      return answer;
    };
  }

  private silence(): Promise<never> {
    this.late++;
    return new Promise(() => {});
  }

  private async fail(fault: Fault, request: WireRequest, carry: () => Promise<WireResponse>): Promise<WireResponse> {
    const refusal = this.system.refusals[fault];
    if (refusal) return refusal(request);
    const answer = UNTOLD.includes(fault) ? await carry() : undefined;
    if (fault === "half" && answer) return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
    if (fault === "no listener") throw new TransportError("nobody listens", "ECONNREFUSED", false);
    if (fault.startsWith("timeout")) throw new TransportError("no answer within 60 s", "ETIMEDOUT", true);
    if (fault.startsWith("cut")) throw new TransportError("socket hang up", "ECONNRESET", true);
    const status = Number.parseInt(fault, 10) || 502;
    const body = status === 502 ? "<html><head><title>502 Bad Gateway</title></head></html>" : "";
    return { status, headers: status === 429 ? { "retry-after": "1" } : {}, body };
  }

  private note(
    request: WireRequest,
    address: Address,
    sentAt: number,
    status: number,
    changes: readonly Change[],
  ): void {
    const { method, url, headers } = request;
    const signature = /Credential=([^/]+)\//.exec(headers.Authorization ?? headers.authorization ?? "");
    const signer = signature?.[1] ?? this.system.signerOf?.(request) ?? "";
    const line = `${method} ${url.pathname}`;
    const call = this.calls.getStore();
    const about = this.system.subjectOf?.(request);
    this.heard({ cluster: clusterOf(address), address, line, about, status, signer, call, changes, sentAt });
  }

  private carry(
    request: WireRequest,
    address: Address,
    sentAt: number,
    send: () => Promise<WireResponse>,
  ): Promise<WireResponse> {
    const cluster = clusterOf(address);
    const isReading = this.system.isReading(request);
    const changed = (changes: readonly Change[]) => {
      if (changes.length > 0) this.note(request, address, sentAt, 0, changes);
    };
    const answered = (response: WireResponse) => {
      this.note(request, address, sentAt, response.status, []);
      return response;
    };
    const before = isReading ? new Map() : this.site.look(cluster);
    if (!(before instanceof Promise)) {
      const answer = send();
      if (!isReading) changed(changesOf(before, this.site.look(cluster) as Users));
      return answer.then(answered);
    }
    // Where looking takes a while, nobody else is to act meanwhile.
    return this.alone(async () => {
      const first = await this.site.look(cluster);
      const response = await send();
      changed(changesOf(first, await this.site.look(cluster)));
      return answered(response);
    });
  }

  /** What a killed run had sent by then is carried out. */
  async carriedOut(): Promise<void> {
    await this.last;
  }

  /** Works while nothing else does that goes this way. */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const work = this.last.then(task);
    this.last = work.catch(() => {});
    return work;
  }
}

/** Whether a request goes to S3, or logs in to Swift, which proves a key. */
function isS3({ url, headers }: WireRequest): boolean {
  if (url.pathname === "/auth/v1.0") return true;
  const signature = String(headers.Authorization ?? headers.authorization);
  return signature.startsWith("AWS4") && url.pathname === "/";
}

function isLasting(trouble: Trouble): boolean {
  return "fault" in trouble && trouble.lasting;
}

function changesOf(before: Users, after: Users): Change[] {
  const uids = [...new Set([...before.keys(), ...after.keys()])];
  const changes: Change[] = uids
    .map((uid) => ({ uid, before: before.get(uid), after: after.get(uid) }))
    .filter((one) => !isDeepStrictEqual(one.before, one.after));
  const [one, other] = changes;
  const [gone, made] = one?.after === undefined ? [one, other] : [other, one];
  const isRename = changes.length === 2 && gone?.before && made?.after && gone.before.id === made.after.id;
  if (!isRename || gone.before.id === "") return changes;
  return [{ uid: made.uid, from: gone.uid, before: gone.before, after: made.after }];
}
