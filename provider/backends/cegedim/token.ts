/**
 * The access token: OAuth2 client credentials, asked for when first needed and again shortly before it ends or when the
 * API does not take it any more.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/itcare-api-authentication
 */
import * as z from "zod";
import { ObjectUserError } from "../../errors";
import { exchange } from "../../http/exchange";
import { comeBackLater } from "../../http/later";
import type { Send, WireResponse } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { parseJson, TokenOver } from "./refusals";
import type { Settings } from "./settings";

/** Access to the API. */
export interface Access {
  /** Runs a call with a token; once more with a fresh one when the API refuses it. */
  use<T>(call: (token: string) => Promise<T>): Promise<T>;
}

/** A token is renewed so long before it ends, since a request takes its time. */
const BEFORE_END_MS = 30_000;

const grant = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().default(60) });

/** The API's access for one client. */
export function openAccess(settings: Settings, deps: BackendDeps & { readonly send: Send }): Access {
  const { tokenUrl, clientId, clientSecret, timeoutSeconds } = settings;
  const act = { operation: "getting a token", subject: `for client "${clientId}"` };
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  let held: Promise<{ token: string; until: number }> | undefined;

  const read = ({ status, body }: WireResponse) => {
    const { data } = grant.safeParse(parseJson(body));
    if (status === 200 && data)
      return { token: data.access_token, until: deps.now().getTime() + data.expires_in * 1000 - BEFORE_END_MS };
    throw new ObjectUserError({ ...act, ...meaningOf(status, body, tokenUrl) });
  };
  const fetchToken = () =>
    exchange(deps, {
      ...act,
      safe: true,
      timeoutMs: timeoutSeconds * 1000,
      request: () => ({
        method: "POST",
        url: new URL(tokenUrl),
        headers: {
          authorization: `Basic ${basic}`,
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
        },
        body: "grant_type=client_credentials",
      }),
      read,
    });
  const fresh = () => {
    const asked = fetchToken();
    held = asked;
    asked.catch(() => {
      if (held === asked) held = undefined;
    });
    return asked;
  };
  const current = async () => {
    const before = held ?? fresh();
    const { until } = await before;
    if (deps.now().getTime() < until) return before;
    return held === before || held === undefined ? fresh() : held;
  };

  return {
    async use(call) {
      const used = await current();
      try {
        return await call(used.token);
      } catch (error) {
        if (!(error instanceof TokenOver)) throw error;
      }
      const isStillHeld = (await held?.catch(() => undefined)) === used;
      const { token } = await (isStillHeld ? fresh() : current());
      try {
        return await call(token);
      } catch (error) {
        if (error instanceof TokenOver) throw new ObjectUserError({ ...act, ...NOT_TAKEN });
        throw error;
      }
    },
  };
}

const NOT_TAKEN = {
  code: "unauthorized",
  problem: "the API does not take the token that was just given for it",
  advice: "Check that endpoint and tokenUrl of cegedim.Provider belong together.",
} as const;

/** An OAuth2 refusal has a body of its own form: `{"error":"invalid_client",…}`. */
const refusal = z.looseObject({ error: z.string().regex(/^\w{1,60}$/) });

function meaningOf(status: number, body: string, tokenUrl: string) {
  const error = refusal.safeParse(parseJson(body)).data?.error;
  const answer = [status, error].filter(Boolean).join(" ");
  if (status === 401 || error === "invalid_client" || error === "unauthorized_client") {
    return {
      code: "unauthorized",
      problem: "the client's id or secret is not accepted",
      advice: "Check clientId and clientSecret of cegedim.Provider (ITCARE_CLIENT_ID, ITCARE_CLIENT_SECRET).",
      answer,
    } as const;
  }
  if (status === 403) {
    const advice = "Ask the support of cegedim.cloud for an API account.";
    return { code: "forbidden", problem: "the client may not have a token", advice, answer } as const;
  }
  const later = comeBackLater(status, "the login service", { safe: true });
  if (later) return { ...later, answer };
  if (status >= 500) return { code: "unavailable", problem: "the login service has a fault", answer } as const;
  return {
    code: "unexpected",
    problem: `${tokenUrl} does not answer like a token endpoint`,
    advice: "Check tokenUrl of cegedim.Provider.",
    answer,
  } as const;
}
