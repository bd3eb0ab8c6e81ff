/**
 * What Keystone's refusals mean and what to do about each. Decided by status, never by text; an answer that is not
 * Keystone's own is never taken for "gone".
 */
import * as z from "zod";
import { type ErrorCode, ObjectUserError } from "../../errors";
import { comeBackLater } from "../../http/later";
import type { WireResponse } from "../../http/wire";

/** What a remote call was about. */
export interface Act {
  /** As a gerund: "creating". */
  readonly operation: string;
  /** `user "alice"`. */
  readonly subject: string;
  /** The call changes something, so that a server fault may have acted. */
  readonly writes: boolean;
  /** What some statuses mean for this call in particular. */
  readonly means?: Readonly<Record<number, Meaning>>;
}

/** The meaning of a refusal. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly advice?: string;
}

/** The refusal of a password, whose rule Keystone tells. */
export const WEAK_PASSWORD: Meaning = {
  code: "invalid",
  problem: "Keystone does not accept the password",
  advice: "Give a password that meets the rule.",
};

const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: { code: "invalid", problem: "Keystone does not accept one of the values", advice: "Check the inputs." },
  403: {
    code: "forbidden",
    problem: "the user that is logged in may not do this",
    advice: "Log in as a user with the admin role in the domain or the whole system.",
  },
  404: { code: "not-found", problem: "there is no such thing", advice: "Check the name." },
  409: { code: "conflict", problem: "the name is taken already", advice: "Choose another name." },
  413: { code: "invalid", problem: "the request is too large", advice: "Check the inputs." },
};

const refusal = z.looseObject({ error: z.looseObject({ code: z.number(), message: z.string().default("") }) });

/** The error for an answer that is not a success. */
export function refused(act: Act, response: WireResponse, authUrl: string): ObjectUserError {
  const { status, headers, body } = response;
  const parsed = refusal.safeParse(parseJson(body));
  const id = headers["x-openstack-request-id"];
  const answer = [status, id !== undefined && /^req-[\w-]{1,60}$/.test(id) ? id : undefined].filter(Boolean).join(" ");
  const { operation, subject } = act;
  const uncertain = act.writes && status >= 500;
  const meaning = meaningOf(act, response, parsed.success, authUrl);
  const rule = meaning === WEAK_PASSWORD ? passwordRule(parsed.data?.error.message) : "";
  return new ObjectUserError({ operation, subject, ...meaning, problem: meaning.problem + rule, answer, uncertain });
}

function meaningOf(act: Act, { status, headers }: WireResponse, isKeystones: boolean, authUrl: string): Meaning {
  const later = comeBackLater(status, "Keystone", { safe: !act.writes });
  if (later) return later;
  if (status >= 500) {
    return {
      code: "unavailable",
      problem: "Keystone has a fault",
      advice: "Run again; if it stays, look into its log.",
    };
  }
  const meaning = act.means?.[status] ?? MEANINGS[status];
  if (meaning && isKeystones) return meaning;
  return notKeystone(authUrl, headers["content-type"]);
}

/** The meaning of an answer that no Keystone would give. */
export function notKeystone(authUrl: string, contentType: string | undefined): Meaning {
  const got = contentType && /^[\w/+.-]{1,60}/.exec(contentType)?.[0];
  return {
    code: "unexpected",
    problem: `${authUrl} does not answer like OpenStack's identity API v3${got ? ` but with ${got}` : ""}`,
    advice: "Check authUrl: it usually ends with /v3.",
  };
}

/** The operator's own description of the rule. The rest of the message may quote the password. */
function passwordRule(message = ""): string {
  const rule = /^The password does not match the requirements: (.{1,300}?)\.?$/.exec(message)?.[1];
  return rule === undefined ? "" : `: it wants ${rule}`;
}

/** JSON, or undefined. The parser's own complaint would quote the body, which may hold secrets. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
