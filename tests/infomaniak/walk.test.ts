// infomaniak.User on random walks: the account API's stand-in in front of a real Keystone and a real S3 gateway. A failure
// prints its seed and its walk.
//
// OBJECT_USERS_WALKS=200 goes more of them, OBJECT_USERS_SEED=… the same ones again.

import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { openProgram } from "../openstack/program";
import { projectId } from "../openstack/store";
import type { Ground, There } from "../openstack/walk/ground";
import { stories } from "../openstack/walk/story";
import { walk } from "../openstack/walk/walker";
import { seed, size } from "../proofs/ground/seed";
import { CLOUD, openAccount, PROJECT, type Setting } from "./account";

const WALKS = size("OBJECT_USERS_WALKS", 2);
const SEED = seed();
/** Runs send about so many requests at most. */
const REQUESTS = 30;

describe("infomaniak.User on random walks", function () {
  this.timeout(0);
  let setting: Setting;
  let count = 0;

  before(async function () {
    setting = await openAccount(this, { delayMs: 1 });
  });
  after(() => setting?.served.close());

  function ground(): Ground {
    const number = ++count;
    const name = `Walker ${number}.`;
    const { users, served, store } = setting;
    const others = new Set(users.users.keys());
    const mine = () => [...users.users.values()].filter((user) => !others.has(user.public_cloud_user_id));
    const cloudUser = (user: There | undefined) => users.users.get(Number(user?.userId));
    // A limiter of its own: another walk's clock would hold this one back.
    const config = { ...setting.config, "infomaniak:requestsPerMinute": 100_000 - number };
    return {
      store,
      needsPassword: true,
      isFoundByText: true,
      // Tasks and passwords take a moment in truth.
      sleep: async (ms) => void (await sleep(Math.max(ms / 50, 5))),
      project: () => projectId(store, "PCP-TESTING"),
      open: (world) => openProgram({ kind: "infomaniak", config, world }),
      inputs: ({ text, password, rotationId, gracePeriodSeconds, prove, createKey, adopt, exclusiveKeys }) => ({
        publicCloudId: CLOUD,
        projectId: PROJECT,
        description: `${name}${text}`,
        ...("own" in password ? { password: password.own } : { passwordRotationId: password.rotationId }),
        ...(createKey === false ? {} : { rotationId }),
        ...{ gracePeriodSeconds, prove, createKey, adopt, exclusiveKeys },
      }),
      users: async () => {
        // The tasks of a run that failed or was killed go on.
        await served.account.idle();
        while (mine().some(({ status }) => status !== "ok")) await sleep(2);
        return mine().map((user) => ({
          userId: String(user.public_cloud_user_id),
          keystoneId: users.keystoneId(user),
          description: user.description,
          email: "",
          enabled: true,
        }));
      },
      settings: ({ text }) => ({ description: `${name}${text}`, email: "", enabled: true }),
      async meddle(deed, there, text) {
        const user = cloudUser(there);
        if (deed === "change the description" && user) user.description = "Mallory";
        if (deed === "change the password" && user) await users.change(user, { password: "S0mebody-elses" });
        if (deed === "remove the user" && user) await users.remove(user);
        if (deed === "make the user") await users.create({ password: "S0mebody-elses", description: `${name}${text}` });
        return deed !== "lock the user";
      },
    };
  }

  it(`always comes to a good end (${WALKS} walks, seed ${SEED})`, async () => {
    const property = fc.asyncProperty(stories(REQUESTS), (story) => walk(story, ground()));
    // A shorter walk would be another user's on the same system, and takes as long as this one.
    await fc.assert(property, { numRuns: WALKS, seed: SEED, endOnFailure: true });
  });
});
