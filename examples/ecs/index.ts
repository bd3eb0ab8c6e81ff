// An object user of Dell ECS or ObjectScale. Its access key is its id, for ever. Changing `rotationId` makes a new
// secret, and ECS ends the old one by itself when the grace is over.
//
// The system comes from ECS_ENDPOINT, ECS_USERNAME, ECS_PASSWORD and ECS_S3_ENDPOINT, or from the stack's configuration:
// `pulumi config set ecs:endpoint https://ecs.example.com:4443`, `ecs:username`, `--secret ecs:password`, `ecs:s3Endpoint`.
import * as pulumi from "@pulumi/pulumi";
import { ecs } from "pulumi-object-users";

const config = new pulumi.Config();

const backup = new ecs.ObjectUser("backup", {
  userId: "backup",
  namespace: config.get("namespace") ?? "ns1",
  tags: { team: "storage" },
  // `pulumi config set rotationId 2026-q4` rotates with the next `pulumi up`.
  rotationId: config.get("rotationId") ?? "first",
  gracePeriodSeconds: 24 * 3600,
});

// Deploy secretKey to the consumers before previousKeyExpiresAt.
export const { endpoint, accessKey, secretKey, previousKeyExpiresAt } = backup;
