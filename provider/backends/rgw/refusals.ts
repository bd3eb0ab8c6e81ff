/**
 * What the gateway's error codes mean and what to do about each. Decided by the code in the body, never by its text;
 * an answer that is not the gateway's own is never taken for "gone".
 */
import * as z from "zod";
import type { Dialect, Meaning, Meanings } from "../../http/dialect";
import type { Settings } from "./settings";
import { leftOutOf } from "./wire";

const RACE = "it may have lost a race with another change of the same user";

const MEANINGS: Meanings = {
  // Only the answer that Ceph really gives says that a user is gone.
  "404 NoSuchUser": { code: "not-found", problem: "there is no such user", advice: "Check uid and tenant." },
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
    advice:
      "Check the types of the caps. Later releases know more: Ceph 18 info and ratelimit, Ceph 20 accounts and user-info-without-keys.",
  },
  InvalidArgument: {
    code: "invalid",
    problem: "the gateway does not accept one of the values",
    advice: "Check defaultPlacement and defaultStorageClass: they must exist in this zone.",
  },
  // Ceph 16 and 18 answer the same with 500 UnknownError.
  ConcurrentModification: {
    code: "unavailable",
    problem: RACE,
    advice: "Run again.",
    uncertain: true,
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
  // The gateway's own "not now": it throttles before it acts.
  SlowDown: {
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

const refusal = z
  .looseObject({ Code: z.string().regex(/^\w+$/), RequestId: z.string().optional() })
  .transform(({ Code, RequestId }) => ({ code: Code, id: RequestId }));

/** What to check when something answers that is no gateway. */
export const CHECK_ENDPOINT = "Check endpoint: it is the gateway's own address, without /admin.";

/** How a gateway answers. */
export function gateway(
  { endpoint, timeoutSeconds }: Pick<Settings, "endpoint" | "timeoutSeconds">,
  now: () => Date,
): Dialect {
  return {
    endpoint,
    timeoutSeconds,
    who: "the gateway",
    refusal,
    idHeader: "x-amz-request-id",
    meanings: MEANINGS,
    otherwise: { code: "invalid", problem: "the gateway refuses the request", advice: "Check the inputs." },
    foreign: { problem: "does not answer like a RADOS Gateway's Admin Ops API", advice: CHECK_ENDPOINT },
    race: RACE,
    whenFaultStays: "look into the gateway's log",
    isSuccess: (status) => status === 200,
    peculiar: ({ headers }, said) => (said?.code === "RequestTimeTooSkewed" ? skewed(headers.date, now()) : undefined),
    unreadable,
  };
}

/** What a success leaves out of a user is unknown, not gone. */
function unreadable(json: unknown): Meaning | undefined {
  const absent = leftOutOf(json);
  if (absent?.includes("keys")) {
    return {
      code: "forbidden",
      problem: "the gateway shows users without their keys: the admin user has not the capability users=read",
      advice: 'Give it with: radosgw-admin caps add --uid=ADMIN --caps="users=read".',
    };
  }
  if (absent === undefined || absent.length === 0) return undefined;
  return {
    code: "unexpected",
    problem: `the gateway shows users without ${absent.join(", ")}`,
    advice: "Check the release of Ceph, and that no proxy changes answers: what is not shown is not taken for empty.",
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
