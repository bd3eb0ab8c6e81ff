/**
 * Things to do when the process ends: when it has nothing left to do, and when it is told to end. Whatever they do, the
 * process ends soon, and in the way it would have ended without them.
 */

/** What of the process is needed; tests bring their own. */
export interface Ending {
  readonly pid: number;
  on(event: string, listener: (name: string) => void): unknown;
  removeListener(event: string, listener: (name: string) => void): unknown;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): unknown;
}

/** Pulumi kills a plugin five seconds after it told it to end. */
const LONGEST_MS = 3_000;
const SIGNALS = ["SIGINT", "SIGTERM"];

/** Registers tasks for one process. A task's failure is nobody's business any more. */
export function endingOf(process: Ending): (task: () => Promise<void>) => void {
  const tasks: (() => Promise<void>)[] = [];

  const doAll = async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_MS);
    });
    const done = Promise.allSettled(tasks.splice(0).map((task) => task()));
    await Promise.race([done, late]);
    clearTimeout(timer);
  };
  const onIdle = () => void doAll();
  const onSignal = (signal: string) => {
    for (const each of SIGNALS) process.removeListener(each, onSignal);
    process.removeListener("beforeExit", onIdle);
    // Somebody else who listens decides what becomes of the process.
    const isOurs = process.listenerCount(signal) === 0;
    void doAll().then(() => isOurs && process.kill(process.pid, signal));
  };

  return (task) => {
    if (tasks.length === 0) {
      for (const each of SIGNALS) {
        process.removeListener(each, onSignal);
        process.on(each, onSignal);
      }
      process.removeListener("beforeExit", onIdle);
      process.on("beforeExit", onIdle);
    }
    tasks.push(task);
  };
}

/** Registers a task for the end of this process. */
export const atEnd = endingOf(process);
