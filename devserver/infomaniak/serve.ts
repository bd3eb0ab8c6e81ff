/** The stand-in on a port of 127.0.0.1, with the faults of a network. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Account, type AccountOptions } from "./account-api";
import { type Answer, refusal } from "./envelope";

/** Something that goes wrong, for the next requests that it fits. */
export interface Fault {
  /** Method and path: "POST /1/public_clouds/…". */
  readonly fits: RegExp;
  readonly times: number;
  /** A status with an envelope; "cut": the request is not heard; "deaf": it is done and the answer is lost. */
  readonly what: number | "cut" | "deaf";
  readonly headers?: Readonly<Record<string, string>>;
}

/** The running stand-in. */
export interface ServedAccount {
  readonly endpoint: string;
  readonly account: Account;
  /** Every request so far: "POST /1/public_clouds/1/projects/2/users 202". */
  readonly requests: string[];
  /** Has the next requests that fit go wrong. */
  fault(fault: Fault): void;
  /** Faults that were not used up are forgotten. */
  heal(): void;
  close(): Promise<void>;
}

/** Serves an account. Every answer says that it comes from a stand-in. */
export async function serveAccount(options: AccountOptions): Promise<ServedAccount> {
  const account = new Account(options);
  const requests: string[] = [];
  let faults: { fault: Fault; left: number }[] = [];

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = new URL(incoming.url ?? "/", "http://stand-in");
    const text = await bodyOf(incoming);
    const what = `${incoming.method} ${url.pathname}`;
    const hit = faults.find(({ fault, left }) => left > 0 && fault.fits.test(what));
    if (hit) hit.left--;
    if (hit?.fault.what === "cut") {
      requests.push(`${what} cut`);
      return void incoming.socket.destroy();
    }
    const { status, body, headers }: Answer =
      typeof hit?.fault.what === "number"
        ? { ...refusal(hit.fault.what, "fault", "A fault of the test"), headers: hit.fault.headers ?? {} }
        : await account.handle({
            method: incoming.method ?? "GET",
            path: url.pathname,
            query: url.searchParams,
            authorization: incoming.headers.authorization,
            body: text === "" ? undefined : parsed(text),
          });
    requests.push(`${what} ${status}`);
    if (hit?.fault.what === "deaf") return void incoming.socket.destroy();
    outgoing.writeHead(status, {
      "content-type": "application/json",
      "x-stands-in-for": "api.infomaniak.com",
      ...headers,
    });
    outgoing.end(JSON.stringify(body));
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    requests,
    fault: (fault) => void faults.push({ fault, left: fault.times }),
    heal: () => {
      faults = [];
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
