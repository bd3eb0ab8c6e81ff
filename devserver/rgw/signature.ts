/**
 * Who sent a request: AWS signature version 4 in the Authorization header, verified for real, in the order and with
 * the codes of the real gateway. Presigned addresses and version 2 are not supported.
 */
import { createHash, createHmac } from "node:crypto";
import { encode } from "./arguments";
import type { Call } from "./call";
import { refuse } from "./refusal";
import type { Store } from "./store";
import type { StoredUser } from "./user";

const maxSkewSeconds = 15 * 60;
const unsigned = "UNSIGNED-PAYLOAD";

/**
 * The user whose key signed the request; undefined when it carries no signature at all. Region and service are not
 * checked: any will do, as long as the signature was made with them.
 */
export function authenticate(call: Call, store: Store, now: Date): StoredUser | undefined {
  const header = call.headers.get("authorization");
  if (header === undefined || header === "") return undefined;
  if (header.startsWith("AWS ")) {
    const accessKey = header.slice(4, header.lastIndexOf(":"));
    return refuse(store.byAccessKey(accessKey) === undefined ? "InvalidAccessKeyId" : "SignatureDoesNotMatch");
  }
  const match =
    /^AWS4-HMAC-SHA256 +Credential=(.+)\/(\d+)\/([^/]*)\/([^/]*)\/aws4_request, *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$/.exec(
      header,
    );
  if (match === null) return refuse("InvalidArgument");
  const [, accessKey = "", day = "", region = "", service = "", signedHeaders = "", signature = ""] = match;

  const date = call.headers.get("x-amz-date") ?? "";
  const sentAt = parseDate(date);
  if (sentAt === undefined) return refuse("AccessDenied");
  if (Math.abs(now.getTime() - sentAt) > maxSkewSeconds * 1000) refuse("RequestTimeTooSkewed");

  const payload = call.headers.get("x-amz-content-sha256") ?? unsigned;
  // Only operations that expect a body may be sent with a signed one.
  if (call.body !== "" && payload !== unsigned && !takesBody(call)) refuse("NotImplemented");

  const user = store.byAccessKey(accessKey);
  const { secret, subuser } = user?.keys.get(accessKey) ?? {};
  if (user === undefined || secret === undefined) return refuse("InvalidAccessKeyId");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonicalRequest(call, signedHeaders, payload))}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), "aws4_request");
  if (hmac(key, text).toString("hex") !== signature) refuse("SignatureDoesNotMatch");
  if (call.body !== "" && payload !== unsigned && sha256(call.body) !== payload) refuse("XAmzContentSHA256Mismatch");
  return subuser === undefined ? user : { ...user, access: user.subusers.get(subuser) ?? "<none>" };
}

function takesBody({ side, method, path }: Call): boolean {
  return method === "PUT" && (side === "s3" ? path !== "/" : path.startsWith("/admin/metadata/"));
}

function canonicalRequest(call: Call, signedHeaders: string, payload: string): string {
  const parameters: [string, string][] = [];
  for (const [name, value] of call.args.entries()) parameters.push([encode(name), encode(value)]);
  // By name alone: of the whole pair, "max-size-kb=1" would come before "max-size=1".
  const query = parameters.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
  let headers = "";
  for (const name of signedHeaders.split(";")) {
    headers += `${name}:${(call.headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`;
  }
  const path = call.path.split("/").map(encode).join("/");
  return `${call.method}\n${path}\n${query.join("&")}\n${headers}\n${signedHeaders}\n${payload}`;
}

/** `20250131T235959Z` in milliseconds since 1970. */
function parseDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
