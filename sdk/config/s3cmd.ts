/** The configuration of s3cmd. */
import type * as pulumi from "@pulumi/pulumi";
import { type KeyHolder, loginOf, type Place, refusal } from "./login";

const WRITER = "config.s3cmd";

/**
 * A configuration file of s3cmd with a user's key. s3cmd reads `-c FILE`, S3CMD_CONFIG or `~/.s3cfg`. Buckets stand in
 * the path of addresses, not in the host's name.
 *
 * ```ts
 * export const s3cfg = config.s3cmd(alice);
 * ```
 *
 * The text is secret. Fails for a user without a key, without an endpoint, for an endpoint with a path, and for a secret of
 * your own that begins with `$`, which s3cmd takes for the name of a variable, or begins or ends with a space.
 */
export function s3cmd(user: KeyHolder, options: Place = {}): pulumi.Output<string> {
  return loginOf(WRITER, user, options).apply(({ accessKey, secretKey, endpoint, region }) => {
    const { protocol, host, pathname } = new URL(endpoint);
    if (pathname !== "/") throw new Error(`${WRITER}: s3cmd reaches no endpoint with a path, such as ${pathname}.`);
    return [
      "[default]",
      `access_key = ${quoted("accessKey", accessKey)}`,
      `secret_key = ${quoted("secretKey", secretKey)}`,
      `host_base = ${host}`,
      `host_bucket = ${host}`,
      `bucket_location = ${region}`,
      `use_https = ${protocol === "https:" ? "True" : "False"}`,
      "",
    ].join("\n");
  });
}

/** s3cmd removes one pair of quotes, and leaves the rest as it is. */
function quoted(name: string, value: string): string {
  if (value.startsWith("$")) throw refusal(WRITER, name, "a $ at its beginning");
  if (value.trim() !== value) throw refusal(WRITER, name, "a space at an end");
  return `"${value}"`;
}
