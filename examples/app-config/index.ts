// One key in the formats of the applications that use it. Each text is a secret output and changes with a rotation. You decide
// where it goes: `pulumi stack output rclone --show-secrets > rclone.conf` under `umask 077`, a Kubernetes Secret, a vault.
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";
import * as config from "pulumi-object-users/config";

const settings = new pulumi.Config();

const media = new rgw.User("media", {
  uid: "media",
  displayName: "Media archive",
  rotationId: settings.get("rotationId") ?? "first", // `pulumi config set rotationId 2026-q4` rotates
  gracePeriodSeconds: settings.getNumber("gracePeriodSeconds") ?? 24 * 3600,
});

// For containers, systemd's EnvironmentFile and `node --env-file`.
export const environment = config.environment(media);

// For AWS SDKs and the AWS CLI: ~/.aws/config, and ~/.aws/credentials with [media] and, during a grace, [media-previous].
export const awsConfig = config.awsConfig(media, { profile: "media" });
export const awsCredentials = config.pair(media, (key, suffix) =>
  config.awsCredentials(key, { profile: `media${suffix}` }),
).both;

export const rclone = config.rclone(media, { remote: "media" });
export const s3cmd = config.s3cmd(media);

// For `new k8s.core.v1.Secret("media", { stringData })`, with the checksum as an annotation of the pods that use it.
export const { stringData, checksum } = config.kubernetesSecret(media, { files: { "rclone.conf": rclone } });
