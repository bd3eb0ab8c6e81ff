/**
 * The client of a system's API. A backend says by a dialect how its system answers, and how a request is authorised; the client
 * does the rest: it sends, repeats where that is harmless, gets a fresh token, and reads the answer.
 */
import type * as z from "zod";
import { isObjectUserError } from "../errors";
import { type Act, type Dialect, failure, foreign, refused, type Said } from "./dialect";
import { exchange, type HttpDeps } from "./exchange";
import { TokenRefused } from "./token";
import type { WireRequest, WireResponse } from "./wire";

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

  async function answer<T>(act: A, method: string, path: string, content: Content<T> = {}) {
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
        if (expected === undefined) return { status, data: undefined as T };
        const { success, data } = expected.safeParse(json);
        return success ? { status, data } : undefined;
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
    call: async (...about) => (await answer(...about)).data,
    status: async (...about) => (await answer(...about)).status,
  };
}

/** Sends one request as it is, and gives what `read` makes of a success. */
export function ask<T, A extends Act, S extends Said>(
  dialect: Dialect<A, S>,
  deps: HttpDeps,
  act: A,
  request: WireRequest,
  read: (json: unknown, headers: WireResponse["headers"]) => T | undefined,
): Promise<T> {
  const timeoutMs = dialect.timeoutSeconds * 1000;
  const understand = (response: WireResponse) =>
    understood(dialect, act, response, (json) => read(json, response.headers));
  return exchange(deps, { ...act, timeoutMs, request: () => request, read: understand });
}

/** Authorises by headers. */
export function withHeaders(headers: Readonly<Record<string, string>>): Authorize {
  return (request) => ({ ...request, headers: { ...request.headers, ...headers } });
}

/** What `read` makes of a success. Throws an ObjectUserError for any other answer, and where `read` answers undefined. */
function understood<T, A extends Act, S extends Said>(
  dialect: Dialect<A, S>,
  act: A,
  response: WireResponse,
  read: (json: unknown) => T | undefined,
): T {
  const { status, headers, body } = response;
  const json = parseJson(body);
  const isSuccess = dialect.isSuccess?.(status, json) ?? (status >= 200 && status < 300);
  if (!isSuccess) throw refused(dialect, act, response, json);
  const result = isPage(body) ? undefined : read(json);
  if (result !== undefined) return result;
  const meaning = dialect.unreadable?.(json) ?? foreign(dialect, headers["content-type"]);
  throw failure(act, { ...meaning, answer: `${status}`, uncertain: !act.safe });
}

/** Whether a person is to read an answer, as of a proxy that asks for a login: whatever its status, no system has acted. */
function isPage(body: string): boolean {
  return /^\s*<(!doctype\s+)?html\b/i.test(body);
}

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
