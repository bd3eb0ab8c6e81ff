/** Spans of time: as people give them on the command line, and as a table shows them. */
import { InvalidArgumentError } from "commander";

const UNITS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/** Seconds of "90d", "12h", "30m" or "45s". Throws commander's InvalidArgumentError for anything else. */
export function parseDuration(text: string): number {
  const [, digits = "", unit] = /^(\d{1,9})([dhms])$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNITS[unit as keyof typeof UNITS] ?? 0);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("Give a whole number above 0 with d, h, m or s, such as 90d.");
}

/** A span in its largest whole unit: "12 d", "3 h", "5 min", "40 s". What is negative, because clocks differ, is "0 s". */
export function showDuration(seconds: number): string {
  if (seconds >= UNITS.d) return `${Math.floor(seconds / UNITS.d)} d`;
  if (seconds >= UNITS.h) return `${Math.floor(seconds / UNITS.h)} h`;
  if (seconds >= UNITS.m) return `${Math.floor(seconds / UNITS.m)} min`;
  return `${Math.max(0, Math.floor(seconds))} s`;
}

/** Whole seconds from one moment to another, both ISO 8601. */
export function secondsBetween(earlier: string, later: string): number {
  return Math.floor((Date.parse(later) - Date.parse(earlier)) / 1000);
}
