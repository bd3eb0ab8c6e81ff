/** Many tasks, some at once: what waits holds no more memory than its name. */

/**
 * Does the task for every item, at most `atOnce` at a time, begun in order. After a fault, or once `signal` is aborted,
 * nothing more is begun and what was begun is finished; then it rejects with the first fault, of a task or of the items.
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  task: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const left = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const faults: unknown[] = [];
  const work = async () => {
    try {
      while (faults.length === 0 && signal?.aborted !== true) {
        const next = await left.next();
        if (next.done) return;
        await task(next.value);
      }
    } catch (error) {
      faults.push(error);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await left.return?.();
  if (faults.length > 0) throw faults[0];
}
