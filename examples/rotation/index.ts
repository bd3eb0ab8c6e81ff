// The first `pulumi up` of each month rotates this key. The old key stays valid for a week, and the first `pulumi up` after
// that revokes it. Nothing happens between runs: let CI run `pulumi up` once a day.
import * as pulumi from "@pulumi/pulumi";
import { RandomId } from "@pulumi/random";
import { rgw } from "pulumi-object-users";

const config = new pulumi.Config();

// `pulumi config set period leaked-on-friday` rotates now.
const rotation = new RandomId("rotation", {
  byteLength: 8,
  keepers: { period: config.get("period") ?? new Date().toISOString().slice(0, 7) },
});

const backup = new rgw.User("backup", {
  uid: "backup",
  displayName: "Nightly backup",
  rotationId: rotation.hex,
  gracePeriodSeconds: config.getNumber("gracePeriodSeconds") ?? 7 * 24 * 3600,
});

// Deploy accessKey and secretKey to the consumers before previousKeyExpiresAt.
export const { endpoint, accessKey, secretKey, previousAccessKey, previousKeyExpiresAt } = backup;
