/** Where a command writes: results to stdout, everything else to stderr, so that results can be piped. */
import type { Readable } from "node:stream";
import { printable } from "../provider/printable";
import { every } from "../provider/pulumi/progress";
import type { World } from "../provider/world";

/** What a command is given besides its options. Tests give their own. */
export interface Terminal {
  /** A line of the result. */
  out(text: string): void;
  /** A line for the person who waits: progress, warnings, what went wrong. */
  say(text: string): void;
  /** What is piped in. Nothing is read before it is asked for. */
  input(): Readable;
  /** Aborted by Ctrl-C: begin nothing more, finish what is begun. */
  readonly interrupted: AbortSignal;
  /** Clock, sockets and environment. */
  readonly world: World;
}

/** The terminal behind which no text does anything but stand there: whatever a command says goes through this. */
export function guarded(terminal: Terminal): Terminal {
  const { world } = terminal;
  return {
    ...terminal,
    out: (text) => terminal.out(printable(text)),
    say: (text) => terminal.say(printable(text)),
    world: { ...world, log: (line) => world.log(printable(line)) },
  };
}

/** Users of a system are asked for by so many at once; a connection's own limit may be lower. */
export const AT_ONCE = 32;

/** Progress is said this often, in milliseconds. */
export const PROGRESS_MS = 2_000;

/** Says how far long work is, every two seconds at most: call the result each time one more is done. `total` may be Infinity: not known yet. */
export function progress({ say, world }: Terminal, what: string, total: number): () => void {
  let done = 0;
  const tell = every(PROGRESS_MS, world.now, () =>
    say(Number.isFinite(total) ? `${what}: ${done} of ${total}` : `${what}: ${done}`),
  );
  return () => {
    if (++done !== total) tell();
  };
}
