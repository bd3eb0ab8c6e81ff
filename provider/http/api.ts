/**
 * The client of a system's API. A backend says, as data, how its system refuses and what its codes mean; the client does the
 * rest: it sends, repeats where that is harmless, reads the answer, and makes one error of whatever is not a success.
 *
 * Codes decide, never texts. A message shows an answer's status, code and request id, and nothing else of it.
 */
import type * as z from "zod";
import { type ErrorParts, isObjectUserError, ObjectUserError } from "../errors";
import { exchange, type HttpDeps } from "./exchange";
import { TokenRefused } from "./token";
import type { WireRequest, WireResponse } from "./wire";

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

/** The meaning of a refusal. */
export type Meaning = Pick<ErrorParts, "code" | "problem" | "advice">;

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
  /** The header with the request's id. */
  readonly idHeader?: string;
  readonly meanings: Meanings;
  /** The meaning of a code that is not among them. Default: the answer is not the system's own. */
  readonly otherwise?: Meaning;
  /** What is wrong with an answer that is not the system's own ("does not answer like …"), and what to check. */
  readonly alien: Pick<Meaning, "problem" | "advice">;
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

type Answer = Omit<WireResponse, "body">;

/** Makes a request one of somebody who may make it: signs it, or adds a token. */
export type Authorize = (request: WireRequest) => WireRequest;

/** Sends as somebody who may. It may send again when `send` rejects with TokenRefused. */
export type Access = <T>(send: (authorize: Authorize) => Promise<T>) => Promise<T>;

/** What a call sends and expects besides its method and path. */
export interface Content<T> {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What the answer is; absent where it is of no interest. */
  readonly schema?: z.ZodType<T> | ((status: number) => z.ZodType<T> | undefined);
  /** Statuses besides a success that are answers, without content. */
  readonly also?: readonly number[];
  readonly timeoutMs?: number | undefined;
}

/** The calls of one system. Each rejects with an ObjectUserError. The path is escaped and begins with a slash. */
export interface Api<A extends Act = Act> {
  /** What the answer holds. */
  call<T>(act: A, method: string, path: string, content?: Content<T>): Promise<T>;
  /** The status of the answer. */
  status(act: A, method: string, path: string, content?: Content<unknown>): Promise<number>;
}

/** Opens the calls of a system. Sends nothing yet. */
export function openApi<A extends Act, S extends Said>(dialect: Dialect<A, S>, deps: HttpDeps, access: Access): Api<A> {
  const { endpoint, timeoutSeconds, token } = dialect;

  async function ask<T>(act: A, method: string, path: string, content: Content<T> = {}) {
    const { body, schema, also, timeoutMs = timeoutSeconds * 1000 } = content;
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const request: WireRequest = {
      method,
      url: new URL(`${endpoint}${path}`),
      headers: { accept: "application/json", ...json },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const read = (response: WireResponse): { readonly status: number; readonly data: T } => {
      const { status } = response;
      const expected = typeof schema === "function" ? schema(status) : schema;
      if (also?.includes(status)) return { status, data: undefined as T };
      if (token?.over.includes(status)) throw new TokenRefused();
      return understood(dialect, act, response, (json) => {
        const parsed = expected === undefined ? { success: true, data: undefined as T } : expected.safeParse(json);
        return parsed.success ? { status, data: parsed.data as T } : undefined;
      });
    };
    try {
      return await access((authorize) =>
        exchange(deps, { ...act, timeoutMs, request: () => authorize(request), read }),
      );
    } catch (error) {
      if (!(error instanceof TokenRefused) || !token) throw error;
      throw failure(act, token.notTaken);
    }
  }

  return {
    call: async (...about) => (await ask(...about)).data,
    status: async (...about) => (await ask(...about)).status,
  };
}

/** What `read` makes of a success. Throws an ObjectUserError for any other answer, and where `read` answers undefined. */
export function understood<T, A extends Act, S extends Said>(
  dialect: Dialect<A, S>,
  act: A,
  response: WireResponse,
  read: (json: unknown) => T | undefined,
): T {
  const { status, headers, body } = response;
  const json = parseJson(body);
  const isSuccess = dialect.isSuccess?.(status, json) ?? (status >= 200 && status < 300);
  if (!isSuccess) throw refused(dialect, act, response, json);
  const result = read(json);
  if (result !== undefined) return result;
  const meaning = dialect.unreadable?.(json) ?? alien(dialect, headers["content-type"]);
  throw failure(act, { ...meaning, answer: `${status}`, uncertain: !act.safe });
}

/** The error for an answer that is not a success. `json`: what its body says. */
export function refused<A extends Act, S extends Said>(
  dialect: Dialect<A, S>,
  act: A,
  response: Answer,
  json: unknown,
): ObjectUserError {
  const { status, headers } = response;
  const said = dialect.refusal.safeParse(json).data;
  const meaning = meaningOf(dialect, act, response, said);
  const words = (said?.words ?? [said?.code]).map((word) => plain(word));
  const id = plain(said?.id ?? headers[dialect.idHeader ?? ""], NAME);
  const answer = [status || undefined, ...words, id].filter(Boolean).join(" ");
  const uncertain = !act.safe && status >= 500 && meaning.code !== "rate-limited";
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
  const isRedirect = status >= 300 && status < 400;
  if (otherwise && said?.code !== undefined && !isRedirect) return otherwise;
  return alien(dialect, headers["content-type"]);
}

/** The meaning of an answer that is not the system's own. */
export function alien({ endpoint, alien }: Pick<Dialect, "endpoint" | "alien">, contentType?: string): Meaning {
  const got = contentType && /^[\w/+.-]{1,60}/.exec(contentType)?.[0];
  return { code: "unexpected", ...alien, problem: `${endpoint} ${alien.problem}${got ? ` but with ${got}` : ""}` };
}

/** A code of an answer, which messages may show; undefined for what could be anything. */
export function plain(code: string | undefined, form = /^\w{1,80}$/): string | undefined {
  return code !== undefined && form.test(code) ? code : undefined;
}

/** What ids of requests, and names of attributes, are made of. */
export const NAME = /^[\w.-]{1,100}$/;

/** JSON, or undefined. The parser's own complaint would quote the body, which may hold secrets. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a call answers; undefined where it answers that there is no such thing. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isObjectUserError(error, "not-found")) return undefined;
    throw error;
  }
}
