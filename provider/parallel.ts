/** Many tasks, some at once: what waits holds no more memory than its name. */

/** Does the task for every item, at most `atOnce` at a time, in order. A task that rejects ends the whole, so tasks keep their faults. */
export async function inParallel<T>(
  items: Iterable<T>,
  atOnce: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const work = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await task(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
