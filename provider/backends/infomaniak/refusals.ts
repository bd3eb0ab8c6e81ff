/** What the account API's refusals mean and what to do about each. Decided by status and code, never by text. */
import { type ErrorCode, ObjectUserError } from "../../errors";
import { comeBackLater } from "../../http/later";
import type { WireResponse } from "../../http/wire";
import { type Envelope, envelope } from "./wire";

/** What a remote call was about. */
export interface Act {
  /** As a gerund: "creating". */
  readonly operation: string;
  /** `user "alice"`. */
  readonly subject: string;
  /** The call changes something, so that a server fault may have acted. */
  readonly writes: boolean;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly advice: string;
}

const NOT_FOUND: Meaning = {
  code: "not-found",
  problem: "there is no such public cloud, project or user in the token's account",
  advice: "Check publicCloudId and projectId.",
};

const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: {
    code: "unauthorized",
    problem: "Infomaniak does not accept the token",
    advice:
      "Check token of infomaniak.Provider (infomaniak:token, INFOMANIAK_TOKEN); a token that was not used for a year is disabled.",
  },
  403: {
    code: "forbidden",
    problem: "the token may not do this",
    advice: "Check that it has the scope for Public Cloud, and that publicCloudId and projectId belong to its account.",
  },
  404: NOT_FOUND,
  422: { code: "invalid", problem: "Infomaniak refuses a value", advice: "Check the inputs." },
  429: {
    code: "rate-limited",
    problem: "Infomaniak allows no more requests for now",
    advice: "Run again in a minute; other programs with this account count too.",
  },
};

/** The error for an answer that is not a success. */
export function refused(act: Act, response: WireResponse, endpoint: string): ObjectUserError {
  const { status, headers } = response;
  const parsed = envelope.safeParse(parseJson(response.body));
  const later = status === 503 && comeBackLater(status, "Infomaniak", { safe: !act.writes });
  if (later) return failure(act, { ...later, answer: "503" });
  if (status >= 500) return failure(act, { ...fault(), answer: String(status), uncertain: act.writes });
  if (!parsed.success && status !== 429)
    return failure(act, { ...notTheApi(endpoint, headers["content-type"]), answer: String(status) });
  return refusedBy(act, status, parsed.success ? parsed.data : undefined);
}

/** The error for an envelope that says "error": of an answer, or of a task that failed. */
export function refusedBy(act: Act, status: number | undefined, { error }: Partial<Envelope> = {}): ObjectUserError {
  const details = error?.errors?.length ? error.errors : error ? [error] : [];
  const isInvalid = status === 422 || error?.code === "validation_failed";
  const meaning = (isInvalid ? MEANINGS[422] : status === undefined ? undefined : MEANINGS[status]) ?? {
    code: "unexpected",
    problem: "Infomaniak did not do it",
    advice: "Run again; if it stays, ask Infomaniak's support with the code.",
  };
  const answer = [status, plain(error?.code)].filter(Boolean).join(" ");
  const wrong = isInvalid ? details.map(inWords).filter(Boolean).join("; ") : "";
  const problem = wrong === "" ? meaning.problem : `${meaning.problem}: ${wrong}`;
  return failure(act, { ...meaning, problem, ...(answer === "" ? {} : { answer }) });
}

/** The meaning of an answer that is not the API's. */
export function notTheApi(endpoint: string, contentType: string | undefined): Meaning {
  const got = contentType && /^[\w/+.-]{1,60}/.exec(contentType)?.[0];
  return {
    code: "unexpected",
    problem: `${endpoint} does not answer like Infomaniak's API${got ? ` but with ${got}` : ""}`,
    advice: "Check endpoint, or run again later.",
  };
}

/** An error of an act. */
export function failure(
  { operation, subject }: Act,
  parts: Meaning & { readonly answer?: string; readonly uncertain?: boolean },
): ObjectUserError {
  return new ObjectUserError({ operation, subject, ...parts });
}

function fault(): Meaning {
  return {
    code: "unavailable",
    problem: "Infomaniak's API has a fault",
    advice: "Run again; if it stays, look at Infomaniak's status page.",
  };
}

/** What is wrong with an attribute. The server's own words, but not about a password: they might quote it. */
function inWords(detail: NonNullable<NonNullable<Envelope["error"]>["errors"]>[number]): string {
  const attribute = plain(detail.context?.attribute);
  if (attribute === "password" || attribute === undefined) {
    const rule = plain(detail.code);
    return attribute === undefined ? (rule ?? "") : "the password does not meet the Public Cloud password policy";
  }
  return `${attribute}: ${(detail.description ?? plain(detail.code) ?? "").replace(/\.$/, "").slice(0, 200)}`;
}

function plain(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.-]{1,80}$/.test(text) ? text : undefined;
}

/** JSON, or undefined. The parser's own complaint would quote the body. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
