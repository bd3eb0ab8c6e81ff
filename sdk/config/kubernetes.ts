/** Secrets of Kubernetes. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { variables } from "./environment";
import { type KeyHolder, loginOf, matching, type Place } from "./login";

/** What else belongs into the Secret. */
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
   * SHA-256 of all entries, in hexadecimal digits: another text whenever an entry is another. As an annotation of a pod
   * template it has pods restarted after a rotation. Secret in Pulumi's eyes; whoever may read pods sees the annotation.
   */
  readonly checksum: pulumi.Output<string>;
}

/**
 * The content of a Kubernetes Secret with a user's key, under the names that AWS SDKs read as variables (`envFrom`), and what
 * else is given; and a checksum for the annotation that has pods restarted when it changes.
 *
 * ```ts
 * const { stringData, checksum } = config.kubernetesSecret(alice);
 * new k8s.core.v1.Secret("alice-s3", { metadata: { name: "alice-s3" }, stringData });
 * // in the Deployment's pod template: metadata: { annotations: { "checksum/alice-s3": checksum } }
 * ```
 *
 * May the checksum be seen? Yes, where the secret is one that nobody can guess, such as those that the systems make (40
 * random characters). No, where it is a secret of your own that somebody might guess: a guess can be tried against the
 * checksum without anybody noticing. Then annotate the `rotationId` instead.
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
