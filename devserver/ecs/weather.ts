/**
 * The edge that the servers of reference for systems with two secrets have in common: every request passes the log and
 * the faults before and after it is acted on. What a request means is each server's business.
 */
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import { type Fault, type FaultHook, isActedOn } from "../rgw/fault";
import type { Outcome } from "../rgw/gateway";
import type { LoggedRequest, RequestLog } from "../rgw/request-log";

/** What a server knows about a request before it acts. */
export type Sight = Pick<LoggedRequest, "side" | "kind" | "subject">;

/** A server, as its edge sees it. */
export interface Inside {
  readonly requests: RequestLog;
  /** The faults of the moment. */
  fault(): FaultHook | undefined;
  sight(request: WireRequest): Sight;
  act(request: WireRequest): WireResponse;
  /** The server's own error for a fault's code. */
  refusal(status: number, code: string): WireResponse;
}

/** The two ways in: with the outcome as data, for sockets, and as the provider's `Send`. */
export interface Edge {
  exchange(request: WireRequest): Outcome;
  readonly send: Send;
}

/** Puts the edge around a server. */
export function edgeOf(inside: Inside): Edge {
  let sent = 0;

  const exchange = (request: WireRequest): Outcome => {
    const sight = inside.sight(request);
    const sequence = ++sent;
    const fault = inside.fault()?.(request, sequence, sight.kind);
    const acts = isActedOn(fault);
    const response = acts ? inside.act(request) : undefined;
    const { method } = request;
    inside.requests.add({ ...sight, sequence, method, status: response?.status, fault: fault?.kind });
    return outcomeOf(fault, response, inside);
  };

  return {
    exchange,
    async send(request, timeoutMs) {
      const outcome = exchange(request);
      if (outcome.kind === "cut") throw wireError("ECONNRESET", "socket hang up");
      if (outcome.kind === "hang" || outcome.delayMs > timeoutMs)
        throw wireError("ETIMEDOUT", `no answer within ${timeoutMs} ms`);
      return outcome.response;
    },
  };
}

function outcomeOf(fault: Fault | undefined, response: WireResponse | undefined, inside: Inside): Outcome {
  if (fault?.kind === "cut") {
    const half = fault.when === "midway" && response ? { half: { ...response, body: firstHalf(response.body) } } : {};
    return { kind: "cut", ...half };
  }
  if (fault?.kind === "answer") {
    const { status, code, headers, body = "" } = fault;
    const made = code === undefined ? { status, headers: {}, body } : inside.refusal(status, code);
    return { kind: "answer", response: { ...made, headers: { ...made.headers, ...headers } }, delayMs: 0 };
  }
  if (response === undefined || fault?.kind === "hang") return { kind: "hang" };
  const body = fault?.kind === "truncate" ? firstHalf(response.body) : response.body;
  const delayMs = fault?.kind === "delay" ? fault.milliseconds : 0;
  return { kind: "answer", response: { ...response, body }, delayMs };
}

function firstHalf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}

function wireError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
