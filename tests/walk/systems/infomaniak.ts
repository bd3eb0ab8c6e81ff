/** Infomaniak: an account of its own for each walk, whose users are users of a real Keystone. A user's description is its name. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { Account } from "../../../devserver/infomaniak/account-api";
import type { CloudUser } from "../../../devserver/infomaniak/users";
import { unmarked } from "../../../provider/backends/infomaniak/description";
import type { Send } from "../../../provider/http/wire";
import { projectId, type Store } from "../../openstack/store";
import type { Site, System, User } from "../system";
import { isReading, siteBefore } from "./keystone";
import { passwords } from "./openstack";

const CLOUD = 1200;
const PROJECT = 34_000;
const TOKEN = "token-of-the-walks-0123456789abcdef";
let walks = 0;

/** The system, on a store that the suite has opened by the time it walks. */
export function infomaniak(store: () => Store): System {
  return {
    name: "infomaniak",
    kind: "infomaniak",
    resource: "User",
    rotates: "keys",
    // Only who knows a user's password can list its keys, and somebody else may have changed it.
    isBlind: true,
    resumesKeys: true,
    renames: true,
    clusters: 1,
    graces: [0, 60, 600],
    wishes: fc.oneof(passwords, fc.record({ createKey: fc.constantFrom(undefined, undefined, false) })),
    others: ["make", "remove", "addKey", "removeKey", "changePassword"],
    inputs: (description, wish) => ({ publicCloudId: CLOUD, projectId: PROJECT, description, ...wish }),
    uidOf: ({ description }) => String(description),
    settingsOf: () => ({}),
    defaults: {},
    isReading,
    refusals: {},
    open: () => open(store()),
  };
}

async function open(store: Store): Promise<Site> {
  const { authUrl, admin } = store.keystone;
  const name = `PCP-WALK${++walks}`;
  const account = new Account({
    region: { authUrl, ...admin },
    token: TOKEN,
    publicCloudId: CLOUD,
    projects: { [PROJECT]: name },
    requestsPerMinute: 1_000_000,
    delayMs: 0,
  });
  await store.ask("POST", "/projects", { project: { name, domain_id: "default" } });
  const project = await projectId(store, name);
  const users = account.usersOf(PROJECT);
  const settled = async () => {
    await account.idle();
    while ([...users.users.values()].some(({ status }) => status !== "ok")) await sleep(1);
  };
  const api: Send = async ({ method, url, headers, body }) => {
    const authorization = headers.authorization ?? headers.Authorization;
    const json = body === undefined ? undefined : JSON.parse(body);
    const answer = await account.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      authorization,
      body: json,
    });
    return { headers: {}, ...answer, body: JSON.stringify(answer.body) };
  };
  const userOf = (uid: string): CloudUser => {
    const found = [...users.users.values()].find(({ description }) => unmarked(description).description === uid);
    return found ?? assert.fail(`there is no user ${uid}`);
  };
  const site = siteBefore({
    store,
    project,
    idOf: async (uid) => users.keystoneId(userOf(uid)),
    settled,
    api,
    users: async (keysOf) => {
      const seen = (user: CloudUser): User => ({
        id: String(user.public_cloud_user_id),
        keys: keysOf(users.keystoneId(user)),
        settings: {},
        isLocked: false,
        isMarked: unmarked(user.description).mark !== undefined,
      });
      const all = [...users.users.values()];
      const there = new Map(all.map((user) => [unmarked(user.description).description, seen(user)]));
      assert.equal(there.size, all.length, "(10) two users have one description");
      return there;
    },
    others: {
      make: async (_cluster, description) => void (await users.create({ password: "Somebody-e1se", description })),
      remove: async (_cluster, uid) => void (await users.remove(userOf(uid))),
      changePassword: async (_cluster, uid) => void (await users.change(userOf(uid), { password: "S0mebody-elses" })),
    },
  });
  // Limits are counted by address and number: another walk has a clock of its own.
  const requestsPerMinute = 100_000 - walks;
  return {
    ...site,
    config: (_cluster, address) => ({
      "infomaniak:token": TOKEN,
      "infomaniak:endpoint": `https://${address}.test`,
      "infomaniak:authUrl": `https://keystone.${address}.test/v3`,
      "infomaniak:s3Endpoint": "https://s3.test",
      "infomaniak:requestsPerMinute": requestsPerMinute,
    }),
    secrets: [TOKEN, admin.password],
    close: async () => {
      await settled();
      for (const user of [...users.users.values()]) await users.remove(user);
      await store.ask("DELETE", `/projects/${project}`);
    },
  };
}
