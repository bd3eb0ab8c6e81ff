/** The world as the provider needs it: time, chance, sockets, environment and a place for lines that people read. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { atEnd } from "./at-end";
import { nodeSend, type TransportOptions } from "./http/send";
import type { Send } from "./http/wire";
import { printable } from "./printable";
import { type Board, boardOfThisRun } from "./pulumi/board";
import { Locks } from "./pulumi/locks";

/** Everything that comes from outside. */
export interface World {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  /** Shows one line to the person who runs Pulumi. Never give it a secret. */
  readonly log: (line: string) => void;
  /** A new password that nobody can guess and that the usual password rules accept. */
  readonly newPassword: () => string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly openTransport: (options: TransportOptions) => Send;
  /** What the processes of this run tell each other. Default: nothing. */
  readonly board?: Board;
  /** One change at a time of a user, for all resources of this process. Default: each provider has its own. */
  readonly locks?: Locks;
  /** Does a task when the process ends: when it has nothing left to do, or is told to end. Default: never. */
  readonly atEnd?: (task: () => Promise<void>) => void;
}

/** The real one. Pulumi shows what its plugins print. */
export const world: World = {
  now: () => new Date(),
  sleep: (ms) => sleep(ms),
  random: Math.random,
  log: (line) => console.log(printable(line)),
  // 192 bits, and a letter of each case, a digit and a sign for rules that ask for them.
  newPassword: () => `${randomBytes(24).toString("base64url")}-aA1`,
  environment: process.env,
  openTransport: nodeSend,
  board: boardOfThisRun(process.argv),
  locks: new Locks(),
  atEnd,
};
