/** Every secret that there was at any time of a walk: none stands in what people are shown, or in clear in state. */
import assert from "node:assert/strict";
import type { Outputs } from "../../provider/pulumi/state";
import type { Truth } from "./managed";
import type { User } from "./system";

export class Secrets {
  private readonly seen: Set<string>;

  /** `first`: secrets that are not those of users. */
  constructor(first: readonly string[]) {
    this.seen = new Set(first);
  }

  watchFor(user: User | undefined): void {
    for (const { secretKey } of user?.keys.values() ?? []) this.seen.add(secretKey);
  }

  watchForPassword({ password }: Outputs): void {
    if (typeof password === "string") this.seen.add(password);
  }

  /** Fails when a secret stands in a text. */
  none(texts: readonly string[], truth: Truth): void {
    for (const users of Object.values(truth)) for (const user of users.values()) this.watchFor(user);
    const text = texts.join("\n");
    for (const secret of this.seen) assert.ok(!text.includes(secret), "(7) a secret is told, or in clear in state");
  }
}
