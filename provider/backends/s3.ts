/**
 * The S3 side that every system has in common: one harmless signed request, ListBuckets, and what its answer says about
 * the key that signed it.
 *
 * Documentation: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
 */
import * as z from "zod";
import { ObjectUserError } from "../errors";
import { type Dialect, type Meaning, refused, repeatable } from "../http/dialect";
import { exchange } from "../http/exchange";
import { type Credentials, signed } from "../http/sigv4";
import type { Send, WireResponse } from "../http/wire";
import { type Called, called } from "../lifecycle/called";
import type { UserRef, Verdict } from "../lifecycle/user-api";
import type { BackendDeps } from "./backend";

/** What S3 said: accepted with the owner's id, or refused with a code. "denied": signature fine, permission lacking, or not. */
export type S3Answer =
  | { readonly verdict: "accepted"; readonly owner: string | undefined }
  | { readonly verdict: "suspended" | "denied" | "refused" };

/** The region in signatures where a system has no regions of its own. */
export const USUAL_REGION = "us-east-1";

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

const refusal = z.object({ code: z.string() });

/**
 * A gateway of Ceph that asks Keystone makes a project's user with the first request, and of two first requests at the same
 * moment it answers one like this, though it was to make no bucket. The next one finds the user.
 */
const OWNER_BEING_MADE: Meaning = {
  code: "unavailable",
  problem: "S3 is making the owner of the key at this moment, for another request",
  advice: "Run again.",
};

const foreign = {
  problem: "does not answer like S3",
  advice: "Check s3Endpoint and region, or set prove: false to go without the proof.",
};

/** Lists the buckets of a key's owner. Rejects with an ObjectUserError when the answer says nothing about the key. */
export function listBuckets(
  key: Credentials,
  user: Called,
  { s3Endpoint: endpoint, region, timeoutSeconds }: S3Target,
  deps: BackendDeps & { readonly send: Send },
): Promise<S3Answer> {
  const meanings = { "409 BucketAlreadyExists": OWNER_BEING_MADE };
  const dialect: Dialect = { endpoint, timeoutSeconds, who: "S3", refusal, meanings, foreign };
  const act = repeatable("proving", `key ${key.accessKey} of ${called(user)}`);
  return exchange(deps, {
    ...act,
    timeoutMs: timeoutSeconds * 1000,
    request: () => signed({ method: "GET", url: new URL(`${endpoint}/`) }, key, region, deps.now()),
    read(response) {
      const code = element(response.body, "Code");
      const answer = read(response, code);
      if (answer === undefined) throw refused(dialect, act, response, { code });
      return answer;
    },
  });
}

function read({ status, body }: WireResponse, code: string | undefined): S3Answer | undefined {
  if (status === 200 && body.includes("<ListAllMyBucketsResult"))
    return { verdict: "accepted", owner: element(body, "ID") };
  const verdict = code === undefined ? undefined : VERDICTS[code];
  if (verdict && (status === 401 || status === 403)) return { verdict };
  return status === 401 ? { verdict: "refused" } : undefined;
}

/**
 * Whether a key opens an OpenStack's S3. The gateway does not tell a locked user from a wrong key, nor a role that it does not
 * accept from anything else: whatever is not accepted is refused.
 */
export async function proveByS3(
  name: string,
  key: Credentials,
  target: Omit<S3Target, "region"> & { readonly region?: string | undefined },
  deps: BackendDeps & { readonly send: Send },
): Promise<Verdict> {
  const { verdict } = await listBuckets(key, { name }, { ...target, region: target.region ?? USUAL_REGION }, deps);
  return verdict === "denied" ? "refused" : verdict;
}

/** Whether a secret works, where S3 may have no known address (`nowhere` says what then) and denies a locked user everything. */
export async function proveUnlessLocked(
  { name }: UserRef,
  key: Credentials,
  { s3Endpoint, ...target }: Omit<S3Target, "s3Endpoint"> & { readonly s3Endpoint?: string | undefined },
  deps: BackendDeps & { readonly send: Send },
  nowhere: Pick<Meaning, "problem" | "advice">,
  isLocked: () => Promise<boolean>,
): Promise<Verdict> {
  if (s3Endpoint === undefined)
    throw new ObjectUserError({
      code: "invalid",
      operation: "proving",
      subject: `the secret of user "${name}"`,
      ...nowhere,
    });
  const { verdict } = await listBuckets(key, { name }, { ...target, s3Endpoint }, deps);
  if (verdict !== "denied") return verdict;
  // The signature is right. What is denied is denied to the user: by a lock, or by a policy.
  return (await isLocked()) ? "suspended" : "accepted";
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
