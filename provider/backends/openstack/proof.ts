/** Whether a key opens S3, where no S3 endpoint is known: Keystone checks a signature, which is what S3 gateways have it do. */
import { createHash, createHmac } from "node:crypto";
import { repeatable } from "../../http/dialect";
import type { Credentials } from "../../http/sigv4";
import type { Verdict } from "../../lifecycle/user-api";
import type { Session } from "../../protocols/keystone/session";
import { USUAL_REGION } from "../s3";

/**
 * POST /v3/s3tokens: Keystone checks a signature. It takes an administrator, or a user with the role "service". 401: the
 * secret is wrong, or the user locked or without a role in the project; 404: no such key. The signed request is opaque to
 * Keystone, so any will do.
 */
export async function proveByKeystone(
  name: string,
  { accessKey, secretKey }: Credentials,
  session: Session,
  now: Date,
): Promise<Verdict> {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [stamp.slice(0, 8), USUAL_REGION, "s3", "aws4_request"];
  const request = createHash("sha256").update("GET\n/\n").digest("hex");
  const text = ["AWS4-HMAC-SHA256", stamp, scope.join("/"), request].join("\n");
  const signingKey = scope.reduce<string | Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    `AWS4${secretKey}`,
  );
  const signature = createHmac("sha256", signingKey).update(text).digest("hex");
  const forbidden = {
    code: "forbidden",
    problem: "this login may not have Keystone check keys",
    advice: "Give s3Endpoint to prove keys by S3 itself, or log in as an administrator, or set prove: false.",
  } as const;
  const act = { ...repeatable("proving", `key ${accessKey} of user "${name}"`), means: { "403": forbidden } };
  const credentials = { access: accessKey, signature, token: Buffer.from(text).toString("base64") };
  const answered = await session.ask(act, "POST", "/s3tokens", { body: { credentials }, also: [401, 404] });
  return answered < 300 ? "accepted" : "refused";
}
