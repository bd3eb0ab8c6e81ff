// Passwords past the provider: whether the one in the outputs logs in, and whether it changed when it should, and only then.

import assert from "node:assert/strict";
import type { Store } from "../store";
import type { There } from "./ground";
import { isMeddled, known, type Up } from "./run";
import type { Weather } from "./story";

/** The password of the user. */
export class Passwords {
  /** The rotation that the program last asked for, in a run that succeeded. */
  private said: string | undefined;
  /** Nobody but a run that told state of it has changed it. */
  private isSure = false;

  constructor(private readonly store: Store) {}

  /** Somebody changed it, or may have. */
  othersActed(): void {
    this.isSure = false;
  }

  /** Whether the password that state has is the user's. */
  async isKnown(user: There, password: unknown): Promise<boolean> {
    return typeof password === "string" && (await this.store.logIn({ id: user.keystoneId, password })).status === 201;
  }

  async afterUp(up: Up): Promise<void> {
    const { wish, outcome, before, after, weather } = up;
    if (outcome.kind !== "done" || isMeddled(weather)) {
      if (maySet(up, weather)) this.isSure = false;
      return;
    }
    const { password } = after.stored?.outputs ?? {};
    const isSame = before.stored?.outputs.password === password;
    const isSameUser = before.users[0]?.keystoneId === after.users[0]?.keystoneId;
    // One of the program's own that is taken out of the program stays, until a rotation is asked for.
    const rotation = "own" in wish.password ? "" : (wish.password.rotationId ?? "");
    const mayStay =
      "own" in wish.password ? wish.password.own === before.stored?.outputs.password : rotation === this.said;
    if (wish.adopt === undefined && this.isSure && isSameUser && before.stored !== undefined)
      assert.equal(isSame, mayStay, "a password changes when it should, and only then");
    if ("own" in wish.password && password !== undefined) assert.equal(password, wish.password.own);
    this.said = rotation;
    // A user that is taken over keeps its password where it can, whatever the rotation.
    if (wish.adopt) this.isSure = false;
    if (!isSame) this.isSure = true;
    const user = known(after);
    if (this.isSure && user?.enabled && password !== undefined)
      assert.ok(await this.isKnown(user, password), "the password of the outputs logs in");
  }
}

function maySet({ air }: Up, weather: Weather | undefined): boolean {
  return isMeddled(weather) || air.passed.some(({ line }) => line.startsWith("PATCH"));
}
