// Secrets stand in four outputs, all of them encrypted, and in one input; and nowhere else.

import assert from "node:assert/strict";
import type { Stored } from "../../provider/engine";

const ENCRYPTED = ["__secrets", "password", "previousSecretKey", "secretKey"];

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
    for (const name of there) for (const secret of textsOf(outputs[name])) this.seen.add(secret);
    const open = Object.entries(outputs).filter(([name]) => !there.includes(name));
    const { password, ...openInputs } = inputs;
    if (typeof password === "string") this.seen.add(password);
    const text = [JSON.stringify([open, openInputs]), ...texts].join("\n");
    for (const secret of this.seen) assert.ok(!text.includes(secret), "a secret leaked");
  }
}

function textsOf(value: unknown): string[] {
  return typeof value === "string" ? [value] : Object.values(value as Record<string, string>);
}
