// What the demo prints: headings, commands, what was seen, what was proved, progress, the table at the end. It knows the
// terminal (colours and rewritten lines only on one) and the secrets, none of which ever gets past it.

import type { Writable } from "node:stream";
import { interesting } from "./cli-output";

/** Where the demo prints to. */
export interface Screen {
  /** From now on this text is shown as [secret]. */
  conceal(secret: string): void;
  /** Whether a text holds one of the secrets. */
  holdsSecret(text: string): boolean;
  line(text?: string): void;
  /** Lines of the first page, such as "Pulumi    3.259.0". */
  fact(name: string, text: string): void;
  /** The text of a file. */
  listing(text: string): void;
  heading(number: number, of: number, title: string, purpose: string): void;
  /** A command of the shell. */
  command(text: string): void;
  /** Something done without a shell. */
  act(text: string): void;
  /** Lines of the Pulumi CLI that a person looks at. */
  pulumiSaid(output: string): void;
  saw(text: string): void;
  proved(claim: string): void;
  failed(text: string): void;
  /** Shows a text that changes, until the answer is called: on a terminal in place, else a line every few seconds. */
  progress(text: () => string): () => void;
  table(rows: readonly (readonly string[])[]): void;
}

const INDENT = "     ";
const TICK_MS = 200;
const TICKS_PER_LINE = 20;

/** Opens the screen on a stream. `environment` may forbid colours, by NO_COLOR. */
export function openScreen(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Screen {
  const isTerminal = stream.isTTY === true && environment.TERM !== "dumb";
  const paint = (code: number) => (text: string) =>
    isTerminal && !environment.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text;
  const [bold, dim, red, green, cyan] = [1, 2, 31, 32, 36].map(paint) as [Paint, Paint, Paint, Paint, Paint];
  const secrets = new Set<string>();
  const started = Date.now();

  const concealed = (text: string) =>
    [...secrets].reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
  const line = (text = "") => void stream.write(`${concealed(text)}\n`);
  const indented = (text: string, how: Paint = (same) => same) => {
    for (const each of text.trimEnd().split("\n")) line(`${INDENT}${how(each)}`);
  };

  return {
    conceal: (secret) => void secrets.add(secret),
    holdsSecret: (text) => [...secrets].some((secret) => text.includes(secret)),
    line,
    fact: (name, text) => line(`  ${bold(name.padEnd(8))} ${text}`),
    listing: (text) => indented(text, cyan),
    heading(number, of, title, purpose) {
      line();
      line(`${bold(`${String(number).padStart(2)}/${of}  ${title}`)}  ${dim(`at ${seconds(Date.now() - started)}`)}`);
      indented(purpose);
    },
    command: (text) => indented(`$ ${text}`, cyan),
    act: (text) => indented(`> ${text}`, cyan),
    pulumiSaid(output) {
      for (const text of interesting(output)) indented(`  ${text}`);
    },
    saw: (text) => indented(`  ${text}`),
    proved: (claim) => line(`${INDENT}${green("✓")} ${claim}`),
    failed: (text) => line(red(text)),
    progress(text) {
      let ticks = 0;
      const clear = () => isTerminal && stream.write("\r\u001b[K");
      const timer = setInterval(() => {
        ticks++;
        if (isTerminal) stream.write(`\r\u001b[K${INDENT}${dim(cut(concealed(text()), (stream.columns ?? 80) - 8))}`);
        else if (ticks % TICKS_PER_LINE === 0) line(`${INDENT}… ${text()}`);
      }, TICK_MS);
      return () => {
        clearInterval(timer);
        clear();
      };
    },
    table(rows) {
      const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
      for (const [index, row] of rows.entries()) {
        const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
        line(`  ${index === 0 ? bold(cells.join("  ").trimEnd()) : cells.join("  ").trimEnd()}`);
      }
    },
  };
}

/** "12.3 s" */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

type Paint = (text: string) => string;

function cut(text: string, width: number): string {
  return width > 20 && text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
