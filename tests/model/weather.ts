/** What goes wrong with one request of a run, or with all from one on: faults, other writers in between, and kills. */
import * as fc from "fast-check";
import { type Fault, faults } from "../../devserver/rgw/fault";
import type { Gateway } from "../../devserver/rgw/gateway";
import type { Send } from "../../provider/http/wire";
import { type Deed, deed, type Others } from "./others";

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

/** The air between a provider and its gateway. */
export class Air {
  /** Resolves when the run is killed; whatever the provider still does then is heard by nobody. */
  killed: Promise<void> = new Promise(() => {});
  /** Called after every request that the gateway saw. */
  afterRequest: () => void = () => {};
  private kill: () => void = () => {};
  private now: Weather | undefined;
  private sent = 0;
  private epoch = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly others: Others,
  ) {}

  /** Sets the weather of the next run. */
  begin(next: Weather | undefined): void {
    this.now = next;
    this.sent = 0;
    this.epoch++;
    this.killed = new Promise((resolve) => {
      this.kill = resolve;
    });
  }

  /** A provider's connection through this air. A killed provider's stays silent for ever. */
  wrap(send: Send): Send {
    return async (request, timeoutMs) => {
      const { now, epoch } = this;
      const number = ++this.sent;
      if (now === undefined || number < now.at) return this.heard(send(request, timeoutMs));
      if ("kill" in now) {
        if (now.kill === "after") await send(request, timeoutMs).catch(() => {});
        this.kill();
        return new Promise(() => {});
      }
      if (number > now.at && !("fault" in now && now.lasting)) return this.heard(send(request, timeoutMs));
      if ("others" in now) this.others.meddle(now.others);
      else this.gateway.faults = () => FAULTS[now.fault];
      // The gateway acts before its promise is there.
      const answer = send(request, timeoutMs);
      this.gateway.faults = undefined;
      if (epoch !== this.epoch) throw new Error("a run goes on after its end");
      return this.heard(answer);
    };
  }

  private async heard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } finally {
      this.afterRequest();
    }
  }
}
