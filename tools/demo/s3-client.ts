// The application that uses the user's keys: single signed S3 requests, and a client that works in the background, writing
// and reading an object without pause, while it counts what was accepted and what was refused.

import { setTimeout as sleep } from "node:timers/promises";
import { nodeSend } from "../../provider/http/send";
import { type Credentials, signed } from "../../provider/http/sigv4";
import type { S3Target } from "./system";

/** What S3 answered; `code` is its word for a refusal, such as "InvalidAccessKeyId". */
export interface Answer {
  readonly accepted: boolean;
  readonly status: number;
  readonly code: string;
  readonly body: string;
}

/** What the background client has done so far. */
export interface Count {
  readonly accepted: number;
  readonly refused: number;
  /** Accepted requests by the key that signed them. */
  readonly byKey: ReadonlyMap<Credentials, number>;
  /** What the first request that was not accepted was answered. */
  readonly firstRefusal?: string;
}

/** The client at work. */
export interface Worker {
  readonly count: Count;
  readonly isWorking: boolean;
  /** Signs with another key from the next request on. */
  use(key: Credentials): void;
  /** Ends after the request under way, and removes the bucket. */
  stop(): Promise<Count>;
}

const TIMEOUT_MS = 30_000;
const PAUSE_MS = 15;
const BUCKET = "/object-users-demo";

/** Sends signed requests to one endpoint over kept-alive connections. */
export type S3 = (key: Credentials, method: string, path: string, body?: string) => Promise<Answer>;

/** Opens S3. A request without an answer rejects. */
export function openS3({ endpoint, region }: S3Target): S3 {
  const send = nodeSend({ maxConcurrency: 4 });
  return async (key, method, path, content = "") => {
    const url = new URL(`${endpoint}${path}`);
    const { status, body } = await send(signed({ method, url, body: content }, key, region, new Date()), TIMEOUT_MS);
    const code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? "";
    return { accepted: status >= 200 && status < 300, status, code, body };
  };
}

/** Starts the client: it makes a bucket, then writes an object, reads it back and lists, again and again. */
export function startWorker(s3: S3, first: Credentials): Worker {
  let key = first;
  let isWorking = true;
  const count = {
    accepted: 0,
    refused: 0,
    byKey: new Map<Credentials, number>(),
    firstRefusal: undefined as string | undefined,
  };

  const request = async (method: string, path: string, body?: string, expected?: string) => {
    const used = key;
    const answer = await s3(key, method, path, body).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.accepted && (expected === undefined || answer.body === expected)) {
      count.accepted++;
      count.byKey.set(used, (count.byKey.get(used) ?? 0) + 1);
      return;
    }
    count.refused++;
    const why = answer instanceof Error ? answer.message : `${answer.status} ${answer.code}`;
    count.firstRefusal ??= `${method} ${path} with ${used.accessKey}: ${why}`;
  };
  const work = async () => {
    await request("PUT", BUCKET);
    for (let round = 1; isWorking; round++) {
      await request("PUT", `${BUCKET}/note`, `round ${round}`);
      await sleep(PAUSE_MS);
      await request("GET", `${BUCKET}/note`, undefined, `round ${round}`);
      await sleep(PAUSE_MS);
      await request("GET", "/");
      await sleep(PAUSE_MS);
    }
    await request("DELETE", `${BUCKET}/note`);
    await request("DELETE", BUCKET);
  };
  const done = work();

  return {
    get count() {
      const { firstRefusal, ...rest } = count;
      return firstRefusal === undefined ? rest : { ...rest, firstRefusal };
    },
    get isWorking() {
      return isWorking;
    },
    use(next) {
      key = next;
    },
    async stop() {
      isWorking = false;
      await done;
      return this.count;
    },
  };
}
