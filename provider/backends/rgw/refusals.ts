/**
 * What the gateway's error codes mean and what to do about each. Decided by the code in the body, never by its text;
 * an answer that is not the gateway's own is never taken for "gone".
 */
import * as z from "zod";
import { type ErrorCode, ObjectUserError } from "../../errors";
import { comeBackLater } from "../../http/later";
import type { WireResponse } from "../../http/wire";
import { leftOutOf } from "./wire";

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

/** The gateway's own "not now": it throttles before it acts. */
const SLOW_DOWN = "SlowDown";

const MEANINGS: Readonly<Record<string, Meaning>> = {
  NoSuchUser: { code: "not-found", problem: "there is no such user", advice: "Check uid and tenant." },
  UserAlreadyExists: {
    code: "already-exists",
    problem: "a user of this name exists already and was not made by this resource",
    advice: "Set adopt: true to adopt it with its keys, or choose another uid.",
  },
  KeyExists: {
    code: "conflict",
    problem: "the access key belongs to another user",
    advice: "Choose another accessKey; if it is a derived one, that somebody copied, change rotationId.",
  },
  EmailExists: { code: "conflict", problem: "another user has this e-mail address", advice: "Choose another email." },
  InvalidCapability: {
    code: "invalid",
    problem: "this release of Ceph does not know one of the caps",
    advice: "Check the types of the caps: users, buckets, metadata, usage, zone and so on.",
  },
  InvalidArgument: {
    code: "invalid",
    problem: "the gateway does not accept one of the values",
    advice: "Check defaultPlacement and defaultStorageClass: they must exist in this zone.",
  },
  BucketAlreadyExists: {
    code: "in-use",
    problem: "the user owns buckets",
    advice: "Empty and delete them, or set forceDestroy: true.",
  },
  InvalidAccessKeyId: {
    code: "unauthorized",
    problem: "the gateway does not know the admin's access key",
    advice:
      "Check accessKey of rgw.Provider (rgw:accessKey, RADOSGW_ACCESS_KEY), and that the endpoint is the right cluster.",
  },
  SignatureDoesNotMatch: {
    code: "unauthorized",
    problem: "the admin's secret key is wrong",
    advice:
      "Check secretKey of rgw.Provider (rgw:secretKey, RADOSGW_SECRET_KEY); a proxy that changes the Host header has the same effect.",
  },
  AccessDenied: {
    code: "forbidden",
    problem: "the admin user lacks a capability",
    advice: 'Give it with: radosgw-admin caps add --uid=ADMIN --caps="users=*;buckets=*".',
  },
  UserSuspended: {
    code: "forbidden",
    problem: "the admin user is suspended",
    advice: "Enable it with: radosgw-admin user enable --uid=ADMIN.",
  },
  [SLOW_DOWN]: {
    code: "rate-limited",
    problem: "the gateway is overloaded",
    advice: "Lower maxConcurrency, or run again later.",
  },
  MethodNotAllowed: {
    code: "unsupported",
    problem: "the Admin Ops API is not enabled there",
    advice: 'Have "admin" in rgw_enable_apis of this gateway, or use another gateway\'s address as endpoint.',
  },
  NotImplemented: {
    code: "unsupported",
    problem: "this gateway does not implement the request",
    advice: "Check the release of Ceph.",
  },
};

const refusal = z.looseObject({ Code: z.string().regex(/^\w+$/), RequestId: z.string().optional() });

/** The error for an answer that is not a success. */
export function refused(act: Act, response: WireResponse, endpoint: string, now: Date): ObjectUserError {
  const parsed = refusal.safeParse(parseJson(response.body));
  const code = parsed.data?.Code;
  const id = parsed.data?.RequestId ?? response.headers["x-amz-request-id"];
  const answer = [response.status, code, id !== undefined && /^[\w.-]{1,100}$/.test(id) ? id : undefined]
    .filter(Boolean)
    .join(" ");
  const uncertain = act.writes && response.status >= 500 && code !== SLOW_DOWN;
  return new ObjectUserError({ ...act, ...meaningOf(code, response, act, endpoint, now), answer, uncertain });
}

function meaningOf(
  code: string | undefined,
  { status, headers }: WireResponse,
  act: Act,
  endpoint: string,
  now: Date,
): Meaning {
  if (code === "RequestTimeTooSkewed") return skewed(headers.date, now);
  const known = code === undefined || !Object.hasOwn(MEANINGS, code) ? undefined : MEANINGS[code];
  // Only the answer that Ceph really gives says that a user is gone.
  if (known && (known.code !== "not-found" || status === 404)) return known;
  const later = comeBackLater(status, "the gateway", { safe: !act.writes });
  if (later) return later;
  if (status >= 500) {
    const race = act.writes
      ? "it may have lost a race with another change of the same user"
      : "the gateway has a fault";
    return { code: "unavailable", problem: race, advice: "Run again; if it stays, look into the gateway's log." };
  }
  if (code !== undefined && status >= 400)
    return { code: "invalid", problem: "the gateway refuses the request", advice: "Check the inputs." };
  return notTheGateway(endpoint, headers["content-type"]);
}

/** The meaning of a success that is not what was asked for. What it leaves out of a user is unknown, not gone. */
export function unreadable({ body, headers }: WireResponse, endpoint: string): Meaning {
  const absent = leftOutOf(parseJson(body));
  if (absent?.includes("keys")) {
    return {
      code: "forbidden",
      problem: "the gateway shows users without their keys: the admin user has not the capability users=read",
      advice: 'Give it with: radosgw-admin caps add --uid=ADMIN --caps="users=read".',
    };
  }
  if (absent === undefined || absent.length === 0) return notTheGateway(endpoint, headers["content-type"]);
  return {
    code: "unexpected",
    problem: `the gateway shows users without ${absent.join(", ")}`,
    advice: "Check the release of Ceph, and that no proxy changes answers: what is not shown is not taken for empty.",
  };
}

/** The meaning of an answer that no RADOS Gateway would give. */
export function notTheGateway(endpoint: string, contentType: string | undefined): Meaning {
  const got = contentType && /^[\w/+.-]{1,60}/.exec(contentType)?.[0];
  return {
    code: "unexpected",
    problem: `${endpoint} does not answer like a RADOS Gateway's Admin Ops API${got ? ` but with ${got}` : ""}`,
    advice: "Check endpoint: it is the gateway's own address, without /admin.",
  };
}

function skewed(date: string | undefined, now: Date): Meaning {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  const minutes = Math.round(Math.abs(theirs - now.getTime()) / 60_000);
  return {
    code: "unauthorized",
    problem: `the clocks of this machine and the gateway differ${Number.isNaN(theirs) ? " by more than 15 minutes" : ` by ${minutes} minutes`}`,
    advice: "Set this machine's clock, or the gateway's, by NTP.",
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
