/** Subusers of one user on each of two embedded gateways: with S3 keys, or with the one Swift secret that the next one replaces. */
import * as fc from "fast-check";
import type { Gateway } from "../../../devserver/rgw/gateway";
import type { StoredUser } from "../../../devserver/rgw/user";
import { fingerprint, sha256 } from "../../../provider/backends/fingerprint";
import { textOf } from "../ledger";
import { type Cluster, type Pair, type Site, type System, THEIRS, type User } from "../system";
import { clustersOf, onGateways } from "./rgw";

/** The user whose subusers they are. */
const OWNER = "own";

/** The system, with S3 keys. */
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
  open: () => open("s3"),
};

/** The system, with Swift secrets. A login shows its secret, and so which one is proven. */
export const swiftSubusers: System = {
  ...subusers,
  name: "Swift subusers of rgw, Ceph 20",
  rotates: "secrets",
  resumesKeys: false,
  graces: [0],
  longestQuarantine: undefined,
  wishes: fc.record({ access: fc.constantFrom("read", "write", "readwrite") }),
  others: ["make", "remove", "change", "removeKey", "replaceSecret"],
  inputs: (name, wish) => ({ ...subusers.inputs(name, wish), keyType: "swift" }),
  signerOf: ({ headers: { "X-Auth-User": accessKey = "", "X-Auth-Key": secretKey = "" } }) =>
    textOf({ accessKey, secretKey }),
  open: () => open("swift"),
};

/** What the gateway shows of what a subuser may do. */
const SHOWN: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  readwrite: "read-write",
  full: "full-control",
};

function open(keyType: "s3" | "swift"): Site {
  const isSwift = keyType === "swift";
  const { clusters, ask, site } = clustersOf(20);
  for (const cluster of ["first", "second"] as const)
    ask(cluster, `PUT user?uid=${OWNER}&display-name=Own&generate-key=false`);
  const about = (name: string) => `uid=${OWNER}&subuser=${name}`;
  const keyOf = (id: string) => `key-type=${keyType}${isSwift ? "" : `&access-key=${id}`}`;
  const putKey = (cluster: Cluster, name: string, id: string, secret: string) =>
    ask(cluster, `PUT user?key&${about(name)}&${keyOf(id)}&secret-key=${secret}`);
  const endKey = (cluster: Cluster, name: string, id: string) =>
    ask(cluster, `DELETE user?key&${about(name)}&${keyOf(id)}`);
  const see = isSwift ? seenBySwift : seen;
  return {
    ...site,
    ...(isSwift ? { s3: (cluster, pair) => logIn(clusters[cluster], pair) } : {}),
    look: (cluster) => {
      const owner = clusters[cluster].user(OWNER)?.user;
      return new Map([...(owner?.subusers.keys() ?? [])].map((name) => [name, see(owner as StoredUser, name)]));
    },
    others: {
      make: (cluster, name, withKey) => {
        const id = `${THEIRS}-${name}`;
        const secret = `their-secret-of-${name}-on-the-${cluster}`;
        ask(cluster, `PUT user?${about(name)}&access=write&${keyOf(id)}&secret-key=${secret}`);
        if (!withKey) endKey(cluster, name, id);
      },
      remove: (cluster, name) => ask(cluster, `DELETE user?${about(name)}`),
      change: (cluster, name) => ask(cluster, `POST user?${about(name)}&access=write`),
      addKey: (cluster, name, n) => putKey(cluster, name, `${THEIRS}${n}-${name}`, `their-secret-number-${n}`),
      removeKey: (cluster, name, { accessKey }) => endKey(cluster, name, accessKey),
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

function seenBySwift(owner: StoredUser, name: string): User {
  const { keys: s3, settings, ...user } = seen(owner, name);
  const accessKey = `${OWNER}:${name}`;
  const secretKey = owner.swiftKeys.get(name);
  const id = secretKey && fingerprint(accessKey, sha256(secretKey));
  const isMarked = [...s3.keys()].some((key) => key.startsWith("UNFINISHED"));
  return { ...user, settings, isMarked, keys: new Map(id ? [[id, { accessKey, secretKey }]] : []) };
}

/** What a Swift login is answered: "200", or a status and a code. */
function logIn(gateway: Gateway, { accessKey, secretKey }: Pair): string {
  const headers = { "X-Auth-User": accessKey, "X-Auth-Key": secretKey };
  const { status, body } = gateway.handle({ method: "GET", url: new URL("https://gateway.test/auth/v1.0"), headers });
  return status === 204 ? "200" : `${status} ${JSON.parse(body).Code}`;
}
