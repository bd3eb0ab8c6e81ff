/**
 * Answers that servers, proxies and their authors' bad days give, with secrets where an error message might quote them.
 */
import type { WireResponse } from "../../../provider/http/wire";

/** Each kind of bad answer, with each of the secrets in it. */
export function badAnswers(secrets: readonly string[]): WireResponse[] {
  return secrets.flatMap((secret) => {
    const error = (Code: string, more: object = {}) =>
      JSON.stringify({ Code, Message: secret, HostId: secret, ...more });
    const json = "application/json";
    const whole = JSON.stringify({ user_id: "alice", keys: [{ access_key: "own-key", secret_key: secret }] });
    return [
      answer(500, error("UnknownError"), json),
      answer(500, secret, "text/plain"),
      answer(400, error("InvalidArgument", { Resource: `?secret-key=${encodeURIComponent(secret)}` }), json),
      answer(400, error(`no code but ${secret}`), json),
      answer(403, error("AccessDenied", { RequestId: `${secret} ${secret}` }), json),
      answer(403, `<Error><Code>AccessDenied</Code><Message>${secret}</Message></Error>`, "application/xml"),
      answer(403, `<Error><Code>${secret} ${secret}</Code></Error>`, "application/xml"),
      answer(404, `<html><title>${secret}</title></html>`, `text/html; charset=${secret}`),
      answer(409, error("KeyExists"), json),
      answer(503, error("SlowDown"), json),
      answer(200, whole, json),
      answer(200, whole.slice(0, -5), json),
      answer(200, JSON.stringify([{ user: 1, access_key: "own-key", secret_key: secret }]), json),
      answer(200, JSON.stringify({ user_id: secret, display_name: 1 }), json),
      answer(200, secret, ""),
      answer(302, secret, "text/html"),
    ];
  });
}

function answer(status: number, body: string, type: string): WireResponse {
  return { status, body, headers: { "content-type": type } };
}
