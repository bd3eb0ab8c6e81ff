/** The lines of bytes that come in pieces. */

/** A longer line is none: the gateway keeps at most 5 MB that it has not written yet, and may write all of it as one line. */
const LONGEST_BYTES = 16 << 20;

const LINE_END = 10;

/** Takes lines apart. `each` gets every line, and undefined for one that is too long. */
export class Lines {
  private parts: Buffer[] = [];
  private size = 0;

  constructor(private readonly each: (line: string | undefined) => void) {}

  /** Takes the next piece, which is nobody else's to change. */
  add(piece: Buffer): void {
    let from = 0;
    for (let at = piece.indexOf(LINE_END); at >= 0; at = piece.indexOf(LINE_END, from)) {
      this.keep(piece.subarray(from, at));
      this.end();
      from = at + 1;
    }
    this.keep(piece.subarray(from));
  }

  /** Ends the line that has no end yet. */
  end(): void {
    const { parts, size } = this;
    this.parts = [];
    this.size = 0;
    if (size > 0) this.each(size > LONGEST_BYTES ? undefined : Buffer.concat(parts).toString("utf8"));
  }

  private keep(part: Buffer): void {
    this.size += part.length;
    if (this.size > LONGEST_BYTES) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }
}
