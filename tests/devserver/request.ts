/** Signed requests for the embedded gateway, as plain data. */
import { sign } from "aws4";
import type { Gateway } from "../../devserver/rgw/gateway";
import type { WireRequest } from "../../provider/http/wire";

const host = "gateway.test";

/** An admin request by the gateway's administrator: `admin(gateway, "GET user?uid=ann")`. */
export function admin(gateway: Pick<Gateway, "admin">, what: string, at = new Date()): WireRequest {
  const [method = "", path = ""] = what.split(" ");
  const { accessKey, secretKey } = gateway.admin;
  return signed(method, `/admin/${path}`, accessKey, secretKey, at);
}

/** An S3 request by any key. */
export function s3(what: string, accessKey: string, secretKey: string): WireRequest {
  const [method = "", path = ""] = what.split(" ");
  return signed(method, path, accessKey, secretKey, new Date());
}

function signed(method: string, path: string, accessKeyId: string, secretAccessKey: string, at: Date): WireRequest {
  const date = at.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const request = { host, method, path, service: "s3", region: "us-east-1", headers: { "X-Amz-Date": date } };
  sign(request, { accessKeyId, secretAccessKey });
  return { method, url: new URL(`http://${host}${path}`), headers: request.headers };
}
