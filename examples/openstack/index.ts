// A user of an OpenStack cloud: a role in a project, a password of its own, and an S3 key that rotates with a grace.
//
// The administrator comes from OS_* variables, from clouds.yaml (OS_CLOUD), or from the stack's configuration:
// `pulumi config set openstack:authUrl https://keystone.example.com/v3`, `openstack:username`, `--secret openstack:password`,
// `openstack:projectName`. `openstack:s3Endpoint` is the address at which users reach S3.
import * as pulumi from "@pulumi/pulumi";
import { openstack } from "pulumi-object-users";

const config = new pulumi.Config();

const backup = new openstack.User("backup", {
  name: config.get("name") ?? "backup",
  project: config.get("project") ?? "media",
  roles: ["member"],
  description: "Writes the backups",
  // `pulumi config set rotationId 2026-q4` rotates the S3 key with the next `pulumi up`.
  rotationId: config.get("rotationId") ?? "first",
  gracePeriodSeconds: config.getNumber("gracePeriodSeconds") ?? 24 * 3600,
  // The password is separate: rotating it does not end S3 keys.
  passwordRotationId: config.get("passwordRotationId") ?? "first",
});

// Deploy secretKey to the consumers before previousKeyExpiresAt.
export const { projectId, password, accessKey, secretKey, previousAccessKey, previousSecretKey, previousKeyExpiresAt } =
  backup;
