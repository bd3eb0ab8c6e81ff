/**
 * One signed request over a socket, and its answer. Signing is aws4's: a second opinion beside the provider's own.
 */
import { Agent, request as open } from "node:http";
import { sign } from "aws4";
import type { Subject } from "./subject";

/** Who signs; "nobody" sends no signature. */
export type Signer = { readonly accessKey: string; readonly secretKey: string } | "admin" | "nobody";

/** A request as the tables write it. */
export interface Ask {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly as?: Signer;
  readonly body?: string;
  /** Signed along with the request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs with a clock that is wrong by so much; below zero it is ahead. */
  readonly signedMinutesAgo?: number;
  /** Changes the headers after they were signed. */
  readonly tamper?: (headers: Record<string, string>) => void;
  /** Sent instead of the path that was signed. */
  readonly sendPath?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true });

/** Sends it and reads the whole answer. */
export function exchange(subject: Subject, ask: Ask): Promise<Reply> {
  const { hostname, port, host } = new URL(subject.endpoint);
  const { method, path, body } = ask;
  const date = new Date(Date.now() - (ask.signedMinutesAgo ?? 0) * 60_000).toISOString().replace(/[:-]|\.\d{3}/g, "");
  const signed = {
    host,
    method,
    path,
    service: "s3",
    region: "us-east-1",
    headers: { "X-Amz-Date": date, ...ask.headers },
    body: body ?? "",
  };
  const as = ask.as ?? "admin";
  if (as !== "nobody") {
    const { accessKey, secretKey } = as === "admin" ? subject.admin : as;
    sign(signed, { accessKeyId: accessKey, secretAccessKey: secretKey });
  }
  const headers: Record<string, string> = { ...signed.headers };
  ask.tamper?.(headers);
  return new Promise((resolve, reject) => {
    const message = open({ agent, hostname, port, method, path: ask.sendPath ?? path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(pairs), body: text });
      });
    });
    message.on("error", reject);
    message.end(body);
  });
}
