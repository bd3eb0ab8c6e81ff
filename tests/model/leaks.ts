/** Secrets stand in two outputs and one input, all of them encrypted, and nowhere else. */
import assert from "node:assert/strict";
import type { Stored } from "../provider/engine";

export class Leaks {
  private readonly secrets = new Set<string>();
  private readonly texts: string[] = [];

  /** Every secret that there was at any time. */
  watchFor(secrets: Iterable<string>): void {
    for (const secret of secrets) this.secrets.add(secret);
  }

  /** A text for people. */
  hear(text: string): void {
    this.texts.push(text);
  }

  /** A state: its secret members must be marked, the rest is text. */
  see({ inputs, outputs, secrets }: Stored): void {
    const { secretKey, previousSecretKey, __secrets, ...open } = outputs;
    const expected = Object.entries({ __secrets, previousSecretKey, secretKey }).flatMap(([name, value]) =>
      value ? [name] : [],
    );
    assert.deepEqual([...secrets].sort(), expected, "secrets are marked, and nothing else");
    const { secretKey: _, ...openInputs } = inputs;
    this.texts.push(JSON.stringify([open, openInputs]));
  }

  /** Fails when a secret stands in a text. */
  none(lines: readonly string[]): void {
    const text = [...this.texts, ...lines].join("\n");
    for (const secret of this.secrets) assert.ok(!text.includes(secret), "a secret leaked");
  }
}
