/**
 * One request as the operations see it, and the two forms of answer: JSON for the admin API, XML for S3.
 */
import type { WireRequest, WireResponse } from "../../provider/http/wire";
import { Arguments, decode } from "./arguments";

/** Which of the three APIs a request is for. Of Swift there is the login. */
export type Side = "admin" | "s3" | "swift";

/** A request, taken apart. */
export interface Call {
  readonly side: Side;
  readonly method: string;
  /** The path, decoded. */
  readonly path: string;
  readonly args: Arguments;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What an operation answers when it worked. */
export interface Answer {
  readonly status?: number;
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const SIDES: ReadonlyMap<string | undefined, Side> = new Map([
  ["admin", "admin"],
  ["auth", "swift"],
]);

/** Takes a request apart. Nothing is checked. */
export function readCall(request: WireRequest): Call {
  const { url } = request;
  const path = decode(url.pathname.replaceAll("+", "%2B"));
  const headers = new Map<string, string>();
  for (const name in request.headers) headers.set(name.toLowerCase(), request.headers[name] ?? "");
  if (!headers.has("host")) headers.set("host", url.host);
  return {
    side: SIDES.get(path.split("/")[1]) ?? "s3",
    method: request.method,
    path,
    args: new Arguments(url.search.slice(1)),
    headers,
    body: request.body ?? "",
  };
}

/** An error's body. The message is always empty, as the real gateway's is. */
export function errorBody(side: Side, code: string, requestId: string, bucket: string): string {
  if (side !== "s3") return JSON.stringify({ Code: code, Message: "", RequestId: requestId, HostId: hostId });
  const name = bucket === "" ? "" : `<BucketName>${xml(bucket)}</BucketName>`;
  const ids = `<RequestId>${requestId}</RequestId><HostId>${hostId}</HostId>`;
  return `${xmlHead}<Error><Code>${code}</Code><Message></Message>${name}${ids}</Error>`;
}

/** A whole answer with an error in it. */
export function errorResponse(call: Call, status: number, code: string, requestId: string): WireResponse {
  const bucket = call.side === "s3" ? (call.path.split("/")[1] ?? "") : "";
  return {
    status,
    headers: {
      "x-amz-request-id": requestId,
      "accept-ranges": "bytes",
      "content-type": call.side !== "s3" ? "application/json" : "application/xml",
    },
    body: call.method === "HEAD" ? "" : errorBody(call.side, code, requestId, bucket),
  };
}

export const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>`;

/** Text for the inside of an XML element. */
export function xml(text: string): string {
  const names: Record<string, string> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
  return text.replace(/[&<>"']/g, (c) => `&${names[c]};`);
}

const hostId = "100d-default-default";
