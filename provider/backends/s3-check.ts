/** The S3 part of a preflight: whether an address answers like S3, and takes the region that requests are signed for. */
import { clauseOf, isObjectUserError } from "../errors";
import type { Credentials } from "../http/sigv4";
import type { Send } from "../http/wire";
import type { BackendDeps, Finding } from "./backend";
import { listBuckets, type S3Answer, type S3Target } from "./s3";

/** A key that no system has: its refusal is as good a sign of S3 as any. */
const NOBODYS: Credentials = { accessKey: "OBJECTUSERSCHECK0000", secretKey: "nobody-has-this-secret" };

/** Asks S3 with a key that works if there is one. Sends one harmless request. */
export async function checkS3(
  target: S3Target,
  key: Credentials | undefined,
  deps: BackendDeps & { readonly send: Send },
): Promise<Finding> {
  const what = "s3";
  const { s3Endpoint, region } = target;
  let answer: S3Answer;
  try {
    answer = await listBuckets(key ?? NOBODYS, { name: "preflight" }, target, deps);
  } catch (error) {
    if (!isObjectUserError(error)) throw error;
    const { answer: got = "", advice = "" } = error.parts;
    if (/AuthorizationHeaderMalformed|InvalidRegion/.test(got)) {
      return { what, verdict: "failed", says: `S3 does not take region "${region}" (${got})`, advice: "Set region." };
    }
    return { what, verdict: "failed", says: clauseOf(error.parts), advice };
  }
  if (key === undefined || answer.verdict !== "refused")
    return { what, verdict: "ok", says: `${s3Endpoint} answers like S3, region "${region}"` };
  return {
    what,
    verdict: "failed",
    says: `${s3Endpoint} answers like S3, but does not know the key that the admin API takes`,
    advice: "Check that s3Endpoint is of the same system as endpoint.",
  };
}

/** The same for a system whose S3 may have no known address: nothing is proven then, and a warning names the variable. */
export async function checkS3IfKnown(
  target: Omit<S3Target, "s3Endpoint"> & { readonly s3Endpoint?: string | undefined },
  environment: string,
  deps: BackendDeps & { readonly send: Send },
): Promise<Finding> {
  const { s3Endpoint } = target;
  if (s3Endpoint !== undefined) return checkS3({ ...target, s3Endpoint }, undefined, deps);
  const says = "no s3Endpoint is given: nothing is proven";
  return { what: "s3", verdict: "warning", says, advice: `Set ${environment}.` };
}
