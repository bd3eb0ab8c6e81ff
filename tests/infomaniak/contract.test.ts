/** infomaniak.User keeps the contract: the account API's stand-in in front of a real Keystone and a real S3 gateway. */
import { setTimeout as sleep } from "node:timers/promises";
import { infomaniak } from "../../provider/backends/infomaniak";
import { nodeSend } from "../../provider/http/send";
import { type Adapter, SINGLE_UNLESS_LONG } from "../backends/adapter";
import { contract } from "../backends/contract";
import { projectId, type Store, storeFor } from "../openstack/store";
import { accountBefore, CLOUD, PROJECT, type Setting, TOKEN } from "./account";

describe("the contract of infomaniak.User", () => {
  let store: Store;
  const opened: Setting[] = [];
  before(async function () {
    store = await storeFor(this);
  });
  after(() => Promise.all(opened.map(({ served }) => served.close())));

  contract({
    backend: infomaniak as unknown as Adapter["backend"],
    on: "the stand-in before a real Keystone",
    isReal: true,
    shapes: SINGLE_UNLESS_LONG,
    showsNoMaker: true,
    user: (name) => ({ publicCloudId: CLOUD, projectId: PROJECT, description: name }),
    setting: { name: "description", first: "Ann", next: "Ann B.", others: "Mallory" },
    refused: { "infomaniak:token": "nobodys-token" },
    async open() {
      // An account of its own: the one setting that changes is what users are called by.
      const setting = await accountBefore(store, { delayMs: 1 });
      opened.push(setting);
      const { served, users, config } = setting;
      const mine = async () => {
        // The tasks of a run that failed or was killed go on.
        await served.account.idle();
        const all = [...users.users.values()].filter(({ description }) => !description.startsWith("bystander"));
        while (all.some(({ status }) => status !== "ok")) await sleep(1);
        return all;
      };
      const one = async () => {
        const [user] = await mine();
        if (!user) throw new Error("there is no user");
        return user;
      };
      const keysOf = async () => `/users/${users.keystoneId(await one())}/credentials/OS-EC2`;
      return {
        openTransport: nodeSend,
        config,
        secrets: [TOKEN],
        count: async () => (await mine()).length,
        keys: async () => (await store.keysOf(users.keystoneId(await one()))).length,
        look: async () => (await one()).description,
        s3: (key) => store.s3(key),
        make: async (name) => {
          await users.create({ password: "Somebody-e1se", description: name });
          return undefined;
        },
        change: async () => {
          (await one()).description = "Mallory";
        },
        remove: async () => users.remove(await one()),
        addKey: async () => {
          const tenant = { tenant_id: await projectId(store, "PCP-TESTING") };
          const { body } = await store.ask("POST", await keysOf(), tenant);
          return { accessKey: body.credential.access, secretKey: body.credential.secret };
        },
        endKey: async (_, { accessKey }) => store.ask("DELETE", `${await keysOf()}/${accessKey}`),
      };
    },
  });
});
