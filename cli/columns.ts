/** Tables for a terminal: a line a row, cells that no name can spoil. */
import { printable } from "../provider/printable";

/** The longest name that is shown in full; more would push the rest of the line out of sight. */
const NAME_WIDTH = 24;

/** Lines under a title, set off by an empty line; nothing without lines. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

/** Rows as lines, each column as wide as its widest cell. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((most, row) => Math.max(most, width(row[column])), 0));
  return rows.map((row) =>
    row
      .map((cell, column) => visible(cell) + " ".repeat((widths[column] ?? 0) - width(cell)))
      .join("  ")
      .trimEnd(),
  );
}

function width(cell = ""): number {
  return [...visible(cell)].length;
}

/** A name, cut where it is too long to be shown in full. */
export function short(name: string): string {
  const letters = [...visible(name)];
  return letters.length <= NAME_WIDTH ? name : `${letters.slice(0, NAME_WIDTH - 1).join("")}…`;
}

/** A cell is one line, and as wide as it has letters. */
export function visible(text: string): string {
  return printable(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd");
}
