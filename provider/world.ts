/** The world as the provider needs it: time, chance, sockets, environment and a place for lines that people read. */
import { setTimeout as sleep } from "node:timers/promises";
import { nodeSend, type TransportOptions } from "./http/send";
import type { Send } from "./http/wire";

/** Everything that comes from outside. */
export interface World {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Shows one line to the person who runs Pulumi. Never give it a secret. */
  readonly log: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly openTransport: (options: TransportOptions) => Send;
}

/** The real one. Pulumi shows what its plugins print. */
export const world: World = {
  now: () => new Date(),
  sleep: (ms) => sleep(ms),
  random: Math.random,
  log: (line) => console.log(line),
  environment: process.env,
  openTransport: nodeSend,
};
