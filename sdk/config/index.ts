/**
 * A user's key as the text that a client reads: a function for each format, from a user to a secret `pulumi.Output<string>`.
 * It only formats: the program decides where the text goes (a file, a Kubernetes Secret, a secret store).
 *
 * ```ts
 * import * as config from "pulumi-object-users/config";
 *
 * export const rcloneConf = config.rclone(alice, { remote: "store" });
 * ```
 *
 * Every text is secret, in previews too, and changes with a rotation.
 */
export { awsConfig, awsCredentials, type ProfileOptions } from "./aws";
export { environment } from "./environment";
export { json } from "./json";
export { type KubernetesOptions, type KubernetesSecret, kubernetesSecret } from "./kubernetes";
export type { KeyHolder, Place } from "./login";
export { type MinioOptions, minioClient, minioHost } from "./minio";
export { type CloudsYamlOptions, cloudsYaml, type OpenStackOptions, openrc, type PasswordHolder } from "./openstack";
export { type Pair, pair } from "./pair";
export { type RcloneOptions, rclone } from "./rclone";
export { s3cmd } from "./s3cmd";
