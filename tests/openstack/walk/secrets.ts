// Secrets stand in three outputs, all of them encrypted, and in one input; and nowhere else.

import assert from "node:assert/strict";
import type { Stored } from "../../provider/engine";

const ENCRYPTED = ["password", "previousSecretKey", "secretKey"];

/** Every secret that there was at any time of a walk. */
export class Secrets {
  private readonly seen = new Set<string>();

  watchFor(secret: string): void {
    this.seen.add(secret);
  }

  /** Fails when a secret stands in what people were shown, or open in state. */
  none(texts: readonly string[], stored: Stored | undefined): void {
    const { inputs = {}, outputs = {}, secrets = [] } = stored ?? {};
    const there = ENCRYPTED.filter((name) => outputs[name] !== undefined);
    assert.deepEqual([...secrets].sort(), there, "secrets are encrypted, and nothing else");
    for (const name of there) this.seen.add(String(outputs[name]));
    const open = Object.entries(outputs).filter(([name]) => !there.includes(name));
    const { password, ...openInputs } = inputs;
    if (typeof password === "string") this.seen.add(password);
    const text = [JSON.stringify([open, openInputs]), ...texts].join("\n");
    for (const secret of this.seen) assert.ok(!text.includes(secret), "a secret leaked");
  }
}
