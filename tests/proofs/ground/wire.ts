/**
 * A proxy on loopback between the provider and a gateway. It keeps every secret that passes, counts the requests, and
 * has traps: the n-th request from now sets one off, before it reaches the gateway, while it is acted on, or when the
 * gateway has answered and nobody has heard of it.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** When a trap goes off, seen from the request that set it off. */
export type Moment = "before" | "during" | "answered" | "delivered";

/** A request that passed; `target` is without secrets. */
export interface Passed {
  readonly method: string;
  readonly target: string;
  /** Undefined until it is answered, or when it never was. */
  status?: number;
}

/** What a trap does to an answer; undefined leaves it as it is. */
export type Forgery = (passed: Passed, body: string) => { status: number; body: string; type: string } | undefined;

/** The running proxy. */
export interface Wire {
  readonly endpoint: string;
  /** All requests so far, oldest first. */
  readonly passed: readonly Passed[];
  /** Every secret that passed. */
  readonly secrets: ReadonlySet<string>;
  /** Sets a trap for the n-th request from now. "before" and "answered": the request, or its answer, is lost. */
  trap(nth: number, moment: Moment, act: (passed: Passed) => unknown): void;
  /** Takes the trap away; true when it had not gone off. */
  disarm(): boolean;
  /** Other answers than the gateway's, from now on; undefined ends it. */
  forge(forgery: Forgery | undefined): void;
  close(): Promise<void>;
}

/** Starts a proxy before a gateway. */
export async function startWire(gateway: string): Promise<Wire> {
  const agent = new Agent({ keepAlive: true });
  const passed: Passed[] = [];
  const secrets = new Set<string>();
  let trap: { left: number; moment: Moment; act: (passed: Passed) => unknown } | undefined;
  let forgery: Forgery | undefined;

  /** The trap that this request sets off, if it does. */
  const sprung = () => {
    if (trap === undefined || --trap.left > 0) return undefined;
    const off = trap;
    trap = undefined;
    return off;
  };

  const pass = (incoming: IncomingMessage, answer: ServerResponse) => {
    const target = incoming.url ?? "/";
    const query = new URL(target, gateway).searchParams.get("secret-key");
    if (query) secrets.add(query);
    const { method = "GET", headers } = incoming;
    const entry: Passed = { method, target: target.replace(/(secret-key=)[^&]*/, "$1…") };
    passed.push(entry);
    const off = sprung();
    if (off?.moment === "before") {
      off.act(entry);
      answer.destroy();
      return;
    }
    const outgoing = request(`${gateway}${target}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => answer.destroy());
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        for (const secret of secretsIn(body.toString("utf8"))) secrets.add(secret);
        entry.status = response.statusCode ?? 0;
        if (off?.moment === "answered") {
          off.act(entry);
          answer.destroy();
          return;
        }
        const forged = forgery?.(entry, body.toString("utf8"));
        if (forged) answer.writeHead(forged.status, { "content-type": forged.type }).end(forged.body);
        else answer.writeHead(entry.status, response.headers).end(body);
        if (off?.moment === "delivered") answer.once("finish", () => off.act(entry));
      });
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
    if (off?.moment === "during") outgoing.once("finish", () => off.act(entry));
  };

  const server = createServer({ keepAliveTimeout: 60_000 }, pass);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    secrets,
    trap: (nth, moment, act) => {
      trap = { left: nth, moment, act };
    },
    disarm: () => {
      const wasThere = trap !== undefined;
      trap = undefined;
      return wasThere;
    },
    forge: (given) => {
      forgery = given;
    },
    close: () => {
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function secretsIn(json: string): string[] {
  return [...json.matchAll(/"secret_key":\s*("(?:[^"\\]|\\.)*")/g)].map(
    ([, text = '""']) => JSON.parse(text) as string,
  );
}
