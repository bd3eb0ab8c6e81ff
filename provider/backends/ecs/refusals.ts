/**
 * What the management API's refusals mean and what to do about each. Decided by status and code, never by text: "gone" is
 * said by 404 with one code only, and an answer that is not ECS's own never means it.
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
  /** The user that the call is about; absent for the list of a namespace. */
  readonly about?: {
    readonly userId: string;
    readonly namespace: string;
    /** The address is the user's own, so that "no entity in request URL" is said of the user. Default false. */
    readonly isInPath?: boolean;
    /** The call makes the user. Default false. */
    readonly isNew?: boolean;
  };
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

/**
 * ECS does not find something that a request names, and does not say what: the user, its namespace, a tag, a secret. Not to be
 * taken for "gone" before that is asked for.
 */
export class SomethingMissing extends Error {
  override readonly name = "SomethingMissing";
  constructor(
    /** The status and the code. */
    readonly answer: string,
  ) {
    super(answer);
  }
}

const GONE: Meaning = { code: "not-found", problem: "ECS has no such user", advice: "Check userId and namespace." };
const INVALID: Meaning = {
  code: "invalid",
  problem: "ECS does not accept one of the values",
  advice: "Check the inputs, and that the namespace exists.",
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
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

/** "Request parameter cannot be found", "resource not found", "unable to find entity in request URL". */
const MISSING = ["1004", "1019", "2000"];

/** The error for an answer that is not a success: a SessionOver, a SomethingMissing or an ObjectUserError. */
export function refused(act: Act, response: WireResponse, endpoint: string): Error {
  const { status } = response;
  if (status === 401 || status === 302) return new SessionOver();
  const code = codeOf(response.body);
  const answer = `${status}${code ? ` code ${code}` : ""}`;
  const uncertain = !act.safe && status >= 500;
  const { operation, subject } = act;
  if (status === 404 && code === "2000" && act.about?.isInPath)
    return new ObjectUserError({ operation, subject, ...GONE, answer });
  if (status >= 400 && status < 500 && status !== 403 && code !== undefined && MISSING.includes(code))
    return new SomethingMissing(answer);
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

/** What was looked for and not found, once that is known: `what` is "user", "namespace" or "other". */
export function missing(
  { operation, subject }: Act,
  what: "user" | "namespace" | "other",
  answer: string,
): ObjectUserError {
  const meanings: Record<typeof what, Meaning> = {
    user: GONE,
    namespace: { code: "invalid", problem: "ECS has no such namespace", advice: "Check namespace." },
    other: {
      code: "invalid",
      problem: "ECS does not find something that the request names, and it is neither the user nor its namespace",
      advice: "Run again; if it stays, look into the log of ECS.",
    },
  };
  return new ObjectUserError({ operation, subject, ...meanings[what], answer });
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
