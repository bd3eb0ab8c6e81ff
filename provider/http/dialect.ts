/**
 * How one system answers, as data, and what an answer means: the one place where an error is made of what is not a success.
 *
 * Codes decide, never texts. A message shows an answer's status, code and request id, and nothing else of it.
 */
import type * as z from "zod";
import { type ErrorParts, ObjectUserError } from "../errors";
import type { WireResponse } from "./wire";

/** What a remote call is about. */
export interface Act {
  /** As a gerund: "creating". */
  readonly operation: string;
  /** `user "alice"`. */
  readonly subject: string;
  /** Repeating the call does no harm. Of any other a server that has a fault may have acted. */
  readonly safe: boolean;
  /** What some codes mean for this call in particular. */
  readonly means?: Meanings;
}

/** A call that may be repeated. */
export const repeatable = (operation: string, subject: string): Act => ({ operation, subject, safe: true });

/** A call that is never repeated blindly. */
export const unrepeatable = (operation: string, subject: string): Act => ({ operation, subject, safe: false });

/** The meaning of a refusal. `uncertain`: what a change was to do is to be looked at anew, whatever the status. */
export type Meaning = Pick<ErrorParts, "code" | "problem" | "advice" | "uncertain">;

/** Meanings by a status with a code ("404 NoSuchUser"), by a status ("404") or by a code. The first that is there counts. */
export type Meanings = Readonly<Record<string, Meaning>>;

/** An error of a call. */
export function failure(
  { operation, subject }: Pick<Act, "operation" | "subject">,
  parts: Omit<ErrorParts, "operation" | "subject"> & Partial<ErrorParts>,
): ObjectUserError {
  return new ObjectUserError({ operation, subject, ...parts });
}

/** What the body of a refusal says. */
export interface Said {
  /** The system's code. */
  readonly code?: string | undefined;
  /** What messages show of it. Default: the code. */
  readonly words?: readonly (string | undefined)[];
  /** The request's id, if it is not in a header. */
  readonly id?: string | undefined;
}

/** How one system answers. */
export interface Dialect<A extends Act = Act, S extends Said = Said> {
  /** The address below which the paths stand, without a slash at the end. */
  readonly endpoint: string;
  readonly timeoutSeconds: number;
  /** Who answers, in messages: "the gateway". */
  readonly who: string;
  /** How the code stands in a refusal. A body that the schema does not take is not the system's own. */
  readonly refusal: z.ZodType<S>;
  /** The code of a fault, a status from 500 on, says nothing, and is not shown. Default false. */
  readonly faultsSayNothing?: boolean;
  /** The header with the request's id. */
  readonly idHeader?: string;
  readonly meanings: Meanings;
  /** The meaning of a code that is not among them. Default: the answer is not the system's own. */
  readonly otherwise?: Meaning;
  /** What is wrong with an answer that is not the system's own ("does not answer like …"), and what to check. */
  readonly foreign: Pick<Meaning, "problem" | "advice">;
  /** What a fault that answers a change may be. Default: a fault. */
  readonly race?: string;
  /** What to do when a fault stays. */
  readonly whenFaultStays?: string;
  /** The statuses that say that the token is over, and what it means when they say so of a fresh one. */
  readonly token?: { readonly over: readonly number[]; readonly notTaken: Meaning & Partial<ErrorParts> };
  /** Default: every 2xx. */
  isSuccess?(status: number, json: unknown): boolean;
  /** What only this system has: a meaning that goes before all others, or an error of its own, thrown. */
  peculiar?(response: Answer, said: S | undefined, act: A): Meaning | undefined;
  /** The meaning of a success that is not of the form that was asked for. Default: it is not the system's own. */
  unreadable?(json: unknown): Meaning | undefined;
}

/** An answer without its body. */
type Answer = Omit<WireResponse, "body">;

/** The error for an answer that is not a success. `json`: what its body says. */
export function refused<A extends Act, S extends Said>(
  dialect: Dialect<A, S>,
  act: A,
  response: Answer,
  json: unknown,
): ObjectUserError {
  const { status, headers } = response;
  const isMute = dialect.faultsSayNothing === true && status >= 500;
  const said = isMute ? undefined : dialect.refusal.safeParse(json).data;
  const meaning = meaningOf(dialect, act, response, said);
  const words = (said?.words ?? [said?.code]).map((word) => plain(word));
  const id = plain(said?.id ?? headers[dialect.idHeader ?? ""], NAME);
  const answer = [status || undefined, ...words, id].filter(Boolean).join(" ");
  const uncertain = !act.safe && (meaning.uncertain ?? (status >= 500 && meaning.code !== "rate-limited"));
  return failure(act, { ...meaning, answer, uncertain });
}

function meaningOf<A extends Act, S extends Said>(
  dialect: Dialect<A, S>,
  act: A,
  response: Answer,
  said: S | undefined,
): Meaning {
  const { who, meanings, otherwise, race, whenFaultStays } = dialect;
  const { status, headers } = response;
  const tables = said === undefined ? [] : [act.means, meanings];
  const keys = [`${status} ${said?.code}`, `${status}`, `${said?.code}`];
  const known =
    dialect.peculiar?.(response, said, act) ??
    tables
      .flatMap((table = {}) => keys.map((key) => (Object.hasOwn(table, key) ? table[key] : undefined)))
      .find(Boolean);
  // The system's own "not now" did not act. So did not who counts requests; but a 503 is as likely a proxy's, which gave up
  // waiting for a system that acts on: a change is then neither repeated nor taken for not made.
  if (known?.code === "rate-limited") return known;
  const later = `${who} asks to come back later`;
  if (status === 429 || (status === 503 && act.safe))
    return { code: "rate-limited", problem: later, advice: "Run again." };
  if (status === 503) {
    const problem = `${later}, or a proxy does so for it, and it may have acted`;
    return { code: "unavailable", problem, advice: "Run again." };
  }
  if (known) return known;
  if (status >= 500) {
    const problem = !act.safe && race !== undefined ? race : `${who} has a fault`;
    const advice = whenFaultStays === undefined ? "Run again." : `Run again; if it stays, ${whenFaultStays}.`;
    return { code: "unavailable", problem, advice };
  }
  if (otherwise && said?.code !== undefined && status >= 400) return otherwise;
  return foreign(dialect, headers["content-type"]);
}

/** The meaning of an answer that is not the system's own. */
export function foreign({ endpoint, foreign }: Pick<Dialect, "endpoint" | "foreign">, contentType?: string): Meaning {
  const got = contentType && /^[\w/+.-]{1,60}/.exec(contentType)?.[0];
  return { code: "unexpected", ...foreign, problem: `${endpoint} ${foreign.problem}${got ? ` but with ${got}` : ""}` };
}

/** A code of an answer, which messages may show; undefined for what could be anything. */
export function plain(code: string | undefined, form = /^\w{1,80}$/): string | undefined {
  return code !== undefined && form.test(code) ? code : undefined;
}

/** What ids of requests, and names of attributes, are made of. */
export const NAME = /^[\w.-]{1,100}$/;
