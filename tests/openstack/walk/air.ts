// The air between a provider and its systems: what goes wrong with requests, who dies over them, and what was seen on the
// wire.

import { nodeSend, TransportError, type TransportOptions } from "../../../provider/http/send";
import type { Send, WireRequest, WireResponse } from "../../../provider/http/wire";
import { type Deed, type Fault, UNTOLD, type Weather } from "./story";

/** A request as it went by. `status`: the answer that was given, lost or not; undefined when it was not carried out. */
export interface Passed {
  readonly line: string;
  readonly changes: boolean;
  /** The access key that signed it for S3. */
  readonly signer: string | undefined;
  readonly status: number | undefined;
  /** It was carried out and nobody was told. */
  readonly untold: boolean;
}

/** The air of one run. Another run gets another. */
export class Air {
  readonly passed: Passed[] = [];
  /** Resolves when the run is killed; its provider is never answered again. */
  readonly killed: Promise<void>;
  private kill: () => void = () => {};
  private isDead = false;
  private sent = 0;

  constructor(
    private readonly weather: Weather | undefined,
    private readonly others: (deed: Deed) => Promise<void>,
    /** Called after each request that may have changed something. */
    private readonly afterChange: () => Promise<void>,
  ) {
    this.killed = new Promise((resolve) => {
      this.kill = resolve;
    });
  }

  /** A provider's connection through this air. */
  open(options: TransportOptions): Send {
    const send = nodeSend(options);
    return async (request, timeoutMs) => {
      const { weather } = this;
      const number = ++this.sent;
      if (this.isDead) return silence();
      if (weather === undefined || number < weather.at) return this.pass(request, () => send(request, timeoutMs));
      if ("kill" in weather) {
        this.isDead = true;
        if (weather.kill === "after") await this.pass(request, () => send(request, timeoutMs), true);
        this.kill();
        return silence();
      }
      const isOver = number > weather.at && !("fault" in weather && weather.lasting);
      if ("others" in weather && !isOver) await this.others(weather.others);
      if (isOver || "others" in weather) return this.pass(request, () => send(request, timeoutMs));
      if (UNTOLD.includes(weather.fault)) await this.pass(request, () => send(request, timeoutMs), true);
      else this.note(request, undefined, false);
      return broken(weather.fault);
    };
  }

  /** Whether S3 gave this answer to a request that a key signed. */
  saw(signer: string, status: number): boolean {
    return this.passed.some((one) => one.signer === signer && one.status === status && !one.untold);
  }

  /** Keystone has just refused a token that it gave. */
  hasDeadToken(): boolean {
    const last = this.passed.at(-1);
    return last?.status === 401 && last.line.includes("/v3/") && !last.line.endsWith("/auth/tokens");
  }

  /** The requests that may have changed something. */
  changes(): Passed[] {
    return this.passed.filter(({ changes, status }) => changes && status !== undefined);
  }

  private async pass(request: WireRequest, send: () => Promise<WireResponse>, untold = false): Promise<WireResponse> {
    const answer = await send();
    const { changes } = this.note(request, answer.status, untold);
    if (changes && !(this.isDead && !untold)) await this.afterChange();
    return this.isDead && !untold ? silence() : answer;
  }

  private note({ method, url, headers }: WireRequest, status: number | undefined, untold: boolean): Passed {
    const line = `${method} ${url.pathname}`;
    const signer = /Credential=(\w+)\//.exec(headers.Authorization ?? headers.authorization ?? "")?.[1];
    const isReading = method === "GET" || /\/(auth\/tokens|s3tokens)$/.test(url.pathname);
    const one = { line, changes: !isReading, signer, status, untold };
    this.passed.push(one);
    return one;
  }
}

function broken(fault: Fault): WireResponse {
  if (fault === "refused") throw new TransportError("nobody listens", "ECONNREFUSED", false);
  if (fault === "timeout") throw new TransportError("no answer within 60 s", "ETIMEDOUT", true);
  if (fault === "cut" || fault === "cut after") throw new TransportError("cut off", "ECONNRESET", true);
  const status = Number.parseInt(fault, 10);
  return { status, headers: status === 429 ? { "retry-after": "1" } : {}, body: "" };
}

function silence(): Promise<never> {
  return new Promise(() => {});
}
