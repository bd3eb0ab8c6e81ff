/**
 * The session: logged in when first needed, once for all that this process does; logged in again when ECS has ended it;
 * logged out when the process ends, because ECS keeps a hundred sessions of a user and then refuses to log in.
 *
 * Documentation: Dell ECS Data Access Guide, "Authenticate with the ECS Management REST API".
 */
import { type Access, ask, withHeaders } from "../../http/api";
import { tokensFrom } from "../../http/token";
import type { Send } from "../../http/wire";
import type { BackendDeps } from "../backend";
import { loginAct, loginPage } from "./refusals";
import type { Settings } from "./settings";

/** The header that carries the token, both ways. */
const TOKEN = "x-sds-auth-token";

/** Who is not there when the process ends is not waited for. */
const LOGOUT_TIMEOUT_MS = 2_000;

/** Opens a session that is not logged in yet. */
export function openSession(settings: Settings, deps: BackendDeps & { readonly send: Send }): Access {
  const { endpoint, username, password } = settings;
  // An answer that was lost has left a session behind; it ends by itself when it was not used for two hours.
  const act = { ...loginAct(settings), safe: true };
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  let leaves = false;

  const tokens = tokensFrom(
    {
      async get() {
        const request = toGet("/login", { authorization });
        const token = await ask(loginPage(settings), deps, act, request, (_, headers) => headers[TOKEN]);
        if (!leaves) deps.atEnd?.(logOut);
        leaves = true;
        return token;
      },
    },
    deps,
  );

  async function logOut(): Promise<void> {
    const token = await tokens.giveUp();
    if (token === undefined) return;
    leaves = false;
    await deps.send(toGet("/logout", { [TOKEN]: token }), LOGOUT_TIMEOUT_MS);
  }

  function toGet(path: string, headers: Readonly<Record<string, string>>) {
    return { method: "GET", url: new URL(`${endpoint}${path}`), headers: { ...headers, accept: "application/json" } };
  }

  return (send) => tokens.use((token) => send(withHeaders({ "content-type": "application/json", [TOKEN]: token })));
}
