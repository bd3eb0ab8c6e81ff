/**
 * What the API's refusals mean and what to do about each. Decided by status, as most of them have an empty body; the code
 * of those that have one is shown.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/errors
 */
import * as z from "zod";
import { type ErrorCode, ObjectUserError } from "../../errors";
import { comeBackLater } from "../../http/later";
import type { WireResponse } from "../../http/wire";

/** What a remote call was about. */
export interface Act {
  /** As a gerund: "creating". */
  readonly operation: string;
  /** `user "cos-x/alice"`. */
  readonly subject: string;
  /** Repeating the call does no harm. */
  readonly safe: boolean;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly advice: string;
}

/** The token is not valid any more. */
export class TokenOver extends Error {
  override readonly name = "TokenOver";
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: {
    code: "invalid",
    problem: "cegedim.cloud does not accept one of the values",
    advice: "Check the inputs.",
  },
  403: {
    code: "forbidden",
    problem: "the API account may not do this",
    advice: "Ask the support of cegedim.cloud to give it the right to manage this object store.",
  },
  404: {
    code: "not-found",
    problem: "there is no such object store or user, or the API has another path for it",
    advice: "Check objectStore, and paths of cegedim.Provider: the path is an assumption.",
  },
  409: {
    code: "conflict",
    problem: "it conflicts with something that is there or under way",
    advice: "Look at the user in the console of cegedim.cloud, then run again.",
  },
  422: {
    code: "invalid",
    problem: "cegedim.cloud understands the request and cannot carry it out",
    advice: "Check the inputs.",
  },
};

const refusal = z.looseObject({ errorCode: z.string(), errorDesc: z.string().optional() });

/** The error for an answer that is not a success: a TokenOver or an ObjectUserError. */
export function refused(act: Act, response: WireResponse, endpoint: string): Error {
  const { status, body } = response;
  if (status === 401) return new TokenOver();
  const said = refusal.safeParse(parseJson(body)).data;
  const words = [said?.errorCode, said?.errorDesc].filter((word) => word !== undefined && /^\w{1,60}$/.test(word));
  const { operation, subject } = act;
  return new ObjectUserError({
    operation,
    subject,
    ...meaningOf(act, status, endpoint),
    answer: [status, ...words].join(" "),
    uncertain: !act.safe && status >= 500,
  });
}

function meaningOf(act: Act, status: number, endpoint: string): Meaning {
  const known = MEANINGS[status] ?? comeBackLater(status, "cegedim.cloud", act);
  if (known) return known;
  if (status >= 500) return { code: "unavailable", problem: "cegedim.cloud has a fault", advice: "Run again." };
  return notTheApi(endpoint);
}

/** The meaning of an answer that is not of the form that the API has, or is assumed to have. */
export function notTheApi(endpoint: string): Meaning {
  return {
    code: "unexpected",
    problem: `${endpoint} does not answer as this release expects it of the API of cegedim.cloud`,
    advice: "Check endpoint, and paths of cegedim.Provider: what is not published of the API is an assumption.",
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
