/** Remotes of rclone. */
import * as pulumi from "@pulumi/pulumi";
import { type KeyHolder, loginOf, matching, type Place, refusal } from "./login";

const WRITER = "config.rclone";

/** Which remote. */
export interface RcloneOptions extends Place {
  /** The remote's name: letters, digits, - _ and . characters, no - at the beginning. Buckets are then `NAME:BUCKET`. */
  readonly remote: pulumi.Input<string>;
  /** The kind of S3, as rclone calls it. Default "Ceph"; "Other" for what rclone has no name for. */
  readonly s3Provider?: pulumi.Input<string | undefined>;
}

/**
 * A section of rclone.conf with a user's key. rclone reads `--config FILE`, RCLONE_CONFIG or
 * `~/.config/rclone/rclone.conf`.
 *
 * ```ts
 * export const remote = config.rclone(alice, { remote: "store" });
 * ```
 *
 * The text is secret. Fails for a user without a key, without an endpoint, a remote with other characters, and for a secret
 * of your own with `%(` or a line break in it.
 */
export function rclone(user: KeyHolder, options: RcloneOptions): pulumi.Output<string> {
  const { remote, s3Provider, ...place } = options;
  return pulumi
    .all([loginOf(WRITER, user, place), remote, s3Provider])
    .apply(([login, remote, s3Provider]) =>
      [
        `[${matching(WRITER, "remote", remote, /^[\w.][\w.-]*$/)}]`,
        "type = s3",
        `provider = ${matching(WRITER, "s3Provider", s3Provider ?? "Ceph", /^\w+$/)}`,
        "env_auth = false",
        `access_key_id = ${quoted("accessKey", login.accessKey)}`,
        `secret_access_key = ${quoted("secretKey", login.secretKey)}`,
        `endpoint = ${login.endpoint}`,
        `region = ${login.region}`,
        "force_path_style = true",
        "",
      ].join("\n"),
    );
}

/** rclone takes a value as written, except quotes at its beginning. It follows references to other values in quotes, too. */
function quoted(name: string, value: string): string {
  if (value.includes("%(")) throw refusal(WRITER, name, "%(");
  return value.trim() !== value || /^["`]/.test(value) ? `\`${value}\`` : value;
}
