// A key that is rotated by hand, and an old one that dies on time without a `pulumi up`: have cron run `npm run sweep` every
// night. It revokes what is over in the selected stack and proves it refused; `npm run sweep -- --dry-run` only looks.
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
