/**
 * The table of kinds: what resources there are, a line each. Each is loaded when it is asked for: a program mostly has one.
 */
import type { Backend } from "./backend";

/** The users of every system. The kind of a system's users has the system's name. */
export const backends: Readonly<Record<string, Backend>> = {
  get rgw(): Backend {
    return (require("./rgw") as typeof import("./rgw")).rgw;
  },
  get ecs(): Backend {
    return (require("./ecs") as typeof import("./ecs")).ecs;
  },
  get cegedim(): Backend {
    return (require("./cegedim") as typeof import("./cegedim")).cegedim;
  },
  get openstack(): Backend {
    return (require("./openstack") as typeof import("./openstack")).openstack;
  },
  get infomaniak(): Backend {
    return (require("./infomaniak") as typeof import("./infomaniak")).infomaniak;
  },
};

/** What systems have besides users. A kind is called by the system and by what it is: "rgw.account". */
const others: Readonly<Record<string, Backend>> = {
  get "rgw.accessKey"(): Backend {
    return (require("./rgw/access-key") as typeof import("./rgw/access-key")).accessKey;
  },
  get "openstack.accessKey"(): Backend {
    return (require("./openstack/access-key") as typeof import("./openstack/access-key")).accessKey;
  },
  get "rgw.account"(): Backend {
    return (require("./rgw/account") as typeof import("./rgw/account")).account;
  },
  get "infomaniak.project"(): Backend {
    return (require("./infomaniak/project") as typeof import("./infomaniak/project")).project;
  },
  get "rgw.subuser"(): Backend {
    return (require("./rgw/subuser") as typeof import("./rgw/subuser")).subuser;
  },
};

/** Every kind of resource, as state names it. */
export const kinds: Readonly<Record<string, Backend>> = Object.create(null, {
  ...Object.getOwnPropertyDescriptors(backends),
  ...Object.getOwnPropertyDescriptors(others),
});

/** A kind behind the name that its resource, or a fleet of it, has in programs: "AccessKeys" of "rgw". */
export function findResource(system: string, name: string): { backend: Backend; isFleet: boolean } | undefined {
  // A kind's name begins with its system: the others need not be loaded.
  const ofSystem = Object.keys(kinds).filter((kind) => kind.split(".")[0] === system);
  for (const kind of ofSystem) {
    const backend = kinds[kind] as Backend;
    const single = backend.resource.slice(system.length + 1);
    if (name === single) return { backend, isFleet: false };
    if (name === `${single}s` && !backend.isKeyless) return { backend, isFleet: true };
  }
  return undefined;
}

/** The backend of a kind; undefined when this release has no such kind. A kind is text from outside, such as "toString". */
export function findBackend(kind: string): Backend | undefined {
  return kinds[kind];
}
