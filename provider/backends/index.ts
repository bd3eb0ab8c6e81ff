/** The table of backends: a kind of user a line. */
import type { Backend } from "./backend";
import { cegedim } from "./cegedim";
import { ecs } from "./ecs";
import { infomaniak } from "./infomaniak";
import { openstack } from "./openstack";
import { rgw } from "./rgw";

/** Every backend by its kind, as state names it. */
export const backends: Readonly<Record<string, Backend>> = { rgw, ecs, cegedim, openstack, infomaniak };
