/**
 * What the management API's refusals mean and what to do about each. Decided by status and code, never by text: "gone" is
 * said by 404 with one code only, and an answer that is not ECS's own never means it.
 */
import * as z from "zod";
import type { ObjectUserError } from "../../errors";
import { type Act as AnyAct, type Dialect, failure, type Meaning, type Meanings } from "../../http/dialect";
import type { Settings } from "./settings";

/** What a remote call is about. */
export interface Act extends AnyAct {
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

const MEANINGS: Meanings = {
  "403": {
    code: "forbidden",
    problem: "the management user may not do this",
    advice: "It needs the role SYSTEM_ADMIN, or NAMESPACE_ADMIN of this namespace.",
  },
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

/** "Request parameter cannot be found", "resource not found", "unable to find entity in request URL". */
const MISSING = ["1004", "1019", "2000"];

const number = z.union([z.number(), z.string()]).optional();

/** The code in an answer: `{"code":1004,…}`, or `{"messages":[{"code":"4000",…}]}` of newer releases; or none. */
const refusal = z
  .looseObject({ code: number, messages: z.array(z.looseObject({ code: number })).optional() })
  .catch({})
  .transform(({ code, messages }) => {
    const text = String(code ?? messages?.[0]?.code ?? "");
    return /^\w{1,20}$/.test(text) ? { code: text, words: ["code", text] } : { code: undefined };
  });

/** How the management API answers to a login. */
export function loginPage({ endpoint, timeoutSeconds }: Pick<Settings, "endpoint" | "timeoutSeconds">): Dialect {
  return {
    endpoint,
    timeoutSeconds,
    who: "ECS",
    // The status says it all.
    refusal: z.unknown().transform(() => ({})),
    meanings: {
      "401": {
        code: "unauthorized",
        problem: "ECS does not accept the management user's name or password",
        advice: "Check username and password of ecs.Provider (ECS_USERNAME, ECS_PASSWORD).",
      },
      "403": {
        code: "forbidden",
        problem: "ECS opens no session: this management user is locked, or has a hundred sessions open",
        advice:
          "End them with GET /logout?force=true as this user, or wait until they end by themselves after two hours.",
      },
    },
    foreign: {
      problem: "does not answer like the management API of ECS",
      advice: "Check endpoint: it is the management address, mostly https://…:4443.",
    },
    isSuccess: (status) => status === 200,
  };
}

/** How the management API answers. */
export function managementApi(settings: Parameters<typeof loginPage>[0] & Pick<Settings, "username">): Dialect<Act> {
  return {
    ...loginPage(settings),
    refusal,
    meanings: MEANINGS,
    otherwise: INVALID,
    token: {
      // ECS says so itself, or sends the client to its login page.
      over: [401, 302],
      notTaken: {
        ...loginAct(settings),
        code: "unauthorized",
        problem: "ECS ended a session that it had just opened",
        advice:
          "Check that nobody logs this management user out by force, and that a proxy passes X-SDS-AUTH-TOKEN on.",
      },
    },
    peculiar({ status }, said, { about }) {
      const { code = "" } = said ?? {};
      if (status === 404 && code === "2000" && about?.isInPath) return GONE;
      if (status >= 400 && status < 500 && status !== 403 && MISSING.includes(code))
        throw new SomethingMissing(`${status} code ${code}`);
      return undefined;
    },
  };
}

/** What a login is about. */
export function loginAct({ endpoint, username }: Pick<Settings, "endpoint" | "username">) {
  return { operation: "logging in", subject: `to ${endpoint} as "${username}"` };
}

/** What was looked for and not found, once that is known: `what` is "user", "namespace" or "other". */
export function missing(act: Act, what: "user" | "namespace" | "other", answer: string): ObjectUserError {
  const meanings: Record<typeof what, Meaning> = {
    user: GONE,
    namespace: { code: "invalid", problem: "ECS has no such namespace", advice: "Check namespace." },
    other: {
      code: "invalid",
      problem: "ECS does not find something that the request names, and it is neither the user nor its namespace",
      advice: "Run again; if it stays, look into the log of ECS.",
    },
  };
  return failure(act, { ...meanings[what], answer });
}
