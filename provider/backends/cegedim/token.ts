/**
 * The access token: OAuth2 client credentials, asked for when first needed and again shortly before it ends or when the
 * API does not take it any more.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/itcare-api-authentication
 */
import * as z from "zod";
import { type Access, ask, withHeaders } from "../../http/api";
import { tokensFrom } from "../../http/token";
import type { Send } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { loginService, tokenAct } from "./refusals";
import type { Settings } from "./settings";

/** The media type that carries the API's version. */
const MEDIA_TYPE = "application/vnd.cegedim-it.v1+json";

/** A token is renewed so long before it ends, since a request takes its time. */
const BEFORE_END_MS = 30_000;

const grant = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().default(60) });

/** The API's access for one client. */
export function openAccess(settings: Settings, deps: BackendDeps & { readonly send: Send }): Access {
  const { tokenUrl, clientId, clientSecret } = settings;
  const act = { ...tokenAct(settings), safe: true };
  const request = {
    method: "POST",
    url: new URL(tokenUrl),
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  };
  const get = () =>
    ask(loginService(settings), deps, act, request, (json) => {
      const { data } = grant.safeParse(json);
      const until = deps.now().getTime() + (data?.expires_in ?? 0) * 1000 - BEFORE_END_MS;
      return data && { token: data.access_token, until };
    });
  const tokens = tokensFrom({ get, endsAt: ({ until }) => until }, deps);
  return (send) =>
    tokens.use(({ token }) => send(withHeaders({ accept: MEDIA_TYPE, authorization: `Bearer ${token}` })));
}
