/** rgw.User and rgw.AccessKey keep the contract on a real Ceph, of the newest release and of the oldest; of another one with OBJECT_USERS_CEPH. */
import { rgw } from "../../../provider/backends/rgw";
import { accessKey } from "../../../provider/backends/rgw/access-key";
import { nodeSend } from "../../../provider/http/send";
import type { Adapter } from "../../backends/adapter";
import { contract } from "../../backends/contract";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, RELEASES, sharedClusters } from "./cluster";

sharedClusters();

for (const release of RELEASES)
  describe(`the contract of rgw, on Ceph ${release}`, () => {
    let ceph: Cluster;
    before(async function () {
      await needCeph(this, { release });
      ceph = await cluster("one", release);
    });

    const addKey = async (uid: string, nth: string) => {
      const key = { accessKey: `${nth}-${uid}`, secretKey: `their-secret-of-${uid}` };
      const query = { key: "", uid, "access-key": key.accessKey, "secret-key": key.secretKey };
      await ceph.admin("PUT", { ...query, "generate-key": "false" });
      return key;
    };
    const users: Adapter = {
      backend: rgw as Adapter["backend"],
      on: "a real Ceph",
      isReal: true,
      user: (name) => ({ uid: name, displayName: "Ann" }),
      setting: { name: "maxBuckets", first: 5, next: 7, others: 9 },
      lock: { suspended: true },
      refused: { "rgw:secretKey": "not-the-admins-secret" },
      async open() {
        const { endpoint, admin } = ceph.ceph;
        return {
          openTransport: nodeSend,
          config: { "rgw:endpoint": endpoint, "rgw:accessKey": admin.accessKey, "rgw:secretKey": admin.secretKey },
          secrets: [admin.secretKey],
          count: async (uid) => ((await ceph.user(uid)) ? 1 : 0),
          keys: async (uid) => (await ceph.user(uid))?.keys.length ?? 0,
          look: async (uid) => (await ceph.user(uid))?.max_buckets,
          s3: (key) => ceph.s3(key),
          make: async (uid) => {
            await ceph.admin("PUT", { uid, "display-name": "Ann", "generate-key": "false" });
            return addKey(uid, "FIRST");
          },
          change: (uid) => ceph.admin("POST", { uid, "max-buckets": "9" }),
          remove: (uid) => ceph.admin("DELETE", { uid }),
          addKey: (uid) => addKey(uid, "THEIRS"),
          endKey: (uid, { accessKey }) => ceph.admin("DELETE", { key: "", uid, "access-key": accessKey }),
        };
      },
    };
    contract(users);

    // Of one release is enough: what Ceph does with keys it does for users, too.
    if (release !== RELEASES[0] && !process.env.OBJECT_USERS_LONG) return;
    const { setting: _s, lock: _l, ...common } = users;
    contract({
      ...common,
      backend: accessKey as Adapter["backend"],
      user: (name) => ({ userId: name }),
      async open(clock) {
        const system = await users.open(clock);
        const ours = async (uid: string) =>
          ((await ceph.user(uid))?.keys ?? []).filter(({ access_key }) => !access_key.startsWith("THEIRS-")).length;
        return {
          ...system,
          ready: async (uid) => {
            await ceph.admin("PUT", { uid, "display-name": "Ann", "generate-key": "false" });
            await addKey(uid, "THEIRS");
          },
          count: async (uid) => ((await ours(uid)) > 0 ? 1 : 0),
          keys: ours,
        };
      },
    });
  });
