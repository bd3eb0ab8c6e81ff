/**
 * The S3 side that every system has in common: one harmless signed request, ListBuckets, and what its answer says about
 * the key that signed it.
 *
 * Documentation: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
 */
import { ObjectUserError } from "../errors";
import { exchange } from "../http/exchange";
import { comeBackLater } from "../http/later";
import { type Credentials, signed } from "../http/sigv4";
import type { Send, WireResponse } from "../http/wire";
import type { BackendDeps } from "./backend";

/** What S3 said: accepted with the owner's id, or refused with a code. "denied": signature fine, permission lacking, or not. */
export type S3Answer =
  | { readonly verdict: "accepted"; readonly owner: string | undefined }
  | { readonly verdict: "suspended" | "denied" | "refused" };

/** Where and how to ask. */
export interface S3Target {
  readonly s3Endpoint: string;
  readonly region: string;
  readonly timeoutSeconds: number;
}

const VERDICTS: Readonly<Record<string, "suspended" | "denied" | "refused">> = {
  UserSuspended: "suspended",
  AccessDenied: "denied",
  InvalidAccessKeyId: "refused",
  SignatureDoesNotMatch: "refused",
};

/** Lists the buckets of a key's owner. Rejects with an ObjectUserError when the answer says nothing about the key. */
export function listBuckets(
  key: Credentials,
  userId: string,
  target: S3Target,
  deps: BackendDeps & { readonly send: Send },
): Promise<S3Answer> {
  const act = { operation: "proving", subject: `key ${key.accessKey} of user "${userId}"` };
  return exchange(deps, {
    ...act,
    safe: true,
    timeoutMs: target.timeoutSeconds * 1000,
    request: () => signed({ method: "GET", url: new URL(`${target.s3Endpoint}/`) }, key, target.region, deps.now()),
    read: (response) => read(response, act, target),
  });
}

function read(response: WireResponse, act: { operation: string; subject: string }, { s3Endpoint }: S3Target): S3Answer {
  const { status, body } = response;
  if (status === 200 && body.includes("<ListAllMyBucketsResult"))
    return { verdict: "accepted", owner: element(body, "ID") };
  const code = element(body, "Code");
  const verdict = code === undefined ? undefined : VERDICTS[code];
  if (verdict && (status === 401 || status === 403)) return { verdict };
  if (status === 401) return { verdict: "refused" };
  const answer = [status, code !== undefined && /^\w{1,60}$/.test(code) ? code : undefined].filter(Boolean).join(" ");
  const later = comeBackLater(status, "S3", { safe: true });
  if (later) throw new ObjectUserError({ ...act, ...later, answer });
  if (status >= 500) {
    throw new ObjectUserError({ ...act, code: "unavailable", problem: "S3 has a fault", answer, advice: "Run again." });
  }
  throw new ObjectUserError({
    ...act,
    code: "unexpected",
    problem: `${s3Endpoint} does not answer like S3`,
    answer,
    advice: "Check s3Endpoint and region, or set prove: false to go without the proof.",
  });
}

/** The text of the first element of a name in a small XML document. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity] ?? entity);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};
