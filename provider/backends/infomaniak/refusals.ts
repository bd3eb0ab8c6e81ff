/** What the account API's refusals mean and what to do about each. Decided by status and code, never by text. */
import { type Act, type Dialect, type Meanings, NAME, plain, type Said } from "../../http/dialect";
import type { Settings } from "./settings";
import { type Envelope, envelope } from "./wire";

const INVALID = { code: "invalid", problem: "Infomaniak refuses a value", advice: "Check the inputs." } as const;

const LIMITED = {
  code: "rate-limited",
  problem: "Infomaniak allows no more requests for now",
  advice: "Run again in a minute; other programs with this account count too.",
} as const;

const NOT_DONE = {
  code: "unexpected",
  problem: "Infomaniak did not do it",
  advice: "Run again; if it stays, ask Infomaniak's support with the code.",
} as const;

const MEANINGS: Meanings = {
  "401": {
    code: "unauthorized",
    problem: "Infomaniak does not accept the token",
    advice:
      "Check token of infomaniak.Provider (infomaniak:token, INFOMANIAK_TOKEN); a token that was not used for a year is disabled.",
  },
  "403": {
    code: "forbidden",
    problem: "the token may not do this",
    advice: "Check that it has the scope for Public Cloud, and that publicCloudId and projectId belong to its account.",
  },
  "404": {
    code: "not-found",
    problem: "there is no such public cloud, project or user in the token's account",
    advice: "Check publicCloudId and projectId.",
  },
};

const refusal = envelope.transform(({ error }) => ({ code: error?.code ?? "", error }));

/** How the account API answers: with an envelope that may say "error" whatever the status, as that of a failed task does. */
export function accountApi({
  endpoint,
  timeoutSeconds,
}: Pick<Settings, "endpoint" | "timeoutSeconds">): Dialect<Act, Said & Pick<Envelope, "error">> {
  return {
    endpoint,
    timeoutSeconds,
    who: "Infomaniak",
    refusal,
    faultsSayNothing: true,
    meanings: MEANINGS,
    otherwise: NOT_DONE,
    foreign: { problem: "does not answer like Infomaniak's API", advice: "Check endpoint, or run again later." },
    whenFaultStays: "look at Infomaniak's status page",
    isSuccess: (status, json) => status >= 200 && status < 300 && envelope.safeParse(json).data?.result !== "error",
    peculiar({ status }, said) {
      if (status === 429) return LIMITED;
      if (said === undefined) return undefined;
      if (status !== 422 && said.code !== "validation_failed") return status < 300 ? NOT_DONE : undefined;
      const details = said.error?.errors?.length ? said.error.errors : [said.error];
      const wrong = details.map(inWords).filter(Boolean).join("; ");
      return wrong === "" ? INVALID : { ...INVALID, problem: `${INVALID.problem}: ${wrong}` };
    },
  };
}

/** What is wrong with an attribute. The server's own words, but not about a password: they might quote it. */
function inWords(detail: Envelope["error"]): string {
  const attribute = plain(detail?.context?.attribute, NAME);
  const rule = plain(detail?.code, NAME) ?? "";
  if (attribute === undefined) return rule;
  if (attribute.endsWith("password")) return "the password does not meet the Public Cloud password policy";
  return `${attribute}: ${(detail?.description ?? rule).replace(/\.$/, "").slice(0, 200)}`;
}
