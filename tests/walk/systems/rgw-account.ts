/** Accounts on two embedded gateways of Ceph 20. They have no keys; a name is a setting, and the id says which one it is. */
import * as fc from "fast-check";
import type { StoredAccount } from "../../../devserver/rgw/store";
import type { Cluster, Site, System, User } from "../system";
import { clustersOf, onGateways } from "./rgw";

/** The system. */
export const accounts: System = {
  ...onGateways,
  name: "accounts of rgw, Ceph 20",
  kind: "rgw.account",
  resource: "Account",
  keyless: true,
  renames: true,
  graces: [0],
  wishes: fc.record({
    maxUsers: fc.constantFrom(undefined, 5, 7),
    maxBuckets: fc.constantFrom(undefined, undefined, 9),
  }),
  others: ["make", "remove", "change"],
  inputs: (name, wish) => ({ name, ...wish }),
  uidOf: ({ name }) => String(name),
  settingsOf: ({ maxUsers, maxBuckets }) => ({ maxUsers, maxBuckets }),
  defaults: { maxUsers: 1000, maxBuckets: 1000 },
  open,
};

function open(): Site {
  const { clusters, ask, site } = clustersOf(20);
  for (const cluster of ["first", "second"] as const) ask(cluster, "PUT user?caps&uid=admin&user-caps=accounts=*");
  const idOf = (cluster: Cluster, uid: string) => clusters[cluster].accounts().find(({ name }) => name === uid)?.id;
  return {
    ...site,
    look: (cluster) => new Map(clusters[cluster].accounts().map((account) => [account.name, seen(account)])),
    others: {
      make: (cluster, uid) => ask(cluster, `POST account?name=${uid}&max-users=3`),
      remove: (cluster, uid) => ask(cluster, `DELETE account?id=${idOf(cluster, uid)}`),
      change: (cluster, uid) => ask(cluster, `PUT account?id=${idOf(cluster, uid)}&max-users=4`),
    },
  };
}

function seen({ id, most: { max_users: maxUsers, max_buckets: maxBuckets } }: StoredAccount): User {
  return { id, keys: new Map(), settings: { maxUsers, maxBuckets }, isLocked: false };
}
