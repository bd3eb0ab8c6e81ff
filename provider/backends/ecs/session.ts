/**
 * The session: logged in when first needed, once for all that this process does; logged in again when ECS has ended it;
 * logged out when the process ends, because ECS keeps a hundred sessions of a user and then refuses to log in.
 *
 * Documentation: Dell ECS Data Access Guide, "Authenticate with the ECS Management REST API".
 */

import { ObjectUserError } from "../../errors";
import { exchange } from "../../http/exchange";
import { comeBackLater } from "../../http/later";
import type { Send, WireResponse } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { notTheApi, SessionOver } from "./refusals";
import type { Settings } from "./settings";

/** The header that carries the token, both ways. */
export const TOKEN = "x-sds-auth-token";

/** Who is not there when the process ends is not waited for. */
const LOGOUT_TIMEOUT_MS = 2_000;

/** A session of one management user. */
export interface Session {
  /** Runs a call with a token; once more with a fresh one when ECS has ended the session. */
  use<T>(call: (token: string) => Promise<T>): Promise<T>;
}

/** Opens a session that is not logged in yet. */
export function openSession(settings: Settings, deps: BackendDeps & { readonly send: Send }): Session {
  const { endpoint, username, password, timeoutSeconds } = settings;
  const act = { operation: "logging in", subject: `to ${endpoint} as "${username}"` };
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  let login: Promise<string> | undefined;
  let leaves = false;

  const read = ({ status, headers }: WireResponse): string => {
    const token = headers[TOKEN];
    if (status === 200 && token !== undefined) return token;
    throw new ObjectUserError({ ...act, ...loginMeaning(status, endpoint), answer: String(status) });
  };
  const logIn = async () => {
    const request = () => ({
      method: "GET",
      url: new URL(`${endpoint}/login`),
      headers: { authorization: `Basic ${basic}`, accept: "application/json" },
    });
    // An answer that was lost has left a session behind; it ends by itself when it was not used for two hours.
    const token = await exchange(deps, { ...act, safe: true, timeoutMs: timeoutSeconds * 1000, request, read });
    if (!leaves) deps.atEnd?.(logOut);
    leaves = true;
    return token;
  };
  const current = () => {
    login ??= logIn().catch((error: unknown) => {
      login = undefined;
      throw error;
    });
    return login;
  };
  const logOut = async () => {
    const token = await login?.catch(() => undefined);
    if (token === undefined) return;
    login = undefined;
    leaves = false;
    const headers = { [TOKEN]: token, accept: "application/json" };
    await deps.send({ method: "GET", url: new URL(`${endpoint}/logout`), headers }, LOGOUT_TIMEOUT_MS);
  };

  return {
    async use(call) {
      const before = current();
      const token = await before;
      try {
        return await call(token);
      } catch (error) {
        if (!(error instanceof SessionOver)) throw error;
      }
      if (login === before) login = undefined;
      try {
        return await call(await current());
      } catch (error) {
        if (!(error instanceof SessionOver)) throw error;
        throw new ObjectUserError({ ...act, ...TWICE_OVER });
      }
    },
  };
}

const TWICE_OVER = {
  code: "unauthorized",
  problem: "ECS ended a session that it had just opened",
  advice: "Check that nobody logs this management user out by force, and that a proxy passes X-SDS-AUTH-TOKEN on.",
} as const;

function loginMeaning(status: number, endpoint: string) {
  if (status === 401) {
    return {
      code: "unauthorized",
      problem: "ECS does not accept the management user's name or password",
      advice: "Check username and password of ecs.Provider (ECS_USERNAME, ECS_PASSWORD).",
    } as const;
  }
  if (status === 403) {
    return {
      code: "forbidden",
      problem: "ECS opens no session: this management user is locked, or has a hundred sessions open",
      advice:
        "End them with GET /logout?force=true as this user, or wait until they end by themselves after two hours.",
    } as const;
  }
  const later = comeBackLater(status, "ECS", { safe: true });
  if (later) return later;
  if (status >= 500) return { code: "unavailable", problem: "ECS has a fault", advice: "Run again." } as const;
  return notTheApi(endpoint);
}
