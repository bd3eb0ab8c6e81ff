/**
 * What goes wrong with one request of a run about one user, or with all from one on: faults, other writers in between,
 * and kills, which end the whole run.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Fault, faults } from "../../devserver/rgw/fault";
import type { Gateway } from "../../devserver/rgw/gateway";
import type { LoggedRequest } from "../../devserver/rgw/request-log";
import type { Send, WireRequest } from "../../provider/http/wire";
import { type Deed, deed, type Others } from "./others";
import type { Name } from "./wishes";

const FAULTS = {
  refused: { kind: "answer", status: 403, code: "AccessDenied" },
  unknownKey: { kind: "answer", status: 403, code: "InvalidAccessKeyId" },
  slowDown: faults.slowDown,
  unknownError: faults.unknownError,
  html: faults.html,
  cutBefore: faults.cutBefore,
  cutAfter: faults.cutAfter,
  hangBefore: faults.hangBefore,
  hangAfter: faults.hangAfter,
  halfJson: faults.truncate,
} as const satisfies Record<string, Fault>;

/** One run's weather: from its request number `at`, once or for the rest of it. */
export type Weather = { readonly at: number } & (
  | { readonly fault: keyof typeof FAULTS; readonly lasting: boolean }
  | { readonly kill: "before" | "after" }
  | { readonly others: Deed }
);

/** Weather for a run; most runs have none. */
export const weather: fc.Arbitrary<Weather | undefined> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  {
    weight: 5,
    arbitrary: fc.record({
      at: fc.integer({ min: 1, max: 6 }),
      fault: fc.constantFrom(...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])),
      lasting: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ at: fc.integer({ min: 1, max: 6 }), kill: fc.constantFrom("before", "after") }) },
  { weight: 1, arbitrary: fc.record({ at: fc.integer({ min: 1, max: 6 }), others: deed }) },
);

/** Whom the weather hits. */
export interface Target {
  readonly name: Name;
  readonly others: Others;
}

/** The air between providers and their gateway. */
export class Air {
  /** Resolves when the run is killed; whatever the provider still does then is heard by nobody. */
  killed: Promise<void> = new Promise(() => {});
  /** Called after every request that the gateway saw. */
  readonly afterRequest: (() => void)[] = [];
  private kill: () => void = () => {};
  private now: Weather | undefined;
  private target: Target | undefined;
  private readonly sent = new Map<Name, LoggedRequest[]>();
  private readonly owners = new Map<string, Name>();
  private runs = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly names: readonly Name[],
  ) {}

  /** A run begins, in this weather. */
  begin(next: Weather | undefined, target: Target): void {
    this.now = next;
    this.target = target;
    this.sent.clear();
    this.runs++;
    this.killed = new Promise((resolve) => {
      this.kill = resolve;
    });
  }

  /** The run is over, and so is its weather. */
  clear(): void {
    this.now = undefined;
    this.runs++;
  }

  /** The requests of the last run about a user. */
  asked(name: Name): readonly LoggedRequest[] {
    return this.sent.get(name) ?? [];
  }

  /** A connection through this air, for one process. When that is killed, the connection is silent for ever. */
  connect(send: Send): Send {
    let isDead = false;
    return async (request, timeoutMs) => {
      if (isDead) return new Promise(() => {});
      // Asked once in a process, and about no user.
      if (request.url.pathname === "/admin/realm/period") return send(request, timeoutMs);
      const { now, runs, target } = this;
      const name = this.subjectOf(request);
      const number = this.asked(name).length + 1;
      const pass = () => {
        // The gateway acts before its promise is there.
        const answer = send(request, timeoutMs);
        const entry = this.gateway.requests.entries.at(-1);
        assert.ok(entry);
        this.sent.set(name, [...this.asked(name), entry]);
        return answer;
      };
      if (now === undefined || name !== target?.name || number < now.at) return this.heard(pass());
      if ("kill" in now) {
        isDead = true;
        if (now.kill === "after") await pass().catch(() => {});
        this.kill();
        return new Promise(() => {});
      }
      if (number > now.at && !("fault" in now && now.lasting)) return this.heard(pass());
      if ("others" in now) target.others.meddle(now.others);
      else this.gateway.faults = () => FAULTS[now.fault];
      const answer = pass();
      this.gateway.faults = undefined;
      if (runs !== this.runs) throw new Error("a run goes on after its end");
      return this.heard(answer);
    };
  }

  /** Whom a request is about: the user that it names, or whose key signed it. */
  private subjectOf({ url, headers }: WireRequest): Name {
    const [only, ...more] = this.names;
    if (only !== undefined && more.length === 0) return only;
    for (const name of this.names) {
      for (const accessKey of this.gateway.user(name)?.keys.keys() ?? []) this.owners.set(accessKey, name);
    }
    const uid = url.searchParams.get("uid");
    const named = this.names.find((name) => name === uid);
    if (named !== undefined) return named;
    const signer = /Credential=([^/]+)\//.exec(Object.values(headers).join())?.[1] ?? "";
    const owner = this.owners.get(signer);
    assert.ok(owner, `whose request is ${url.pathname}?`);
    return owner;
  }

  private async heard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } finally {
      for (const after of this.afterRequest) after();
    }
  }
}
