/** Secrets of Kubernetes. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { variables } from "./environment";
import { type KeyHolder, loginOf, matching, type Place } from "./login";

/** Further content of the Secret. */
export interface KubernetesOptions extends Place {
  /** Further entries by their keys, such as the text of another function here for a volume: `{ "rclone.conf": … }`. */
  readonly files?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The content of a Secret. Give it `stringData` or `data`, not both. */
export interface KubernetesSecret {
  /** The entries as text. Secret. */
  readonly stringData: pulumi.Output<Record<string, string>>;
  /** The entries in base64. Secret. */
  readonly data: pulumi.Output<Record<string, string>>;
  /**
   * SHA-256 of all entries, in hexadecimal digits. It changes whenever an entry changes. As an annotation of a pod
   * template it makes Kubernetes restart pods after a rotation. Pulumi treats it as a secret; whoever may read pods sees it.
   */
  readonly checksum: pulumi.Output<string>;
}

/**
 * The content of a Kubernetes Secret with a user's key, under the names that AWS SDKs read as variables (`envFrom`), and with
 * what else is given. Its checksum, as an annotation, makes Kubernetes restart pods when the content changes.
 *
 * ```ts
 * const { stringData, checksum } = config.kubernetesSecret(alice);
 * new k8s.core.v1.Secret("alice-s3", { metadata: { name: "alice-s3" }, stringData });
 * // in the Deployment's pod template: metadata: { annotations: { "checksum/alice-s3": checksum } }
 * ```
 *
 * The checksum may be seen if nobody can guess the secret, as with those that the systems make (40 random characters). It
 * may not be seen if the secret is one of your own that somebody might guess, because guesses can be tried against the
 * checksum unnoticed. Annotate the `rotationId` instead.
 *
 * Fails for a user without a key, without an endpoint, and for keys of `files` that Kubernetes does not take.
 */
export function kubernetesSecret(user: KeyHolder, options: KubernetesOptions = {}): KubernetesSecret {
  const writer = "config.kubernetesSecret";
  const { files, ...place } = options;
  const stringData = pulumi.all([loginOf(writer, user, place), pulumi.all(files ?? {})]).apply(([login, more]) => {
    for (const name of Object.keys(more)) matching(writer, "a key of files", name, /^[\w.-]{1,253}$/);
    return { ...variables(login), ...more };
  });
  return { stringData, data: stringData.apply(inBase64), checksum: stringData.apply(checksumOf) };
}

function inBase64(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [name, Buffer.from(value).toString("base64")]),
  );
}

function checksumOf(entries: Record<string, string>): string {
  const sorted = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
