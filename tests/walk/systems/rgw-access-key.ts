/** Keys of users that are somebody else's, on two embedded gateways. Each user has keys that no program made. */
import * as fc from "fast-check";
import { UIDS } from "../program";
import { type Cluster, type Site, type System, THEIRS } from "../system";
import { clustersOf, onGateways, othersOf, seen } from "./rgw";

/** A key of the program's own, or none. */
export const own = (accessKey?: string, secretKey?: string) => ({ accessKey, secretKey });

/** The system. */
export const accessKeys: System = {
  ...onGateways,
  name: "keys of rgw, Ceph 20",
  kind: "rgw.accessKey",
  resource: "AccessKey",
  keysOnly: true,
  longestQuarantine: 5000,
  wishes: fc.oneof(
    fc.record({ prove: fc.constantFrom(undefined, true, false) }),
    fc.record({ quarantinePeriodSeconds: fc.constantFrom(undefined, 300, 5000) }),
    fc.constantFrom(
      own(),
      own("MINE1", "own-secret-one"),
      own("MINE1", "own-secret-two"),
      own("MINE1"),
      own("MINE2", "own-secret-three"),
      own(THEIRS),
    ),
  ),
  others: ["make", "remove", "change", "lock", "addKey", "removeKey", "removeKey", "replaceSecret"],
  // No two stacks give their resources one key.
  inputs: (userId, { accessKey, ...wish }, stack) => ({
    userId,
    ...wish,
    ...(accessKey === undefined ? {} : { accessKey: `${accessKey}-${stack}-${userId}` }),
  }),
  uidOf: ({ userId }) => String(userId),
  settingsOf: () => ({}),
  defaults: {},
  subjectOf: ({ url }) => url.searchParams.get("uid") ?? undefined,
  open,
};

function open(): Site {
  const { clusters, ask, site } = clustersOf(20);
  const others = othersOf(ask);
  const make = (cluster: Cluster, uid: string) => {
    others.make(cluster, uid, false);
    for (const stack of ["dev", "prod"])
      ask(
        cluster,
        `PUT user?key&uid=${uid}&access-key=${THEIRS}-${stack}-${uid}&secret-key=their-secret-of-${uid}-on-the-${cluster}`,
      );
  };
  for (const cluster of ["first", "second"] as const) for (const uid of UIDS) make(cluster, uid);
  return {
    ...site,
    look: (cluster) => new Map(clusters[cluster].users().map((user) => [user.uid, seen(user)])),
    others: { ...others, make },
  };
}
