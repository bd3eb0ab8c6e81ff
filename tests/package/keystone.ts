// The systems with a real Keystone and a real S3 gateway behind them, for a program outside of the repository. In front of
// Infomaniak's is a stand-in of the account API.

import { CLOUD, openAccount, PROJECT, TOKEN } from "../infomaniak/account";
import type { Store } from "../openstack/store";
import type { Candidate } from "./candidates";
import { s3At } from "./candidates";

const GRACE_SECONDS = 10;
const GONE = "403 InvalidAccessKeyId";

/** Both of them; skips the tests where the real things cannot be had. */
export async function openKeystoneCandidates(context: Mocha.Context): Promise<Candidate[]> {
  const { store, served, users, user } = await openAccount(context, { cli: true });
  const { authUrl } = store.keystone;
  return [
    openstack(store),
    {
      name: "infomaniak",
      type: "User",
      config: {
        "infomaniak:endpoint": served.endpoint,
        "infomaniak:authUrl": authUrl,
        "infomaniak:s3Endpoint": store.s3Endpoint,
        "infomaniak:requestsPerMinute": "1000",
        "infomaniak:token": { value: TOKEN, secret: true },
      },
      secret: TOKEN,
      inputs: {
        publicCloudId: CLOUD,
        projectId: PROJECT,
        description: "alice",
        gracePeriodSeconds: GRACE_SECONDS,
      },
      changed: { description: "Alice L." },
      locked: {},
      whenLocked: "200",
      whenOver: GONE,
      whenGone: GONE,
      s3: s3At(store.s3Endpoint),
      meddle: async () => {
        const alice = user("Alice L.");
        if (alice) alice.description = "Mallory";
      },
      drift: /description is "Mallory", wanted "Alice L\."/,
      isThere: async () => users.users.size > 0,
      close: () => served.close(),
    },
  ];
}

function openstack(store: Store): Candidate {
  const { OS_AUTH_URL = "", OS_USERNAME = "", OS_PASSWORD = "", OS_PROJECT_NAME = "" } = store.env;
  return {
    name: "openstack",
    type: "User",
    config: {
      "openstack:authUrl": OS_AUTH_URL,
      "openstack:username": OS_USERNAME,
      "openstack:password": { value: OS_PASSWORD, secret: true },
      "openstack:projectName": OS_PROJECT_NAME,
      "openstack:s3Endpoint": store.s3Endpoint,
    },
    secret: OS_PASSWORD,
    inputs: { name: "alice", project: "media", description: "alice", gracePeriodSeconds: GRACE_SECONDS },
    changed: { description: "Alice L." },
    locked: { enabled: false },
    whenLocked: "403 SignatureDoesNotMatch",
    whenOver: GONE,
    whenGone: GONE,
    s3: s3At(store.s3Endpoint),
    meddle: async () => {
      const { id } = await store.user("alice");
      return store.ask("PATCH", `/users/${id}`, { user: { description: "Mallory" } });
    },
    drift: /description is "Mallory", wanted "Alice L\."/,
    isThere: async () => (await store.user("alice")) !== undefined,
    close: async () => {},
  };
}
