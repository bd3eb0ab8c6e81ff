// What becomes of an output, for tests of what the sdk makes from outputs.

import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";

/** An output's value, once it is there. Fails where its making failed. */
export async function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  // Pulumi keeps this method out of its types; `apply` never answers when the making has failed.
  const plain: object = output;
  const promise: () => Promise<T> = Reflect.get(plain, "promise");
  return promise.call(output);
}

/** Whether an output's value is known: in previews of what does not exist yet it is not. */
export async function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  const plain: object = output;
  const known: Promise<boolean> = Reflect.get(plain, "isKnown");
  return known;
}

/** What becomes of an output: its value, or the message with which its making fails. */
export async function outcomeOf<T>(make: () => pulumi.Output<T>): Promise<{ value: T } | { failure: string }> {
  // One failure rejects many promises inside of Pulumi, which nobody can wait for: its own runtime reports the first only.
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", () => {});
  try {
    return await resolved(make()).then(
      (value) => ({ value }),
      (error: Error) => ({ failure: error.message }),
    );
  } finally {
    await setImmediate();
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

/** The message with which the making of an output fails. */
export async function failureOf(make: () => pulumi.Output<unknown>): Promise<string> {
  const outcome = await outcomeOf(make);
  return "failure" in outcome ? outcome.failure : assert.fail("it did not fail");
}
