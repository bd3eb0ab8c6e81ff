/** Work on many things, some at a time: nothing new is begun after an interruption, and what was begun is finished. */

/** Pages of a list and users of a system are asked for by so many at once; a connection's own limit may be lower. */
export const AT_ONCE = 32;

/** Does `task` for every item, `limit` at once. Resolves when all that was begun has ended; rejects with the first fault then. */
export async function atOnce<T>(
  items: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
  task: (item: T) => Promise<void>,
  limit = AT_ONCE,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let fault: { readonly error: unknown } | undefined;
  try {
    for await (const item of items) {
      if (signal.aborted || fault) break;
      const work = task(item)
        .catch((error: unknown) => {
          fault ??= { error };
        })
        .finally(() => underWay.delete(work));
      underWay.add(work);
      if (underWay.size >= limit) await Promise.race(underWay);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (fault) throw fault.error;
}
