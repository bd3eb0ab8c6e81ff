/**
 * What Keystone's refusals mean and what to do about each. Decided by status, never by text; an answer that is not
 * Keystone's own is never taken for "gone".
 */
import * as z from "zod";
import type { Act, Dialect, Meaning, Meanings, Said } from "../../http/dialect";
import type { KeystoneAddress } from "./auth";

/** The refusal of a password, whose rule Keystone tells. */
export const WEAK_PASSWORD: Meaning = {
  code: "invalid",
  problem: "Keystone does not accept the password",
  advice: "Give a password that meets the rule.",
};

const MEANINGS: Meanings = {
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

const refusal = z
  .looseObject({ error: z.looseObject({ code: z.number(), message: z.string().default("") }) })
  .transform(({ error }) => ({ words: [], message: error.message }));

/** How a Keystone answers. */
export function keystoneAt({
  authUrl,
  timeoutSeconds,
}: KeystoneAddress): Dialect<Act, Said & { readonly message: string }> {
  return {
    endpoint: authUrl,
    timeoutSeconds,
    who: "Keystone",
    refusal,
    idHeader: "x-openstack-request-id",
    meanings: MEANINGS,
    foreign: {
      problem: "does not answer like OpenStack's identity API v3",
      advice: "Check authUrl: it usually ends with /v3.",
    },
    whenFaultStays: "look into its log",
    peculiar({ status }, said, { means }) {
      if (status !== 400 || means?.[status] !== WEAK_PASSWORD || said === undefined) return undefined;
      return { ...WEAK_PASSWORD, problem: WEAK_PASSWORD.problem + passwordRule(said.message) };
    },
  };
}

/** The operator's own description of the rule. The rest of the message may quote the password. */
function passwordRule(message: string): string {
  const rule = /^The password does not match the requirements: (.{1,300}?)\.?$/.exec(message)?.[1];
  return rule === undefined ? "" : `: it wants ${rule}`;
}
