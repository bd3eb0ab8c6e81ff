/** The table of backends: a kind of user a line. Each is loaded when it is asked for: a program mostly has one. */
import type { Backend } from "./backend";

/** Every backend by its kind, as state names it. */
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

/** What systems have besides users, by the kind that state names. */
const others: Readonly<Record<string, Backend>> = {
  get "rgw.account"(): Backend {
    return (require("./rgw/account") as typeof import("./rgw/account")).account;
  },
};

/** The backend of a kind; undefined when this release has no such kind. A kind is text from outside, such as "toString". */
export function findBackend(kind: string): Backend | undefined {
  const table = Object.hasOwn(backends, kind) ? backends : others;
  return Object.hasOwn(table, kind) ? table[kind] : undefined;
}
