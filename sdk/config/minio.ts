/** Aliases of the MinIO client, `mc`. */
import * as pulumi from "@pulumi/pulumi";
import { type KeyHolder, type Login, loginOf, matching, type Place, refusal } from "./login";

/** Which alias. */
export interface MinioOptions extends Place {
  /** The alias: a letter, then letters, digits, - and _ characters. Buckets are then `ALIAS/BUCKET`. */
  readonly alias: pulumi.Input<string>;
}

/**
 * The configuration of the MinIO client with one alias. mc reads it as `config.json` in `--config-dir`, MC_CONFIG_DIR or
 * `~/.mc`. mc writes to that file, so a read-only mount needs `minioHost` instead.
 *
 * ```ts
 * export const configJson = config.minioClient(alice, { alias: "store" });
 * ```
 *
 * The text is secret. Fails for a user without a key, without an endpoint, for an endpoint with a path, and for an alias with
 * other characters.
 */
export function minioClient(user: KeyHolder, options: MinioOptions): pulumi.Output<string> {
  const writer = "config.minioClient";
  return pulumi.all([loginOf(writer, user, options), options.alias]).apply(([login, alias]) => {
    const name = matching(writer, "alias", alias, /^[A-Za-z][\w-]*$/);
    const { accessKey, secretKey } = login;
    const entry = { url: origin(writer, login), accessKey, secretKey, api: "S3v4", path: "on" };
    return `${JSON.stringify({ version: "10", aliases: { [name]: entry } }, undefined, 2)}\n`;
  });
}

/**
 * The value of the variable MC_HOST_ALIAS: an address with the key in it, which mc reads instead of a file. Keep it out of
 * logs and command lines. Where a file is possible, use `minioClient`.
 *
 * ```ts
 * const env = [{ name: "MC_HOST_store", value: config.minioHost(alice) }];
 * ```
 *
 * The text is secret. mc takes the key as written, so nothing is escaped. Fails for a user without a key, without an
 * endpoint, for an endpoint with a path, and for a secret of your own with `:` or `%` in it, which mc would misread.
 */
export function minioHost(user: KeyHolder, options: Place = {}): pulumi.Output<string> {
  const writer = "config.minioHost";
  return loginOf(writer, user, options).apply((login) => {
    const { protocol, host } = new URL(origin(writer, login));
    if (/[:%/@]/.test(login.accessKey)) throw refusal(writer, "accessKey", "one of : % / @");
    if (/[:%]/.test(login.secretKey)) throw refusal(writer, "secretKey", ": or %");
    return `${protocol}//${login.accessKey}:${login.secretKey}@${host}`;
  });
}

function origin(writer: string, { endpoint }: Login): string {
  const { origin, pathname } = new URL(endpoint);
  if (pathname !== "/") throw new Error(`${writer}: mc reaches no endpoint with a path, such as ${pathname}.`);
  return origin;
}
