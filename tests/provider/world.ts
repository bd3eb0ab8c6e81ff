/**
 * A world that tests own: a clock that only `advance` moves, sleeps that take no time, chance that repeats itself, no
 * environment, and the embedded gateway instead of sockets.
 */
import { Gateway } from "../../devserver/rgw/gateway";
import { TransportError } from "../../provider/http/send";
import type { Send } from "../../provider/http/wire";
import { type Board, ownBoard } from "../../provider/pulumi/board";
import type { World } from "../../provider/world";
import type { Runs } from "./engine";

/** The moment at which every fake world begins. */
export const START = "2030-01-01T00:00:00.000Z";

/** The address of the gateway that `openTransport` gives, whatever is asked for. */
export const ENDPOINT = "https://gateway.test";

/** A world with handles. */
export interface FakeWorld extends World, Runs {
  /** Lets time pass. */
  advance(seconds: number): void;
  /** What people were shown. */
  readonly lines: string[];
  /** Every sleep in milliseconds. */
  readonly slept: number[];
}

/** A world around `send`; without it, every request fails the test. */
export function fakeWorld(send: Send = noNetwork, changes: Partial<World> = {}): FakeWorld {
  let time = Date.parse(START);
  let passwords = 0;
  const lines: string[] = [];
  const slept: number[] = [];
  return {
    now: () => new Date(time),
    sleep: async (ms) => {
      slept.push(ms);
    },
    random: chance(7),
    log: (line) => lines.push(line),
    newPassword: () => `made-up-password-${++passwords}`,
    environment: {},
    openTransport: () => send,
    ...boardOfRuns(),
    advance: (seconds) => {
      time += seconds * 1000;
    },
    lines,
    slept,
    ...changes,
  };
}

/** A board that is empty when a run begins. */
export function boardOfRuns(): Runs & { readonly board: Board } {
  let board = ownBoard();
  return {
    board: { post: (notes) => board.post(notes), about: (user) => board.about(user) },
    begin: () => {
      board = ownBoard();
    },
  };
}

/** Numbers from 0 up to 1 that look like chance and are always the same. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A gateway in process, and a world whose only network it is. */
export interface Bench {
  readonly gateway: Gateway;
  readonly world: FakeWorld;
  /** What `configure` gets. */
  readonly config: { get(key: string): unknown };
}

/** A new gateway and its world. `wrap` may stand between the two. */
export function bench(wrap: (send: Send) => Send = (send) => send): Bench {
  let world: FakeWorld | undefined;
  const gateway = new Gateway({
    now: () => world?.now() ?? new Date(START),
    random: chance(11),
    admin: { accessKey: "ADMINADMINADMINADMIN", secretKey: "the-admins-own-secret-key" },
  });
  world = fakeWorld(wrap(inProcess(gateway)));
  return { gateway, world, config: configOf(gateway) };
}

/** The configuration that leads to a gateway. */
export function configOf(gateway: Gateway, more: Readonly<Record<string, unknown>> = {}) {
  const { accessKey, secretKey } = gateway.admin;
  const values: Record<string, unknown> = {
    "rgw:endpoint": ENDPOINT,
    "rgw:accessKey": accessKey,
    "rgw:secretKey": secretKey,
    ...more,
  };
  return { get: (key: string) => values[key] };
}

/** A server's own `send`, its losses told as production's transport tells them. */
export function inProcess(gateway: Pick<Gateway, "send">): Send {
  return async (request, timeoutMs) => {
    try {
      return await gateway.send(request, timeoutMs);
    } catch (error) {
      const { message, code = "UNKNOWN" } = error as Error & { code?: string };
      throw new TransportError(message, code, true);
    }
  };
}

async function noNetwork(): Promise<never> {
  throw new Error("this test has no network");
}
