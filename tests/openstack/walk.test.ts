// openstack.User on random walks over a real Keystone and a real S3 gateway. A failure prints its seed and its walk.
//
// OBJECT_USERS_WALKS=200 goes more of them, OBJECT_USERS_SEED=… the same ones again.

import * as fc from "fast-check";
import { seed, size } from "../proofs/ground/seed";
import { openProgram } from "./program";
import { projectId, type Store, storeFor } from "./store";
import type { Ground } from "./walk/ground";
import { stories } from "./walk/story";
import { walk } from "./walk/walker";

const WALKS = size("OBJECT_USERS_WALKS", 3);
const SEED = seed();
/** Runs send about so many requests at most. */
const REQUESTS = 20;

describe("openstack.User on random walks", function () {
  this.timeout(0);
  let store: Store;
  let project: string;
  let count = 0;

  before(async function () {
    store = await storeFor(this);
    project = await projectId(store, "media");
  });

  function ground(): Ground {
    const name = `walker-${++count}`;
    const change = async (user: object, id: string | undefined) => {
      if (id !== undefined) await store.ask("PATCH", `/users/${id}`, { user });
      return id !== undefined;
    };
    return {
      store,
      needsPassword: false,
      isFoundByText: false,
      sleep: async () => {},
      project: async () => project,
      open: (world) =>
        openProgram({
          kind: "openstack",
          environment: store.env,
          config: { "openstack:s3Endpoint": store.s3Endpoint },
          world,
        }),
      inputs: ({ text, password, rotationId, ...rest }) => ({
        name,
        project: "media",
        description: text,
        ...("own" in password ? { password: password.own } : { passwordRotationId: password.rotationId }),
        ...(rest.createKey === false ? {} : { rotationId }),
        ...rest,
      }),
      users: async () => {
        const user = await store.user(name);
        if (user === undefined) return [];
        const { id, description, email, enabled } = user;
        return [{ userId: id, keystoneId: id, description, email: email ?? "", enabled }];
      },
      settings: ({ text, email = "", enabled = true }) => ({ description: text, email, enabled }),
      async meddle(deed, user) {
        const id = user?.keystoneId;
        if (deed === "change the description") return change({ description: "Mallory" }, id);
        if (deed === "lock the user") return change({ enabled: false }, id);
        if (deed === "change the password") return change({ password: "S0mebody-elses" }, id);
        if (deed === "remove the user" && id) await store.ask("DELETE", `/users/${id}`);
        if (deed === "make the user") {
          const made = { name, domain_id: "default", default_project_id: project, description: "theirs" };
          await store.ask("POST", "/users", { user: made });
        }
        return true;
      },
    };
  }

  it(`always comes to a good end (${WALKS} walks, seed ${SEED})`, async () => {
    const property = fc.asyncProperty(stories(REQUESTS), (story) => walk(story, ground()));
    // A shorter walk would be another user's on the same system, and takes as long as this one.
    await fc.assert(property, { numRuns: WALKS, seed: SEED, endOnFailure: true });
  });
});
