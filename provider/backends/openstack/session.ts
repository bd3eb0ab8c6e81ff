/**
 * A session: calls to one Keystone by somebody who is logged in. The token is kept and, when Keystone does not take it
 * any more, renewed.
 *
 * Keystone's tokens know whole seconds only. One that is made in the same second as a change of the password (or as a
 * lock) is dead from birth: the login succeeds and the token never works. So a young token that is refused is renewed in
 * a later second, also when it took the place of an old one just now.
 */
import type * as z from "zod";
import { ObjectUserError } from "../../errors";
import { exchange, type HttpDeps } from "../../http/exchange";
import { type Login, loginBody } from "./auth";
import { type Act, notKeystone, parseJson, refused } from "./refusals";
import { type WireToken, wireToken } from "./wire";

/** Where Keystone is. */
export interface KeystoneAddress {
  /** With /v3, without a slash at the end. */
  readonly authUrl: string;
  readonly timeoutSeconds: number;
}

/** What a session needs from the world. */
export interface SessionDeps extends HttpDeps {
  readonly now: () => Date;
}

/** A request below /v3; `path` begins with a slash and is escaped. */
export interface Request<T> {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** Absent where the answer is of no interest. */
  readonly schema?: z.ZodType<T>;
}

/** Calls by somebody who is logged in. Each rejects with an ObjectUserError. */
export interface Session {
  call<T>(act: Act, request: Request<T>): Promise<T>;
  /** A call whose status is the answer: any success, or one of these. A 401 among them is not about our own token. */
  ask(act: Act, request: Request<unknown>, statuses: readonly number[]): Promise<number>;
  /** Who is logged in and for what. */
  token(): Promise<WireToken>;
  /** Keystone does not let an application credential's token touch credentials. */
  readonly isDelegated: boolean;
}

interface Token {
  readonly text: string;
  readonly body: WireToken;
  readonly madeAt: number;
}

/** The longest time in which a token can be dead from birth, and what gets us safely into a later second. */
const YOUNG_MS = 2_000;
const NEXT_SECOND_MS = 1_100;

/** The old one, one that took its place in the very second of the change, and one of a later second. */
const MOST_TOKENS = 3;

/** Opens a session. Logs in with the first call. */
export function openSession(login: Login, address: KeystoneAddress, deps: SessionDeps): Session {
  const { authUrl, timeoutSeconds } = address;
  let token: Promise<Token> | undefined;

  async function logIn(): Promise<Token> {
    const act = { operation: "logging in", subject: `to Keystone as ${login.who}`, writes: false };
    return exchange(deps, {
      ...act,
      safe: true,
      timeoutMs: timeoutSeconds * 1000,
      request: () => ({
        method: "POST",
        url: new URL(`${authUrl}/auth/tokens`),
        headers: { "content-type": "application/json", accept: "application/json" },
        body: loginBody(login),
      }),
      read: (response) => {
        if (response.status === 401) throw notBelieved(login, response.headers["x-openstack-request-id"]);
        if (response.status !== 201) throw refused(act, response, authUrl);
        const text = response.headers["x-subject-token"];
        const parsed = wireToken.safeParse(parseJson(response.body));
        if (text && parsed.success) return { text, body: parsed.data.token, madeAt: deps.now().getTime() };
        throw new ObjectUserError({ ...act, ...notKeystone(authUrl, response.headers["content-type"]) });
      },
    });
  }

  function current(): Promise<Token> {
    const mine = token ?? logIn();
    token = mine;
    mine.catch(() => {
      if (token === mine) token = undefined;
    });
    return mine;
  }

  /** Undefined: the token is not taken. `statuses` are answers too, without content. */
  function send<T>(act: Act, request: Request<T>, { text }: Token, statuses: readonly number[] = []) {
    const { method, path, body, schema } = request;
    return exchange<{ status: number; answer: T } | undefined>(deps, {
      operation: act.operation,
      subject: act.subject,
      safe: !act.writes,
      timeoutMs: timeoutSeconds * 1000,
      request: () => ({
        method,
        url: new URL(`${authUrl}${path}`),
        headers: {
          "x-auth-token": text,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      read: (response) => {
        const { status } = response;
        if (statuses.includes(status)) return { status, answer: undefined as T };
        if (status === 401) return undefined;
        if (status < 200 || status > 299) throw refused(act, response, authUrl);
        if (schema === undefined) return { status, answer: undefined as T };
        const parsed = schema.safeParse(parseJson(response.body));
        if (parsed.success) return { status, answer: parsed.data };
        const { operation, subject, writes } = act;
        const meaning = notKeystone(authUrl, response.headers["content-type"]);
        throw new ObjectUserError({ operation, subject, ...meaning, answer: `${status}`, uncertain: writes });
      },
    });
  }

  async function call<T>(act: Act, request: Request<T>): Promise<T> {
    let isLast = false;
    for (let tokens = 1; ; tokens++) {
      const used = await current();
      const done = await send(act, request, used);
      if (done) return done.answer;
      if (isLast || tokens === MOST_TOKENS) break;
      isLast = deps.now().getTime() - used.madeAt < YOUNG_MS;
      if (isLast) await deps.sleep(NEXT_SECOND_MS);
      // Another call may have renewed it meanwhile.
      if ((await current().catch(() => undefined)) === used) token = undefined;
    }
    throw new ObjectUserError({
      code: "unauthorized",
      operation: act.operation,
      subject: act.subject,
      problem: `Keystone takes the login of ${login.who} but not the token that it gave`,
      advice: "Run again; if it stays, the user is being changed at this moment or Keystone's keys are out of step.",
    });
  }

  return {
    isDelegated: login.identity.by === "application credential",
    token: async () => (await current()).body,
    call,
    async ask(act, request, statuses) {
      const answered = async () => (await send(act, request, await current(), statuses))?.status ?? 401;
      const status = await answered();
      if (status !== 401) return status;
      // It may be about our own token, which any other call renews.
      await call({ ...act, writes: false }, { method: "GET", path: "/auth/projects" });
      return answered();
    },
  };
}

function notBelieved(login: Login, requestId: string | undefined): ObjectUserError {
  return new ObjectUserError({
    code: "unauthorized",
    operation: "logging in",
    subject: `to Keystone as ${login.who}`,
    problem: "Keystone does not accept the login",
    answer: ["401", requestId !== undefined && /^req-[\w-]{1,60}$/.test(requestId) ? requestId : undefined]
      .filter(Boolean)
      .join(" "),
    advice: login.advice,
  });
}
