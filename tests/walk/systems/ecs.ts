/** Dell ECS: two servers of reference. */
import * as fc from "fast-check";
import { EcsServer } from "../../../devserver/ecs/server";
import { fingerprint, sha256 } from "../../../provider/backends/fingerprint";
import type { Cluster, Pair, Site, System, User } from "../system";
import { clockOf, s3Answer } from "./in-process";

const NAMESPACE = "ns1";
const MARK = "pulumi-object-users";
const MANAGER = "the-managers-own-password";

/** The system. `hides`: secrets are shown when they are made, and never again. */
export function ecs({ hides }: { readonly hides: boolean }): System {
  return {
    name: hides ? "ecs, hidden secrets" : "ecs",
    kind: "ecs",
    resource: "ObjectUser",
    rotates: "secrets",
    isBlind: hides,
    resumesKeys: false,
    renames: false,
    clusters: 2,
    graces: [0, 60, 600],
    wishes: fc.oneof(
      fc.record({ locked: fc.constantFrom(undefined, true, false) }),
      fc.record({ tags: fc.constantFrom(undefined, {}, { team: "a" }, { team: "b", cost: "c" }) }),
    ),
    others: ["make", "remove", "change", "lock", "removeKey"],
    inputs: (userId, wish) => ({ userId, namespace: NAMESPACE, ...wish }),
    uidOf: ({ userId }) => String(userId),
    settingsOf: ({ locked, tags }) => ({ locked, tags }),
    defaults: { locked: false, tags: {} },
    isReading: ({ method, url, headers }) =>
      method === "GET" || !url.pathname.startsWith("/object/") || String(headers.Authorization).startsWith("AWS4"),
    refusals: {},
    open: () => open(hides),
  };
}

function open(hides: boolean): Site {
  const { world, advance } = clockOf();
  const clusters = { first: new EcsServer({ now: world.now }), second: new EcsServer({ now: world.now }) };
  if (hides)
    for (const server of Object.values(clusters)) server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
  const seen = (cluster: Cluster, uid: string): User => {
    const shown = clusters[cluster].meddle(`GET /object/users/${uid}/info`) as {
      locked: boolean;
      created: string;
      tag: { name: string; value: string }[];
    };
    const { locked, created, tag } = shown;
    const secrets = clusters[cluster].secretsOf(uid);
    const keys = new Map(secrets.map((secretKey) => [idOf(uid, secretKey), { accessKey: uid, secretKey }]));
    const tags = Object.fromEntries(tag.map(({ name, value }) => [name, value]).sort());
    const isMarked = MARK in tags;
    return { id: created, keys, settings: { locked, tags }, isLocked: locked, isMarked };
  };
  const user = (uid: string) => ({ user: uid, namespace: NAMESPACE });
  return {
    world,
    advance,
    config: (_cluster, address) => ({
      "ecs:endpoint": `https://${address}.test:4443`,
      "ecs:s3Endpoint": `https://${address}.test:4443`,
      "ecs:username": "root",
      "ecs:password": MANAGER,
    }),
    open: (cluster) => async (request) => clusters[cluster].handle(request),
    look: (cluster) => new Map(clusters[cluster].users().map((uid) => [uid, seen(cluster, uid)])),
    s3: (cluster, pair) => s3Answer(clusters[cluster], pair, world.now()),
    secrets: [MANAGER],
    others: {
      make: (cluster, uid, withKey) => {
        clusters[cluster].meddle("POST /object/users", user(uid));
        if (withKey) clusters[cluster].meddle(`POST /object/user-secret-keys/${uid}`, { namespace: NAMESPACE });
      },
      remove: (cluster, uid) => void clusters[cluster].meddle("POST /object/users/deactivate", user(uid)),
      change: (cluster, uid) =>
        void clusters[cluster].meddle(`POST /object/users/${uid}/tags?namespace=${NAMESPACE}`, {
          ...{ tags: [{ name: "team", value: "theirs" }], namespace: NAMESPACE },
        }),
      lock: (cluster, uid) => void clusters[cluster].meddle("PUT /object/users/lock", { ...user(uid), isLocked: true }),
      removeKey: (cluster, uid, { secretKey }) =>
        void clusters[cluster].meddle(`POST /object/user-secret-keys/${uid}/deactivate`, {
          ...{ namespace: NAMESPACE, secret_key: secretKey },
        }),
    },
  };
}

function idOf(accessKey: string, secretKey: Pair["secretKey"]): string {
  return fingerprint(accessKey, sha256(secretKey));
}
