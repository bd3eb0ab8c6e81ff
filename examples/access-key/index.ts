// A key of a Ceph user that somebody else manages: Rook, a dashboard, another team. The user and its other keys stay as they
// are; `pulumi destroy` revokes this key only.
//
// The admin comes from RADOSGW_ENDPOINT, RADOSGW_ACCESS_KEY and RADOSGW_SECRET_KEY, or from the stack's configuration.
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";

const config = new pulumi.Config();

const backup = new rgw.AccessKey("backup", {
  userId: config.get("userId") ?? "rook-user",
  // `pulumi config set rotationId 2026-q4` rotates the key with the next `pulumi up`.
  rotationId: config.get("rotationId") ?? "first",
  gracePeriodSeconds: config.getNumber("gracePeriodSeconds") ?? 24 * 3600,
});

// Deploy secretKey to the consumers before previousKeyExpiresAt.
export const { endpoint, accessKey, secretKey, previousAccessKey, previousKeyExpiresAt } = backup;
