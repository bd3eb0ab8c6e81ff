// What a program declares in the life of users that life.test.ts tells: the same users in five states, one after the other.
// Also the changes that somebody makes behind Pulumi's back.

import assert from "node:assert/strict";
import type { Cluster, LiveUser } from "./cluster";
import type { Users } from "./story";

/** A secret of the caller's own, by the variable that the program takes it from; then another one. */
export const OWN_SECRETS = {
  OWN_SECRET_1: "a+secret/of=the+caller/himself=1",
  OWN_SECRET_2: "a+secret/of=the+caller/himself=2",
};

const FIRST: Users = {
  alice: { uid: "alice", displayName: "Alice" },
  rich: {
    uid: "rich",
    displayName: "Rich",
    email: "Rich@Example.org",
    caps: ["users=read, write", "buckets=read"],
    maxBuckets: 7,
    opMask: "read, write",
    userQuota: { maxSizeBytes: 1_000_000, maxObjects: 10 },
    bucketQuota: { maxObjects: 5 },
  },
  bob: { uid: "bob", tenant: "team", displayName: "Bob" },
  keyless: { uid: "keyless", displayName: "No key", createKey: false },
  renamed: { uid: "before", displayName: "Will be renamed" },
  moved: { uid: "moved", tenant: "old", displayName: "Will move", email: "moved@example.org" },
  carrier: { uid: "carrier", displayName: "Will be renamed with its own key", accessKey: "CARRIEDKEY" },
  odd: { uid: "o'dd (ü) *@/ &=+?!%", displayName: 'Odd "name" <ü>' },
  owner: { uid: "owner", displayName: "Owner of buckets" },
};

const CHANGED: Users = {
  ...FIRST,
  rich: {
    uid: "rich",
    displayName: "Richer",
    email: "richer@example.org",
    caps: ["buckets=*", "usage=read"],
    maxBuckets: -1,
    opMask: "read",
    suspended: true,
    userQuota: { maxSizeBytes: 2_000_000 },
    bucketQuota: { enabled: false, maxObjects: 5 },
  },
  keyless: { uid: "keyless", displayName: "Has a key now" },
  renamed: { uid: "after", displayName: "Was renamed" },
  carrier: { ...FIRST.carrier, uid: "carrier-renamed" },
  moved: { uid: "moved", tenant: "new", displayName: "Has moved", email: "moved@example.org" },
};

/** The same wish in other words. */
const SAID_OTHERWISE: Users = {
  ...CHANGED,
  rich: {
    ...CHANGED.rich,
    email: "RICHER@example.org",
    caps: ["usage=read", "buckets=read, write"],
    maxBuckets: -100,
    userQuota: { enabled: true, maxSizeBytes: 2_000_000, maxObjects: -1 },
  },
};

const { owner: OWNER, ...OWNERLESS } = CHANGED;

/** The users that rotate, each on a path of its own. */
export const ROTATING = ["steady", "rollback", "longer", "shorter", "now", "brief", "instant"];

function rotating(rotationId: string, more: Users = {}): Users {
  return Object.fromEntries(
    ROTATING.map((name) => [name, { uid: `rotation-${name}`, displayName: name, rotationId, ...more[name] }]),
  );
}

const INSTANT = { instant: { gracePeriodSeconds: 0 } };
const WHILE_GRACE_RUNS: Users = {
  ...INSTANT,
  rollback: { rotationId: "1" },
  longer: { gracePeriodSeconds: 48 * 3600 },
  shorter: { gracePeriodSeconds: 3600 },
  now: { gracePeriodSeconds: 0 },
  brief: { rotationId: "3", gracePeriodSeconds: 1 },
};

/** Users with a key of the caller's own; with an id of his, whose secret the gateway makes; and without keys of others. */
const own = (accessKey: string, secretKey: string): Users => ({
  chosen: { uid: "own-chosen", displayName: "Chosen", accessKey, secretKey },
  named: { uid: "own-named", displayName: "Named", accessKey: "CHOSENKEY1N" },
  shared: { uid: "own-shared", displayName: "Shared", exclusiveKeys: true },
});

/** A change: what somebody does, and what a preview must name. */
interface Change {
  readonly does: (ceph: Cluster, uid: string) => Promise<unknown>;
  readonly names: RegExp;
}

