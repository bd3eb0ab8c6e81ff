/** rgw.User, rgw.Subuser and rgw.AccessKey keep the contract on a real Ceph, of the newest release and of the oldest; of another one with OBJECT_USERS_CEPH. */
import { rgw } from "../../../provider/backends/rgw";
import { accessKey } from "../../../provider/backends/rgw/access-key";
import { subuser } from "../../../provider/backends/rgw/subuser";
import { nodeSend } from "../../../provider/http/send";
import type { Adapter } from "../../backends/adapter";
import { contract } from "../../backends/contract";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, RELEASES, sharedClusters } from "./cluster";

sharedClusters();

/** What Ceph shows of what a subuser may do, as the inputs have it. */
const WORDS: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  "read-write": "readwrite",
  "full-control": "full",
};

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

    const OWNER = "subusers-owner";
    for (const keyType of ["s3", "swift"] as const) {
      const isSwift = keyType === "swift";
      const about = (name: string) => ({ uid: OWNER, subuser: `${OWNER}:${name}` });
      const subuserOf = async (name: string) =>
        (await ceph.user(OWNER))?.subusers.find(({ id }) => id === `${OWNER}:${name}`);
      const keysOf = async (name: string) => {
        const { keys = [], swift_keys = [] } = (await ceph.user(OWNER)) ?? {};
        return (isSwift ? swift_keys : keys).filter(({ user }) => user === `${OWNER}:${name}`);
      };
      const addSubkey = async (name: string, nth: string) => {
        const key = { accessKey: `${nth}-${name}`, secretKey: `their-secret-of-${name}` };
        const id = isSwift ? {} : { "access-key": key.accessKey };
        const how = { "secret-key": key.secretKey, "generate-key": "false" };
        await ceph.admin("PUT", { key: "", ...about(name), "key-type": keyType, ...id, ...how });
        return isSwift ? { ...key, accessKey: `${OWNER}:${name}` } : key;
      };
      const { lock: _subusersAreNotLocked, ...common } = users;
      contract({
        ...common,
        backend: subuser as Adapter["backend"],
        on: `a real Ceph, with keys for ${keyType}`,
        user: (name) => ({ user: OWNER, name, access: "full", keyType }),
        setting: { name: "access", first: "read", next: "write", others: "readwrite" },
        async open(clock) {
          const system = await users.open(clock);
          if ((await ceph.user(OWNER)) === undefined)
            await ceph.admin("PUT", { uid: OWNER, "display-name": "Own", "generate-key": "false" });
          return {
            ...system,
            count: async (name) => ((await subuserOf(name)) ? 1 : 0),
            keys: async (name) => (await keysOf(name)).length,
            look: async (name) => WORDS[(await subuserOf(name))?.permissions ?? ""],
            s3: (key) => (isSwift ? ceph.swift(key) : ceph.s3(key)),
            make: async (name) => {
              const first = {
                "key-type": "s3",
                "access-key": `FIRST-${name}`,
                "secret-key": `their-secret-of-${name}`,
              };
              await ceph.admin("PUT", { ...about(name), access: "full", ...first });
              if (!isSwift) return { accessKey: first["access-key"], secretKey: first["secret-key"] };
              await ceph.admin("DELETE", { key: "", uid: OWNER, "access-key": first["access-key"] });
              return addSubkey(name, "FIRST");
            },
            change: (name) => ceph.admin("POST", { ...about(name), access: "readwrite" }),
            remove: (name) => ceph.admin("DELETE", { ...about(name), "purge-keys": "true" }),
            addKey: (name) => addSubkey(name, "THEIRS"),
            endKey: (name, { accessKey }) =>
              isSwift
                ? ceph.admin("DELETE", { key: "", ...about(name), "key-type": "swift" })
                : ceph.admin("DELETE", { key: "", uid: OWNER, "access-key": accessKey }),
          };
        },
      });
    }

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
