// Commands of Pulumi, each a process of its own that begins with what the last one left in state: run to their end, or until
// they are killed. Keys that somebody holds are looked after at every change.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine, Stored } from "../../provider/engine";
import { Air } from "./air";
import type { Clock } from "./clock";
import { type Ground, keysThere } from "./ground";
import type { Held } from "./ledger";
import type { Outcome, View } from "./run";
import type { Secrets } from "./secrets";
import type { Deed, Weather } from "./story";

/** The commands of one walk. */
export class Commands {
  /** What the last command left in state. */
  stored: Stored | undefined;
  /** A password may have changed since the last command. */
  private hasNewPassword = false;

  constructor(
    private readonly ground: Ground,
    private readonly clock: Clock,
    private readonly secrets: Secrets,
    private readonly diary: string[],
    /** Somebody else acts while a command runs. */
    private readonly others: (deed: Deed) => Promise<void>,
  ) {}

  /** Runs a command in a weather. Rejects when a key of `held` ended before its time, or a secret was shown. */
  async run(
    weather: Weather | undefined,
    before: View,
    held: readonly Held[],
    work: (engine: Engine) => Promise<string>,
  ): Promise<{ outcome: Outcome; air: Air }> {
    // No two commands of Pulumi are within one second.
    if (this.hasNewPassword && this.ground.needsPassword) await laterSecond();
    const lines: string[] = [];
    let ended: Held | undefined;
    const air = new Air(weather, this.others, async () => {
      if (held.length === 0) return;
      const alive = await keysThere(this.ground.store, before.users[0]);
      ended ??= held.find((key) => this.clock.now < key.until && alive.get(key.accessKey) !== key.secretKey);
    });
    const { engine } = await this.ground.open({
      now: () => new Date(this.clock.now),
      sleep: async (ms) => {
        this.clock.advance(ms);
        await (air.hasDeadToken() ? laterSecond() : this.ground.sleep(ms));
      },
      log: (line) => lines.push(line),
      openTransport: (options) => air.open(options),
    });
    engine.stored = before.stored;
    const finished = work(engine).then(
      (deed): Outcome => ({ kind: "done", deed }),
      (error: Error): Outcome => ({ kind: "failed", error }),
    );
    const outcome = await Promise.race([finished, air.killed.then((): Outcome => ({ kind: "killed" }))]);
    this.stored = outcome.kind === "killed" ? before.stored : engine.stored;
    // Somebody else's change of it, and a change of a description, are waited for in vain.
    this.hasNewPassword =
      (weather !== undefined && "others" in weather) || air.passed.some(({ line }) => line.startsWith("PATCH"));
    this.tell(outcome, air, lines);
    assert.equal(ended, undefined, `key ${ended?.accessKey} ended while somebody held it`);
    return { outcome, air };
  }

  /** Somebody else changed the password between two commands. */
  passwordChanged(): void {
    this.hasNewPassword = true;
  }

  private tell(outcome: Outcome, air: Air, lines: readonly string[]): void {
    const text = outcome.kind === "failed" ? outcome.error.message : JSON.stringify(outcome);
    const passed = air.passed.map(({ line, status, untold }) => `${line} ${status}${untold ? " untold" : ""}`);
    this.diary.push(...lines, `= ${text}`, `  ${passed.join(", ")}`);
    if (outcome.kind === "failed")
      assert.equal(outcome.error.name, "Error", `a fault of the code: ${outcome.error.stack}`);
    this.secrets.none([...lines, text], this.stored);
  }
}

/** Keystone kills a user's tokens of the second in which the password changed, those made after it too. */
async function laterSecond(): Promise<void> {
  await sleep(1_020 - (Date.now() % 1000));
}
