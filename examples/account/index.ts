// An account with its root user, whose key rotates. With that key any AWS client manages users and policies by IAM, as
// tests/e2e/rgw/account.test.ts does. Needs Ceph 19 or later, and an admin user with the caps accounts=*.
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";

const account = new rgw.Account("media", { name: "media", maxUsers: 20, quota: { maxObjects: 1_000_000 } });

const root = new rgw.User("root", {
  uid: "media-root",
  displayName: "root",
  accountId: account.accountId,
  accountRoot: true,
  rotationId: new pulumi.Config().get("rotationId") ?? "first",
  gracePeriodSeconds: 3600,
});

export const { accountId } = account;
export const { accessKey, secretKey, endpoint } = root;
