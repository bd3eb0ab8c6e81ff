/** How often the person who waits hears of long work. What is said, and of how much, belongs to whoever does the work. */

/**
 * A function to be called at each step of long work. It calls `say`, with the time that it is, at most once in `ms`
 * milliseconds and never within the first ones: short work says nothing.
 */
export function every(ms: number, now: () => Date, say: (time: Date) => void): () => void {
  let said = now().getTime();
  return () => {
    const time = now();
    if (time.getTime() - said < ms) return;
    said = time.getTime();
    say(time);
  };
}
