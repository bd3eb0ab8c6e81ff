/** AWS Signature Version 4, as S3 wants it: the payload's hash always in a header. The arithmetic is aws4's. */
import { createHash } from "node:crypto";
import * as aws4 from "aws4";
import type { WireRequest } from "./wire";

/** A pair of keys that signs. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A request, signed for S3 in a region at a moment. */
export function signed(
  request: Pick<WireRequest, "method" | "url" | "body">,
  { accessKey, secretKey }: Credentials,
  region: string,
  now: Date,
): WireRequest {
  const { method, url, body = "" } = request;
  const { headers } = aws4.sign(
    {
      service: "s3",
      region,
      method,
      host: url.host,
      path: `${url.pathname}${url.search}`,
      body,
      headers: {
        "X-Amz-Date": now.toISOString().replace(/[-:]|\.\d+/g, ""),
        "X-Amz-Content-Sha256": createHash("sha256").update(body).digest("hex"),
      },
    },
    { accessKeyId: accessKey, secretAccessKey: secretKey },
  );
  return { method, url, body, headers: headers as Record<string, string> };
}

/** Text in a query or a path, escaped as the signature wants it: everything but A–Z a–z 0–9 - _ . ~ */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
