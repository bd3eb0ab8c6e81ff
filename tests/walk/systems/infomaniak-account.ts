/** What walks on the stand-in of Infomaniak's account API have in common: an account of its own for each, and how it is reached. */
import { setTimeout as sleep } from "node:timers/promises";
import { Account, type AccountOptions } from "../../../devserver/infomaniak/account-api";
import type { Send } from "../../../provider/http/wire";
import type { Site } from "../system";

/** The number of the account's public cloud. */
export const CLOUD = 1200;
const TOKEN = "token-of-the-walks-0123456789abcdef";
let walks = 0;

/** A new account before a region, with these projects. */
export function newAccount({ region, projects }: Pick<AccountOptions, "region" | "projects">) {
  const account = new Account({
    ...{ region, projects, token: TOKEN, publicCloudId: CLOUD },
    ...{ requestsPerMinute: 1_000_000, delayMs: 0 },
  });
  const api: Send = async ({ method, url, headers, body: text }) => {
    const authorization = headers.authorization ?? headers.Authorization;
    const body = text === undefined ? undefined : JSON.parse(text);
    const answer = await account.handle({ method, path: url.pathname, query: url.searchParams, authorization, body });
    return { headers: {}, ...answer, body: JSON.stringify(answer.body) };
  };
  // Limits are counted by address and number: another walk has a clock of its own.
  const requestsPerMinute = 100_000 - ++walks;
  const config: Site["config"] = (_cluster, address) => ({
    "infomaniak:token": TOKEN,
    "infomaniak:endpoint": `https://${address}.test`,
    "infomaniak:authUrl": `https://keystone.${address}.test/v3`,
    "infomaniak:s3Endpoint": "https://s3.test",
    "infomaniak:requestsPerMinute": requestsPerMinute,
  });
  /** Resolves when nothing is under way, and none of these is busy. */
  const settled = async (things: () => readonly { readonly status: string }[]) => {
    await account.idle();
    while (things().some(({ status }) => status !== "ok")) await sleep(1);
  };
  return { account, api, config, settled, secrets: [TOKEN] };
}
