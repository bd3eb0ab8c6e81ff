/**
 * Subusers of one user on each of two embedded gateways, with S3 keys. Those with a Swift key are left out: the one secret is
 * replaced in its place, so none of what walks promise of keys that overlap is true of it.
 */
import * as fc from "fast-check";
import type { StoredUser } from "../../../devserver/rgw/user";
import { type Cluster, type Site, type System, THEIRS, type User } from "../system";
import { clustersOf, onGateways } from "./rgw";

/** The user whose subusers they are. */
const OWNER = "own";

/** The system. */
export const subusers: System = {
  ...onGateways,
  name: "subusers of rgw, Ceph 20",
  kind: "rgw.subuser",
  resource: "Subuser",
  longestQuarantine: 5000,
  wishes: fc.oneof(
    fc.record({ access: fc.constantFrom("read", "write", "readwrite") }),
    fc.record({ quarantinePeriodSeconds: fc.constantFrom(undefined, 300, 5000) }),
  ),
  others: ["make", "remove", "change", "addKey", "removeKey", "replaceSecret"],
  inputs: (name, wish) => ({ user: OWNER, name, access: "full", ...wish }),
  uidOf: ({ userId }) => String(userId).slice(OWNER.length + 1),
  settingsOf: ({ access }) => ({ access: SHOWN[String(access)] }),
  defaults: {},
  open,
};

/** What the gateway shows of what a subuser may do. */
const SHOWN: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  readwrite: "read-write",
  full: "full-control",
};

function open(): Site {
  const { clusters, ask, site } = clustersOf(20);
  for (const cluster of ["first", "second"] as const)
    ask(cluster, `PUT user?uid=${OWNER}&display-name=Own&generate-key=false`);
  const about = (name: string) => `uid=${OWNER}&subuser=${name}`;
  const putKey = (cluster: Cluster, name: string, id: string, secret: string) =>
    ask(cluster, `PUT user?key&${about(name)}&key-type=s3&access-key=${id}&secret-key=${secret}`);
  const endKey = (cluster: Cluster, id: string) => ask(cluster, `DELETE user?key&uid=${OWNER}&access-key=${id}`);
  return {
    ...site,
    look: (cluster) => {
      const owner = clusters[cluster].user(OWNER)?.user;
      return new Map([...(owner?.subusers.keys() ?? [])].map((name) => [name, seen(owner as StoredUser, name)]));
    },
    others: {
      make: (cluster, name, withKey) => {
        const key = `key-type=s3&access-key=${THEIRS}-${name}&secret-key=their-secret-of-${name}-on-the-${cluster}`;
        ask(cluster, `PUT user?${about(name)}&access=write&${key}`);
        if (!withKey) endKey(cluster, `${THEIRS}-${name}`);
      },
      remove: (cluster, name) => ask(cluster, `DELETE user?${about(name)}`),
      change: (cluster, name) => ask(cluster, `POST user?${about(name)}&access=write`),
      addKey: (cluster, name, n) => putKey(cluster, name, `${THEIRS}${n}-${name}`, `their-secret-number-${n}`),
      removeKey: (cluster, _name, { accessKey }) => endKey(cluster, accessKey),
      replaceSecret: (cluster, name, { accessKey }, n) =>
        putKey(cluster, name, accessKey, `replaced-secret-number-${n}`),
    },
  };
}

function seen(owner: StoredUser, name: string): User {
  const settings = { access: owner.subusers.get(name) };
  const pairs = (isDisabled: boolean) =>
    [...owner.keys].flatMap(([id, { subuser, secret, disabled }]) =>
      subuser === name && (disabled === true) === isDisabled
        ? [[id, { accessKey: id, secretKey: secret }] as const]
        : [],
    );
  return { id: "", keys: new Map(pairs(false)), disabled: new Map(pairs(true)), settings, isLocked: false };
}
