/** The built plugin as a process: it says its port, ends when it is told to, and does not outlive who started it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createConnection } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { skipWithout } from "../real/needs";

const PLUGIN = path.join(__dirname, "..", "..", "dist", "plugin", "pulumi-resource-object-users");

describe("the plugin's process", function () {
  this.timeout(30_000);
  before(function () {
    const reason = "The plugin is not built. `npm run build` makes it.";
    skipWithout(this, existsSync(PLUGIN) ? { available: true } : { available: false, reason });
  });

  const started = async (command: string, args: readonly string[]) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return { child, said: String(line).trim() };
  };

  it("says its port, with Pulumi's own flags before the engine's address too, and ends by a signal", async () => {
    const { child, said } = await started(PLUGIN, ["-v=9", "--logtostderr", "127.0.0.1:1"]);
    try {
      assert.match(said, /^\d+$/);
      const socket = createConnection(Number(said), "127.0.0.1");
      await once(socket, "connect");
      socket.destroy();
    } finally {
      child.kill("SIGTERM");
    }
    await once(child, "exit");
  });

  it("ends when whoever started it was killed", async () => {
    const parent = `
      const child = require("node:child_process").spawn(${JSON.stringify(PLUGIN)}, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"], detached: true });
      child.stdout.once("data", () => console.log(child.pid));`;
    const { child, said } = await started(process.execPath, ["-e", parent]);
    const pid = Number(said);
    assert.ok(pid > 0);
    child.kill("SIGKILL");
    const isAlive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    try {
      for (let tries = 0; isAlive() && tries < 200; tries++) await sleep(100);
      assert.ok(!isAlive(), "it is still there");
    } finally {
      if (isAlive()) process.kill(pid, "SIGKILL");
    }
  });
});
