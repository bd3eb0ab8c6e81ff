/**
 * The embedded gateway on a real socket of 127.0.0.1, and nowhere else.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WireRequest, WireResponse } from "../../provider/http/wire";
import type { Gateway } from "./gateway";

/** Whatever exchanges a request for what becomes of it. */
export type Exchanger = Pick<Gateway, "exchange">;

/** A gateway that listens. */
export interface Served {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Ends it with all its connections, the hanging ones too. The gateway keeps its data. */
  close(): Promise<void>;
}

/** Starts to listen, on a free port unless one is given. */
export async function serve(gateway: Exchanger, options: { readonly port?: number } = {}): Promise<Served> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (message, response) => {
    read(message).then(
      (request) => reply(gateway, request, message, response),
      () => message.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(message: IncomingMessage): Promise<WireRequest> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const body = parts.length === 0 ? {} : { body: Buffer.concat(parts).toString("utf8") };
  return {
    method: message.method ?? "GET",
    url: new URL(`http://${message.headers.host ?? "127.0.0.1"}${message.url ?? "/"}`),
    headers,
    ...body,
  };
}

function reply(gateway: Exchanger, request: WireRequest, message: IncomingMessage, response: ServerResponse): void {
  const outcome = gateway.exchange(request);
  // A hang keeps the connection open: `close` ends it.
  if (outcome.kind === "hang") return;
  if (outcome.kind === "cut") {
    if (outcome.half === undefined) {
      message.socket.resetAndDestroy();
      return;
    }
    // The announced length is that of twice the half, so the client knows that it did not get everything.
    const { body } = outcome.half;
    start(response, outcome.half, 2 * Buffer.byteLength(body) + 1);
    response.write(body, () => message.socket.destroy());
    return;
  }
  const finish = () => {
    if (response.destroyed) return;
    start(response, outcome.response, Buffer.byteLength(outcome.response.body));
    response.end(outcome.response.body);
  };
  if (outcome.delayMs === 0) finish();
  else setTimeout(finish, outcome.delayMs).unref();
}

function start(response: ServerResponse, { status, headers }: WireResponse, length: number): void {
  response.writeHead(status, { ...headers, "content-length": length });
}
