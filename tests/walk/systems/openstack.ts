/** OpenStack: a domain of a real Keystone for each walk. A user's name is a setting: a rename is a change of it. */
import * as fc from "fast-check";
import type { Store } from "../../openstack/store";
import type { Site, System, User } from "../system";
import { isReading, siteBefore } from "./keystone";

let walks = 0;

/** A user as Keystone shows it. */
interface Shown {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly email?: string;
  readonly enabled: boolean;
}

/** Passwords, which both systems with a Keystone have. */
export const passwords = fc.constantFrom(
  { password: undefined, passwordRotationId: undefined },
  { password: undefined, passwordRotationId: "q1" },
  { password: undefined, passwordRotationId: "q2" },
  { password: "My-own-passw0rd", passwordRotationId: undefined },
  { password: "An0ther-of-mine", passwordRotationId: undefined },
);

/** The system, on a store that the suite has opened by the time it walks. */
export function openstack(store: () => Store): System {
  let domain = "";
  return {
    name: "openstack",
    kind: "openstack",
    resource: "User",
    rotates: "keys",
    isBlind: false,
    resumesKeys: true,
    renames: true,
    clusters: 1,
    graces: [0, 60, 600],
    wishes: fc.oneof(
      fc.record({ description: fc.constantFrom(undefined, "a", "b"), email: fc.constantFrom(undefined, "a@x.org") }),
      fc.record({ enabled: fc.constantFrom(undefined, true, false) }),
      passwords,
      fc.record({ createKey: fc.constantFrom(undefined, undefined, false) }),
    ),
    others: ["make", "remove", "change", "lock", "addKey", "removeKey", "removeKey", "changePassword"],
    inputs: (name, wish) => ({ name, domain, project: "media", ...wish }),
    uidOf: ({ name }) => String(name),
    settingsOf: ({ description, email, enabled }) => ({ description, email, enabled }),
    defaults: { description: "", email: "", enabled: true },
    isReading,
    refusals: {},
    open: () => {
      domain = `walk-${process.pid}-${++walks}`;
      return open(store(), domain);
    },
  };
}

async function open(store: Store, domain: string): Promise<Site> {
  const { ask } = store;
  const { domainId, project, close } = await domainOf(store, domain);
  const users = async () => (await ask("GET", `/users?domain_id=${domainId}`)).body.users as Shown[];
  const idOf = async (uid: string) => (await users()).find(({ name }) => name === uid)?.id ?? "";
  const change = async (uid: string, user: object) => void (await ask("PATCH", `/users/${await idOf(uid)}`, { user }));
  const site = siteBefore({
    store,
    project,
    idOf,
    settled: async () => {},
    users: async (keysOf) => {
      const seen = ({ id, description, email, enabled }: Shown): User => ({
        id,
        keys: keysOf(id),
        settings: { description: description ?? "", email: email ?? "", enabled },
        isLocked: !enabled,
      });
      return new Map((await users()).map((user) => [user.name, seen(user)]));
    },
    others: {
      make: async (_cluster, name) => void (await ask("POST", "/users", { user: { name, domain_id: domainId } })),
      remove: async (_cluster, uid) => void (await ask("DELETE", `/users/${await idOf(uid)}`)),
      change: (_cluster, uid) => change(uid, { description: "Mallory" }),
      lock: (_cluster, uid) => change(uid, { enabled: false }),
      changePassword: (_cluster, uid) => change(uid, { password: "S0mebody-elses" }),
    },
  });
  return { ...site, ...connectionOf(store), close };
}

/** A new domain with a project, and how both go. */
export async function domainOf({ ask }: Store, name: string) {
  const domainId: string = (await ask("POST", "/domains", { domain: { name } })).body.domain.id;
  const media = { project: { name: "media", domain_id: domainId } };
  const project: string = (await ask("POST", "/projects", media)).body.project.id;
  const close = async () => {
    await ask("PATCH", `/domains/${domainId}`, { domain: { enabled: false } });
    await ask("DELETE", `/domains/${domainId}`);
  };
  return { domainId, project, close };
}

/** The administrator's connection. */
export function connectionOf({ keystone: { admin } }: Store): Pick<Site, "config" | "secrets"> {
  return {
    config: (_cluster, address) => ({
      "openstack:authUrl": `https://${address}.test/v3`,
      "openstack:s3Endpoint": "https://s3.test",
      "openstack:username": admin.username,
      "openstack:password": admin.password,
      "openstack:projectName": admin.project,
      "openstack:userDomainName": admin.domain,
      "openstack:projectDomainName": admin.domain,
    }),
    secrets: [admin.password],
  };
}
