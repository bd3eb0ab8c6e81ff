// A rotating S3 key of whoever is logged in to an OpenStack cloud: no administrator is needed.
//
// The login comes from OS_* variables, from clouds.yaml (OS_CLOUD), or from the stack's configuration. It needs a password:
// Keystone may refuse S3 keys to an application credential. `pulumi config set openstack:s3Endpoint https://s3.example.com`
// says where the key is for.
import * as pulumi from "@pulumi/pulumi";
import { openstack } from "pulumi-object-users";

const config = new pulumi.Config();

const key = new openstack.AccessKey("key", {
  // `pulumi config set rotationId 2026-q4` rotates the key with the next `pulumi up`.
  rotationId: config.get("rotationId") ?? "first",
  gracePeriodSeconds: config.getNumber("gracePeriodSeconds") ?? 24 * 3600,
});

// Deploy secretKey to the consumers before previousKeyExpiresAt.
export const { accessKey, secretKey, previousAccessKey, previousKeyExpiresAt } = key;
