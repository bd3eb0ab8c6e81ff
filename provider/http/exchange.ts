/**
 * One remote call: build the request, send it, read the answer, and repeat it where repeating is harmless.
 *
 * Repeated are answers that say "later" of a server that did not act (see later.ts) and, only for calls marked `safe`,
 * faults without a usable answer. A write is never repeated blindly: its fault is reported as `uncertain`, and the
 * lifecycle looks before it goes on.
 */
import { isObjectUserError, ObjectUserError } from "../errors";
import { TransportError } from "./send";
import type { Send, WireRequest, WireResponse } from "./wire";

/** What a call needs from the world; tests bring their own. */
export interface HttpDeps {
  readonly send: Send;
  /** Resolves after so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A number from 0 up to 1, as Math.random. */
  readonly random: () => number;
}

/** One remote call. */
export interface Call<T> {
  /** What is being done, for errors: "reading". */
  readonly operation: string;
  /** To whom, for errors: `user "alice"`. */
  readonly subject: string;
  /** Repeating it does no harm. */
  readonly safe: boolean;
  readonly timeoutMs: number;
  /** Made anew for each try, because signatures carry the time. */
  readonly request: () => WireRequest;
  /** Turns the answer into the result, or throws an ObjectUserError. */
  readonly read: (response: WireResponse) => T;
}

const TRIES = 5;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/** Carries out a call. Rejects with an ObjectUserError. */
export async function exchange<T>(deps: HttpDeps, call: Call<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    let retryAfter: string | undefined;
    try {
      const response = await deps.send(call.request(), call.timeoutMs);
      retryAfter = response.headers["retry-after"];
      return call.read(response);
    } catch (thrown) {
      const error = thrown instanceof TransportError ? unavailable(call, thrown) : thrown;
      if (tried >= triesFor(error) || !mayRepeat(error, call.safe)) throw error;
      await deps.sleep(pauseMs(tried, deps.random(), retryAfter));
    }
  }
}

function mayRepeat(error: unknown, safe: boolean): boolean {
  if (isObjectUserError(error, "rate-limited")) return true;
  if (!isObjectUserError(error, "unavailable")) return false;
  return error.cause instanceof TransportError ? !isFinal(error.cause) && (safe || !error.cause.sent) : safe;
}

/** A timeout is long already: try once more, not four times. */
function triesFor(error: unknown): number {
  return isObjectUserError(error) && error.cause instanceof TransportError && error.cause.code === "ETIMEDOUT"
    ? 2
    : TRIES;
}

/** Trying again at once cannot help: the name is wrong, the certificates are, or nothing is to be sent any more. */
function isFinal(error: TransportError): boolean {
  return (
    error.code === "ENOTFOUND" || error.code === "ECANCELED" || /CERT|SSL|EPROTO|SELF_SIGNED|UNABLE_TO/.test(error.code)
  );
}

/** Exponential with full jitter, or what the server asks for in seconds; at most half a minute. */
function pauseMs(tried: number, random: number, retryAfter: string | undefined): number {
  const asked = Number(retryAfter);
  if (retryAfter !== undefined && Number.isFinite(asked)) return Math.min(asked * 1000, LONGEST_PAUSE_MS);
  return FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + random);
}

/** What to do about each cause. */
const ADVICE: Record<string, string> = {
  ECANCELED: "The next up goes on from here.",
  ENOTFOUND: "Check the endpoint's host name.",
  ECONNREFUSED: "Nothing listens there: check the endpoint's port and that the service runs.",
  ETIMEDOUT: "Check that the service is healthy and reachable, or raise timeoutSeconds.",
  CERT_HAS_EXPIRED: "The server's certificate has expired: renew it.",
  ERR_TLS_CERT_ALTNAME_INVALID: "The certificate is for another host name: use that name in the endpoint.",
  EPROTO: "The server does not speak TLS there: check https or http and the port of the endpoint.",
  ERR_SSL_WRONG_VERSION_NUMBER:
    "The server does not speak TLS there: check https or http and the port of the endpoint.",
};
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO|CERT_UNTRUSTED|DEPTH_ZERO/;

function unavailable(
  call: { operation: string; subject: string; request: () => WireRequest; safe: boolean },
  error: TransportError,
) {
  const { origin } = call.request().url;
  const untrusted = UNTRUSTED.test(error.code);
  const advice = untrusted
    ? "Its certificate is not trusted: give the authority's PEM text as caCertificate."
    : (ADVICE[error.code] ?? "Check the endpoint and the network, then run again.");
  return new ObjectUserError({
    code: "unavailable",
    operation: call.operation,
    subject: call.subject,
    problem: `no answer from ${origin}: ${error.message.split("\n")[0]}`,
    advice,
    uncertain: error.sent && !call.safe,
    cause: error,
  });
}
