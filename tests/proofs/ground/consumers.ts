/**
 * Consumers of what was published: they ask S3 with the keys they hold, again and again, and note each answer that is
 * not a yes. They change a key when they are told to, as a program does that reads the stack's outputs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "../../../tools/ceph/cluster";
import { s3Client } from "./s3";

/** Consumers at work. */
export interface Consumers {
  /** From now on `who` uses this key; undefined: none. */
  hold(who: string, key: Credentials | undefined): void;
  /** How often they asked. */
  readonly asked: number;
  /** What went wrong, without secrets. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

const PACE_MS = 15;

/** Sends consumers to an S3 endpoint, past every proxy. */
export function consumersAt(endpoint: string): Consumers {
  const held = new Map<string, Credentials>();
  const refused: string[] = [];
  const client = s3Client(30_000);
  let asked = 0;
  let over = false;

  const ask = async (who: string, key: Credentials) => {
    const said = await client.send(endpoint, key).then(
      (answer) => answer.said,
      (error: Error) => error.message,
    );
    asked++;
    if (said !== "200" && held.get(who) === key) refused.push(`${who} with ${key.accessKey}: ${said}`);
  };
  const work = (async () => {
    while (!over) {
      await Promise.all([...held].map(([who, key]) => ask(who, key)));
      await sleep(PACE_MS);
    }
  })();

  return {
    hold: (who, key) => void (key ? held.set(who, key) : held.delete(who)),
    get asked() {
      return asked;
    },
    refused,
    stop: async () => {
      over = true;
      await work;
      client.close();
    },
  };
}
