/**
 * A session: calls to one Keystone by somebody who is logged in. The token is kept and, when Keystone does not take it
 * any more, renewed. Keystone's tokens know whole seconds only.
 */
import { type Api, ask, type Content, openApi, withHeaders } from "../../http/api";
import { type Act, repeatable } from "../../http/dialect";
import type { HttpDeps } from "../../http/exchange";
import { tokensFrom } from "../../http/token";
import { type KeystoneAddress, type Login, loginBody } from "./auth";
import { keystoneAt } from "./refusals";
import { type WireToken, wireToken } from "./wire";

/** What a session needs from the world. */
export interface SessionDeps extends HttpDeps {
  readonly now: () => Date;
}

/** Calls by somebody who is logged in, to paths below /v3. Each rejects with an ObjectUserError. */
export interface Session extends Pick<Api, "call"> {
  /** A call whose status is the answer: any success, or one of `also`. A 401 among them is not about our own token. */
  ask(act: Act, method: string, path: string, content: Content<unknown>): Promise<number>;
  /** Who is logged in and for what. */
  token(): Promise<WireToken>;
  /** Keystone does not let an application credential's token touch credentials. */
  readonly isDelegated: boolean;
}

/** Opens a session. Logs in with the first call. */
export function openSession(login: Login, address: KeystoneAddress, deps: SessionDeps): Session {
  const keystone = keystoneAt(address);
  const act = repeatable("logging in", `to Keystone as ${login.who}`);
  const request = {
    method: "POST",
    url: new URL(`${address.authUrl}/auth/tokens`),
    headers: { "content-type": "application/json", accept: "application/json" },
    body: loginBody(login),
  };
  const refused = {
    code: "unauthorized",
    problem: "Keystone does not accept the login",
    advice: login.advice,
  } as const;
  const loginPage = {
    ...keystone,
    peculiar: ({ status }: { status: number }) => (status === 401 ? refused : undefined),
  };
  const get = () =>
    ask(loginPage, deps, act, request, (json, { "x-subject-token": text }) => {
      const { data } = wireToken.safeParse(json);
      return text && data ? { text, body: data.token } : undefined;
    });
  const tokens = tokensFrom({ get, wholeSeconds: true }, deps);
  const token = {
    over: [401],
    notTaken: {
      code: "unauthorized",
      problem: `Keystone takes the login of ${login.who} but not the token that it gave`,
      advice: "Run again; if it stays, the user is being changed at this moment or Keystone's keys are out of step.",
    },
  } as const;
  const api = openApi({ ...keystone, token }, deps, (send) =>
    tokens.use(({ text }) => send(withHeaders({ "x-auth-token": text }))),
  );

  return {
    isDelegated: login.identity.by === "application credential",
    token: async () => (await tokens.current()).body,
    call: api.call,
    async ask(act, ...request) {
      const status = await api.status(act, ...request);
      if (status !== 401) return status;
      // It may be about our own token, which any other call renews.
      await api.call({ ...act, safe: true }, "GET", "/auth/projects");
      return api.status(act, ...request);
    },
  };
}
