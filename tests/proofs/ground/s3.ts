/**
 * An S3 client of the consumers' kind: kept-alive connections, each request signed with aws4. Nothing of the provider's
 * own code is used, so that a fault of it cannot hide itself.
 */
import { Agent, request } from "node:http";
import * as aws4 from "aws4";
import type { Credentials } from "../../../tools/ceph/cluster";

/** What was answered: "200", or "403 InvalidAccessKeyId"; and the whole body. */
export interface S3Answer {
  readonly status: number;
  readonly said: string;
  readonly body: string;
}

/** A client with its own pool of connections. */
export interface S3Client {
  /** Rejects when no answer comes. */
  send(endpoint: string, key: Credentials, method?: string, path?: string, body?: string): Promise<S3Answer>;
  close(): void;
}

/** Opens a client; `timeoutMs` bounds each request. */
export function s3Client(timeoutMs = 60_000): S3Client {
  const agent = new Agent({ keepAlive: true });
  return {
    send: (endpoint, key, method = "GET", path = "/", body = "") =>
      new Promise((resolve, reject) => {
        const { host, hostname, port } = new URL(endpoint);
        const { headers } = aws4.sign(
          { service: "s3", region: "us-east-1", method, host, path, body },
          { accessKeyId: key.accessKey, secretAccessKey: key.secretKey },
        );
        const signed = headers as Record<string, string>;
        const options = { method, hostname, port, path, headers: signed, agent, timeout: timeoutMs };
        const outgoing = request(options, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const status = incoming.statusCode ?? 0;
            resolve({ status, said: [status, codeIn(text)].filter(Boolean).join(" "), body: text });
          });
        });
        outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
        outgoing.on("error", reject);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The error code of an answer, in XML or JSON. */
function codeIn(text: string): string | undefined {
  return /<Code>(\w+)</.exec(text)?.[1] ?? /"Code":"(\w+)"/.exec(text)?.[1];
}