/** What somebody changes, each for a user of its own. */
export const CHANGES: Readonly<Record<string, Change>> = {
  displayName: { does: modify({ "display-name": "Mallory" }), names: /displayName/ },
  email: { does: (ceph, uid) => modify({ email: `${uid}@evil.example` })(ceph, uid), names: /email/ },
  suspended: { does: modify({ suspended: "1" }), names: /suspended/ },
  maxBuckets: { does: modify({ "max-buckets": "77" }), names: /maxBuckets/ },
  caps: { does: (ceph, uid) => ceph.admin("PUT", { caps: "", uid, "user-caps": "users=*" }), names: /caps/ },
  userQuota: { does: quota("user"), names: /userQuota/ },
  bucketQuota: { does: quota("bucket"), names: /bucketQuota/ },
  keyRemoved: {
    does: async (ceph, uid) => ceph.admin("DELETE", { key: "", uid, "access-key": await keyOf(ceph, uid) }),
    names: /accessKey/,
  },
  secretReplaced: {
    does: async (ceph, uid) =>
      ceph.admin("PUT", { key: "", uid, "access-key": await keyOf(ceph, uid), "secret-key": "somebody-elses-secret" }),
    names: /secretKey/,
  },
  deleted: { does: (ceph, uid) => ceph.admin("DELETE", { uid }), names: /deleted|create/ },
};

/** The users that are changed: with settings that the program declares, and with nothing but a name. */
export const DRIFTING: Users = Object.fromEntries(
  Object.keys(CHANGES).flatMap((change) => [
    [
      change,
      {
        uid: `drift-${change}`,
        displayName: "As declared",
        email: `drift-${change}@example.org`.toLowerCase(),
        suspended: false,
        maxBuckets: 10,
        caps: ["buckets=read"],
        userQuota: { maxObjects: 10 },
        bucketQuota: { maxObjects: 10 },
      },
    ],
    [`${change}-undeclared`, { uid: `drift-${change}-undeclared`, displayName: "As declared" }],
  ]),
);

/** What happens to a user that drifts. */
export const changeOf = (name: string): Change => CHANGES[name.replace("-undeclared", "")] as Change;

/** The states of the program. */
export const WISHES = {
  first: { ...FIRST, ...rotating("1"), ...own("CHOSENKEY1", "$OWN_SECRET_1"), ...DRIFTING },
  changed: { ...CHANGED, ...rotating("2", INSTANT), ...own("CHOSENKEY1", "$OWN_SECRET_2"), ...DRIFTING },
  saidOtherwise: { ...SAID_OTHERWISE, ...rotating("2", INSTANT), ...own("CHOSENKEY1", "$OWN_SECRET_2"), ...DRIFTING },
  ownerless: { ...OWNERLESS, ...rotating("2", WHILE_GRACE_RUNS), ...own("CHOSENKEY2", "$OWN_SECRET_2"), ...DRIFTING },
  plain: {
    ...OWNERLESS,
    owner: { ...OWNER, forceDestroy: true },
    rich: { uid: "rich", displayName: "Plain again", email: "" },
    ...rotating("2", WHILE_GRACE_RUNS),
    ...own("CHOSENKEY2", "$OWN_SECRET_2"),
    ...DRIFTING,
  },
} satisfies Record<string, Users>;

/** A quota that is not set. */
export const UNLIMITED = { enabled: false, max_size: -1, max_objects: -1 };

/** The settings of a user as a test compares them. */
export function settingsOf(user: LiveUser | undefined) {
  assert.ok(user);
  const { display_name, email, max_buckets, op_mask, suspended, user_quota, bucket_quota } = user;
  const limits = ({ enabled, max_size, max_objects }: typeof UNLIMITED) => ({ enabled, max_size, max_objects });
  return {
    settings: [display_name, email, max_buckets, op_mask, suspended],
    caps: user.caps.map(({ type, perm }) => `${type}=${perm}`).sort(),
    user: limits(user_quota),
    bucket: limits(bucket_quota),
  };
}

function modify(query: Readonly<Record<string, string>>): Change["does"] {
  return (ceph, uid) => ceph.admin("POST", { uid, ...query });
}

function quota(type: "user" | "bucket"): Change["does"] {
  return (ceph, uid) => ceph.admin("PUT", { quota: "", uid, "quota-type": type, enabled: "true", "max-objects": "99" });
}

async function keyOf(ceph: Cluster, uid: string): Promise<string> {
  return String((await ceph.user(uid))?.keys[0]?.access_key);
}
