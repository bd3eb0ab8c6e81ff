/**
 * What the management API's refusals mean and what to do about each. Decided by status and code, never by text: "gone" is
 * said by two codes only, and an answer that is not ECS's own never means it.
 */
import * as z from "zod";
import { type ErrorCode, ObjectUserError } from "../../errors";
import { comeBackLater } from "../../http/later";
import type { WireResponse } from "../../http/wire";

/** What a remote call was about. */
export interface Act {
  /** As a gerund: "creating". */
  readonly operation: string;
  /** `user "ns/alice"`. */
  readonly subject: string;
  /** Repeating the call does no harm. */
  readonly safe: boolean;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly advice: string;
}

const AGAIN = "Run again.";

/** The token is not valid any more; ECS says so by 401, or by sending the client to its login page. */
export class SessionOver extends Error {
  override readonly name = "SessionOver";
}

const NOT_FOUND: Meaning = {
  code: "not-found",
  problem: "ECS has no such user or namespace",
  advice: "Check userId and namespace.",
};
const INVALID: Meaning = {
  code: "invalid",
  problem: "ECS does not accept one of the values",
  advice: "Check the inputs, and that the namespace exists.",
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  "1004": NOT_FOUND,
  "1019": NOT_FOUND,
  "2000": NOT_FOUND,
  "1005": INVALID,
  "1008": INVALID,
  "1031": {
    code: "conflict",
    problem: "the user has two secrets already, which is all that ECS keeps",
    advice: "Run again when the older one has ended, or end one of them on ECS.",
  },
  "7000": {
    code: "unavailable",
    problem: "ECS's own service has a fault",
    advice: "Run again; if it stays, look into the log of ECS.",
  },
};

const refusal = z.looseObject({
  code: z.union([z.number(), z.string()]).optional(),
  messages: z.array(z.looseObject({ code: z.union([z.number(), z.string()]) })).optional(),
});

/** The code in an answer: `{"code":1004,…}`, or `{"messages":[{"code":"4000",…}]}` of newer releases. */
function codeOf(body: string): string | undefined {
  const parsed = refusal.safeParse(parseJson(body)).data;
  const code = String(parsed?.code ?? parsed?.messages?.[0]?.code ?? "");
  return /^\w{1,20}$/.test(code) ? code : undefined;
}

/** The error for an answer that is not a success: a SessionOver or an ObjectUserError. */
export function refused(act: Act, response: WireResponse, endpoint: string): Error {
  const { status } = response;
  if (status === 401 || status === 302) return new SessionOver();
  const code = codeOf(response.body);
  const answer = `${status}${code ? ` code ${code}` : ""}`;
  const uncertain = !act.safe && status >= 500;
  const { operation, subject } = act;
  return new ObjectUserError({ operation, subject, ...meaningOf(act, status, code, endpoint), answer, uncertain });
}

function meaningOf(act: Act, status: number, code: string | undefined, endpoint: string): Meaning {
  if (status === 403) {
    return {
      code: "forbidden",
      problem: "the management user may not do this",
      advice: "It needs the role SYSTEM_ADMIN, or NAMESPACE_ADMIN of this namespace.",
    };
  }
  const later = comeBackLater(status, "ECS", act);
  if (later) return later;
  const known = code === undefined ? undefined : MEANINGS[code];
  if (known) return known;
  if (status >= 500) return { code: "unavailable", problem: "ECS has a fault", advice: AGAIN };
  if (code !== undefined && status >= 400) return INVALID;
  return notTheApi(endpoint);
}

/** The meaning of an answer that no management API of ECS would give. */
export function notTheApi(endpoint: string): Meaning {
  return {
    code: "unexpected",
    problem: `${endpoint} does not answer like the management API of ECS`,
    advice: "Check endpoint: it is the management address, mostly https://…:4443.",
  };
}

/** JSON, or undefined. The parser's own complaint would quote the body, which may hold secrets. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
