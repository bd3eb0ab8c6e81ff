/**
 * What goes over the wire, as plain data: one request, one answer, and the function that exchanges them.
 *
 * `Send` is the seam of the whole provider: in production it is `nodeSend` (sockets); tests may pass a
 * server's own handler instead. Nothing here knows about signing, retrying or meaning.
 */

/** One HTTP request, ready to be sent: every header final, the body already text. */
export interface WireRequest {
  readonly method: string;
  /** The full address. Its query is sent exactly as it is written here. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One HTTP answer, read to its end. Header names are in lower case; a repeated header is joined by ", ". */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Exchanges a request for its answer. Rejects when no whole answer came: not reachable, cut off, or not within
 * `timeoutMs`. Any complete HTTP answer, 500 or redirect included, resolves.
 */
export type Send = (request: WireRequest, timeoutMs: number) => Promise<WireResponse>;
