/**
 * Keys of OpenStack users that are somebody else's: a domain of a real Keystone for each walk, with a user for each uid that
 * programs use. An administrator makes the keys, so that one connection has several users.
 */
import * as fc from "fast-check";
import type { Store } from "../../openstack/store";
import { UIDS } from "../program";
import type { Site, System, User } from "../system";
import { isReading, siteBefore } from "./keystone";
import { connectionOf, domainOf } from "./openstack";
import { own } from "./rgw-access-key";

let walks = 0;

/** The system, on a store that the suite has opened by the time it walks. */
export function openstackKeys(store: () => Store): System {
  let ids = new Map<string, string>();
  let project = "";
  return {
    name: "keys of openstack",
    kind: "openstack.accessKey",
    resource: "AccessKey",
    rotates: "keys",
    keysOnly: true,
    isBlind: false,
    resumesKeys: true,
    renames: false,
    clusters: 1,
    graces: [0, 60, 600],
    wishes: fc.oneof(
      fc.record({ prove: fc.constantFrom(undefined, true, false) }),
      fc.constantFrom(own(), own("MINE1", "own-secret-one"), own("MINE1"), own("MINE2", "own-secret-three")),
    ),
    // Nobody is disabled: a key of such a user cannot be proven, and only the administrator can change that.
    others: ["change", "addKey", "removeKey"],
    inputs: (uid, { accessKey, ...wish }, stack) => ({
      userId: ids.get(uid),
      projectId: project,
      ...wish,
      ...(accessKey === undefined ? {} : { accessKey: `${accessKey}-${stack}-${ids.get(uid)}` }),
    }),
    uidOf: ({ userId }) => [...ids].find(([, id]) => id === userId)?.[0] ?? String(userId),
    settingsOf: () => ({}),
    defaults: {},
    isReading,
    refusals: {},
    open: async () => {
      const opened = await open(store(), `walk-keys-${process.pid}-${++walks}`);
      ({ ids, project } = opened);
      return opened.site;
    },
  };
}

async function open(store: Store, domain: string) {
  const { ask } = store;
  const { domainId, project, close } = await domainOf(store, domain);
  const ids = new Map<string, string>();
  const role = (await ask("GET", "/roles?name=member")).body.roles[0].id;
  for (const name of UIDS) {
    const { id } = (await ask("POST", "/users", { user: { name, domain_id: domainId } })).body.user;
    await ask("PUT", `/projects/${project}/users/${id}/roles/${role}`);
    ids.set(name, id);
  }
  const idOf = async (uid: string) => ids.get(uid) ?? "";
  const change = async (uid: string, user: object) => void (await ask("PATCH", `/users/${ids.get(uid)}`, { user }));
  const site: Site = {
    ...siteBefore({
      store,
      project,
      idOf,
      settled: async () => {},
      users: async (keysOf) => {
        const { users } = (await ask("GET", `/users?domain_id=${domainId}`)).body as {
          users: { id: string; name: string; description?: string; enabled: boolean }[];
        };
        const seen = ({ id, description = "", enabled }: (typeof users)[number]): User => ({
          id,
          keys: keysOf(id),
          settings: { description },
          isLocked: !enabled,
        });
        return new Map(users.map((user) => [user.name, seen(user)]));
      },
      others: {
        // They are there, and stay.
        make: () => {},
        remove: () => {},
        change: (_cluster, uid) => change(uid, { description: "Mallory" }),
      },
    }),
    ...connectionOf(store),
    close,
  };
  return { ids, project, site };
}
