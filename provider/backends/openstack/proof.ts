/**
 * Whether a key opens S3: by a signed S3 request where an S3 endpoint is known, else by asking Keystone to check a
 * signature, which is what S3 gateways do themselves.
 */
import { createHash, createHmac } from "node:crypto";
import type { Send } from "../../http/wire";
import type { Verdict } from "../../lifecycle/user-api";
import type { BackendDeps } from "../backend";
import { listBuckets } from "../s3";
import type { Session } from "./session";

/** The region in signatures. OpenStack's gateways take the usual one. */
const REGION = "us-east-1";

/** A key that signs, and the user it should belong to, as messages call it. */
export interface Claim {
  readonly name: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * Lists buckets with the key. The gateway does not tell a locked user from a wrong key, nor a role that it does not
 * accept from anything else: whatever is not accepted is refused.
 */
export async function proveByS3(
  claim: Claim,
  target: { readonly s3Endpoint: string; readonly region?: string | undefined; readonly timeoutSeconds: number },
  deps: BackendDeps & { readonly send: Send },
): Promise<Verdict> {
  const { verdict } = await listBuckets(claim, claim.name, { ...target, region: target.region ?? REGION }, deps);
  return verdict === "denied" ? "refused" : verdict;
}

/**
 * POST /v3/s3tokens: Keystone checks a signature. It takes an administrator, or a user with the role "service". 401: the
 * secret is wrong, or the user locked or without a role in the project; 404: no such key. The signed request is opaque to
 * Keystone, so any will do.
 */
export async function proveByKeystone(
  { name, accessKey, secretKey }: Claim,
  session: Session,
  now: Date,
): Promise<Verdict> {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [stamp.slice(0, 8), REGION, "s3", "aws4_request"];
  const request = createHash("sha256").update("GET\n/\n").digest("hex");
  const text = ["AWS4-HMAC-SHA256", stamp, scope.join("/"), request].join("\n");
  const signingKey = scope.reduce<string | Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${secretKey}`,
  );
  const signature = createHmac("sha256", signingKey).update(text).digest("hex");
  const means = {
    403: {
      code: "forbidden",
      problem: "this login may not have Keystone check keys",
      advice: "Give s3Endpoint to prove keys by S3 itself, or log in as an administrator, or set prove: false.",
    },
  } as const;
  const act = { operation: "proving", subject: `key ${accessKey} of user "${name}"`, writes: false, means };
  const credentials = { access: accessKey, signature, token: Buffer.from(text).toString("base64") };
  const answered = await session.ask(act, { method: "POST", path: "/s3tokens", body: { credentials } }, [401, 404]);
  return answered < 300 ? "accepted" : "refused";
}
