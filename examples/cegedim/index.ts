// An object user of cegedim.cloud. Its access key stays; changing `rotationId` renews its secret, and cegedim.cloud ends
// the old one by itself when the grace period is over. The secret is shown once: this stack's state is its only copy.
//
// The API account comes from ITCARE_CLIENT_ID and ITCARE_CLIENT_SECRET, the store's address from ITCARE_S3_ENDPOINT; or
// from the stack's configuration: `pulumi config set cegedim:clientId …`, `--secret cegedim:clientSecret`,
// `cegedim:s3Endpoint`. Parts of the API are not published, and their paths are assumed: `cegedim:paths` overrides them.
import * as pulumi from "@pulumi/pulumi";
import { cegedim } from "pulumi-object-users";

const config = new pulumi.Config();

const app = new cegedim.ObjectUser(
  "app",
  {
    objectStore: config.get("objectStore") ?? "cos-acme-media",
    label: "app",
    // `pulumi config set rotationId 2026-q4` renews the secret with the next `pulumi up`.
    rotationId: config.get("rotationId") ?? "first",
    gracePeriodSeconds: 24 * 3600,
  },
  // `pulumi config set protect true` keeps `pulumi destroy` and mistakes from deleting the user for good.
  { protect: config.getBoolean("protect") ?? false },
);

// Deploy secretKey to the consumers before previousKeyExpiresAt.
export const { endpoint, accessKey, secretKey, previousKeyExpiresAt } = app;
