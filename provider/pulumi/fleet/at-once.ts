/** Work on the members of a fleet: some at once, each on its own, and how far a long run is. */
import { sentenceOf } from "../../errors";
import { inParallel } from "../../parallel";
import type { World } from "../../world";
import { every } from "../progress";

/**
 * Members under way at once: as many as the connection takes requests, and more, because between its requests a member
 * may wait for the moment of its proof. All at once would only hold memory.
 */
const AT_ONCE = 128;

/** Progress is said this often, in milliseconds. */
const PROGRESS_MS = 5_000;

/** How a fleet goes about its members. */
export function atOnce(title: string, { now, log }: Pick<World, "now" | "log">) {
  /** Says how far a long run is, at each call, of which there are `total`. */
  function progressOf(total: number): () => void {
    let done = 0;
    const tell = every(PROGRESS_MS, now, () => log(`${title}: ${done} of ${total} done`));
    return () => {
      if (++done !== total) tell();
    };
  }

  /** Does the task for every member; answers the sentences of those that failed, by name. */
  async function each(
    names: readonly string[],
    task: (name: string) => Promise<void>,
    progress = progressOf(names.length),
  ): Promise<Map<string, string>> {
    const failures = new Map<string, string>();
    await inParallel(names, AT_ONCE, async (name) => {
      await task(name).catch((error) => failures.set(name, sentenceOf(error)));
      progress();
    });
    return failures;
  }

  return { each, progressOf };
}
