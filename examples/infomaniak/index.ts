// A user of an Infomaniak Public Cloud project: a generated name, a password, and an S3 key that rotates with a grace.
//
// The account comes from INFOMANIAK_TOKEN, or from the stack's configuration: `pulumi config set --secret infomaniak:token`,
// and `infomaniak:region` for another region than dc3-a. Infomaniak takes up to minutes to make or change a user: `pulumi up`
// reports its progress.
import * as pulumi from "@pulumi/pulumi";
import { infomaniak } from "pulumi-object-users";

const config = new pulumi.Config();

const backup = new infomaniak.User("backup", {
  publicCloudId: config.requireNumber("publicCloudId"),
  projectId: config.requireNumber("projectId"),
  description: config.get("description") ?? "Backup of the web servers",
  // `pulumi config set rotationId 2026-q4` rotates the S3 key with the next `pulumi up`.
  rotationId: config.get("rotationId") ?? "first",
  gracePeriodSeconds: config.getNumber("gracePeriodSeconds") ?? 24 * 3600,
  // The password is separate: rotating it does not end S3 keys.
  passwordRotationId: config.get("passwordRotationId") ?? "first",
});

// Deploy secretKey to the consumers before previousKeyExpiresAt.
export const { openStackName, password, accessKey, secretKey } = backup;
export const { previousAccessKey, previousSecretKey, previousKeyExpiresAt } = backup;
