/**
 * TCP ports on 127.0.0.1: finding a free one and waiting until a server accepts on it.
 */
import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A port that was free a moment ago. Below the ephemeral range, so that no outgoing connection takes it before the
 * server has bound it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(20_000, 29_000);
    if (await canListen(port)) return port;
  }
  throw new Error("No free TCP port between 20000 and 29000 on 127.0.0.1.");
}

/** Resolves when something accepts connections on `port`. `giveUp` is asked between attempts and may throw. */
export async function untilAccepting(port: number, giveUp: () => void): Promise<void> {
  while (!(await accepts(port))) {
    giveUp();
    await sleep(15);
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
