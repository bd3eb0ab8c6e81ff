/**
 * Bad weather on demand: what can go wrong with one exchange between a client and the gateway.
 *
 * A fault is data. The gateway decides whether the request is acted on, and whoever carries the answer (a socket, or
 * a function call in a test) makes the rest true.
 */
import type { WireRequest } from "../../provider/http/wire";

/** Before the gateway acted, so that nothing happened; or after it, so that only the answer is lost. */
export type When = "before" | "after";

/** What goes wrong with one request. */
export type Fault =
  /**
   * Another answer instead of acting, or "after" it. A `code` makes the gateway's own error body; else `body` is sent as it
   * is.
   */
  | {
      readonly kind: "answer";
      readonly when?: When;
      readonly status: number;
      readonly code?: string;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is reset; "midway" after acting and with half of the answer sent. */
  | { readonly kind: "cut"; readonly when: When | "midway" }
  /** No answer ever comes, and the connection stays open. */
  | { readonly kind: "hang"; readonly when: When }
  /** Acted on, and answered with a complete message whose body is cut in half. */
  | { readonly kind: "truncate" }
  /** Acted on, and answered so much later. */
  | { readonly kind: "delay"; readonly milliseconds: number };

/**
 * Asked about every request before it is acted on. `sequence` counts from 1; `kind` is the operation's name in the
 * request log. No answer means no fault.
 */
export type FaultHook = (request: WireRequest, sequence: number, kind: string) => Fault | undefined;

/** Whether the request is acted on all the same. */
export function isActedOn(fault: Fault | undefined): boolean {
  if (fault?.kind === "answer") return fault.when === "after";
  return !(fault !== undefined && "when" in fault && fault.when === "before");
}

/** The faults that tests ask for most. */
export const faults = {
  cutBefore: { kind: "cut", when: "before" },
  cutAfter: { kind: "cut", when: "after" },
  cutMidway: { kind: "cut", when: "midway" },
  hangBefore: { kind: "hang", when: "before" },
  hangAfter: { kind: "hang", when: "after" },
  truncate: { kind: "truncate" },
  /** A gateway that has more to do than it wants to. The real one sends no Retry-After. */
  slowDown: { kind: "answer", status: 503, code: "SlowDown" },
  /** A proxy that gave up waiting for a gateway which acts. */
  proxyGaveUp: {
    kind: "answer",
    when: "after",
    status: 503,
    headers: { "content-type": "text/html" },
    body: "<html><body><h1>503 Service Unavailable</h1>No server is available to handle this request.</body></html>",
  },
  /** What the loser of a race between two changes of one user gets, up to Ceph 18 and from Ceph 20 on. */
  unknownError: { kind: "answer", status: 500, code: "UnknownError" },
  concurrentModification: { kind: "answer", status: 409, code: "ConcurrentModification" },
  /** A proxy that speaks for a gateway that is gone. */
  html: {
    kind: "answer",
    status: 502,
    headers: { "content-type": "text/html" },
    body: "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>",
  },
} as const satisfies Record<string, Fault>;
