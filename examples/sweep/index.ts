// A key that you rotate by hand, and an old key that ends on time without a `pulumi up`: let cron run `npm run sweep` every
// night. It revokes the keys of the selected stack whose grace is over, and proves that they are refused.
// `npm run sweep -- --dry-run` only looks.
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";

const config = new pulumi.Config();

const backup = new rgw.User("backup", {
  uid: "backup",
  displayName: "Nightly backup",
  rotationId: config.get("rotationId") ?? "first", // `pulumi config set rotationId second` and `pulumi up` rotate
  gracePeriodSeconds: config.getNumber("gracePeriodSeconds") ?? 24 * 3600,
});

export const { endpoint, accessKey, secretKey, previousAccessKey, previousKeyExpiresAt } = backup;
