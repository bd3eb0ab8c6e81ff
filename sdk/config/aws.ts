/** The two files of AWS profiles: shared credentials, and configuration. */
import * as pulumi from "@pulumi/pulumi";
import { type KeyHolder, keyOf, loginOf, matching, type Place, refusal } from "./login";

/** Which profile. */
export interface ProfileOptions {
  /** The profile's name: letters, digits and - _ . @ + : / % characters. */
  readonly profile: pulumi.Input<string>;
}

/** What every AWS SDK takes for a profile's name without quotes. */
const PROFILE = /^[\w.@+:/%-]+$/;

/**
 * A profile of the shared credentials file (`~/.aws/credentials`, AWS_SHARED_CREDENTIALS_FILE) with a user's key. The
 * AWS CLI, the AWS SDKs and tools that use them read it. The endpoint stands in the other file: see `awsConfig`.
 *
 * ```ts
 * export const credentials = config.awsCredentials(alice, { profile: "alice" });
 * ```
 *
 * The text is secret. Fails for a user without a key, a profile name with other characters, and for a secret of your own
 * that begins or ends with a space, or has `#` or `;` after a space, where some readers see a comment.
 */
export function awsCredentials(user: KeyHolder, options: ProfileOptions): pulumi.Output<string> {
  const writer = "config.awsCredentials";
  return pulumi.all([keyOf(writer, user), options.profile]).apply(([{ accessKey, secretKey }, profile]) =>
    lines(
      `[${matching(writer, "profile", profile, PROFILE)}]`,
      // Without spaces around "=", because a value that begins with "#" would then be a comment to some.
      `aws_access_key_id=${bare(writer, "accessKey", accessKey)}`,
      `aws_secret_access_key=${bare(writer, "secretKey", secretKey)}`,
    ),
  );
}

/**
 * A profile of the AWS configuration file (`~/.aws/config`, AWS_CONFIG_FILE): endpoint, region, path-style addresses, and
 * checksums only where S3 demands them. The AWS CLI and the SDKs read it. boto3 before 1.28 and the AWS CLI before 2.13
 * do not read `endpoint_url`, and the SDK for JavaScript takes path-style addresses from the program only, by
 * `forcePathStyle: true`.
 *
 * ```ts
 * export const profile = config.awsConfig(alice, { profile: "alice" });
 * ```
 *
 * There is no key in it, but the text is secret, as that of every function here. Fails for a user without a key,
 * without an endpoint, and for a profile name with other characters than `awsCredentials` takes.
 */
export function awsConfig(user: KeyHolder, options: ProfileOptions & Place): pulumi.Output<string> {
  const writer = "config.awsConfig";
  return pulumi
    .all([loginOf(writer, user, options), options.profile])
    .apply(([{ endpoint, region }, profile]) =>
      lines(
        profile === "default" ? "[default]" : `[profile ${matching(writer, "profile", profile, PROFILE)}]`,
        `region=${region}`,
        `endpoint_url=${endpoint}`,
        "request_checksum_calculation=when_required",
        "response_checksum_validation=when_required",
        "s3=",
        "  addressing_style=path",
      ),
    );
}

/** These files have no quotes: a value is the text as written, without spaces around it and without a comment after it. */
function bare(writer: string, name: string, value: string): string {
  if (value.trim() !== value) throw refusal(writer, name, "a space at an end");
  if (/\s[#;]/.test(value)) throw refusal(writer, name, "# or ; behind a space");
  return value;
}

function lines(...all: string[]): string {
  return `${all.join("\n")}\n`;
}
