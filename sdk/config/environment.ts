/** Environment files: one NAME=value a line. */
import type * as pulumi from "@pulumi/pulumi";
import { type KeyHolder, type Login, loginOf, type Place, refusal } from "./login";

const WRITER = "config.environment";

/**
 * An environment file (dotenv) with a user's key: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, the endpoint and the region. It
 * also makes SDKs send checksums only where S3 demands them, because older gateways refuse those of new SDKs.
 *
 * Read by the AWS SDKs and the AWS CLI once the variables are set: by `set -a; . ./FILE` in a shell, `node --env-file`,
 * dotenv's libraries, systemd's EnvironmentFile, and Docker. Values are unquoted where that is possible, because Docker's
 * `--env-file` does not interpret quotes. A key that the system made is always unquoted.
 *
 * Endpoint and region have two names each because SDKs differ: AWS_ENDPOINT_URL_S3 wins over AWS_ENDPOINT_URL.
 *
 * ```ts
 * export const env = config.environment(alice);
 * export const red = config.environment(teams.get("red"), { endpoint: "https://s3.example.com" });
 * ```
 *
 * The text is secret. Fails for a user without a key, without an endpoint, and for a secret of your own that no quotes can
 * hold for all these readers: a line break; `'` together with `"`, `$`, `` ` `` or `\`; `\` at the end or twice in a row.
 */
export function environment(user: KeyHolder, options: Place = {}): pulumi.Output<string> {
  return loginOf(WRITER, user, options).apply((login) =>
    Object.entries(variables(login))
      .map(([name, value]) => `${name}=${quoted(name, value)}\n`)
      .join(""),
  );
}

/** The variables by their names. */
export function variables({ accessKey, secretKey, endpoint, region }: Login): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
  };
}

/** Single quotes keep everything but themselves and, for some readers, doubled backslashes. */
function quoted(name: string, value: string): string {
  if (/^[\w/+=.:,@%-]*$/.test(value)) return value;
  if (/\\(\\|$)/.test(value)) throw refusal(WRITER, name, "backslashes in a row or at its end");
  if (!value.includes("'")) return `'${value}'`;
  if (/["$`\\]/.test(value)) throw refusal(WRITER, name, `' together with ", $, \` or \\`);
  return `"${value}"`;
}
