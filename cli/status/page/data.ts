/** A report as the page's script reads it: the same facts in less space, since a page may hold ten thousand users. */
import { KEY_PHASES, PHASES } from "../phase";
import { type KeyStatus, keysOf, type Report } from "../report";

/** Access key, phase (its place in `keyPhases`), and issued, proven, retired, deadline, disabled in seconds; 0 is none. */
export type KeyData = readonly [string, number, number, number, number, number, number];

/** Stack (its place in `stacks`), resource, user, kind (in `kinds`), phase (in `phases`), reason, keys, the current one first. */
export type UserData = readonly [number, string, string, number, number, string, readonly KeyData[]];

/** What the page draws. */
export interface PageData {
  /** When the stacks were read, in seconds. */
  readonly at: number;
  /** A published key older than so many seconds is too old; 0: none is. */
  readonly maxAge: number;
  readonly stacks: readonly string[];
  readonly kinds: readonly string[];
  readonly phases: readonly string[];
  readonly keyPhases: readonly string[];
  /** What each phase means, said where a user has no reason of its own. */
  readonly meanings: readonly string[];
  readonly users: readonly UserData[];
}

/** The data of a report's page. */
export function pageData(report: Report): PageData {
  const stacks = report.stacks.map(({ stack }) => stack);
  const kinds = [...new Set(report.users.map(({ kind }) => kind))];
  const phases = Object.keys(PHASES);
  const placeOf = new Map(stacks.map((stack, place) => [stack, place]));
  const meanings: readonly string[] = Object.values(PHASES);
  return {
    at: seconds(report.at),
    maxAge: report.maxAgeSeconds ?? 0,
    stacks,
    kinds,
    phases,
    keyPhases: Object.keys(KEY_PHASES),
    meanings: meanings.map((meaning) => meaning.replaceAll("`", "")),
    users: report.users.map((user) => [
      placeOf.get(user.stack) ?? 0,
      user.resource,
      user.user,
      kinds.indexOf(user.kind),
      phases.indexOf(user.phase),
      user.reason === PHASES[user.phase] ? "" : user.reason,
      keysOf(user).map(keyData),
    ]),
  };
}

function keyData({ accessKey, phase, issuedAt, provenAt, retiredAt, expiresAt, disabledAt }: KeyStatus): KeyData {
  const place = Object.keys(KEY_PHASES).indexOf(phase);
  const times = [issuedAt, provenAt, retiredAt, expiresAt, disabledAt].map(seconds);
  return [accessKey, place, ...(times as [number, number, number, number, number])];
}

function seconds(moment: string | undefined): number {
  return moment === undefined ? 0 : Math.round(Date.parse(moment) / 1000);
}
