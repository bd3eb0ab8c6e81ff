/** Ceph: two embedded gateways. */
import * as fc from "fast-check";
import { errorResponse, readCall } from "../../../devserver/rgw/call";
import { Gateway, type UserView } from "../../../devserver/rgw/gateway";
import type { Release } from "../../../devserver/rgw/release";
import { admin } from "../../devserver/request";
import { s3Says } from "../../provider/stack";
import { chance, fakeWorld } from "../../provider/world";
import { type Cluster, type Others, type Site, type System, THEIRS, type User } from "../system";

const refusal = (status: number, code: string) => (request: Parameters<typeof readCall>[0]) =>
  errorResponse(readCall(request), status, code, "tx0");

/** Answers of its own that tell a fault. */
export const refusals = {
  refused: refusal(403, "AccessDenied"),
  unknownKey: refusal(403, "InvalidAccessKeyId"),
  slowDown: refusal(503, "SlowDown"),
  unknownError: refusal(500, "UnknownError"),
};

/** What all kinds of resource on two embedded gateways have in common. */
export const onGateways = {
  rotates: "keys",
  isBlind: false,
  resumesKeys: true,
  renames: false,
  clusters: 2,
  graces: [0, 600, 3600],
  isReading: ({ method, url }) => method === "GET" || !url.pathname.startsWith("/admin/"),
  refusals,
} satisfies Partial<System>;

const own = (accessKey?: string, secretKey?: string, createKey?: false) => ({ accessKey, secretKey, createKey });

/** As of Ceph 19 keys can be disabled. */
const DISABLES: Release = 20;

/** The system, as a release of Ceph. */
export function rgw(release: Release): System {
  return {
    ...onGateways,
    name: `rgw, Ceph ${release}`,
    kind: "rgw",
    resource: "User",
    ...(release === DISABLES ? { longestQuarantine: 5000 } : {}),
    wishes: fc.oneof(
      fc.record({ displayName: fc.constantFrom("Ann", "Ann B."), maxBuckets: fc.constantFrom(undefined, 5, 7) }),
      fc.record({ email: fc.constantFrom(undefined, "x.org", ""), suspended: fc.constantFrom(undefined, true, false) }),
      fc.record({ quarantinePeriodSeconds: fc.constantFrom(undefined, 300, 5000) }),
      fc.record({ caps: fc.constantFrom(undefined, [], ["users=read"], ["buckets=*"]) }),
      fc.record({ userQuota: fc.constantFrom(undefined, { maxObjects: 10 }, { maxObjects: 20 }) }),
      fc.constantFrom(
        own(),
        own("MINE1", "own-secret-one"),
        own("MINE1", "own-secret-two"),
        own("MINE1"),
        own("MINE2", "own-secret-three"),
        own(undefined, undefined, false),
      ),
    ),
    others: ["make", "remove", "change", "lock", "addKey", "removeKey", "removeKey", "replaceSecret"],
    inputs: (uid, { email, accessKey, ...wish }) => ({
      uid,
      displayName: uid,
      ...wish,
      ...(email === undefined ? {} : { email: email && `${uid}@${email}` }),
      ...(accessKey === undefined ? {} : { accessKey: `${accessKey}-${uid}` }),
    }),
    uidOf: ({ userId }) => String(userId),
    settingsOf: ({ displayName, email, maxBuckets, suspended }) => ({ displayName, email, maxBuckets, suspended }),
    defaults: { email: "", maxBuckets: 1000, suspended: false },
    subjectOf: ({ url }) => url.searchParams.get("uid") ?? undefined,
    open: () => open(release),
  };
}

/** Two clusters of a release, and what is asked of their admin API past the provider. */
export function clustersOf(release: Release) {
  const world = fakeWorld();
  const gateway = (name: string, seed: number) =>
    new Gateway({
      release,
      now: world.now,
      random: chance(seed),
      admin: { accessKey: `ADMIN${name.toUpperCase()}`, secretKey: `the-${name}-admins-own-secret` },
    });
  const clusters = { first: gateway("first", 11), second: gateway("second", 13) };
  const ask = (cluster: Cluster, what: string) =>
    void clusters[cluster].handle(admin(clusters[cluster], what, world.now()));
  return { world, clusters, ask, site: siteOf(world, clusters) };
}

function siteOf(
  world: ReturnType<typeof fakeWorld>,
  clusters: Record<Cluster, Gateway>,
): Omit<Site, "look" | "others"> {
  return {
    // Whoever sleeps lets everything else happen that does not sleep.
    world: { ...world, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) },
    advance: world.advance,
    config: (cluster, address) => ({
      "rgw:endpoint": `https://${address}.test`,
      "rgw:accessKey": clusters[cluster].admin.accessKey,
      "rgw:secretKey": clusters[cluster].admin.secretKey,
    }),
    open: (cluster) => async (request) => clusters[cluster].handle(request),
    s3: (cluster, { accessKey, secretKey }) => s3Says({ gateway: clusters[cluster], world }, accessKey, secretKey),
    secrets: Object.values(clusters).map(({ admin: { secretKey } }) => secretKey),
  };
}

function open(release: Release): Site {
  const { clusters, ask, site } = clustersOf(release);
  return {
    ...site,
    look: (cluster) => new Map(clusters[cluster].users().map((user) => [user.uid, seen(user)])),
    others: othersOf(ask),
  };
}

/** What others do to users. */
export function othersOf(ask: (cluster: Cluster, what: string) => void) {
  return {
    make: (cluster, uid, withKey) => {
      const key = withKey
        ? `access-key=${THEIRS}-${uid}&secret-key=their-secret-of-${uid}-on-the-${cluster}`
        : "generate-key=false";
      ask(cluster, `PUT user?uid=${uid}&display-name=Theirs&max-buckets=9&${key}`);
    },
    remove: (cluster, uid) => ask(cluster, `DELETE user?uid=${uid}`),
    change: (cluster, uid) => ask(cluster, `POST user?uid=${uid}&display-name=Mallory&max-buckets=3`),
    lock: (cluster, uid) => ask(cluster, `POST user?uid=${uid}&suspended=true`),
    addKey: (cluster, uid, n) =>
      ask(cluster, `PUT user?key&uid=${uid}&access-key=${THEIRS}${n}-${uid}&secret-key=their-secret-number-${n}`),
    removeKey: (cluster, uid, { accessKey }) => ask(cluster, `DELETE user?key&uid=${uid}&access-key=${accessKey}`),
    replaceSecret: (cluster, uid, { accessKey: key }, n) =>
      ask(cluster, `PUT user?key&uid=${uid}&access-key=${key}&secret-key=replaced-secret-number-${n}`),
  } satisfies Others;
}

export function seen({ user: { keys, displayName, email, maxBuckets, suspended, caps, userQuota } }: UserView): User {
  const settings = { displayName, email, maxBuckets, suspended, caps: [...caps], userQuota };
  const pairs = (isDisabled: boolean) =>
    [...keys].flatMap(([accessKey, { secret: secretKey, disabled }]) =>
      (disabled === true) === isDisabled ? [[accessKey, { accessKey, secretKey }] as const] : [],
    );
  return { id: "", keys: new Map(pairs(false)), disabled: new Map(pairs(true)), settings, isLocked: suspended };
}
