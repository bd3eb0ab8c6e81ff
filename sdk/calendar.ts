/**
 * Rotation by the calendar: a `rotationId` that changes once a period, at a moment of each user's own. Pure functions of a
 * name, a period and a clock; all in UTC, whatever the machine's time zone. Nothing here touches Pulumi or a system.
 *
 * A key rotates only when somebody runs `pulumi up`: the id changes by itself, and the first `up` after that rotates the key.
 * Run one at least once a day.
 *
 * ```ts
 * import * as calendar from "pulumi-object-users/calendar";
 *
 * const rotationId = calendar.rotationId("alice", { every: "quarter" }); // "2026-q4"
 * new rgw.User("alice", { uid: "alice", displayName: "Alice", rotationId });
 * ```
 */
import { createHash } from "node:crypto";

/** A period by its name, or a number of whole days, from 1 to 3660; weeks begin on Monday, as in ISO 8601. */
export type Period = "day" | "week" | "month" | "quarter" | "year" | { readonly days: number };

/** How often, and where in the period. */
export interface CalendarOptions {
  /** How often the id changes. A change of this changes the id, which rotates with the next `up`. */
  readonly every: Period;
  /**
   * Default true: every name has a moment of its own within the period, always the same one, so that a fleet does not rotate
   * on one day. False: the id changes for all at the beginning of the period. A change of this may change the id.
   */
  readonly spread?: boolean;
  /** The clock, for tests and rehearsals. Default: now. */
  readonly now?: Date;
}

/**
 * The `rotationId` of a user at this time: "2026-11-22" for a day, "2026-w47", "2026-11", "2026-q4", "2026", or
 * "2026-10-25+45d" for 45 days from that day on. The ids of one kind sort in the order of time.
 *
 * A user changes to the id of a period at its own moment in it: until then it has the id of the period before. The moment is
 * a hash of the name, so it is the same on every machine and in every release. Another name has another moment. Each id comes
 * once, in order, and none comes back unless the clock goes back.
 *
 * Throws for an unknown period, a number of days that is not whole or too large, an empty name, and a date that is invalid or
 * not within the years 1970 to 9999.
 */
export function rotationId(name: string, options: CalendarOptions): string {
  return labelOf(options.every, turnAt(name, options).start);
}

/**
 * When the user's id changes next: the moment from which on `rotationId` gives the next one. Throws as `rotationId` does.
 *
 * ```ts
 * export const aliceRotatesAfter = calendar.nextRotation("alice", { every: "quarter" }).toISOString();
 * ```
 */
export function nextRotation(name: string, options: CalendarOptions): Date {
  const { end } = turnAt(name, options);
  return new Date(momentIn(options.every, end, shareOf(name, options)));
}

/** A period: where it begins and where the next one does, in milliseconds. */
interface Turn {
  readonly start: number;
  readonly end: number;
}

const DAY = 86_400_000;
const FIRST = 0;
const LAST = Date.UTC(9999, 11, 31);
/** The first Monday of 1970: weeks are counted from here. */
const MONDAY = 4 * DAY;
const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
const MOST_DAYS = 3660;

/** The period whose id the user has. */
function turnAt(name: string, options: CalendarOptions): Turn {
  const { every, now = new Date() } = options;
  const time = now.getTime();
  if (!(time >= FIRST && time < LAST)) throw new Error(`calendar: now must be a date within the years 1970 to 9999.`);
  const start = beginningOf(every, time);
  const isStarted = momentIn(every, start, shareOf(name, options)) <= time;
  return isStarted ? { start, end: nextAfter(every, start) } : { start: beginningOf(every, start - 1), end: start };
}

/** The user's moment in the period that begins at `start`. */
function momentIn(every: Period, start: number, share: number): number {
  return start + Math.floor(share * (nextAfter(every, start) - start));
}

/** Which part of a period lies before the name's moment: from 0 to less than 1, evenly spread over names. */
function shareOf(name: string, { spread = true }: CalendarOptions): number {
  if (name === "")
    throw new Error("calendar: the name is empty; give the user's, so that it gets a moment of its own.");
  return spread ? createHash("sha256").update(name).digest().readUIntBE(0, 6) / 2 ** 48 : 0;
}

/** Where the period that holds this time begins. */
function beginningOf(every: Period, time: number): number {
  const days = daysOf(every);
  if (days !== undefined) return time - modulo(time - (every === "week" ? MONDAY : 0), days * DAY);
  const date = new Date(time);
  const month = date.getUTCMonth();
  return Date.UTC(date.getUTCFullYear(), month - (month % monthsOf(every)));
}

/** Where the period after the one that begins there begins. */
function nextAfter(every: Period, start: number): number {
  const days = daysOf(every);
  if (days !== undefined) return start + days * DAY;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsOf(every));
}

/** The length of periods that are a number of days; undefined for the others. */
function daysOf(every: Period): number | undefined {
  if (every === "day") return 1;
  if (every === "week") return 7;
  if (typeof every !== "object" || every === null) return undefined;
  const { days } = every;
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new Error(`calendar: days must be a whole number from 1 to ${MOST_DAYS}, not ${days}.`);
}

function monthsOf(every: Period): number {
  const months = typeof every === "string" && Object.hasOwn(MONTHS, every) ? MONTHS[every] : undefined;
  if (months !== undefined) return months;
  throw new Error(`calendar: every must be day, week, month, quarter, year or { days }, not ${JSON.stringify(every)}.`);
}

/** The id of the period that begins there. */
function labelOf(every: Period, start: number): string {
  const day = new Date(start).toISOString().slice(0, 10);
  const [year = "", month = ""] = day.split("-");
  if (every === "year") return year;
  if (every === "quarter") return `${year}-q${Math.ceil(Number(month) / 3)}`;
  if (every === "month") return `${year}-${month}`;
  if (every === "week") return weekOf(start);
  return every === "day" ? day : `${day}+${daysOf(every)}d`;
}

/** A week belongs to the year that its Thursday is in. */
function weekOf(monday: number): string {
  const thursday = monday + 3 * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0)) / (7 * DAY)) + 1;
  return `${year}-w${String(week).padStart(2, "0")}`;
}

/** The remainder that is never negative. */
function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
