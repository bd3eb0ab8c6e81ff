// A proxy on loopback that stands between Pulumi and a gateway. It counts the requests, and keeps every secret that the
// gateway ever sent or was sent, so that a test can look for them where they must not be. It changes nothing, but it can
// lose answers.

import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that passed, with the status that it was answered. */
export interface Passed {
  readonly method: string;
  /** Path and query, without values that are secret. */
  readonly target: string;
  readonly status: number;
}

/** The running proxy. */
export interface Witness {
  readonly endpoint: string;
  /** All requests so far, oldest first. */
  readonly passed: readonly Passed[];
  /** Forgets the requests, not the secrets. */
  forget(): void;
  /** Requests to the admin API that may have changed something. */
  writes(): Passed[];
  /** Cuts the connection instead of passing on the next successful answer to such a request. */
  loseNextAnswer(to: (request: Passed) => boolean): void;
  /** Every secret seen so far. */
  readonly secrets: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Starts a proxy before a gateway. */
export async function startWitness(gateway: string): Promise<Witness> {
  const agent = new Agent({ keepAlive: true });
  const passed: Passed[] = [];
  const secrets = new Set<string>();
  let lost: ((request: Passed) => boolean) | undefined;

  const pass = (incoming: IncomingMessage, answer: ServerResponse) => {
    const target = incoming.url ?? "/";
    const sent = new URL(target, gateway).searchParams.get("secret-key");
    if (sent) secrets.add(sent);
    const { method = "GET", headers } = incoming;
    const outgoing = request(`${gateway}${target}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        for (const secret of secretsIn(body.toString("utf8"))) secrets.add(secret);
        const status = response.statusCode ?? 0;
        const request = { method, target: target.replace(/(secret-key=)[^&]*/, "$1…"), status };
        passed.push(request);
        if (status === 200 && lost?.(request)) {
          lost = undefined;
          answer.destroy();
          return;
        }
        answer.writeHead(status, response.headers).end(body);
      });
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  };

  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    secrets,
    forget: () => void passed.splice(0),
    writes: () => passed.filter(({ method, target }) => method !== "GET" && target.startsWith("/admin")),
    loseNextAnswer: (to) => {
      lost = to;
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
