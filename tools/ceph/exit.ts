/**
 * What has to be undone when this process ends, in whatever way it ends that it can still notice.
 */

const pending = new Set<() => void>();
let listening = false;

/**
 * Has `undo`, which must be synchronous, run at the end of this process: at exit, after an uncaught exception, at
 * SIGINT, SIGTERM and SIGHUP. What was registered last runs first. Call the answer when there is nothing left to undo.
 */
export function atExit(undo: () => void): () => void {
  pending.add(undo);
  if (!listening) listen();
  return () => void pending.delete(undo);
}

function listen(): void {
  listening = true;
  process.on("exit", undoAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const onSignal = () => {
      // Someone else listens too (a test runner, the demo): they may still need what we would undo, and exit later.
      if (process.listenerCount(signal) > 1) return;
      undoAll();
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}

function undoAll(): void {
  for (const undo of [...pending].reverse()) undo();
  pending.clear();
}
