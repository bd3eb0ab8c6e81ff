/** Infomaniak: an account of its own for each walk, whose users are users of a real Keystone. A user's description is its name. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { CloudUser } from "../../../devserver/infomaniak/users";
import { unmarked } from "../../../provider/backends/infomaniak/description";
import { projectId, type Store } from "../../openstack/store";
import type { Site, System, User } from "../system";
import { CLOUD, newAccount } from "./infomaniak-account";
import { isReading, siteBefore } from "./keystone";
import { passwords } from "./openstack";

const PROJECT = 34_000;
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
  const { account, api, config, ...common } = newAccount({
    region: { authUrl, ...admin },
    projects: { [PROJECT]: name },
  });
  await store.ask("POST", "/projects", { project: { name, domain_id: "default" } });
  const project = await projectId(store, name);
  const users = account.usersOf(PROJECT);
  const settled = () => common.settled(() => [...users.users.values()]);
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
  return {
    ...site,
    config,
    secrets: [...common.secrets, admin.password],
    close: async () => {
      await settled();
      for (const user of [...users.users.values()]) await users.remove(user);
      await store.ask("DELETE", `/projects/${project}`);
    },
  };
}
