/**
 * What the API's refusals mean and what to do about each. Decided by status, as most of them have an empty body; the code
 * of those that have one is shown.
 *
 * Documentation: https://academy.cegedim.cloud/itcare-api/errors
 */
import * as z from "zod";
import type { Dialect, Meaning, Meanings } from "../../http/dialect";
import type { Settings } from "./settings";

const MEANINGS: Meanings = {
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

/** What of a body is shown: the code, and what stands in place of a text. Most bodies are empty. */
const refusal = z
  .looseObject({ errorCode: z.string().optional(), errorDesc: z.string().optional() })
  .catch({})
  .transform(({ errorCode, errorDesc }) => ({ words: [errorCode, errorDesc] }));

/** What asking for a token is about. */
export function tokenAct({ clientId }: Pick<Settings, "clientId">) {
  return { operation: "getting a token", subject: `for client "${clientId}"` };
}

/** How the API answers. */
export function api(settings: Settings): Dialect {
  return {
    endpoint: settings.endpoint,
    timeoutSeconds: settings.timeoutSeconds,
    who: "cegedim.cloud",
    refusal,
    meanings: MEANINGS,
    foreign: {
      problem: "does not answer as this release expects it of the API of cegedim.cloud",
      advice: "Check endpoint, and paths of cegedim.Provider: what is not published of the API is an assumption.",
    },
    token: {
      over: [401],
      notTaken: {
        ...tokenAct(settings),
        code: "unauthorized",
        problem: "the API does not take the token that was just given for it",
        advice: "Check that endpoint and tokenUrl of cegedim.Provider belong together.",
      },
    },
    isSuccess: (status) => status >= 200 && status <= 202,
  };
}

const UNKNOWN_CLIENT: Meaning = {
  code: "unauthorized",
  problem: "the client's id or secret is not accepted",
  advice: "Check clientId and clientSecret of cegedim.Provider (ITCARE_CLIENT_ID, ITCARE_CLIENT_SECRET).",
};

/** How the login service answers: an OAuth2 refusal has a body of its own form, `{"error":"invalid_client",…}`. */
export function loginService({ tokenUrl, timeoutSeconds }: Settings): Dialect {
  return {
    endpoint: tokenUrl,
    timeoutSeconds,
    who: "the login service",
    refusal: z
      .looseObject({ error: z.string().optional() })
      .catch({})
      .transform(({ error }) => ({ code: error })),
    meanings: {
      "401": UNKNOWN_CLIENT,
      "403": {
        code: "forbidden",
        problem: "the client may not have a token",
        advice: "Ask the support of cegedim.cloud for an API account.",
      },
      invalid_client: UNKNOWN_CLIENT,
      unauthorized_client: UNKNOWN_CLIENT,
    },
    foreign: { problem: "does not answer like a token endpoint", advice: "Check tokenUrl of cegedim.Provider." },
    isSuccess: (status) => status === 200,
  };
}
