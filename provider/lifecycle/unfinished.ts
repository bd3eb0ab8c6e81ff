/** How a run ends that did not reach its end: with what is known by then, and why. */
import { sentenceOf } from "../errors";
import type { Known } from "./model";

/**
 * The run did not reach its end. `known` is what to keep in state; undefined when there is no user of ours, or state is to
 * stay as it was.
 */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  constructor(
    readonly known: Known | undefined,
    readonly reason: unknown,
  ) {
    super(sentenceOf(reason));
  }
}

/** Fails with the reason alone, where what is known is kept nowhere. */
export function withoutKnown(error: unknown): never {
  throw error instanceof Unfinished ? error.reason : error;
}
