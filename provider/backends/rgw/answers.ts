/** What an answer must show before it is believed: of which user it is, that a key was made, whose key S3 accepted. */
import { ObjectUserError } from "../../errors";
import type { Send } from "../../http/wire";
import { type Called, called } from "../../lifecycle/called";
import type { Live, LiveKey } from "../../lifecycle/model";
import type { Verdict } from "../../lifecycle/user-api";
import type { BackendDeps } from "../backend";
import { listBuckets, type S3Answer } from "../s3";
import { CHECK_ENDPOINT } from "./refusals";
import type { Settings } from "./settings";
import { userIdOf, type WireUser } from "./wire";

/** The answer, which must be about the user that was asked for: about another one it is none. */
export function sameUser<User extends Parameters<typeof userIdOf>[0]>(userId: string, user: User): User {
  if (userIdOf(user) === userId) return user;
  throw new ObjectUserError({
    code: "unexpected",
    operation: "reading",
    subject: `user "${userId}"`,
    problem: "the gateway answered for another user",
    advice: CHECK_ENDPOINT,
  });
}

/** Refuses to make a key that a subuser of the user has: the gateway would replace its secret, and leave it the subuser's. */
export function notOfSubuser({ keys }: Pick<WireUser, "keys">, accessKey: string | undefined): void {
  const owner = keys.find((key) => key.access_key === accessKey)?.user;
  if (!owner?.includes(":")) return;
  throw new ObjectUserError({
    code: "already-exists",
    operation: "issuing",
    subject: `key ${accessKey}`,
    problem: `it is a key of subuser "${owner}"`,
    advice: "Nothing was changed. Choose another accessKey. The keys of a subuser are those of its rgw.Subuser.",
  });
}

/** The key that was to be made. */
export function madeKey(keys: readonly LiveKey[], user: Called, accessKey: string | undefined): LiveKey {
  const key = keys.find((candidate) => candidate.accessKey === accessKey);
  if (key) return key;
  throw new ObjectUserError({
    code: "conflict",
    operation: "issuing",
    subject: `key ${accessKey} of ${called(user)}`,
    problem: "the gateway accepted the request but does not list the key",
    uncertain: true,
    advice: "Run again.",
  });
}

/** Whether S3, at each of its addresses, knows the admin's own key. */
export async function knowsAdmin(settings: Settings, deps: BackendDeps & { readonly send: Send }): Promise<boolean> {
  const all = await Promise.all(
    settings.s3Endpoints.map((s3Endpoint) =>
      listBuckets(settings, { name: "admin" }, { ...settings, s3Endpoint }, deps),
    ),
  );
  return all.every(({ verdict }) => verdict !== "refused");
}

/** What S3's answer says of a key whose requests are `owner`'s. */
export async function verdictOf(
  answer: S3Answer,
  owner: string,
  key: Pick<LiveKey, "accessKey" | "secretKey">,
  look: () => Promise<Live | undefined>,
): Promise<Verdict> {
  if (answer.verdict === "accepted") return answer.owner === owner ? "accepted" : "refused";
  if (answer.verdict !== "denied") return answer.verdict;
  // A key without permission, or one that a lost race left in the index only: looking tells which.
  const live = await look();
  return live?.keys?.some((other) => other.accessKey === key.accessKey && other.secretKey === key.secretKey)
    ? "accepted"
    : "refused";
}
