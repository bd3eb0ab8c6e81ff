/**
 * The ops log of a gateway: a file that grows, is rotated or emptied, or a stream that comes to an end. It is read once and
 * then from where it was left, so that a look at what is new costs nothing.
 */
import { type FileHandle, open, stat } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { type LoggedRequest, requestsIn } from "./line";
import { Lines } from "./lines";

/** How far a log was read. */
export interface LogReading {
  /** The file as it was given, or "-". */
  readonly log: string;
  readonly requests: number;
  /** How many lines are no request: cut off, or of something else. */
  readonly unreadable: number;
  /** The times of its earliest and latest requests, ISO 8601; none when it has none. */
  readonly since?: string;
  readonly until?: string;
  /** Why it cannot be read to its end. */
  readonly problem?: string;
}

/** The name that stands for standard input. */
export const STDIN = "-";

const PIECE_BYTES = 1 << 20;

/** A file of a log; a gateway goes on writing to one that was rotated away until it is told. */
interface Part {
  readonly file: FileHandle;
  readonly lines: Lines;
  position: number;
}

/** A log that is being read. */
export class OpsLog {
  private requests = 0;
  private unreadable = 0;
  private since = Number.POSITIVE_INFINITY;
  private until = Number.NEGATIVE_INFINITY;
  /** The file, and before it the one that it has replaced. */
  private parts: Part[] = [];
  private hasEnded = false;

  /** `input` gives standard input; `each` gets every request. */
  constructor(
    readonly name: string,
    private readonly input: () => Readable,
    private readonly each: (request: LoggedRequest) => void,
  ) {}

  get reading(): LogReading {
    const { name: log, requests, unreadable, since, until } = this;
    const times = requests === 0 ? {} : { since: isoOf(since), until: isoOf(until) };
    return { log, requests, unreadable, ...times };
  }

  /**
   * Reads what is there by now; of standard input and pipes, all until they end. Answers whether more can come. Stops
   * when it is interrupted. Rejects when the log cannot be read.
   */
  async readOn(interrupted: AbortSignal): Promise<boolean> {
    if (this.hasEnded) return false;
    try {
      if (this.name === STDIN) await this.readStream(addAbortSignal(interrupted, this.input()), interrupted);
      else await this.readFile(interrupted);
    } catch (error) {
      throw new Error(`the ops log ${this.name} cannot be read: ${(error as Error).message}`);
    }
    return !this.hasEnded;
  }

  /** Takes what stands at the end for a line, and closes the files. */
  async close(): Promise<void> {
    for (const { lines, file } of this.parts.splice(0)) {
      lines.end();
      await file.close();
    }
  }

  private async readStream(stream: Readable, interrupted: AbortSignal): Promise<void> {
    this.hasEnded = true;
    const lines = this.newLines();
    try {
      for await (const piece of stream) lines.add(Buffer.from(piece));
    } catch (error) {
      if (!interrupted.aborted) throw error;
    }
    lines.end();
  }

  private async readFile(interrupted: AbortSignal): Promise<void> {
    for (let isNew = true; isNew && !interrupted.aborted; ) {
      if (this.parts.length === 0) await this.openPart();
      for (const part of this.parts) await this.readPart(part, interrupted);
      isNew = !this.hasEnded && (await this.wasReplaced());
      if (isNew) await this.openPart();
    }
  }

  private async readPart(part: Part, interrupted: AbortSignal): Promise<void> {
    const { file, lines } = part;
    const found = await file.stat();
    const isFile = found.isFile();
    if (isFile && found.size < part.position) {
      // It was emptied; what is in it now is new.
      lines.end();
      part.position = 0;
    }
    while (!interrupted.aborted) {
      const { bytesRead, buffer } = await file.read(
        Buffer.allocUnsafe(PIECE_BYTES),
        0,
        PIECE_BYTES,
        isFile ? part.position : null,
      );
      if (bytesRead === 0) break;
      part.position += bytesRead;
      lines.add(buffer.subarray(0, bytesRead));
    }
    this.hasEnded = !isFile;
  }

  /** Whether the name stands for another file by now. While there is none, the one that was read still counts. */
  private async wasReplaced(): Promise<boolean> {
    const now = await stat(this.name).catch(notThere);
    const last = await this.parts.at(-1)?.file.stat();
    return now !== undefined && (now.ino !== last?.ino || now.dev !== last.dev);
  }

  private async openPart(): Promise<void> {
    const file = await open(this.name).catch((error) =>
      this.parts.length === 0 ? Promise.reject(error) : notThere(error),
    );
    if (file === undefined) return;
    const former = this.parts.length > 1 ? this.parts.shift() : undefined;
    former?.lines.end();
    await former?.file.close();
    this.parts.push({ file, lines: this.newLines(), position: 0 });
  }

  private newLines(): Lines {
    return new Lines((line) => {
      for (const request of line === undefined ? [undefined] : requestsIn(line)) this.take(request);
    });
  }

  private take(request: LoggedRequest | undefined): void {
    if (request === undefined) return void this.unreadable++;
    this.requests++;
    this.since = Math.min(this.since, request.at);
    this.until = Math.max(this.until, request.at);
    this.each(request);
  }
}

/** For a file that is not there; rejects for every other reason. */
function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

function isoOf(moment: number): string {
  return new Date(moment).toISOString();
}
