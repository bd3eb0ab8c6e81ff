/**
 * The production `Send`: node's own HTTP client with one pool of kept-alive connections.
 *
 * The pool's size is the limit of concurrent requests; more of them wait for a free connection, and the time they
 * wait does not count against their timeout. Redirects are not followed: a signed request must not wander.
 */
import * as http from "node:http";
import * as https from "node:https";
import type { Send, WireRequest, WireResponse } from "./wire";

/** How to reach a server. */
export interface TransportOptions {
  /** PEM text of a certificate authority to trust besides the system's. */
  readonly caCertificate?: string | undefined;
  /** Accept any certificate. Default false. */
  readonly insecure?: boolean | undefined;
  /** Most requests under way at once. */
  readonly maxConcurrency: number;
  /** Once it is aborted, no request is sent any more, also none that waits for a connection. */
  readonly signal?: AbortSignal;
}

/** How this package shows in the logs of the systems: a proof of a key is not taken for somebody's use of it. */
export const USER_AGENT = "pulumi-object-users";

/** Answers larger than this are refused; no answer of the systems we talk to comes near. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** No answer came. `sent` tells whether the request may have reached the server. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  constructor(
    message: string,
    /** Node's error code, such as ECONNREFUSED or ETIMEDOUT. */
    readonly code: string,
    readonly sent: boolean,
  ) {
    super(message);
  }
}

/** Makes a `Send` with a connection pool of its own. */
export function nodeSend(options: TransportOptions): Send {
  const pool = { keepAlive: true, maxSockets: options.maxConcurrency, scheduling: "lifo" as const };
  const plain = new http.Agent(pool);
  const secure = new https.Agent({
    ...pool,
    rejectUnauthorized: options.insecure !== true,
    ...(options.caCertificate ? { ca: [...systemAuthorities(), options.caCertificate] } : {}),
  });
  const agentOf = ({ url }: WireRequest) => (url.protocol === "https:" ? secure : plain);
  return (request, timeoutMs) => exchange(request, timeoutMs, agentOf(request), options.signal);
}

function systemAuthorities(): string[] {
  return [...(require("node:tls") as typeof import("node:tls")).rootCertificates];
}

/** What a request comes to that is not sent any more. */
export function cancelled(): TransportError {
  return new TransportError("the run was cancelled", "ECANCELED", false);
}

function exchange(
  request: WireRequest,
  timeoutMs: number,
  agent: http.Agent,
  signal: AbortSignal | undefined,
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const client = request.url.protocol === "https:" ? https : http;
    let timer: NodeJS.Timeout | undefined;
    let sent = false;
    const fail = (error: Error & { code?: string }) => {
      clearTimeout(timer);
      reject(
        error instanceof TransportError ? error : new TransportError(error.message, error.code ?? "UNKNOWN", sent),
      );
    };
    const outgoing = client.request(request.url, {
      method: request.method,
      headers: {
        "user-agent": USER_AGENT,
        ...request.headers,
        "content-length": Buffer.byteLength(request.body ?? ""),
      },
      agent,
    });
    outgoing.on("error", fail);
    outgoing.on("socket", (socket) => {
      if (signal?.aborted) return void outgoing.destroy(cancelled());
      timer = setTimeout(() => {
        outgoing.destroy(new TransportError(`no answer within ${timeoutMs / 1000} s`, "ETIMEDOUT", sent));
      }, timeoutMs);
      const ready = request.url.protocol === "https:" ? "secureConnect" : "connect";
      if (socket.connecting) socket.once(ready, () => (sent = true));
      else sent = true;
    });
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_BODY_BYTES) return chunks.push(chunk);
        fail(new TransportError("the answer is too large", "EMSGSIZE", true));
        incoming.destroy();
      });
      incoming.on("error", fail);
      incoming.on("aborted", () => fail(new TransportError("the answer was cut off", "ECONNRESET", true)));
      incoming.on("end", () => {
        clearTimeout(timer);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: flatten(incoming.headers),
          body: Buffer.concat(chunks).toString("utf8"),
        });
      });
    });
    outgoing.end(request.body);
  });
}

function flatten(headers: http.IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
