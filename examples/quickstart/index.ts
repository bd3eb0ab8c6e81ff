// One user of a Ceph RADOS Gateway, with a key that S3 clients can use immediately.
//
// The gateway and the admin's key come from RADOSGW_ENDPOINT, RADOSGW_ACCESS_KEY and RADOSGW_SECRET_KEY, or from
// `pulumi config set rgw:endpoint …`, `rgw:accessKey` and `--secret rgw:secretKey`.
import { rgw } from "pulumi-object-users";

const alice = new rgw.User("alice", {
  uid: "alice",
  displayName: "Alice",
  maxBuckets: 10,
  userQuota: { maxSizeBytes: 10 * 1024 ** 3 },
});

// `pulumi stack output secretKey --show-secrets` shows the secret.
export const { endpoint, accessKey, secretKey } = alice;
