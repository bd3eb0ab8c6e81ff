/**
 * Ctrl-C, as a world that ends: requests that only read are given up, those that write are waited for, as they may have been
 * carried out, and none is sent after it. So the run ends soon, and what is known by then goes into state.
 */
import { cancelled } from "../http/send";
import type { World } from "../world";

/** A world, and how it ends. */
export interface Cancellable {
  readonly world: World;
  cancel(): void;
}

const READS = ["GET", "HEAD"];

/** The same world until it is cancelled. */
export function cancellable(world: World): Cancellable {
  const stop = new AbortController();
  const { signal } = stop;
  /** What is given up once the world ends. */
  const waiting = new Set<() => void>();

  /** What a task comes to, or what `end` makes of it once the world ends. */
  function unlessEnded<T>(task: Promise<T>, end: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onEnd = () => end().then(resolve, reject);
      waiting.add(onEnd);
      task.then(resolve, reject).finally(() => waiting.delete(onEnd));
    });
  }

  return {
    world: {
      ...world,
      sleep: async (ms) => {
        if (!signal.aborted) await unlessEnded(world.sleep(ms), async () => {});
      },
      openTransport(options) {
        const send = world.openTransport({ ...options, signal });
        const refuse = () => Promise.reject(cancelled());
        return (request, timeoutMs) => {
          if (signal.aborted) return refuse();
          const answer = send(request, timeoutMs);
          return READS.includes(request.method) ? unlessEnded(answer, refuse) : answer;
        };
      },
    },
    cancel() {
      stop.abort();
      for (const end of waiting) end();
    },
  };
}
