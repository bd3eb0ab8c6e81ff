/** A key as plain JSON, for programs of your own. */
import type * as pulumi from "@pulumi/pulumi";
import { type KeyHolder, loginOf, type Place } from "./login";

/**
 * JSON with a user's key: `{"accessKey": …, "secretKey": …, "endpoint": …, "region": …}` in one line. For programs of your own
 * and for secret stores that keep one text for a secret.
 *
 * ```ts
 * const { current, previous } = config.pair(alice, (key) => config.json(key));
 * ```
 *
 * The text is secret. Fails for a user without a key and without an endpoint.
 */
export function json(user: KeyHolder, options: Place = {}): pulumi.Output<string> {
  return loginOf("config.json", user, options).apply(
    ({ accessKey, secretKey, endpoint, region }) => `${JSON.stringify({ accessKey, secretKey, endpoint, region })}\n`,
  );
}
